import { inflateSync } from 'node:zlib';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { experimentSchema } from '../../../shared/experiment.ts';
import type { LabFile } from '../../../shared/file.ts';
import { reportPdf } from '../../../src-main/lab/reports/pdf.ts';
import { everyGroup } from '../../../shared/result.ts';
import { sam, sgd } from '../fixtures/configs.ts';
import { openTestLab, temporaryFolder } from '../fixtures/labs.ts';
import { addExperiment, openWorkspace } from '../bundles/stores.ts';
import type { Life } from '../bundles/stores.ts';

const name = '=cmd|x <img src=http://evil.example/x onerror=alert(1)> \\input{x} & "quoted"';
const finished: Life = {
  ...{ epochs: 3, steps: 2, end: 'finished', accuracy: 0.75, loss: 0.5, isCheckpointed: false, isAnalysed: false },
};
const diverged: Life = { ...finished, epochs: 1, end: 'diverged', loss: null };

/** A lab with SGD 0.75, 0.25 and a seed that diverged; SAM 1, 1, 1; and a seed that was never queued. */
const reportingLab = async () => {
  const folder = join(temporaryFolder(), 'workspace');
  const workspace = await openWorkspace(folder);
  const lives = [finished, { ...finished, accuracy: 1 }, { ...finished, accuracy: 0.25 }];
  const others = [{ ...finished, accuracy: 1 }, diverged, { ...finished, accuracy: 1 }];
  addExperiment(workspace, [...lives, ...others], { name, arms: [sgd, sam], seeds: [0, 1, 2] });
  workspace.store.close();
  const { lab } = await openTestLab(folder);
  onTestFinished(() => lab.close());
  return lab;
};
const textOf = ({ base64 }: LabFile): string => Buffer.from(base64, 'base64').toString();
const cells = (html: string): string[] => [...html.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell ?? '');
const unescaped = (html: string): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

test('a page that needs nothing else says what was trained, what came of it, and what is missing', async () => {
  const lab = await reportingLab();
  const about = { kind: 'results' as const, query: { ...everyGroup, experimentIds: [1] } };
  const file = await lab.report({ about, format: 'html' });
  expect([file.fileName, file.mediaType]).toEqual(['experiment-1-report.html', 'text/html']);
  const html = textOf(file);

  // Seeds are outside, arms inside: SGD has 0.75, 0.25, diverged; SAM 1, 1, 1. The sample sd of 0.75 and 0.25 is 0.5/√2.
  expect(cells(html)).toContain('50.00\u00a0±\u00a035.36');
  expect(cells(html)).toContain('100.00\u00a0±\u00a00.00');
  expect(cells(html)).toContain('1 diverged');
  expect(html).toContain('A processor × 2');
  expect(html.match(/<svg /g)).toHaveLength(4);

  // Nothing is loaded, nothing runs, no name acts.
  expect(html).not.toMatch(/<(?:script|img|link|iframe|object|base)\b|\bon\w+="|href=|src="|@import|javascript:/i);
  expect([...html.matchAll(/url\(([^)]*)\)/g)].every(([, target]) => target?.startsWith('#figure'))).toBe(true);
  const ids = [...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(unescaped(html)).toContain(`<h1>${name}</h1>`);

  // What it says to run is what was run.
  const [, code = ''] = /<pre>(\{[\s\S]*?)<\/pre>/.exec(html) ?? [];
  const { data: _, ...asked } = (await lab.experiments({}))[0]?.experiment ?? {};
  const { data: __, ...repeated } = experimentSchema.parse(JSON.parse(unescaped(code)));
  expect(repeated).toEqual(asked);
});

test('the same on paper, of a study too, and nothing to report on is said', async () => {
  const lab = await reportingLab();
  const pdf = await lab.report({ about: { kind: 'results', query: everyGroup }, format: 'pdf' });
  const content = Buffer.from(pdf.base64, 'base64').toString('latin1');
  expect(content.startsWith('%PDF-')).toBe(true);
  expect(content.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2);
  const study = textOf(await lab.report({ about: { kind: 'study', id: 'table-1', form: 'paper' }, format: 'html' }));
  expect(study).toContain('0 of 18 cells and 0 of 54 runs are done');
  expect(cells(study)).toContain('96.52\u00a0±\u00a00.13'); // the paper's SAM, ResNet-18 on CIFAR-10
  expect(study).toContain('esam-lab study run table-1');
  const { lab: empty } = await openTestLab();
  await expect(empty.report({ about: { kind: 'results', query: everyGroup }, format: 'html' })).rejects.toMatchObject({
    code: 'EXPORT_EMPTY',
  });
});

test('networks and data sets of a study are told each by itself, and never compared', async () => {
  const { lab: asked } = await openTestLab();
  const [first, second] = await asked.studyExperiments({ id: 'table-1', small: null });
  const folder = join(temporaryFolder(), 'workspace');
  const workspace = await openWorkspace(folder);
  for (const experiment of [first, second]) addExperiment(workspace, Array<Life>(9).fill(finished), experiment);
  workspace.store.close();
  const { lab } = await openTestLab(folder);
  const html = textOf(await lab.report({ about: { kind: 'study', id: 'table-1', form: 'paper' }, format: 'html' }));
  const headings = [...html.matchAll(/<h2[^>]*>([^<]*)<\/h2>/g)].map(([, heading = '']) => heading);
  const ofParts = headings.filter((heading) => / on CIFAR-10+$/.test(heading));
  const half = ofParts.length / 2;
  expect(half).toBeGreaterThan(1);
  expect(ofParts.slice(0, half).every((heading) => heading.endsWith('ResNet-18 on CIFAR-10'))).toBe(true);
  expect(ofParts.slice(half).every((heading) => heading.endsWith('ResNet-18 on CIFAR-100'))).toBe(true);
});

test('no word of a wide table on paper is broken', async () => {
  const columns = Array.from({ length: 14 }, (_, index) => index);
  const header = columns.map((index) => ['Method', 'difference', '100 %'][index % 3] ?? '');
  const line = columns.map((index) => ['ESAM-SWP', '−12.34', 'worse'][index % 3] ?? '');
  const table = { kind: 'table' as const, caption: 'Caption', header, lines: [line, line] };
  const written = Buffer.from(await reportPdf({ id: 'wide', title: 'Wide', subtitle: 'below', blocks: [table] }));
  const streams = [...written.toString('latin1').matchAll(/FlateDecode\n>>\nstream\n([\s\S]*?)\nendstream/g)].flatMap(
    ([, packed = '']) => {
      try {
        return [inflateSync(Buffer.from(packed, 'latin1')).toString('latin1')];
      } catch {
        return []; // fonts
      }
    },
  );
  // A line of text is shown at once: title, below, caption and number of the page, and every cell in one line but two-word headers in two.
  const shown = streams.join('').match(/\] TJ/g)?.length ?? 0;
  const twoWords = header.filter((name) => name.includes(' ')).length;
  expect(shown).toBeGreaterThanOrEqual(4 + 3 * 14);
  expect(shown).toBeLessThanOrEqual(4 + 3 * 14 + twoWords);
});
