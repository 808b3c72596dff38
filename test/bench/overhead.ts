import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { runConfigSchema, type RunConfig } from '../../shared/runConfig.ts';
import { openLab } from '../../src-main/lab/service.ts';
import type { TrainerLauncher } from '../../src-main/lab/trainers.ts';
import { realTrainers, trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { median } from './median.ts';

/** SGD, whose steps are the shortest, on a small network, where what the lab adds weighs most: six epochs of 40 steps. */
export const overheadConfig: RunConfig = runConfigSchema.parse({
  dataset: { id: 'mnist', trainSubset: 5120, labelNoise: 0 },
  augmentation: { cropPadding: 0, flip: false, cutoutSize: 0, cutoutProbability: 0, resolution: null },
  model: { id: 'resnet8' },
  batchSize: 128,
  dropLast: false,
  epochs: 6,
  schedule: { name: 'constant' },
  labelSmoothing: 0,
  device: { engine: 'tensorflow', threads: 0, deterministic: false, tf32: false, memoryGrowth: true, ownKernels: true },
  logEvery: 10,
  optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 },
  seed: 0,
});

/** What a trainer told, when it came, and the processor time that this process, the lab, had used by then. */
interface Moment {
  readonly type: string;
  readonly atMs: number;
  readonly labCpuMs: number;
}

/** Trainers whose events are noted as they come in. */
const noting = (launcher: TrainerLauncher, moments: Moment[]): TrainerLauncher => ({
  launch: async (environment) => {
    const trainer = await launcher.launch(environment);
    return {
      ...trainer,
      onMessage: (listener) => {
        trainer.onMessage((message) => {
          const { event } = message as { readonly event?: { readonly type: string } };
          const { user, system } = process.cpuUsage();
          if (event !== undefined) {
            moments.push({ type: event.type, atMs: performance.now(), labCpuMs: (user + system) / 1000 });
          }
          listener(message);
        });
      },
    };
  },
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Trains the run through the whole lab (queue, trainer process, store, events as to a window), and adds up where the time goes from the
 * end of the first epoch to the end of the last.
 * @returns milliseconds: of a step; for each step, of what is neither step nor evaluation nor checkpoint (readings, messages, the event
 * loop); of a checkpoint. And the processor time of the lab's own process as a share of the time that passed (1 = one core).
 */
export const trainInLab = async (workspaceFolder: string) => {
  const { optimizer, seed, ...shared } = overheadConfig;
  const moments: Moment[] = [];
  const lab = await openLab({ ...trainingLabOptions(workspaceFolder), launcher: noting(realTrainers, moments) });
  try {
    const ended = new EventTarget();
    const end = once(ended, 'end');
    lab.onEvent((event) => {
      structuredClone(event);
      if (event.type === 'runChanged' && event.run.endedAt !== null) ended.dispatchEvent(new Event('end'));
    });
    const experiment = {
      name: 'Overhead',
      shared,
      arms: [optimizer],
      axes: [],
      seeds: [seed],
      skipFinished: false,
      measureSpeed: false,
    };
    const { runIds } = await lab.enqueue(experiment);
    await end;
    const { run, epochs } = await lab.run({ runId: runIds[0] ?? 0 });
    if (run.state !== 'finished') throw new Error(`The run ended as ${run.state}: ${run.reason ?? ''}`);

    const finished = moments.filter(({ type }) => type === 'epochFinished');
    const [first, last] = [finished[0], finished.at(-1)];
    if (first === undefined || last === undefined) throw new Error('The run told of no epoch.');
    const kept = moments.filter(({ type, atMs }) => type === 'checkpointed' && atMs < last.atMs);
    const checkpoints = kept.map(({ atMs }, index) => atMs - (finished[index]?.atMs ?? NaN));
    const measured = epochs.slice(1);
    const steps = sum(measured.map((epoch) => epoch.steps));
    const wallMs = last.atMs - first.atMs;
    const trainMs = sum(measured.map((epoch) => epoch.trainMs));
    const outsideMs = wallMs - trainMs - sum(measured.map((epoch) => epoch.evaluationMs)) - sum(checkpoints);
    return {
      stepMs: trainMs / steps,
      outsideMsPerStep: outsideMs / steps,
      checkpointMs: median(checkpoints),
      labCpuShare: (last.labCpuMs - first.labCpuMs) / wallMs,
    };
  } finally {
    await lab.close();
  }
};
