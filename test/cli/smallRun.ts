import { runConfigSchema } from '../../shared/runConfig.ts';
import type { RunConfig } from '../../shared/runConfig.ts';

/** A run that trains in plain TypeScript, without TensorFlow. */
export const smallRun = (datasetId: string, epochs = 2): RunConfig =>
  runConfigSchema.parse({
    dataset: { id: datasetId, trainSubset: null, labelNoise: 0 },
    augmentation: { cropPadding: 0, flip: false, cutoutSize: 0, cutoutProbability: 0, resolution: null },
    model: { id: 'mlp' },
    batchSize: 2,
    dropLast: false,
    epochs,
    schedule: { name: 'constant' },
    labelSmoothing: 0,
    device: {
      engine: 'reference',
      threads: 0,
      deterministic: false,
      tf32: false,
      memoryGrowth: true,
      ownKernels: true,
    },
    logEvery: 1,
    optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 0 },
    seed: 0,
  });
