import { join } from 'node:path';
import { expect, test } from 'vitest';
import '../../../src-main/lab/figures/pdf.ts'; // code is loaded when it is asked for: here it has been
import { labFile } from '../../../src-main/lab/figures/files.ts';
import { reportFile } from '../../../src-main/lab/reports/index.ts';
import '../../../src-main/lab/reports/pdf.ts';
import { expectWords } from '../../files/everyFault.ts';
import { faultCodes, withFault } from '../../files/faultyFiles.ts';
import { gallery } from '../../shared/figures/gallery.ts';

/** What draws reads nothing but the fonts and the painter of these. */
const packages = join(import.meta.dirname, '../../../node_modules');

const report = {
  ...{ id: 'report', title: 'A report', subtitle: 'of a test' },
  blocks: [{ kind: 'text', text: 'Words.' } as const, { kind: 'figure', figure: gallery() } as const],
};
// The painter can be started once in a process, so each drawing is tried here once, before any has what it needs.
const drawings = [
  { name: 'a figure as PDF', begins: '%PDF-', reads: 2, draw: () => labFile(gallery(), 'pdf', 'single') },
  { name: 'a report as PDF', begins: '%PDF-', reads: 2, draw: () => reportFile(report, 'pdf') },
  { name: 'a figure as PNG', begins: '\x89PNG', reads: 3, draw: () => labFile(gallery(), 'png', 'single') },
];

test('whichever file that drawing needs cannot be read now, one sentence says so, and the next drawing is whole', async () => {
  for (const { name, reads, draw } of drawings) {
    for (let at = 1; at <= reads; at++) {
      for (const code of faultCodes) {
        const { error, outcome, trace } = await withFault({ folder: packages, at, code }, draw);
        if (trace.length < at) continue; // the painter has started, and reads nothing more
        expect(outcome, `${name}: ${code} in ${trace[at - 1] ?? ''}`).toBeNull();
        expectWords(error);
      }
    }
  }
  for (const { name, begins, draw } of drawings) {
    const bytes = Buffer.from((await draw()).base64, 'base64').toString('latin1');
    expect(bytes.startsWith(begins), name).toBe(true);
    expect(bytes.length).toBeGreaterThan(5000);
  }
});
