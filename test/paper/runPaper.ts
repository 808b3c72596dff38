import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { deviceStatusSchema } from '../../shared/device.ts';
import { runSummarySchema } from '../../shared/run.ts';
import { studyReportSchema, studySummarySchema } from '../../shared/studies/report.ts';
import type { StudyReport } from '../../shared/studies/report.ts';
import type { Study } from '../../shared/studies/study.ts';
import { readStudies } from '../../src-main/lab/studies/read.ts';
import { isMissing, isUnfinished, shareOf, weightOf } from './hours.ts';
import { commandLine, madeBy, writeMarkdown } from './lab.ts';
import { resultsText } from './resultsText.ts';

/**
 * Runs the items of the paper in their small form, draws their figures, and writes what came of all of them to
 * resources/paper/RESULTS.md: `npm run paper -- --hours 1`. The hours hold training, measuring speeds and analysing; each item has a share
 * by how much it asks for, and what one leaves the others have. With `--workspace FOLDER` what was made there is kept: what is missing
 * comes first, the small before the large, and what is unfinished goes on. `--only figure-3,grid-search` chooses and orders; with
 * `--again` also what is there is made anew, as large as the hours allow now.
 */
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    on: { type: 'string', default: 'mnist' },
    model: { type: 'string', default: 'convnet' },
    only: { type: 'string', multiple: true },
    again: { type: 'boolean', default: false },
    workspace: { type: 'string' },
    output: { type: 'string', default: 'resources/paper/RESULTS.md' },
  },
});
const hours = z.coerce.number().gt(0).parse(values.hours);
const only = values.only?.flatMap((names) => names.split(',')).map((name) => name.trim());
const workspace = resolve(values.workspace ?? mkdtempSync(join(tmpdir(), 'esam-lab-paper-')));
const isOld = existsSync(join(workspace, 'lab.db'));
const line = commandLine(workspace);
const { run: lab, asked } = line;
const figures = join(workspace, 'figures');
mkdirSync(figures, { recursive: true });

const [loadBefore = 0] = loadavg();
const deadline = Date.now() + hours * 3_600_000;
if (isOld) lab('queue', '--run'); // what a killed command left there
if (asked(deviceStatusSchema, 'device').selfTests.length === 0) lab('device', '--test');

const studies = readStudies(resolve(import.meta.dirname, '../../resources/paper')).found;
const trained = studies.filter(({ rows }) => rows.length > 0);
const unknown = only?.filter((name) => trained.every(({ id }) => id !== name)) ?? [];
if (unknown.length > 0)
  throw new Error(
    `Nothing is trained for "${unknown.join(', ')}"; choose of ${trained.map(({ id }) => id).join(', ')}.`,
  );
const reasons = new Map(
  studies.map(({ id, rows }) => [id, rows.length === 0 ? 'It trains nothing.' : 'It has not been run.']),
);
const readReport = (id: string): StudyReport => asked(studyReportSchema, 'study', 'show', id, '--form', 'small');
const reports = new Map<string, StudyReport>();
const reportOf = (id: string): StudyReport => {
  const report = reports.get(id) ?? readReport(id);
  reports.set(id, report);
  return report;
};
/** Items of which nothing is there yet need not be asked. */
const begun = new Set(
  asked(z.array(studySummarySchema), 'study', 'list').flatMap(({ id, small }) => (small === null ? [] : [id])),
);

/** In the order that was asked for, else what is missing, the smallest first. */
const orderOf = (): Study[] => {
  const all = only === undefined ? trained : only.flatMap((name) => trained.find(({ id }) => id === name) ?? []);
  const wanted = values.again ? all : all.filter(({ id }) => !begun.has(id) || isMissing(reportOf(id)));
  return only === undefined ? wanted.toSorted((a, b) => weightOf(a) - weightOf(b)) : wanted;
};

const isDone = ({ coverage, overhead }: StudyReport): boolean =>
  coverage.runsDone > 0 || (overhead !== null && coverage.cellsDone > 0);

const write = async (): Promise<void> => {
  const options = [`--hours ${values.hours} --on ${values.on} --model ${values.model}`];
  if (only !== undefined) options.push(`--only ${only.join(',')}`);
  if (values.again) options.push('--again');
  const made = madeBy(line, `npm run paper -- ${options.join(' ')}`, [loadBefore, loadavg()[0] ?? 0]);
  const all = trained
    .filter(({ id }) => begun.has(id))
    .map(({ id }) => reportOf(id))
    .filter(isDone);
  const left = studies
    .filter(({ id }) => all.every(({ study }) => study.id !== id))
    .map(({ id, item }) => ({ item, reason: reasons.get(id) ?? '' }));
  const runs = asked(z.array(runSummarySchema), 'runs');
  await writeMarkdown(values.output, resultsText(all, { left, made, runs }));
};

/** @param share - milliseconds that it may take. @returns whether all of it is there now. */
const make = async ({ id, item }: Study, share: number): Promise<boolean> => {
  const fitted = ['--on', values.on, '--model', values.model, '--hours', (share / 3_600_000).toFixed(5)];
  const goesOn = !values.again && begun.has(id) && isUnfinished(reportOf(id));
  console.log(`${item}: ${goesOn ? 'going on' : `in about ${(share / 60_000).toFixed(1)} minutes`}`);
  const isMade =
    lab('study', 'run', id, ...(goesOn ? ['--form', 'small'] : [...fitted, ...(values.again ? ['--again'] : [])])) !==
    null;
  const after = readReport(id);
  begun.add(id);
  reports.set(id, after);
  if (!isMade) reasons.set(id, 'It did not fit into the hours, or did not end well.');
  if (isDone(after) && after.figure !== null)
    for (const format of ['svg', 'pdf'])
      lab('study', 'draw', id, '--form', 'small', '--format', format, '--folder', figures, '--overwrite');
  await write();
  return isMade;
};

/** @returns those that did not come about. */
const makeAll = async (items: readonly Study[]): Promise<Study[]> => {
  const failed: Study[] = [];
  for (const [index, study] of items.entries()) {
    const share = shareOf(study, items.slice(index + 1), Math.max(0, deadline - Date.now()));
    if (share <= 0) return [...failed, ...items.slice(index)];
    if (!(await make(study, share))) failed.push(study);
  }
  return failed;
};

// What did not fit into its share may fit into what the others have left.
const stillFailed = await makeAll(await makeAll(orderOf()));
await write();
for (const { id, item } of stillFailed) console.log(`${item}: ${reasons.get(id) ?? ''}`);
console.log(`Wrote ${values.output}; the workspace with runs and figures is ${workspace}.`);
