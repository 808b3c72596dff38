import { mkdirSync, mkdtempSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { deviceStatusSchema } from '../../shared/device.ts';
import { studyReportSchema, studySummarySchema } from '../../shared/studies/report.ts';
import type { StudyReport } from '../../shared/studies/report.ts';
import { commandLine, madeBy, writeMarkdown } from './lab.ts';
import { resultsText } from './resultsText.ts';

/**
 * Runs every study of the paper in its small form, draws its figure, and writes what came of it to resources/paper/RESULTS.md:
 * `npm run paper -- --hours 1`. The hours are shared out evenly; measuring speeds and analysing checkpoints come on top.
 */
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    on: { type: 'string', default: 'mnist' },
    model: { type: 'string', default: 'convnet' },
    only: { type: 'string', multiple: true },
    workspace: { type: 'string' },
    output: { type: 'string', default: 'resources/paper/RESULTS.md' },
  },
});
const workspace = resolve(values.workspace ?? mkdtempSync(join(tmpdir(), 'esam-lab-paper-')));
const line = commandLine(workspace);
const { run: lab, asked } = line;

const [loadBefore = 0] = loadavg();
if (asked(deviceStatusSchema, 'device').selfTests.length === 0) lab('device', '--test');
const studies = asked(z.array(studySummarySchema), 'study', 'list');
const wanted = studies.filter(({ id }) => values.only === undefined || values.only.includes(id));
const trained = wanted.filter(({ coverage }) => coverage.cells > 0);
const left = wanted
  .filter((study) => !trained.includes(study))
  .map(({ id, missing }) => ({ id, reason: missing ?? 'It trains nothing.' }));
const hours = (Number(values.hours) / trained.length).toFixed(5);
const figures = join(workspace, 'figures');
mkdirSync(figures, { recursive: true });

const reports: StudyReport[] = [];
for (const { id } of trained) {
  const on = ['--on', values.on, '--model', values.model, '--hours', hours];
  if (lab('study', 'run', id, ...on) === null)
    left.push({ id, reason: 'It did not end well, or did not fit into the hours.' });
  const report = asked(studyReportSchema, 'study', 'show', id, '--form', 'small');
  if (report.coverage.runsDone === 0 && (report.overhead === null || report.coverage.cellsDone === 0)) continue;
  reports.push(report);
  if (report.figure !== null) lab('study', 'draw', id, '--form', 'small', '--format', 'svg', '--folder', figures);
}

const command = `npm run paper -- --hours ${values.hours} --on ${values.on} --model ${values.model}`;
const made = madeBy(line, command, [loadBefore, loadavg()[0] ?? 0]);
await writeMarkdown(values.output, resultsText(reports, left, made));
console.log(`Wrote ${values.output}; the workspace with runs and figures is ${workspace}.`);
