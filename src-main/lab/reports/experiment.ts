import type { Experiment } from '../../../shared/experiment.ts';
import { resultColumns } from '../../../shared/results/columns.ts';
import { inSeconds } from '../../../shared/results/formats.ts';
import type { Notation } from '../../../shared/results/formats.ts';
import { textTable } from '../../../shared/results/textTable.ts';
import type { CurveWish, ResultsQuery, ResultsTable } from '../../../shared/result.ts';
import type { RunSummary } from '../../../shared/run.ts';
import { LabError } from '../../../shared/errors.ts';
import { plainText } from '../export/plainText.ts';
import { curvesFigure } from '../figures/curves.ts';
import { speedAccuracyFigure } from '../figures/speedAccuracy.ts';
import { readCurves, readTable } from '../results.ts';
import { groupHashesOf } from '../store/groupHash.ts';
import type { StoreReader } from '../store/index.ts';
import { analysisBlocks } from './analyses.ts';
import { machineBlocks, missingBlocks, runBlocks, settingBlocks } from './conditions.ts';
import { heading, matrix, note, table, text } from './document.ts';
import type { Block, ReportDocument } from './document.ts';

const notation: Notation = {
  ...{ escape: plainText, plusMinus: '±', percent: '%', minus: '−', dash: '–' },
  duration: inSeconds,
};

const statistics = [
  ...['gain_points', 'welch_p', 'welch_p_holm', 'paired_gain_points', 'paired_p', 'paired_p_holm'],
  ...['sign_flip_p', 'permutation_p', 'hedges_g', 'seeds_needed'],
];
const columnsNamed = (ids: readonly string[]) => resultColumns.filter(({ id }) => ids.includes(id));

/** Groups that are compared with one another. */
interface Part {
  /** Stands in the headings; empty where there is but one. */
  readonly name: string;
  readonly query: ResultsQuery;
}

const partBlocks = (read: StoreReader, { name, query }: Part, results: ResultsTable): Block[] => {
  const blocks = [
    ...resultBlocks(read, query, results),
    ...statisticBlocks(results),
    ...settingBlocks(results),
    ...measurementBlocks(results),
  ];
  return name === ''
    ? blocks
    : blocks.map((block) => (block.kind === 'heading' ? heading(`${block.text}: ${plainText(name)}`) : block));
};

/**
 * What a report says of some groups, from their results to the way to repeat them.
 * @param parts - of them, each told by itself: what was trained on other data or another network is not compared.
 */
export const groupBlocks = (
  read: StoreReader,
  query: ResultsQuery,
  parts: readonly Part[] = [{ name: '', query }],
): Block[] => {
  const results = readTable(read, query);
  if (results.rows.length === 0)
    throw new LabError('EXPORT_EMPTY', 'There is no run to report on; train one, or choose other experiments.');
  const runs = runsOf(read, results);
  const tables = parts.map((part) => readTable(read, part.query));
  return [
    ...originNotes(results),
    ...parts.flatMap((part, index) => partBlocks(read, part, tables[index] ?? results)),
    ...machineBlocks(read, runs),
    ...withHeading('Analyses of checkpoints', analysisBlocks(read, runs)),
    ...missingBlocks(results, runs, askedSeeds(read, query)),
    ...runBlocks(runs),
    ...definitionBlocks(tables),
    ...repeatBlocks(read, query, runs),
  ];
};

/** The report of experiments; of the whole workspace where none is chosen. */
export const experimentDocument = (read: StoreReader, query: ResultsQuery, subtitle: string): ReportDocument => {
  const names = query.experimentIds.map((id) => read.experiment(id)?.name ?? `Experiment ${id}`);
  const nameless = query.groupHashes.length > 0 ? 'Chosen groups' : 'All runs';
  const title = names.length === 0 ? nameless : names.join('; ');
  const id = query.experimentIds.length === 1 ? `experiment-${query.experimentIds[0] ?? 0}-report` : 'report';
  return { id, title: plainText(title), subtitle, blocks: groupBlocks(read, query) };
};

const runsOf = (read: StoreReader, { rows }: ResultsTable): RunSummary[] =>
  rows
    .flatMap(({ runIds, unfinishedRunIds }) => [...runIds, ...unfinishedRunIds])
    .flatMap((id) => read.runs.one(id) ?? [])
    .sort((a, b) => a.id - b.id);

const askedSeeds = (read: StoreReader, { experimentIds }: ResultsQuery): ReadonlyMap<string, readonly number[]> =>
  new Map(
    experimentIds.flatMap((id) => {
      const experiment = read.experiment(id);
      const lab = read.origins.ofExperiment(id)?.lab ?? null;
      return experiment === null ? [] : groupHashesOf(experiment, lab).map((hash) => [hash, experiment.seeds] as const);
    }),
  );

const withHeading = (title: string, blocks: readonly Block[]): Block[] =>
  blocks.length === 0 ? [] : [heading(title), ...blocks];

