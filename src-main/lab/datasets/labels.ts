import { LabError } from '../../../shared/errors.ts';
import { nameOf, wholeOf, type Source } from './fileBytes.ts';

/** Labels as a file holds them. */
interface FileLabels {
  readonly fileName: string;
  readonly values: Uint8Array;
}

/** A set's classes, and its labels as places in them. */
export interface Classes {
  readonly names: string[];
  readonly train: Uint8Array;
  readonly test: Uint8Array;
  /** For the set's record: which original labels these are, where that is not 0, 1, 2 …; else nothing. */
  readonly note: string;
}

/**
 * Classes are the labels that occur in training, and those that the set's own map names; not what lies between: EMNIST's letters count
 * from 1, and a part of a set may have 3 and 8 alone.
 * @param names - label → its name; null where the set has no map.
 * @throws LabError DATASET_CORRUPT for a single class, a test label without a class, or one lone label far from all others.
 */
export const classesOf = (train: FileLabels, test: FileLabels, names: ReadonlyMap<number, string> | null): Classes => {
  const labels = [...new Set([...train.values, ...(names?.keys() ?? [])])].sort((a, b) => a - b);
  if (names === null) refuseLone(labels, train, test);
  if (labels.length < 2) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${train.fileName}: every label is ${labels[0] ?? 0}; expected at least two classes.`,
    );
  }
  const places = new Map(labels.map((label, place) => [label, place]));
  const placed = ({ fileName, values }: FileLabels): Uint8Array =>
    values.map((label, record) => {
      const place = places.get(label);
      if (place !== undefined) return place;
      throw new LabError(
        'DATASET_CORRUPT',
        `${fileName}, record ${record}: label ${label}, expected ${written(labels)} as in the training set.`,
      );
    });
  const isUsual = labels.every((label, place) => label === place);
  return {
    names: labels.map((label) => named(label, names)),
    train: placed(train),
    test: placed(test),
    note: isUsual ? '' : `; classes are the labels ${written(labels)}`,
  };
};

/** A label of one training example and no test example, behind a gap, is a damaged byte rather than a class. */
const refuseLone = (labels: readonly number[], train: FileLabels, test: FileLabels): void => {
  const before = labels.at(-2);
  const last = labels.at(-1);
  if (last === undefined || before === undefined || last === before + 1 || test.values.includes(last)) return;
  const record = train.values.indexOf(last);
  if (record !== train.values.lastIndexOf(last)) return;
  throw new LabError(
    'DATASET_CORRUPT',
    `${train.fileName}, record ${record}: label ${last}, expected ${written(labels.slice(0, -1))}, since no other example has it; ` +
      'the file is damaged or not a file of class labels.',
  );
};

/** "0–9", or "3, 8". */
const written = (labels: readonly number[]): string => {
  const [first = 0] = labels;
  const last = labels.at(-1) ?? first;
  if (labels.length > 1 && last - first === labels.length - 1) return `${first}–${last}`;
  return labels.length > 12 ? `${labels.slice(0, 12).join(', ')} …` : labels.join(', ');
};

const named = (label: number, names: ReadonlyMap<number, string> | null): string => {
  const name = names?.get(label);
  return name === undefined ? String(label) : `${name} (${label})`;
};

/**
 * The map that EMNIST brings, `emnist-…-mapping.txt`: on each line a label and the code points of the characters that it stands for.
 * @returns label → characters; null where no such file is among these.
 * @throws LabError DATASET_CORRUPT if a line says something else.
 * @see Cohen et al. 2017, "EMNIST: an extension of MNIST to handwritten letters"
 */
export const readLabelNames = async (
  files: readonly Source[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string> | null> => {
  const file = files.find((source) => /mapping\.txt$/i.test(nameOf(source)));
  if (file === undefined) return null;
  const text = (await wholeOf(file, signal)).toString('utf8');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line, at): [number, string] => {
      const [label = -1, ...codes] = line.trim().split(/\s+/).map(Number);
      const isRight = [label, ...codes].every(
        (number) => Number.isInteger(number) && number >= 0 && number <= 0x10ffff,
      );
      if (!isRight || label > 255 || codes.length === 0) {
        throw new LabError(
          'DATASET_CORRUPT',
          `${nameOf(file)}, line ${at + 1}: "${line.slice(0, 40)}", expected a label (0–255) and the codes of its characters, such as "1 65 97".`,
        );
      }
      return [label, codes.map((code) => String.fromCodePoint(code)).join('')];
    }),
  );
};
