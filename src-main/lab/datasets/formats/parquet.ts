import { basename } from 'node:path';
import { byCodePoint } from '../../../files/byteNames.ts';
import { LabError } from '../../../../shared/errors.ts';
import { nameOf, type Source } from '../fileBytes.ts';
import { halvesOf, tableOf, tablesAmong } from '../parquet/halves.ts';
import { arraysOf, smallHalf, smallSizeOf, type NumberOf } from '../parquet/smallImages.ts';
import type { Format } from './format.ts';
import { setOfArrays } from './halves.ts';

/**
 * Parquet tables of small images, all of one size, as Hugging Face's MNIST and CIFAR; others are unpacked (`unpack`).
 * @see https://huggingface.co/docs/datasets/image_dataset
 */
export const parquet: Format = {
  name: 'Parquet tables of images (Hugging Face)',
  read: async ({ members }, context) => {
    const files = await tablesAmong(members, context.signal);
    const [first] = files;
    if (first === undefined) return null;
    const { halves, aside } = await halvesOf(files, context.signal);
    const [train, test = null] = halves;
    const size = await smallSizeOf(train?.files[0] ?? first, context.signal);
    if (train === undefined || size === null)
      throw new LabError(
        'DATASET_UNSUPPORTED',
        `${nameOf(first)} holds images of several sizes, or of more than 96 pixels a side. Choose the tables themselves, or their folder, not an archive of them: they are unpacked.`,
      );
    const { names, otherLabels } = await tableOf(train.files[0] ?? first, context.signal);
    const numbers = numbering(names ?? (await textsIn(train.files, context.signal)));
    const trained = await smallHalf(train.files, size, numbers.of, context);
    const tested = test === null ? null : await smallHalf(test.files, size, numbers.of, context);
    const isGrey = trained.isGrey && (tested?.isGrey ?? true);
    const left = otherLabels.length === 0 ? '' : `; classes of ${otherLabels.join(', ')} left aside`;
    return setOfArrays(
      [arraysOf(nameOf(train.files[0] ?? first), trained, size, isGrey)],
      test === null || tested === null ? null : arraysOf(nameOf(test.files[0] ?? first), tested, size, isGrey),
      {
        names: numbers.names,
        source: `Parquet tables ${files.map(nameOf).slice(0, 4).join(', ')}${files.length > 4 ? ' …' : ''}${aside}${left}`,
        suggestedName:
          basename(nameOf(first)).replace(/[-_.]?(?:train|test|validation)?(?:-\d+-of-\d+)?\.parquet$/i, '') ||
          'Images',
        ...{ published: null, areBytes: true },
      },
      context,
    );
  },
};

/** Texts that a column of classes holds; null where they are numbers. */
const textsIn = async (files: readonly Source[], signal: AbortSignal): Promise<string[] | null> => {
  const texts = new Set<string>();
  for (const file of files) {
    for await (const rows of (await tableOf(file, signal)).groups()) {
      for (const { label } of rows) {
        if (typeof label === 'number') return null;
        texts.add(label);
      }
    }
  }
  return [...texts].sort(byCodePoint);
};

const numbering = (names: readonly string[] | null): { of: NumberOf; names: ReadonlyMap<number, string> | null } => {
  const places = new Map(names?.map((name, place) => [name, place]));
  const of: NumberOf = (label, where) => {
    const number = typeof label === 'number' ? label : places.get(label);
    const isClass = number !== undefined && Number.isInteger(number) && number >= 0 && number <= 255;
    if (isClass && (names === null || number < names.length)) return number;
    throw new LabError(
      'DATASET_CORRUPT',
      `${where} has the class ${String(label)}, expected ${names === null ? 'whole numbers from 0 to 255' : `one of the ${names.length} of the training table`}.`,
    );
  };
  return { of, names: names === null ? null : new Map(names.map((name, number) => [number, name])) };
};
