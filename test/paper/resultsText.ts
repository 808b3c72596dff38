import type { RunSummary } from '../../shared/run.ts';
import { cellTable } from '../../shared/studies/cellColumns.ts';
import type { StudyReport } from '../../shared/studies/report.ts';
import { drawnLines } from './drawnLines.ts';
import { markdownTable } from './markdownTable.ts';

const saved = (value: number): string => (100 * value).toFixed(2);

const overheadLines = ({ study: { drawing }, overhead }: StudyReport): string[] => {
  if (overhead === null) return [];
  const fits = [
    { name: 'ours', fit: overhead.fit },
    { name: 'the paper’s', fit: drawing.kind === 'overhead' ? drawing.fit : null },
  ];
  return [
    ...markdownTable(
      ['N', 'β', 'SWP saves, % of SAM’s time [95 % CI]', 'Paper, %'],
      overhead.cells.map(({ layers, beta, ours, paper }) => [
        ...[String(layers), String(beta)],
        ours === null ? '–' : `${saved(ours.saved)} [${saved(ours.low)}, ${saved(ours.high)}]`,
        paper === null ? '–' : saved(paper),
      ]),
    ),
    'Least squares of k₁(1 − β) + k₂(1 − β)/(Nβ):',
    '',
    ...fits.map(({ name, fit }) =>
      fit === null
        ? `- ${name}: too few values`
        : `- ${name}: k₁ ${fit.k1.toFixed(4)}, k₂ ${fit.k2.toFixed(4)}, R² ${fit.r2.toFixed(4)}`,
    ),
    '',
  ];
};

/** When an item's runs were trained, and how much else the machine had to do then. */
const conditions = ({ cells }: StudyReport, runs: readonly RunSummary[]): string[] => {
  const ids = new Set(cells.flatMap(({ runIds }) => runIds));
  const own = runs.filter(({ id }) => ids.has(id));
  const ends = own.flatMap(({ endedAt }) => endedAt ?? []).sort();
  const busy = own.flatMap(({ othersBusyCores }) => othersBusyCores ?? []).sort((a, b) => a - b);
  const [first, last, most] = [ends[0], ends.at(-1), busy.at(-1)];
  if (first === undefined || last === undefined) return [];
  const at = (time: string): string => time.slice(0, 16).replace('T', ' ');
  const others = most === undefined ? '' : ` Other programs kept up to ${most.toFixed(1)} cores busy meanwhile.`;
  return [`The runs ended from ${at(first)} to ${at(last)} UTC.${others}`];
};

const studyText = (report: StudyReport, runs: readonly RunSummary[]): string => {
  const { study, label, cells, coverage, analyses } = report;
  const { header, lines } = cellTable(cells);
  const done =
    coverage.runs === 0
      ? `${coverage.cellsDone} of ${coverage.cells} cells`
      : `${coverage.runsDone} of ${coverage.runs} runs`;
  return [
    `## ${study.item}: ${study.title}`,
    '',
    [`${label}. ${done}.`, ...conditions(report, runs)].join(' '),
    ...(analyses === null ? [] : [`${analyses.done} checkpoints analysed.`]),
    '',
    ...markdownTable(header, lines),
    ...overheadLines(report),
    ...drawnLines(report.figure),
  ].join('\n');
};

/** What is told beside the items. */
export interface Told {
  /** Items that were not run, and why. */
  readonly left: readonly { readonly item: string; readonly reason: string }[];
  /** Where and when. */
  readonly made: string;
  /** Of the workspace. */
  readonly runs: readonly RunSummary[];
}

/** What every item gave in its small form. */
export const resultsText = (reports: readonly StudyReport[], { left, made, runs }: Told): string =>
  [
    '# The studies in their small form',
    '',
    made,
    '',
    'Other data, another network and fewer epochs than the paper: the paper’s values stand beside ours for orientation, and no difference is taken.',
    '',
    ...reports.map((report) => studyText(report, runs)),
    ...(left.length === 0 ? [] : ['## Not run', '', ...left.map(({ item, reason }) => `- ${item}: ${reason}`), '']),
  ].join('\n');
