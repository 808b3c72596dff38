import { methodOf, nameOfMethod } from '../../../shared/method.ts';
import { countText, percentText, rateText, secondsText } from '../../../shared/numberText.ts';
import type { ResultsTable } from '../../../shared/result.ts';
import type { RunSummary } from '../../../shared/run.ts';
import { differingPaths, settingOf, settingText, settingValues } from '../../../shared/settings/index.ts';
import { sentenceCase } from '../../../shared/sentenceCase.ts';
import type { StoreReader } from '../store/index.ts';
import { heading, matrix, table } from './document.ts';
import type { Block } from './document.ts';

const labelOf = (path: string): string => {
  const { label, symbol } = settingOf(path);
  return sentenceCase(symbol?.length === 1 ? `${label}, ${symbol}` : label);
};

/** What was trained: the settings that all have in common, and each method's own. */
export const settingBlocks = ({ rows }: ResultsTable): Block[] => {
  const values = rows.map(({ config }) => settingValues(config));
  const differing = new Set(differingPaths(rows.map(({ config }) => config)));
  const paths = [...new Set(values.flatMap((of) => [...of.keys()]))];
  const isOwn = (path: string): boolean => differing.has(path) || path.startsWith('optimizer.');
  const common = paths
    .filter((path) => !isOwn(path) && path !== 'dataset.identity')
    .flatMap((path): [string, string][] => {
      const value = values.find((of) => of.has(path))?.get(path);
      return [[labelOf(path), settingText(path, value)]];
    });
  const own = paths
    .filter((path) => isOwn(path) && path !== 'optimizer.name')
    .map((path) => ({
      name: labelOf(path),
      values: values.map((of) => (of.has(path) ? settingText(path, of.get(path)) : '–')),
    }));
  return [
    heading('What was trained'),
    { kind: 'facts', facts: common },
    ...matrix(
      'Settings of each method.',
      'Setting',
      rows.map(({ label }) => label),
      own,
    ),
  ];
};

/** On what it was trained: each machine and engine once, with how many runs it had. */
export const machineBlocks = (read: StoreReader, runs: readonly RunSummary[]): Block[] => {
  const counts = new Map<string, number>();
  for (const { id } of runs) {
    const found = read.environment(id);
    if (found === null) continue;
    const { engine, device, threads, cpuModel, cpuCores, memoryBytes, platform, nodeVersion, labVersion } = found;
    const line = [
      ...[engine, device, threads === null ? '–' : String(threads), `${cpuModel} × ${cpuCores}`],
      ...[`${(memoryBytes / 2 ** 30).toFixed(0)} GiB`, platform, nodeVersion, labVersion],
    ];
    const key = JSON.stringify(line);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const lines = [...counts].map(([key, count]) => [String(count), ...(JSON.parse(key) as string[])]);
  const header = ['Runs', 'Engine', 'Device', 'Threads', 'Processor', 'Memory', 'System', 'Node', 'Lab'];
  return [heading('On which machine'), ...table('Where the runs were trained last.', header, lines)];
};

/**
 * What the results do not rest on: seeds without a finished run, and how each of their runs ended.
 * @param askedSeeds - which seeds an experiment asked for, by group.
 */
export const missingBlocks = (
  { rows }: ResultsTable,
  runs: readonly RunSummary[],
  askedSeeds: ReadonlyMap<string, readonly number[]>,
): Block[] => {
  const missing = rows.flatMap(({ groupHash, label, n, missingSeeds }) => {
    const queued = new Set(runs.filter((run) => run.groupHash === groupHash).map(({ config }) => config.seed));
    const never = (askedSeeds.get(groupHash) ?? []).filter((seed) => !queued.has(seed)).length;
    const others = [
      ...Object.entries(missingSeeds).map(([state, count]) => `${count} ${state}`),
      ...(never === 0 ? [] : [`${never} without a run`]),
    ];
    return others.length === 0 ? [] : [[label, String(n), others.join(', ')]];
  });
  const unfinished = runs
    .filter(({ state }) => state !== 'finished')
    .map((run) => [
      ...[String(run.id), nameOfMethod(run.config.optimizer), String(run.config.seed), run.state],
      run.reason ?? '–',
    ]);
  return [
    heading('What is missing'),
    ...(missing.length === 0 && unfinished.length === 0
      ? [{ kind: 'text' as const, text: 'Nothing: every seed that was asked for has a finished run.' }]
      : []),
    ...table(
      'Seeds without a finished run, by how the newest run of each stands.',
      ['Method', 'Finished', 'Others'],
      missing,
    ),
    ...table('Runs that have not finished.', ['Run', 'Method', 'Seed', 'State', 'Why'], unfinished),
  ];
};

const runsCaption =
  'One line a run. Others: cores of its machine that other programs kept busy, the mean while it trained; with more, its images/s mean less.';

/** Every run, one line each. */
export const runBlocks = (runs: readonly RunSummary[]): Block[] => {
  const percent = (value: number | null): string => (value === null ? '–' : percentText(value));
  const lines = [...runs]
    .sort((a, b) => methodOf(a.config.optimizer).localeCompare(methodOf(b.config.optimizer)) || a.id - b.id)
    .map((run) => [
      ...[String(run.id), nameOfMethod(run.config.optimizer), String(run.config.seed), run.state],
      ...[
        `${countText(run.epochsDone)} of ${countText(run.config.epochs)}`,
        percent(run.lastTestAccuracy),
        percent(run.bestTestAccuracy),
      ],
      run.imagesPerSecond === null ? '–' : rateText(run.imagesPerSecond),
      secondsText(run.activeMs),
      run.othersBusyCores?.toFixed(1) ?? '–',
      run.endedAt?.slice(0, 16).replace('T', ' ') ?? '–',
      run.origin === null ? '–' : `${run.origin.run} of lab ${run.origin.lab.slice(0, 8)}`,
    ]);
  const isImported = runs.some(({ origin }) => origin !== null);
  const header = [
    ...['Run', 'Method', 'Seed', 'State', 'Epochs', 'Last, %', 'Best, %', 'Images/s', 'Time, s', 'Others, cores'],
    'Ended (UTC)',
    'Imported as run',
  ];
  const kept = (line: readonly string[]): readonly string[] => (isImported ? line : line.slice(0, -1));
  return [heading('Every run'), ...table(runsCaption, kept(header), lines.map(kept))];
};
