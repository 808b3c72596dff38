import type { SplitChoice } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import { countText } from '../../../../shared/numberText.ts';
import type { DecodedSet, ImportContext } from '../decodedSet.ts';
import { splitText, testPlaces } from '../imageFolder/split.ts';
import { classesOf } from '../labels.ts';
import { labelsOf, pixelsOf, type FileArray, type Pixels } from './arrays.ts';
import { bytesAsTheyAre, scaleOf } from './scale.ts';

/** Images and labels of one half, as a file holds them. */
export interface ArrayHalf {
  readonly images: FileArray;
  readonly labels: FileArray;
}

interface Described {
  /** Label → name; null: the labels themselves are the names. */
  readonly names: ReadonlyMap<number, string> | null;
  readonly source: string;
  readonly suggestedName: string;
  readonly published: DecodedSet['published'];
  /** What a label of the file means; default: itself. */
  readonly labelOf?: (label: number) => number;
  /** The format itself says that its values are bytes; else that is looked at, or asked. */
  readonly areBytes?: boolean;
}

/**
 * A set of arrays: checked, in the lab's order, with its classes.
 * @param parts - that follow one another in training. @param test - null: a share of each class is drawn for it, where that was chosen.
 * @throws LabError DATASET_UNSUPPORTED where a split is needed, DATASET_CORRUPT where halves or counts do not fit.
 */
export const setOfArrays = async (
  parts: readonly ArrayHalf[],
  test: ArrayHalf | null,
  { names, source, suggestedName, published, labelOf = (label) => label, areBytes = false }: Described,
  { signal, onProgress, split = null, range = null }: ImportContext,
): Promise<DecodedSet> => {
  const halves = [...parts, ...(test === null ? [] : [test])];
  const labelled = new Map(halves.map(({ labels }) => [labels, labelsOf(labels).map(labelOf)]));
  if (test === null && split === null)
    throw needsSplit(parts.reduce((sum, { labels }) => sum + (labelled.get(labels)?.length ?? 0), 0));
  const arrays = halves.map(({ images }) => images);
  const scale = areBytes && range === null ? bytesAsTheyAre : await scaleOf(arrays, range, signal);
  const read = async ({ images, labels }: ArrayHalf): Promise<Half> => {
    onProgress({ message: `Reading ${images.name}`, share: null });
    const pixels = await pixelsOf(images, scale, signal);
    const values = labelled.get(labels) ?? new Uint8Array();
    if (values.length !== pixels.count)
      throw new LabError(
        'DATASET_CORRUPT',
        `${images.name} holds ${pixels.count} images, but ${labels.name} ${values.length} labels; they belong to different sets or one is damaged.`,
      );
    return { fileName: labels.name, pixels, values };
  };
  const trained: Half[] = [];
  for (const part of parts) trained.push(await read(part));
  const whole = joined(trained);
  const set = test === null ? drawn(whole, split) : { train: whole, test: await read(test) };
  const { height, width, channels } = set.train.pixels;
  const { pixels: other } = set.test;
  if (other.height !== height || other.width !== width || other.channels !== channels)
    throw new LabError(
      'DATASET_CORRUPT',
      `${set.test.fileName} is of images of ${other.height} × ${other.width} × ${other.channels}, expected ${height} × ${width} × ${channels} as in training.`,
    );
  const classes = classesOf(set.train, set.test, names);
  return {
    ...{ height, width, channels, classNames: classes.names, suggestedName, published },
    train: { images: set.train.pixels.images, labels: classes.train },
    test: { images: other.images, labels: classes.test },
    source: `${source}${classes.note}${scale.note}${test === null && split !== null ? `; ${splitText(split, { test: other.count, all: whole.pixels.count })}` : ''}`,
  };
};

interface Half {
  readonly fileName: string;
  readonly pixels: Pixels;
  readonly values: Uint8Array;
}

const joined = (parts: readonly Half[]): Half => {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('There is no part to train with.');
  if (others.length === 0) return first;
  const images = Buffer.concat(parts.map(({ pixels }) => pixels.images));
  const values = Uint8Array.from(Buffer.concat(parts.map((part) => part.values)));
  return { ...first, values, pixels: { ...first.pixels, images, count: values.length } };
};

const needsSplit = (count: number): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `There are ${countText(count)} images, but none to test with. Add files or arrays of test images and labels, or choose which share of each class is for testing (--test-share 0.2); it is drawn with a seed and recorded.`,
  );

const drawn = (whole: Half, split: SplitChoice | null): { train: Half; test: Half } => {
  if (split === null) throw needsSplit(whole.values.length);
  const places = new Map<number, number[]>();
  whole.values.forEach((label, place) => {
    const ofClass = places.get(label);
    if (ofClass === undefined) places.set(label, [place]);
    else ofClass.push(place);
  });
  const tested = new Set<number>();
  for (const [label, ofClass] of places) {
    if (ofClass.length < 2)
      throw new LabError(
        'DATASET_CORRUPT',
        `Class ${label} has a single image, of which none can be for testing. Add some.`,
      );
    for (const place of testPlaces(split, label, ofClass.length)) tested.add(ofClass[place] ?? 0);
  }
  return { train: chosen(whole, (place) => !tested.has(place)), test: chosen(whole, (place) => tested.has(place)) };
};

const chosen = ({ fileName, pixels, values }: Half, isIn: (place: number) => boolean): Half => {
  const bytes = pixels.height * pixels.width * pixels.channels;
  const places = [...values.keys()].filter(isIn);
  const images = Buffer.alloc(places.length * bytes);
  places.forEach((from, to) => images.set(pixels.images.subarray(from * bytes, (from + 1) * bytes), to * bytes));
  return {
    fileName,
    pixels: { ...pixels, images, count: places.length },
    values: Uint8Array.from(places, (place) => values[place] ?? 0),
  };
};
