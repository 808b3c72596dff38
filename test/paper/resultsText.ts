import type { StudyCell, StudyReport } from '../../shared/studies/report.ts';

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

const saved = (value: number): string => (100 * value).toFixed(2);

const overheadLines = ({ study: { drawing }, overhead }: StudyReport): string[] => {
  if (overhead === null) return [];
  const fits = [
    { name: 'ours', fit: overhead.fit },
    { name: 'the paper’s', fit: drawing.kind === 'overhead' ? drawing.fit : null },
  ];
  return [
    '| N | β | SWP saves, % of SAM’s time [95 % CI] | Paper, % |',
    '| --: | --: | --: | --: |',
    ...overhead.cells.map(({ layers, beta, ours, paper }) => {
      const own = ours === null ? '–' : `${saved(ours.saved)} [${saved(ours.low)}, ${saved(ours.high)}]`;
      return `| ${layers} | ${beta} | ${own} | ${paper === null ? '–' : saved(paper)} |`;
    }),
    '',
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

const studyText = (report: StudyReport): string => {
  const { study, label, cells, coverage, analyses } = report;
  const done =
    coverage.runs === 0
      ? `${coverage.cellsDone} of ${coverage.cells} cells`
      : `${coverage.runsDone} of ${coverage.runs} runs`;
  return [
    `## ${study.item}: ${study.title}`,
    '',
    `${label}. ${done}.`,
    ...(analyses === null ? [] : [`${analyses.done} checkpoints analysed.`]),
    '',
    ...(cells.length === 0 ? [] : [...header, ...cells.map(lineOf), '']),
    ...overheadLines(report),
  ].join('\n');
};

/**
 * What every study gave in its small form.
 * @param left - studies that were not run, and why.
 * @param made - where and when.
 */
export const resultsText = (
  reports: readonly StudyReport[],
  left: readonly { readonly id: string; readonly reason: string }[],
  made: string,
): string =>
  [
    '# The studies in their small form',
    '',
    made,
    '',
    'Other data, another network and fewer epochs than the paper: the paper’s values stand beside ours for orientation, and no difference is taken.',
    '',
    ...reports.map(studyText),
    ...(left.length === 0 ? [] : ['## Not run', '', ...left.map(({ id, reason }) => `- ${id}: ${reason}`), '']),
  ].join('\n');
