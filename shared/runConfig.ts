import { z } from 'zod';
import { engineIds } from './engines.ts';
import { optimizerSchema } from './methods/index.ts';
import { looksAtEpochs } from './methods/when.ts';

export { optimizerSchema } from './methods/index.ts';
export type { OptimizerConfig } from './methods/index.ts';
export { plainEsam, type EsamConfig } from './methods/esam.ts';
export { plainSam, type SamConfig } from './methods/sam.ts';
export { plainRule } from './methods/rule.ts';
export type { RuleConfig } from './rules/index.ts';
export type { WhenConfig } from './methods/when.ts';
export type { SgdConfig } from './methods/sgd.ts';

/** Networks that are one definition each. */
const fixedModelIds = [
  'mlp',
  'convnet',
  'resnet8',
  'resnet18',
  'wrn28x10',
  'pyramidnet110',
  'resnet50',
  'resnet101',
  'vit-s16',
] as const;

/** How the layers of `deep-mlp` hang together: one after another, or with connections across layers. */
export const wirings = ['serial', 'general'] as const;

/** Equal layers one after another, on which SWP's overhead is measured. @see Du et al. 2022, appendix A.6 */
const deepMlpSchema = z.strictObject({
  id: z.literal('deep-mlp'),
  layers: z.number().int().min(1).max(1000).default(10),
  width: z.number().int().min(1).max(16_384).default(256),
  wiring: z.enum(wirings).default('serial'),
});
export type DeepMlpConfig = z.infer<typeof deepMlpSchema>;

/** Which network, with the settings of those that have some. */
export const modelSchema = z.discriminatedUnion('id', [z.strictObject({ id: z.enum(fixedModelIds) }), deepMlpSchema]);
export type ModelConfig = z.infer<typeof modelSchema>;

/** Networks the engine can build. */
export const modelIds = [...fixedModelIds, 'deep-mlp'] as const;
export type ModelId = (typeof modelIds)[number];

/** A network by its name, with its own defaults where it has settings. */
export const modelOf = (id: ModelId): ModelConfig => modelSchema.parse({ id });

/** Of activations and convolution kernels; parameters, statistics, dense layers and loss are float32 in either. */
export const precisions = ['float32', 'bfloat16'] as const;
export type Precision = (typeof precisions)[number];

/** How the learning rate falls over epochs (stepped once per epoch). */
export const scheduleSchema = z.discriminatedUnion('name', [
  /** η_e = ½η₀(1 + cos(πe/E)), e counted from 0. */
  z.strictObject({ name: z.literal('cosine') }),
  z.strictObject({ name: z.literal('constant') }),
  /** η₀·factor^(number of milestones ≤ e). */
  z.strictObject({
    name: z.literal('step'),
    milestones: z.array(z.number().int().min(1)).min(1).max(20).default([60, 120, 160]),
    factor: z.number().gt(0).lt(1).default(0.2),
  }),
  /** Linear from η₀/warmupEpochs to η₀, then cosine over the epochs that remain. */
  z.strictObject({ name: z.literal('warmup'), warmupEpochs: z.number().int().min(1).max(1000).default(5) }),
]);
export type ScheduleConfig = z.infer<typeof scheduleSchema>;

export const scheduleNames = scheduleSchema.options.map(({ shape }) => shape.name.value);

/** A schedule by its name, with what it begins with. */
export const scheduleOf = (name: ScheduleConfig['name']): ScheduleConfig => scheduleSchema.parse({ name });

export const augmentationSchema = z.strictObject({
  /** Zero pixels added on each side before a random crop back to the original size; 0 = no such crop. */
  cropPadding: z.number().int().min(0).max(16),
  /**
   * Least share of an image's area that a random resized crop takes (its ratio of width to height 3/4–4/3); null = no such crop. Where
   * images have other sizes than the network's, they are then evaluated on the centre at 224/256 of their short side, else on all of it.
   */
  cropMinScale: z.number().gt(0).max(1).nullable().default(null),
  cropMaxScale: z.number().gt(0).max(1).default(1),
  /** Random horizontal flip with probability ½. */
  flip: z.boolean(),
  /** Side of the square filled with 0 after normalisation; 0 = no Cutout. */
  cutoutSize: z.number().int().min(0).max(64),
  cutoutProbability: z.number().min(0).max(1),
  /** Side in pixels of the square that the images of an image folder are brought to. Null = the data set's own size. */
  resolution: z.number().int().min(8).max(1024).nullable().default(null),
});
export type AugmentationConfig = z.infer<typeof augmentationSchema>;

