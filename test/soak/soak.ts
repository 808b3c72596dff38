import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { EpochMetrics } from '../../shared/metrics.ts';
import { labVersionOf, locate } from '../../src-main/cli/locations.ts';
import { askNeighbour } from '../../src-main/lab/neighbour.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { isAlive, killAtOnce, processTree } from '../app/processes.ts';
import { smallRun } from '../cli/smallRun.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { figuresOf, figuresText, growth, litterIn } from './figures.ts';
import type { Figures, Folders } from './figures.ts';

const entry = join(import.meta.dirname, '../../src-main/cli/index.ts');
/** The promise is two seconds; a machine with more to do than cores needs longer to end a process. */
const survivorsMs = 2000 + 3000;

/** A queue that is never worked off: epochs of half a second, and more of them than there is time. */
const { optimizer, seed: _, ...small } = smallRun('mnist', 100_000);
const shared = {
  ...small,
  dataset: { ...small.dataset, trainSubset: 2000, testSubset: 1000 },
  batchSize: 32,
  device: { ...small.device, engine: 'wasm' },
} as const;

export interface Soak {
  readonly seeds: number;
  /** Of these the numbers are compared with those of an undisturbed run. */
  readonly comparedSeeds: number;
  /** How often only the trainer is killed (kill -9), in one and the same lab. */
  readonly trainerKills: number;
  /** How often a random process is, and then the whole tree. */
  readonly labKills: number;
  /** From the first told epoch to the kill, at most. */
  readonly longestMs: number;
  /** Either part begins no further round after this time. */
  readonly partMs: number;
  readonly onRound?: (text: string) => void;
}

type Told = Map<number, number>;

const start = ({ workspace, temporary, state }: Folders, args: readonly string[], onText: (text: string) => void) => {
  const child = spawn(process.execPath, [entry, '--workspace', workspace, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, XDG_STATE_HOME: state },
  });
  child.stderr.setEncoding('utf8').on('data', onText);
  return { pid: child.pid ?? 0, child, ended: new Promise<void>((resolve) => child.once('close', () => resolve())) };
};

/** Starts it, and notes which epochs are told, by seed. */
const startTelling = (folders: Folders, args: readonly string[], told: Told) => {
  let onEpoch = (): void => undefined;
  const started = start(folders, args, (text) => {
    for (const [, seed, epoch] of text.matchAll(/seed (\d+): epoch (\d+) of/g)) {
      told.set(Number(seed), Math.max(told.get(Number(seed)) ?? 0, Number(epoch)));
      onEpoch();
    }
  });
  const nextEpoch = (): Promise<void> =>
    Promise.race([new Promise<void>((resolve) => (onEpoch = resolve)), started.ended]);
  return { ...started, nextEpoch };
};

