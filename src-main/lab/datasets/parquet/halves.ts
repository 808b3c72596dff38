import { basename } from 'node:path';
import { LabError } from '../../../../shared/errors.ts';
import { firstBytesOf, wholeOf, type Source } from '../fileBytes.ts';
import { roleOf } from '../formats/roles.ts';
import { holdsImages, isParquet, openTable, type ImageTable } from './table.ts';

/** Tables of one half of a set, in the order of their names. */
export interface TableHalf {
  readonly half: 'train' | 'test';
  readonly files: readonly Source[];
}

const pathOf = (source: Source): string => (typeof source === 'string' ? source : source.name);

export const tablesAmong = async (sources: readonly Source[], signal: AbortSignal): Promise<Source[]> => {
  const found: Source[] = [];
  for (const source of sources) if (isParquet(await firstBytesOf(source, 4, signal))) found.push(source);
  return found.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
};

/** The tables, if they are of images; none where they only tell of images that lie beside them. */
export const tablesOfImages = async <T extends Source>(
  tables: readonly T[],
  signal: AbortSignal,
): Promise<readonly T[]> => {
  const [first] = tables;
  return first !== undefined && holdsImages(await wholeOf(first, signal)) ? tables : [];
};

export const tableOf = async (source: Source, signal: AbortSignal): Promise<ImageTable> =>
  openTable(await wholeOf(source, signal), basename(pathOf(source)));

/**
 * What the tables' names say they are for: "train-00000-of-00002.parquet", "validation/0000.parquet". Tests without labels (−1 everywhere, as of
 * competitions) give way to what validates.
 * @returns halves to train and, where there is one, to test with, and what is left aside, in words.
 */
export const halvesOf = async (
  files: readonly Source[],
  signal: AbortSignal,
): Promise<{ readonly halves: readonly TableHalf[]; readonly aside: string }> => {
  const of = (half: string): Source[] =>
    files.filter((file) => roleOf(pathOf(file).split('/').slice(-2).join(' ')).half === half);
  const [train, val, test, whole] = [of('train'), of('val'), of('test'), of('whole')];
  const trained = train.length > 0 ? train : whole;
  if (trained.length === 0)
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `Found ${files.map((file) => basename(pathOf(file))).join(', ')}, but no table to train with, such as train-00000-of-00001.parquet. Choose it too, or their folder.`,
    );
  const candidates = [test, val].filter((each) => each.length > 0);
  const tested = await firstLabelled(candidates, signal);
  const aside = [
    ...candidates.filter((each) => each !== tested),
    ...(train.length > 0 && whole.length > 0 ? [whole] : []),
  ]
    .flat()
    .map((file) => basename(pathOf(file)));
  return {
    halves: [{ half: 'train', files: trained }, ...(tested === null ? [] : [{ half: 'test', files: tested } as const])],
    aside: aside.length === 0 ? '' : `; left aside: ${aside.join(', ')}`,
  };
};

const firstLabelled = async (candidates: readonly Source[][], signal: AbortSignal): Promise<Source[] | null> => {
  for (const files of candidates) {
    const [first] = files;
    if (first === undefined) continue;
    for await (const rows of (await tableOf(first, signal)).groups()) {
      if (rows.some(({ label }) => label !== -1)) return files;
      break;
    }
  }
  return null;
};
