import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EpochMetrics } from '../../shared/metrics.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { isAlive, processTree } from '../app/processes.ts';
import { smallRun } from '../cli/smallRun.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';

const entry = join(import.meta.dirname, '../../src-main/cli/index.ts');
const survivorsMs = 2000;

export interface Soak {
  readonly seeds: number;
  readonly epochs: number;
  /** How often a process of the tree is killed (kill -9). */
  readonly kills: number;
  /** From the first told epoch to the kill, at most. */
  readonly longestMs: number;
  readonly onRound?: (text: string) => void;
}

const start = (workspace: string, args: readonly string[], onText: (text: string) => void) => {
  const child = spawn(process.execPath, [entry, '--workspace', workspace, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.setEncoding('utf8').on('data', onText);
  return { pid: child.pid ?? 0, child, ended: new Promise<void>((resolve) => child.once('close', () => resolve())) };
};

const prepared = async (workspace: string, { seeds, epochs }: Soak): Promise<string> => {
  await start(workspace, ['import-data', await folderWith(smallIdx()), '--name', 'small'], () => undefined).ended;
  const { optimizer, seed: _, ...shared } = smallRun('small', epochs);
  const experiment = { name: 'Soak', shared, arms: [optimizer], axes: [], skipFinished: false, measureSpeed: false };
  const file = join(workspace, 'soak.json');
  writeFileSync(file, JSON.stringify({ ...experiment, seeds: Array.from({ length: seeds }, (_each, seed) => seed) }));
  return file;
};

/** What was measured, without times, by seed. */
const measuredIn = async (workspace: string): Promise<ReadonlyMap<number, readonly (readonly (number | null)[])[]>> => {
  const store = await openStore(workspace, migrationsFolder);
  const numbers = ({ epoch, trainLoss, trainAccuracy, testLoss, testAccuracy }: EpochMetrics) =>
    [epoch, trainLoss, trainAccuracy, testLoss, testAccuracy] as const;
  const measured = store.read.runs
    .all()
    .map(({ id, config }) => [config.seed, store.read.epochs(id).map(numbers)] as const);
  store.close();
  return new Map(measured);
};

const folderBytes = (folder: string): number =>
  readdirSync(folder, { recursive: true }).reduce<number>(
    (sum, name) => sum + (statSync(join(folder, String(name)), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone by itself meanwhile
  }
};

/** Starts the queue, waits until an epoch is told and a random moment longer, and kills a random process of the tree, then the rest. */
const killed = async (workspace: string, args: readonly string[], { longestMs }: Soak, told: Map<number, number>) => {
  let onEpoch = (): void => undefined;
  const firstEpoch = new Promise<void>((resolve) => (onEpoch = resolve));
  const { pid, ended } = start(workspace, args, (text) => {
    for (const [, seed, epoch] of text.matchAll(/seed (\d+): epoch (\d+) of/g)) {
      told.set(Number(seed), Math.max(told.get(Number(seed)) ?? 0, Number(epoch)));
      onEpoch();
    }
  });
  await Promise.race([firstEpoch, ended]);
  await pause(Math.random() * longestMs);
  const tree = processTree(pid);
  const victim = tree[Math.floor(Math.random() * tree.length)] ?? pid;
  kill(victim);
  if (victim !== pid) {
    await pause(500); // the lab notices, and goes on with the next run
    tree.push(...processTree(pid).filter((each) => !tree.includes(each)));
    kill(pid);
  }
  await pause(survivorsMs);
  return { tree, victim: victim === pid ? 'lab' : 'trainer', survivors: tree.filter(isAlive) };
};

/**
 * Trains a queue while its processes are killed, and the same queue undisturbed.
 * @returns in sentences what was not as promised: an epoch that was told and is gone, a process that stayed, litter, or results that are
 * not the same numbers as without the kills.
 */
export const soak = async (options: Soak): Promise<readonly string[]> => {
  const [disturbed, calm] = ['soak', 'calm'].map((name) => mkdtempSync(join(tmpdir(), `esam-lab-${name}-`)));
  if (disturbed === undefined || calm === undefined) throw new Error('There are two folders.');
  const problems: string[] = [];
  try {
    const told = new Map<number, number>();
    let args = ['compare', await prepared(disturbed, options)];
    for (let round = 1; round <= options.kills; round++) {
      const { victim, survivors } = await killed(disturbed, args, options, told);
      args = ['queue', '--resume'];
      if (survivors.length > 0) problems.push(`Round ${round}: ${survivors.length} processes stayed.`);
      const epochs = await measuredIn(disturbed);
      for (const [seed, last] of told) {
        const kept = epochs.get(seed)?.length ?? 0;
        if (kept < last) problems.push(`Round ${round}: of seed ${seed} epoch ${last} was told, ${kept} are kept.`);
      }
      const megabytes = (folderBytes(disturbed) / 1e6).toFixed(1);
      options.onRound?.(
        `Kill ${round} (${victim}): epochs told ${JSON.stringify([...told.values()])}, workspace ${megabytes} MB`,
      );
    }
    await start(disturbed, args, () => undefined).ended;
    await start(calm, ['compare', await prepared(calm, options)], () => undefined).ended;
    const [found, expected] = [await measuredIn(disturbed), await measuredIn(calm)];
    for (const [seed, epochs] of expected) {
      if (epochs.length !== options.epochs) problems.push(`Undisturbed, seed ${seed} has ${epochs.length} epochs.`);
      if (JSON.stringify(found.get(seed)) !== JSON.stringify(epochs))
        problems.push(`Seed ${seed} gave other numbers than without the kills.`);
    }
    const litter = readdirSync(disturbed, { recursive: true })
      .map(String)
      .filter((name) => /\.part|\.import-/.test(name));
    if (litter.length > 0) problems.push(`Left lying: ${litter.join(', ')}.`);
    return problems;
  } finally {
    for (const folder of [disturbed, calm]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};