const newFolders = (name: string): Folders => {
  const root = mkdtempSync(join(tmpdir(), `esam-lab-${name}-`));
  const inRoot = (folder: string): string => join(root, folder);
  const folders = { workspace: inRoot('workspace'), temporary: inRoot('temporary'), state: inRoot('state') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  return folders;
};

const experimentFile = ({ workspace }: Folders, seeds: readonly number[]): string => {
  const file = join(workspace, 'soak.json');
  const experiment = { name: 'Soak', shared, arms: [optimizer], axes: [], skipFinished: false, measureSpeed: false };
  writeFileSync(file, JSON.stringify({ ...experiment, seeds }));
  return file;
};

/** What was measured, without times, by seed. */
const measuredIn = async ({
  workspace,
}: Folders): Promise<ReadonlyMap<number, readonly (readonly (number | null)[])[]>> => {
  const store = await openStore(workspace, migrationsFolder);
  const numbers = ({ epoch, trainLoss, trainAccuracy, testLoss, testAccuracy }: EpochMetrics) =>
    [epoch, trainLoss, trainAccuracy, testLoss, testAccuracy] as const;
  const measured = store.read.runs
    .all()
    .map(({ id, config }) => [config.seed, store.read.epochs(id).map(numbers)] as const);
  store.close();
  return new Map(measured);
};

/** Told epochs that the store does not hold, in sentences. */
const lost = async (folders: Folders, told: Told, round: string): Promise<string[]> => {
  const epochs = await measuredIn(folders);
  return [...told].flatMap(([seed, last]) => {
    const kept = epochs.get(seed)?.length ?? 0;
    return kept < last ? [`${round}: of seed ${seed} epoch ${last} was told, ${kept} are kept.`] : [];
  });
};

/** How many of the tree are left after its root was killed, at the latest when the time for that is over. */
const survivorsOf = async (root: number, victim: number): Promise<number> => {
  const tree = processTree(root);
  killAtOnce([victim]);
  if (victim !== root) {
    await pause(500); // the lab notices, and goes on with the next run
    tree.push(...processTree(root).filter((each) => !tree.includes(each)));
    killAtOnce([root]);
  }
  const endAt = performance.now() + survivorsMs;
  while (tree.some(isAlive) && performance.now() < endAt) await pause(20);
  return tree.filter(isAlive).length;
};

/** One lab whose trainers are killed; it is asked to go on with their runs. Then it is killed, too. */
const killTrainers = async (folders: Folders, options: Soak, told: Told): Promise<string[]> => {
  const seeds = Array.from({ length: options.seeds }, (_each, seed) => seed);
  const lab = startTelling(folders, ['compare', experimentFile(folders, seeds)], told);
  await lab.nextEpoch();
  const neighbour = await askNeighbour(folders.workspace, labVersionOf(locate(pathToFileURL(entry).href)));
  if (neighbour === null) return ['The lab that trains takes no requests.'];
  const seedOf = new Map((await neighbour.lab.runs({ experimentId: null })).map(({ id, config }) => [id, config.seed]));
  let listener: (event: LabEvent) => boolean = () => false;
  let onHeard = (): void => undefined;
  neighbour.lab.onEvent((event) => {
    if (event.type === 'epochFinished') told.set(seedOf.get(event.runId) ?? 0, event.metrics.epoch);
    if (listener(event)) onHeard();
  });
  const heard = (isWanted: typeof listener): Promise<unknown> => {
    listener = isWanted;
    return Promise.race([new Promise<void>((resolve) => (onHeard = resolve)), neighbour.gone]);
  };
  const samples: Figures[] = [];
  const endAt = performance.now() + options.partMs;
  for (let kill = 1; kill <= options.trainerKills && performance.now() < endAt; kill++) {
    await pause(Math.random() * options.longestMs);
    const figures = figuresOf(
      lab.pid,
      folders,
      [...told.values()].reduce((sum, each) => sum + each, 0),
    );
    samples.push(figures);
    options.onRound?.(`trainer killed, ${kill} of ${options.trainerKills}: ${figuresText(figures)}`);
    const interrupted = heard((event) => event.type === 'runChanged' && event.run.state === 'interrupted');
    killAtOnce(processTree(lab.pid).slice(1));
    await interrupted; // what is heard before it may still be the killed run's
    const runs = await neighbour.lab.runs({ experimentId: null });
    await neighbour.lab.resumeRuns({
      runIds: runs.filter(({ state }) => state === 'interrupted').map(({ id }) => id),
    });
    await heard(({ type }) => type === 'epochFinished');
  }
  await neighbour.lab.close();
  const survivors = await survivorsOf(lab.pid, lab.pid);
  const problems = await lost(folders, told, 'One lab');
  return [...growth(samples), ...problems, ...(survivors > 0 ? [`One lab: ${survivors} processes stayed.`] : [])];
};

/** Starts the queue, waits until an epoch is told and a random moment longer, and kills a random process of the tree, then the rest. */
const killAnything = async (folders: Folders, options: Soak, told: Told, round: number): Promise<string[]> => {
  const { pid, nextEpoch } = startTelling(folders, ['queue', '--resume'], told);
  await nextEpoch();
  await pause(Math.random() * options.longestMs);
  const figures = figuresOf(
    pid,
    folders,
    [...told.values()].reduce((sum, each) => sum + each, 0),
  );
  const tree = processTree(pid);
  const victim = tree[Math.floor(Math.random() * tree.length)] ?? pid;
  const survivors = await survivorsOf(pid, victim);
  const name = victim === pid ? 'lab' : 'trainer';
  options.onRound?.(`${name} killed first, then all, ${round} of ${options.labKills}: ${figuresText(figures)}`);
  const problems = await lost(folders, told, `Round ${round}`);
  return [...problems, ...(survivors > 0 ? [`Round ${round}: ${survivors} processes stayed.`] : [])];
};

/** Trains one seed undisturbed, until it has as many epochs. */
const trainCalmly = async (folders: Folders, seed: number, epochs: number): Promise<void> => {
  const told: Told = new Map();
  const file = experimentFile(folders, [seed]);
  const { child, nextEpoch, ended } = startTelling(folders, ['compare', file], told);
  const isBehind = (): boolean => (told.get(seed) ?? 0) < epochs && child.exitCode === null;
  while (isBehind()) await nextEpoch();
  child.kill('SIGINT');
  await ended;
};

/**
 * Trains a queue while its processes are killed, and some of its runs undisturbed.
 * @returns in sentences what was not as promised: an epoch that was told and is gone, a process that stayed, litter, what grows with the
 * number of kills, or results that are not the same numbers as without them.
 */
export const soak = async (options: Soak): Promise<readonly string[]> => {
  const [disturbed, calm] = [newFolders('soak'), newFolders('calm')];
  const problems: string[] = [];
  try {
    const told: Told = new Map();
    problems.push(...(await killTrainers(disturbed, options, told)));
    const endAt = performance.now() + options.partMs;
    for (let round = 1; round <= options.labKills && performance.now() < endAt; round++)
      problems.push(...(await killAnything(disturbed, options, told, round)));

    await start(disturbed, ['runs'], () => undefined).ended; // a lab that opens clears up after the killed ones
    const found = await measuredIn(disturbed);
    for (const [seed, epochs] of [...found].slice(0, options.comparedSeeds)) {
      await trainCalmly(calm, seed, epochs.length);
      const expected = (await measuredIn(calm)).get(seed)?.slice(0, epochs.length) ?? [];
      options.onRound?.(`seed ${seed}: ${epochs.length} epochs compared with an undisturbed run's`);
      if (epochs.length === 0) problems.push(`Seed ${seed} was never trained.`);
      if (JSON.stringify(epochs) !== JSON.stringify(expected))
        problems.push(`Seed ${seed} gave other numbers than without the kills.`);
    }
    const litter = [disturbed, calm].flatMap(({ workspace, temporary }) => [
      ...litterIn(workspace),
      ...readdirSync(temporary),
    ]);
    if (litter.length > 0) problems.push(`Left lying: ${litter.join(', ')}.`);
    return problems;
  } finally {
    for (const { workspace } of [disturbed, calm])
      rmSync(join(workspace, '..'), { recursive: true, force: true, maxRetries: 5 });
  }
};
