import type { LabFile } from '../../../shared/file.ts';
import type { ReportFormat } from '../../../shared/report.ts';
import { html } from './html.ts';
import type { ReportDocument } from './document.ts';

/** A report as a file that needs no other. */
export const reportFile = async (report: ReportDocument, format: ReportFormat): Promise<LabFile> => {
  const file = (content: string | Uint8Array, mediaType: string): LabFile => ({
    fileName: `${report.id}.${format}`,
    mediaType,
    base64: Buffer.from(content).toString('base64'),
  });
  if (format === 'html') return file(html(report), 'text/html');
  const { reportPdf } = await import('./pdf.ts'); // only now: its fonts' library takes long to load
  return file(await reportPdf(report), 'application/pdf');
};

export const reportSubtitle = (labVersion: string, now = new Date()): string =>
  `ESAM Lab ${labVersion}, ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
