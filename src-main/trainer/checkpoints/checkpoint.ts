import { basename, join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';
import { canonicalJson, runConfigSchema, withEpochs, type RunConfig } from '../../../shared/runConfig.ts';
import type { Tensor } from '../engine/ops.ts';
import type { Memory } from '../optimizers/index.ts';
import type { Run } from '../run.ts';
import { readNumbers, writeNumbers, type NamedNumbers } from './file.ts';
import { inFormatTwo } from './formatOne.ts';
import { progressSchema, type Progress } from './progress.ts';

const streamState = z.array(z.number().int()).length(4);

const aboutSchema = z.object({
  format: z.literal('ESAM Lab checkpoint 2'),
  /** For whoever finds the file without the lab. */
  layout: z.string(),
  writtenAt: z.string(),
  versions: z.strictObject({ lab: z.string(), engine: z.string(), node: z.string() }),
  datasetSha256: z.string(),
  config: runConfigSchema,
  progress: progressSchema,
  /** Where the random streams stand; `shuffle` before the present epoch's order was drawn, so that it is drawn again. */
  streams: z.strictObject({
    shuffle: streamState,
    augmentation: streamState,
    mask: streamState,
    selection: streamState,
  }),
  /** What else each part of the optimizer keeps. */
  optimizer: z.record(z.string(), z.unknown()),
});
type About = z.infer<typeof aboutSchema>;

const layout =
  'Little-endian: 8 bytes "ESAMCKPT", the length of this header (uint32), this header, the numbers of `tensors` at their offsets ' +
  'from its end (row by row, images NHWC, kernels HWIO), and the SHA-256 of all before it (32 bytes).';

/** A place on the device: what lies there, its name, and how another tensor is put there. */
interface Place {
  readonly name: string;
  readonly tensor: Tensor;
  readonly put: (tensor: Tensor) => void;
}

/**
 * Everything on the device that a run goes on from: `parameters/conv.kernel`, what the optimizer's parts keep (`rule/velocity/conv.kernel`),
 * `statistics/0/mean`.
 */
const placesOf = ({ network, state, optimizer }: Run): Place[] => {
  const nameOf = (index: number): string => network.parameters[index]?.name ?? String(index);
  const listed = (kind: string, tensors: Tensor[]): Place[] =>
    tensors.map((tensor, index) => ({
      name: `${kind}/${nameOf(index)}`,
      tensor,
      put: (other) => (tensors[index] = other),
    }));
  const kept = Object.entries(optimizer.memories).flatMap(([part, { tensors }]) =>
    Object.entries(tensors).flatMap(([kind, list]) => listed(`${part}/${kind}`, list)),
  );
  const statistics = state.statistics.flatMap((pair, index) =>
    (['mean', 'variance'] as const).map((part) => ({
      name: `statistics/${index}/${part}`,
      tensor: pair[part],
      put: (other: Tensor) => {
        state.statistics[index] = { ...(state.statistics[index] ?? pair), [part]: other };
      },
    })),
  );
  return [...listed('parameters', state.parameters), ...kept, ...statistics];
};

const downloaded = (run: Run, { name, tensor }: Place): NamedNumbers => {
  const numbers = run.ops.download(tensor);
  if (numbers instanceof Float32Array || numbers instanceof Float64Array) return { name, shape: tensor.shape, numbers };
  throw new Error(`${name} holds ${tensor.dataType}; a checkpoint keeps floats.`);
};

/** "epoch-0003-step-00000021.ckpt": epochs and steps done. */
export const checkpointName = ({ epoch, step }: Progress): string =>
  `epoch-${String(epoch - 1).padStart(4, '0')}-step-${String(step).padStart(8, '0')}.ckpt`;

/**
 * Writes all that a run goes on from, whole or not at all. Reads the device, and changes nothing there.
 * @param orderFrom - the shuffling stream's state before the present epoch's order was drawn.
 * @throws Error of the file system.
 */
export const writeCheckpoint = (run: Run, folder: string, progress: Progress, orderFrom: readonly number[]) => {
  const { environment, config, augmentation, mask, selection, optimizer } = run;
  const about: About = {
    format: 'ESAM Lab checkpoint 2',
    layout,
    writtenAt: new Date().toISOString(),
    versions: { lab: environment.labVersion, engine: environment.engine, node: environment.nodeVersion },
    datasetSha256: environment.datasetSha256,
    config,
    progress,
    streams: {
      shuffle: [...orderFrom],
      augmentation: [...augmentation.state()],
      mask: [...mask.state()],
      selection: [...selection.state()],
    },
    optimizer: Object.fromEntries(Object.entries(optimizer.memories).map(([part, memory]) => [part, memory.data()])),
  };
  const fileName = checkpointName(progress);
  const tensors = placesOf(run).map((place) => downloaded(run, place));
  return { fileName, ...writeNumbers(join(folder, fileName), about, tensors) };
};

/**
 * Puts a run where a checkpoint left it.
 * @param sha256 - as recorded when it was written.
 * @returns how far the run was.
 * @throws LabError CHECKPOINT_DAMAGED if the file is not whole, CHECKPOINT_UNREADABLE if it cannot be read now or by this lab, CONFIG_INVALID if it belongs to another training; the run is
 * unchanged then.
 */
export const readCheckpoint = (run: Run, path: string, sha256: string): Progress => {
  const { header, tensors } = inFormatTwo(readNumbers(path, sha256));
  const parsed = aboutSchema.safeParse(header);
  if (!parsed.success) throw notUnderstood(path);
  const about = parsed.data;
  // Before crops were settings, a checkpoint said nothing of them; the run's configuration was told since.
  if (beforeCrops.safeParse(header).success) {
    const { cropMinScale, cropMaxScale } = run.config.augmentation;
    Object.assign(about.config.augmentation, { cropMinScale, cropMaxScale });
  }
  expectSameTraining(run, about);
  const goOn = Object.entries(run.optimizer.memories).map(([part, { recall }]) =>
    recalled(path, recall, about.optimizer[part]),
  );
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const places = placesOf(run).map((place) => ({ ...place, found: found.get(place.name) }));
  const isWhole = places.every(({ tensor, found: other }) => other?.shape.join() === tensor.shape.join());
  if (!isWhole || found.size !== places.length) {
    throw new LabError('CONFIG_INVALID', `The checkpoint holds other tensors than ${run.config.model.id} has.`);
  }

  for (const { put, tensor, found: other } of places) {
    if (other === undefined) continue;
    put(run.ops.upload(other.numbers, other.shape));
    run.ops.dispose(tensor);
  }
  goOn.forEach((go) => go());
  run.shuffle.restore(about.streams.shuffle);
  run.augmentation.restore(about.streams.augmentation);
  run.mask.restore(about.streams.mask);
  run.selection.restore(about.streams.selection);
  return about.progress;
};

const beforeCrops = z.object({
  config: z.object({ augmentation: z.object({ cropMinScale: z.undefined().optional() }) }),
});

const notUnderstood = (path: string): LabError =>
  new LabError(
    'CHECKPOINT_UNREADABLE',
    `The checkpoint ${basename(path)} was written by another version of the lab, which this one does not understand. Nothing was changed; resume the run with that version.`,
  );

const recalled = (path: string, recall: Memory['recall'], data: unknown): (() => void) => {
  try {
    return recall(data);
  } catch (error) {
    if (error instanceof z.ZodError) throw notUnderstood(path);
    throw error;
  }
};

/** A checkpoint serves the same configuration, or one with more epochs where their number moves nothing before them. */
const expectSameTraining = ({ config, environment }: Run, about: About): void => {
  const { identity } = config.dataset;
  // Former checkpoints say what the data were by their SHA-256 alone, which is compared below.
  about.config.dataset.identity ??= identity;
  const isSame = (one: RunConfig, other: RunConfig): boolean => canonicalJson(one) === canonicalJson(other);
  const extended = withEpochs(about.config, config.epochs);
  if (!isSame(about.config, config) && (extended === null || !isSame(extended, config))) {
    throw new LabError('CONFIG_INVALID', 'The checkpoint is of a run with other settings; repeat the run instead.');
  }
  if (about.datasetSha256 !== environment.datasetSha256) {
    throw new LabError(
      'CONFIG_INVALID',
      `The data set "${config.dataset.id}" has changed since the checkpoint was written; repeat the run instead.`,
    );
  }
};