const originNotes = ({ rows }: ResultsTable): Block[] => {
  const origins = new Map(rows.flatMap(({ origin }) => (origin === null ? [] : [[origin.lab, origin] as const])));
  return [...origins.values()].map(({ lab, name, isExample }) =>
    note(
      `${isExample ? 'These runs are an example, not this lab’s own: they' : 'These runs were imported: they'} come from ${plainText(name)} (lab ${lab.slice(0, 8)}).`,
    ),
  );
};

/** More groups than this are no longer told apart in one panel, and their epochs take long to read. */
const mostCurves = 24;

const drawnCurves = [
  { metric: 'testAccuracy', axis: 'epoch', relativeTo: null },
  { metric: 'testAccuracy', axis: 'activeTime', relativeTo: null },
  { metric: 'trainLoss', axis: 'epoch', relativeTo: null },
] as const satisfies CurveWish[];

const resultBlocks = (read: StoreReader, query: ResultsQuery, results: ResultsTable): Block[] => {
  const { header, lines, notes } = textTable(results, 'paper', notation);
  const isLong = results.rows.length > mostCurves;
  const figures = isLong
    ? [speedAccuracyFigure(results)]
    : [speedAccuracyFigure(results), ...drawnCurves.map((wish) => curvesFigure(readCurves(read, query, wish), wish))];
  return [
    heading('Results'),
    ...table('Mean ± sample standard deviation (n − 1) over seeds; speeds are medians.', header, lines),
    ...notes.map(note),
    ...(isLong ? [text(`Curves of more than ${mostCurves} groups are not drawn; report on fewer to see them.`)] : []),
    ...figures.flatMap((figure): Block[] => (figure === null ? [] : [{ kind: 'figure', figure }])),
  ];
};

const statisticBlocks = (results: ResultsTable): Block[] => {
  const compared = results.rows.filter(({ comparison }) => comparison !== null);
  const quantities = columnsNamed(statistics).map((column) => ({
    name: column.header(results),
    values: compared.map((row) =>
      [column.text(row, results, notation), column.below(row, results, notation)]
        .filter((part) => part !== '')
        .join(' '),
    ),
  }));
  return withHeading(
    'Statistics',
    matrix(
      'Gains over the baseline, in points of test accuracy, and whether they are more than chance.',
      'Quantity',
      compared.map(({ label }) => label),
      quantities,
    ),
  );
};

const measurementBlocks = (results: ResultsTable): Block[] => {
  const columns = resultColumns.filter(({ id }) => /^last_(?!test_)/.test(id));
  const quantities = columns.map((column) => ({
    name: column.header(results),
    values: results.rows.map((row) => column.text(row, results, notation)),
  }));
  const labels = results.rows.map(({ label }) => label);
  return withHeading(
    'Measurements of the last epoch',
    matrix('Means over the steps of the last epoch, then mean ± sd over seeds.', 'Quantity', labels, quantities),
  );
};

const definitionBlocks = (tables: readonly ResultsTable[]): Block[] => {
  const told = tables.flatMap((results) =>
    resultColumns
      .filter(({ id, outputs, isShown }) => (outputs.includes('paper') && isShown(results)) || statistics.includes(id))
      .map((column): [string, string] => [column.header(results), column.help]),
  );
  return [heading('What each number is'), { kind: 'facts', facts: [...new Map(told)] }];
};

/** Its JSON, a method a line. */
const experimentText = (experiment: Pick<Experiment, 'arms'>): string => {
  const lines = Object.entries(experiment).map(([key, value]) =>
    key === 'arms'
      ? `"arms": [\n    ${experiment.arms.map((arm) => JSON.stringify(arm)).join(',\n    ')}\n  ]`
      : `"${key}": ${JSON.stringify(value)}`,
  );
  return `{\n  ${lines.join(',\n  ')}\n}`;
};

/** The experiments whole, and the commands that train them again on another machine. */
const repeatBlocks = (read: StoreReader, query: ResultsQuery, runs: readonly RunSummary[]): Block[] => {
  const ids =
    query.experimentIds.length > 0 ? query.experimentIds : [...new Set(runs.map(({ experimentId }) => experimentId))];
  const experiments = ids.flatMap((id) => {
    const found = read.experiment(id);
    if (found === null) return [];
    const { data: _, ...experiment } = found;
    return [{ id, experiment }];
  });
  return [
    heading('To repeat it'),
    text('With the data sets under the same names in the library of the other machine:'),
    ...experiments.flatMap(({ id, experiment }): Block[] => [
      {
        kind: 'code',
        text: `esam-lab compare experiment-${id}.json\nesam-lab report --experiment NUMBER --output report.html`,
      },
      text(`experiment-${id}.json:`),
      { kind: 'code', text: experimentText(experiment) },
    ]),
  ];
};