export const datasetIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens');

export const datasetIdentitySchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits');

/** Environment settings of the engine; they take effect before it loads, so they belong to the run. */
export const deviceConfigSchema = z.strictObject({
  engine: z.enum(engineIds),
  /** Threads inside an operation; 0 = all cores. */
  threads: z.number().int().min(0).max(1024),
  deterministic: z.boolean(),
  /** TF32 matrix units of NVIDIA GPUs. */
  tf32: z.boolean(),
  /** Allocate GPU memory as needed instead of all at once. */
  memoryGrowth: z.boolean(),
  /** TensorFlow on a CPU: the lab's own kernels (Winograd convolutions, fused BatchNorm) where they are there, else TensorFlow's. */
  ownKernels: z.boolean().default(true),
});
export type DeviceConfig = z.infer<typeof deviceConfigSchema>;

const runFields = {
  dataset: z.strictObject({
    id: datasetIdSchema,
    /** Train on this many randomly chosen examples (class-balanced); null = all. */
    trainSubset: z.number().int().min(1).max(1e9).nullable(),
    /** Test on this many examples (class-balanced, the same ones whatever the seed); null = all. */
    testSubset: z.number().int().min(1).max(1e9).nullable().default(null),
    /** Share of training labels replaced by another class, uniformly (symmetric noise). */
    labelNoise: z.number().min(0).max(1),
    /**
     * What the set held and how it was read, as SHA-256 (`datasetIdentity`); the lab writes it when a run is queued, so that runs on other
     * data are another group, whatever the set's name. Null: whatever the library has.
     */
    identity: datasetIdentitySchema.nullable().default(null),
  }),
  augmentation: augmentationSchema,
  model: modelSchema,
  /** `bfloat16`: activations and convolution kernels; parameters, statistics, dense layers and loss stay float32. */
  precision: z.enum(precisions).default('float32'),
  batchSize: z.number().int().min(1).max(65536),
  /** Examples that go through the network at once; a larger batch goes in parts, with BatchNorm per part. Null = all at once. */
  microBatch: z.number().int().min(1).max(65536).nullable().default(null),
  /** Leave out the last, smaller batch of an epoch. */
  dropLast: z.boolean(),
  epochs: z.number().int().min(1).max(100000),
  schedule: scheduleSchema,
  labelSmoothing: z.number().min(0).lt(1),
  device: deviceConfigSchema,
  /** Steps between two sampled steps. */
  logEvery: z.number().int().min(1).max(100000),
  /** Steps of each epoch at which the gradients of its subsets are compared; no weight depends on it. */
  observe: z.number().int().min(0).max(1000).default(0),
};

/** What all arms of an experiment share. */
export const sharedConfigSchema = z.strictObject(runFields);
export type SharedConfig = z.infer<typeof sharedConfigSchema>;

export const largestSeed = 0xffffffff;
export const seedSchema = z.number().int().min(0).max(largestSeed);

/** Everything that influences a result. One schema for the form, the command line, the store, the wire and the presets. */
export const runConfigSchema = z.strictObject({ ...runFields, optimizer: optimizerSchema, seed: seedSchema });
export type RunConfig = z.infer<typeof runConfigSchema>;

/** A configuration without its seed: what makes two runs siblings. */
export type GroupConfig = Omit<RunConfig, 'seed'>;

export const groupConfigOf = (config: RunConfig): GroupConfig => {
  const { seed: _, ...group } = config;
  return group;
};

/**
 * The same training with another number of epochs; null where the schedule, or when the method climbs, looks at their number, so that
 * epochs already done would have gone another way.
 */
export const withEpochs = (config: RunConfig, epochs: number): RunConfig | null => {
  const { schedule, optimizer } = config;
  const isFree = schedule.name === 'constant' || schedule.name === 'step';
  return isFree && !looksAtEpochs(optimizer) ? { ...config, epochs } : null;
};

/** JSON with keys sorted at every level: equal configurations have equal text. Input is plain data without `undefined`. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
