import { z } from 'zod';
import { runEnvironmentSchema } from './device.ts';
import type { RunEnvironment } from './device.ts';

/** A part of a run that was trained in one environment. */
export const trainedInSchema = z.strictObject({
  /** Epochs and steps of the run done when it began there. */
  epoch: z.number().int().min(0),
  step: z.number().int().min(0),
  environment: runEnvironmentSchema,
});
export type TrainedIn = z.infer<typeof trainedInSchema>;

/** What decides on which bits come out of the same computation, by name. */
export type ExactFacts = Readonly<Record<string, string>>;

const ownKernels = /, own kernels on ([^)]*)/;
const threadCount = /, \d+ threads?(?=\))/;

/** The own WebAssembly kernels give the same bits with any number of threads. */
const dependsOnThreads = (engine: string): boolean => !engine.startsWith('WebAssembly');

/** Of an environment; what was not recorded is left out. */
export const exactFacts = (environment: RunEnvironment): ExactFacts => {
  const { engine, device, threads, oneDnn, cpuModel, cpuCores, platform, labVersion } = environment;
  return {
    engine: engine.replace(ownKernels, '').replace(threadCount, ''),
    device,
    ...(engine.startsWith('TensorFlow') && { 'own kernels': ownKernels.exec(engine)?.[1] ?? 'none' }),
    ...(dependsOnThreads(engine) && (threads === null ? { cores: String(cpuCores) } : { threads: String(threads) })),
    ...(oneDnn !== null && { oneDNN: oneDnn ? 'on' : 'off' }),
    processor: cpuModel,
    system: platform,
    'ESAM Lab': labVersion,
  };
};

/** "threads 2, now 1", for every fact that both sides know and that differs. */
export const factDifferences = (then: ExactFacts, now: ExactFacts): string[] =>
  Object.entries(now).flatMap(([name, value]) => {
    const former = then[name];
    return former === undefined || former === value ? [] : [`${name} ${former}, now ${value}`];
  });

/** Why a run that goes on will not give the numbers that it would have given without the break. */
export const inexactText = (differences: readonly string[]): string =>
  `It does not go on bit for bit as it began, because it goes on elsewhere: ${differences.join('; ')}.`;
