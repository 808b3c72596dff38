import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { AnalysisSummary } from '../../shared/analyses/record.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { processTree } from '../app/processes.ts';
import { locations } from '../cli/spawnCli.ts';
import { idxImages, idxLabels } from '../lab/datasets/fixtures.ts';
import { experimentOf, shared } from '../lab/fixtures/configs.ts';

/** A lab in another process, and what can be asked of it. */
export interface Opened {
  readonly lab: Pick<Lab, 'enqueue' | 'analyse' | 'importDataset' | 'grantPaths' | 'onEvent'>;
  readonly pid: number;
  readonly workspace: string;
  /** A folder for files of the test. */
  readonly folder: string;
}

/** What a lab can be about when one of its processes is killed. */
export interface State {
  readonly name: string;
  /** Words in the command line of the process that works for the lab; absent where none does. */
  readonly helper?: string;
  /** Whether the lab has another helper go on where the first is killed. */
  readonly goesOn?: boolean;
  readonly begin: (opened: Opened) => Promise<void>;
  /** Resolves once it is about that; also after a helper was killed. */
  readonly reach: (opened: Opened) => Promise<void>;
  /** What it needs in its environment. */
  readonly environment?: (folder: string) => Promise<Record<string, string>>;
}

/** Waits for a condition that nothing tells of. */
export const until = async (fits: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await fits())) await pause(5);
};

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // gone meanwhile
  }
};

/** Processes below this one whose command line has these words. */
export const helpersOf = (pid: number, words: string): number[] =>
  processTree(pid).filter((each) => each !== pid && commandOf(each).includes(words));

/**
 * Suspends a lab's trainers, so that they leave the processors to the test. They hear nothing until they are let go.
 * @returns the way to let them go on.
 */
export const holdTrainers = (pid: number): (() => void) => {
  const trainers = helpersOf(pid, trainer);
  for (const each of trainers) process.kill(each, 'SIGSTOP');
  return () => {
    for (const each of trainers) process.kill(each, 'SIGCONT');
  };
};

const hears = ({ lab }: Opened, fits: (event: LabEvent) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const stop = lab.onEvent((event) => {
      if (!fits(event)) return;
      stop();
      resolve();
    });
  });

/** Two runs, so that one is left when the first is cut short. */
const trains =
  (changes: Partial<Experiment['shared']>) =>
  async ({ lab }: Opened): Promise<void> => {
    await lab.enqueue(experimentOf({ seeds: [1, 2], shared: { ...shared, epochs: 10_000, ...changes } }));
  };

/** A set of which the import takes a while. */
export const writeLargeSet = async (folder: string): Promise<void> => {
  const labels = Array.from({ length: 60_000 }, (_, image) => image % 10);
  await writeFile(join(folder, 'train-images-idx3-ubyte'), idxImages(labels.length, 40, 40));
  await writeFile(join(folder, 'train-labels-idx1-ubyte'), idxLabels(labels));
  await writeFile(join(folder, 't10k-images-idx3-ubyte'), idxImages(10, 40, 40));
  await writeFile(join(folder, 't10k-labels-idx1-ubyte'), idxLabels(labels.slice(0, 10)));
};
export const isImporting = (workspace: string): boolean =>
  readdirSync(join(workspace, 'datasets')).some((name) => name.startsWith('.import-'));

/** Of an analysis that takes minutes. */
const longAnalysis = analysisSettingsSchema.parse({ kind: 'landscape', points: 501 });

const isGoingOn = ({ state, rowsDone }: AnalysisSummary): boolean => state === 'running' && rowsDone > 0;
const mnist = { ...shared.dataset, trainSubset: 100, testSubset: 100 };
const { trainerEntry: trainer } = locations;

export const states: readonly State[] = [
  { name: 'idle', begin: () => Promise.resolve(), reach: () => Promise.resolve() },
  {
    name: 'providing TensorFlow, in the compiler',
    helper: 'sleep 600',
    environment: async (folder) => {
      const compiler = join(folder, 'c++');
      await writeFile(compiler, '#!/bin/sh\nsleep 600 &\nwait\n', { mode: 0o755 });
      return { ESAM_LAB_CACHE: join(folder, 'cache'), ESAM_LAB_TENSORFLOW_BINDING: '', CXX: compiler };
    },
    begin: () => Promise.resolve(), // it begins at the start
    reach: ({ pid }) => until(() => helpersOf(pid, 'sleep 600').length > 0),
  },
  {
    name: 'before its trainer is ready',
    helper: trainer,
    goesOn: true,
    begin: trains({ dataset: mnist }),
    reach: ({ pid }) => until(() => helpersOf(pid, trainer).length > 0),
  },
  {
    name: 'training',
    helper: trainer,
    goesOn: true,
    begin: trains({ dataset: { ...mnist, trainSubset: null } }),
    reach: (opened) => hears(opened, (event) => event.type === 'progressed' && event.activity === 'training'),
  },
  {
    // It hears nothing, as within a step of minutes.
    name: 'training, its trainer suspended',
    helper: trainer,
    goesOn: true,
    begin: trains({ dataset: mnist }),
    reach: async (opened) => {
      await hears(opened, ({ type }) => type === 'epochFinished');
      for (const helper of helpersOf(opened.pid, trainer)) process.kill(helper, 'SIGSTOP');
    },
  },
  {
    name: 'evaluating',
    helper: trainer,
    goesOn: true,
    begin: trains({ dataset: { ...mnist, testSubset: null } }),
    reach: (opened) => hears(opened, (event) => event.type === 'progressed' && event.activity === 'evaluating'),
  },
  {
    name: 'importing data',
    begin: async ({ lab, folder }) => {
      await writeLargeSet(folder);
      lab.grantPaths([folder]);
      lab.importDataset({ kind: 'idx', paths: [folder], name: 'large', onDamaged: 'refuse' }).catch(() => undefined); // the lab is killed
    },
    reach: ({ workspace }) => until(() => isImporting(workspace)),
  },
  {
    name: 'analysing a checkpoint',
    helper: trainer,
    goesOn: true,
    begin: async ({ lab }) => {
      await lab.analyse({ runIds: [1], settings: longAnalysis });
    },
    reach: (opened) => hears(opened, (event) => event.type === 'analysisChanged' && isGoingOn(event.analysis)),
  },
];
