import { methodNames, methodOf, predictedUnits } from '../../shared/method.ts';
import type { GroupCurve, MeanSd, ResultsQuery, ResultsRow, ResultsTable } from '../../shared/result.ts';
import type { RunDetail } from '../../shared/run.ts';
import { groupConfigOf } from '../../shared/runConfig.ts';
import { differingPaths, settingName } from '../../shared/settings/index.ts';
import { flatSettings } from '../settingLabels.ts';

const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

const meanSd = (values: readonly (number | null)[]): MeanSd => {
  const known = present(values);
  if (known.length === 0) return { mean: null, sd: null };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: known.length < 2 ? null : Math.sqrt(squares / (known.length - 1)) };
};
const median = (values: readonly (number | null)[]): number | null =>
  present(values).sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
const extreme = (values: number[], of: (...values: number[]) => number): number | null =>
  values.length === 0 ? null : of(...values);

const groupsOf = (query: ResultsQuery, runs: readonly RunDetail[]): RunDetail[][] => {
  const isEverything = query.experimentIds.length === 0 && query.groupHashes.length === 0;
  const groups = new Map<string, RunDetail[]>();
  for (const detail of runs) groups.set(detail.run.groupHash, [...(groups.get(detail.run.groupHash) ?? []), detail]);
  return [...groups.values()].filter(
    (group) =>
      isEverything ||
      group.some(
        ({ run }) => query.experimentIds.includes(run.experimentId) || query.groupHashes.includes(run.groupHash),
      ),
  );
};

const predictedRatio = (baseline: ResultsRow, row: ResultsRow): number | null => {
  const [units, own] = [predictedUnits(baseline.config.optimizer), predictedUnits(row.config.optimizer)];
  return units === null || own === null ? null : units / own;
};

/** The results table as the real lab defines it, over the fake runs (normal instead of t quantiles). */
export const fakeResults = (query: ResultsQuery, runs: readonly RunDetail[]): ResultsTable => {
  const groups = groupsOf(query, runs);
  const configs = groups.flatMap(([first]) => (first ? [groupConfigOf(first.run.config)] : []));
  const paths = differingPaths(configs);
  const rows = groups.flatMap((group): ResultsRow[] => {
    const [first] = group;
    if (!first) return [];
    const finished = group.map(({ run }) => run).filter((run) => run.state === 'finished');
    const method = methodOf(first.run.config.optimizer);
    const flat = flatSettings(groupConfigOf(first.run.config));
    const speeds = finished.map((run) => run.imagesPerSecond);
    return [
      {
        groupHash: first.run.groupHash,
        label: methodNames[method],
        method,
        settings: Object.fromEntries(paths.map((path) => [settingName(path), flat.get(path) ?? '–'])),
        config: groupConfigOf(first.run.config),
        n: finished.length,
        runIds: finished.map((run) => run.id),
        unfinishedRunIds: group
          .map(({ run }) => run)
          .filter((run) => run.state !== 'finished')
          .map((run) => run.id),
        seeds: finished.map((run) => run.config.seed),
        bestTestAccuracy: meanSd(finished.map((run) => run.bestTestAccuracy)),
        lastTestAccuracy: meanSd(finished.map((run) => run.lastTestAccuracy)),
        gainPoints: null,
        imagesPerSecond: {
          median: median(speeds),
          min: extreme(present(speeds), Math.min),
          max: extreme(present(speeds), Math.max),
        },
        speedRatio: null,
        predictedSpeedRatio: null,
        epochMs: median(finished.map((run) => run.activeMs / run.epochsDone)),
        activeMs: median(finished.map((run) => run.activeMs)),
        peakStepBytes: Math.max(0, ...finished.map((run) => run.peakStepBytes ?? 0)) || null,
      },
    ];
  });
  const chosen = (hash: string | null, method: string): ResultsRow | undefined =>
    rows.find((row) => row.groupHash === hash) ?? rows.find((row) => row.method === method && row.n > 0);
  const speed = chosen(query.speedBaseline, 'sam');
  const accuracy = chosen(query.accuracyBaseline, 'sgd');
  const compared = rows.map((row) => {
    const { mean, sd } = row.lastTestAccuracy;
    const base = accuracy?.lastTestAccuracy;
    const gain = mean === null || base === undefined || base.mean === null ? null : 100 * (mean - base.mean);
    const width =
      sd === null || base === undefined || base.sd === null
        ? null
        : 196 * Math.sqrt(sd ** 2 / row.n + base.sd ** 2 / (accuracy?.n ?? 1));
    const baseSpeed = speed?.imagesPerSecond.median ?? null;
    return {
      ...row,
      gainPoints:
        gain === null || row === accuracy
          ? null
          : { mean: gain, low: width === null ? null : gain - width, high: width === null ? null : gain + width },
      speedRatio:
        baseSpeed === null || row.imagesPerSecond.median === null ? null : row.imagesPerSecond.median / baseSpeed,
      predictedSpeedRatio: speed ? predictedRatio(speed, row) : null,
    };
  });
  return {
    rows: compared,
    speedBaseline: speed?.groupHash ?? null,
    accuracyBaseline: accuracy?.groupHash ?? null,
    accuracy: query.accuracy,
  };
};

export const fakeCurves = (
  query: ResultsQuery,
  metric: 'testAccuracy' | 'trainAccuracy' | 'testLoss' | 'trainLoss' | 'imagesPerSecond',
  axis: 'epoch' | 'activeTime',
  runs: readonly RunDetail[],
): GroupCurve[] =>
  fakeResults(query, runs)
    .rows.filter((row) => row.n > 0)
    .map((row) => {
      const group = runs.filter(({ run }) => row.runIds.includes(run.id));
      const longest = Math.max(...group.map(({ epochs }) => epochs.length));
      return {
        groupHash: row.groupHash,
        label: row.label,
        method: row.method,
        points: Array.from({ length: longest }, (_, index) => {
          const epochs = group.flatMap((detail) => detail.epochs[index] ?? []);
          const seconds = meanSd(epochs.map((epoch) => epoch.activeMs / 1000)).mean ?? 0;
          return {
            x: axis === 'epoch' ? index + 1 : seconds,
            ...meanSd(epochs.map((epoch) => epoch[metric])),
            n: epochs.length,
          };
        }),
      };
    });

/** The table as text; the real lab's formats are richer. */
export const fakeExport = (table: ResultsTable, format: 'csv' | 'markdown' | 'latex' | 'json'): string => {
  const cells = table.rows.map((row) => [
    row.label,
    String(row.n),
    ((row.bestTestAccuracy.mean ?? 0) * 100).toFixed(2),
    ((row.bestTestAccuracy.sd ?? 0) * 100).toFixed(2),
  ]);
  if (format === 'json') return `${JSON.stringify(table, null, 2)}\n`;
  if (format === 'csv') return ['method,n,accuracy,sd', ...cells.map((row) => row.join(','))].join('\r\n');
  if (format === 'markdown')
    return [
      '| method | n | accuracy | sd |',
      '|---|--:|--:|--:|',
      ...cells.map((row) => `| ${row.join(' | ')} |`),
    ].join('\n');
  const body = cells.map(([label, n, mean, sd]) => `${label} & ${n} & $${mean} \\pm ${sd}$ \\\\`);
  return [
    '\\begin{tabular}{lrr}',
    '\\toprule',
    'Method & $n$ & Accuracy \\\\',
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n');
};
