import type { LabFile } from '../../../shared/file.ts';
import type { ReportFormat } from '../../../shared/report.ts';
import { html } from './html.ts';
import { reportPdf } from './pdf.ts';
import type { ReportDocument } from './document.ts';

/** A report as a file that needs no other. */
export const reportFile = async (report: ReportDocument, format: ReportFormat): Promise<LabFile> => {
  const content = format === 'html' ? html(report) : await reportPdf(report);
  const mediaType = format === 'html' ? 'text/html' : 'application/pdf';
  return { fileName: `${report.id}.${format}`, mediaType, base64: Buffer.from(content).toString('base64') };
};

export const reportSubtitle = (labVersion: string, now = new Date()): string =>
  `ESAM Lab ${labVersion}, ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
