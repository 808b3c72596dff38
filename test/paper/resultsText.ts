import type { StudyCell, StudyReport } from '../../shared/studies/report.ts';

/** On what, when and how the studies were run. */
export interface About {
  readonly date: string;
  readonly processor: string;
  readonly memory: string;
  readonly engine: string;
  /** Of the last minute, when the script began and when it ended: above the number of cores, other programs ran too. */
  readonly loads: readonly [begin: number, end: number];
  readonly cores: number;
  readonly command: string;
}

const fixed = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
const percent = (value: number | null): string => (value === null ? '–' : (100 * value).toFixed(0));
const withSd = (mean: number | null, sd: number | null): string =>
  mean === null ? '–' : sd === null ? fixed(mean) : `${fixed(mean)} ± ${fixed(sd)}`;

const lineOf = ({ label, paper, ours, n, speedRatio, pairedSpeed, paperSpeedRatio, ...cell }: StudyCell): string => {
  const paired =
    pairedSpeed === null
      ? '–'
      : `${percent(pairedSpeed.ratio)} [${percent(pairedSpeed.low)}, ${percent(pairedSpeed.high)}]`;
  const theirs = withSd(paper?.accuracy ?? null, paper?.sd ?? null);
  const seeds = `${cell.seedsDone} of ${cell.seedsWanted}`;
  const cells = [label, withSd(ours.mean, ours.sd), String(n), percent(speedRatio), paired, theirs];
  return `| ${[...cells, percent(paperSpeedRatio), seeds].join(' | ')} |`;
};

const header = [
  '| Method | Best test accuracy, % | n | Speed, % of SAM | Measured together [95 % CI] | Paper: accuracy, % | Paper: speed, % of SAM | Seeds |',
  '| :-- | --: | --: | --: | --: | --: | --: | --: |',
];

const studyText = ({ study, label, cells, coverage, analyses }: StudyReport): string =>
  [
    `## ${study.item}: ${study.title}`,
    '',
    `${label}. ${coverage.runsDone} of ${coverage.runs} runs.`,
    ...(analyses === null ? [] : [`${analyses.done} checkpoints analysed.`]),
    '',
    ...header,
    ...cells.map(lineOf),
    '',
  ].join('\n');

/** What every study gave in its small form. @param left - studies that were not run, and why. */
export const resultsText = (
  reports: readonly StudyReport[],
  left: readonly { readonly id: string; readonly reason: string }[],
  { date, processor, memory, engine, loads, cores, command }: About,
): string => {
  const [begin, end] = loads.map((load) => load.toFixed(1));
  const isBusy = Math.max(...loads) > cores + 1;
  return [
    '# The studies in their small form',
    '',
    `Written by \`${command}\` on ${date}, on ${processor}, ${memory}, ${engine}. The load was ${begin ?? ''} at the beginning and ${end ?? ''} at the end, on ${cores} cores${isBusy ? ': other programs ran too, so believe speeds only where they were measured together' : ''}.`,
    '',
    'Other data, another network and fewer epochs than the paper: the paper’s values stand beside ours for orientation, and no difference is taken.',
    '',
    ...reports.map(studyText),
    ...(left.length === 0 ? [] : ['## Not run', '', ...left.map(({ id, reason }) => `- ${id}: ${reason}`), '']),
  ].join('\n');
};
