import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { Compressors, FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { z } from 'zod';
import { LabError } from '../../../../shared/errors.ts';
import { inMegabytes } from '../fileBytes.ts';

/** What a table of images says of each. */
export interface TableRow {
  /** The encoded image. */
  readonly bytes: Buffer;
  /** A whole number, which the table may name; or a text, which is the name. */
  readonly label: number | string;
}

export interface ImageTable {
  readonly rowCount: number;
  /** Label → name, as Hugging Face's libraries write it; null where the table does not say. */
  readonly names: readonly string[] | null;
  /** Other columns of classes, which are left aside. */
  readonly otherLabels: readonly string[];
  /** A group of rows at a time. @throws LabError DATASET_CORRUPT, DATASET_UNSUPPORTED */
  groups(): AsyncGenerator<TableRow[]>;
}

/** A group of rows is held in memory, unpacked. */
const mostGroupBytes = 2 ** 30;

export const isParquet = (head: Buffer): boolean => head.toString('latin1', 0, 4) === 'PAR1';

const unpacking =
  (unpack: (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer) =>
  (bytes: Uint8Array, size: number): Uint8Array =>
    unpack(bytes, { maxOutputLength: Math.max(1, size) });
const compressors: Compressors = {
  GZIP: unpacking(gunzipSync),
  BROTLI: unpacking(brotliDecompressSync),
  ZSTD: unpacking(zstdDecompressSync),
};

const featureSchema = z.looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional() });
const huggingFaceSchema = z.looseObject({
  info: z.looseObject({ features: z.record(z.string(), z.unknown()) }),
});
const usualLabels = /^(?:labels?|class(?:es)?|targets?|category|fine_labels?|y)$/i;

/** Whether a table has a column of encoded images; true also of one that cannot be read, for whoever opens it to say. */
export const holdsImages = (bytes: Buffer): boolean => {
  try {
    return columnsOf(parquetMetadata(arrayOf(bytes))).some(({ isImage }) => isImage);
  } catch {
    return true;
  }
};

interface Column {
  readonly name: string;
  readonly isImage: boolean;
  readonly isClass: boolean;
}

const columnsOf = (metadata: FileMetaData): Column[] =>
  parquetSchema(metadata).children.map(({ element, children }) => ({
    name: element.name,
    isImage: children.some((child) => child.element.name === 'bytes') || (children.length === 0 && isBinary(element)),
    isClass: children.length === 0 && (element.type?.startsWith('INT') === true || isText(element)),
  }));

/**
 * A Parquet table with a column of encoded images and one of their classes, as Hugging Face's data sets are.
 * @throws LabError DATASET_UNSUPPORTED where it has no such columns, saying which it has; DATASET_CORRUPT where it is damaged or announces too much.
 */
export const openTable = (bytes: Buffer, file: string): ImageTable => {
  const metadata = read(file, () => parquetMetadata(arrayOf(bytes)));
  const columns = read(file, () => columnsOf(metadata));
  const features = featuresOf(metadata);
  const isNamed = (name: string): boolean => features.get(name)?.names !== undefined;
  const image = columns.find(({ isImage }) => isImage)?.name;
  const classes = columns.filter(({ name, isClass }) => isClass && (isNamed(name) || usualLabels.test(name)));
  const label = (classes.find(({ name }) => usualLabels.test(name)) ?? classes[0])?.name;
  if (image === undefined || label === undefined) {
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `${file} has the columns ${columns.map(({ name }) => name).join(', ')}, but ${image === undefined ? 'none of images' : 'none of their classes'}. Expected a column of encoded images and one such as "label".`,
    );
  }
  return {
    rowCount: Number(metadata.num_rows),
    names: features.get(label)?.names ?? null,
    otherLabels: classes.map(({ name }) => name).filter((name) => name !== label),
    async *groups() {
      const array = arrayOf(bytes);
      const asFile = {
        byteLength: array.byteLength,
        slice: (from: number, to?: number) => Promise.resolve(array.slice(from, to)),
      };
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        checkPages(bytes, group, [image, label], file);
        const rowEnd = rowStart + Number(group.num_rows);
        const options = { file: asFile, metadata, columns: [image, label], rowStart, rowEnd, compressors, utf8: false };
        const rows = await parquetReadObjects(options).catch((error: unknown) => {
          throw damaged(file, error);
        });
        yield rows.map((row, at) => rowOf(row[image], row[label], file, rowStart + at));
        rowStart = rowEnd;
      }
    },
  };
};

const arrayOf = (bytes: Buffer): ArrayBuffer =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength
    ? bytes.buffer
    : new Uint8Array(bytes).buffer;

interface Element {
  readonly type?: string;
  readonly converted_type?: string;
  readonly logical_type?: { readonly type: string };
}
const isText = ({ type, converted_type, logical_type }: Element): boolean =>
  type === 'BYTE_ARRAY' && (converted_type === 'UTF8' || logical_type?.type === 'STRING');
const isBinary = (element: Element): boolean => element.type === 'BYTE_ARRAY' && !isText(element);

/** What Hugging Face's libraries say of each column; nothing where they did not write it. */
const featuresOf = ({ key_value_metadata: pairs }: FileMetaData): Map<string, z.infer<typeof featureSchema>> => {
  const text = pairs?.find(({ key }) => key === 'huggingface')?.value;
  try {
    const { features } = huggingFaceSchema.parse(JSON.parse(text ?? '')).info;
    return new Map(
      Object.entries(features).flatMap(([name, feature]) => {
        const parsed = featureSchema.safeParse(feature);
        return parsed.success ? [[name, parsed.data] as const] : [];
      }),
    );
  } catch {
    return new Map();
  }
};

/** Every page's announcements, before memory is taken for them: a few bytes can announce anything. */
const checkPages = (
  bytes: Buffer,
  group: FileMetaData['row_groups'][number],
  wanted: readonly string[],
  file: string,
): void => {
  let total = 0;
  for (const { meta_data: chunk } of group.columns) {
    if (chunk === undefined || !wanted.includes(chunk.path_in_schema[0] ?? '')) continue;
    const from = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
    const to = from + Number(chunk.total_compressed_size);
    if (!(from >= 4 && to >= from && to <= bytes.length)) throw damaged(file, null);
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset + from, to - from), offset: 0 };
    let values = 0;
    while (reader.offset < to - from) {
      const page = read(file, () => parquetHeader(reader));
      const size = page.uncompressed_page_size;
      values += page.data_page_header?.num_values ?? page.data_page_header_v2?.num_values ?? 0;
      total += size;
      const isSound =
        size >= 0 &&
        page.compressed_page_size >= 0 &&
        values <= Number(group.num_rows) &&
        (page.dictionary_page_header?.num_values ?? 0) <= size;
      if (!isSound) throw damaged(file, null);
      if (total > mostGroupBytes) throw tooLarge(file, total);
      reader.offset += page.compressed_page_size;
    }
  }
};

const tooLarge = (file: string, size: number): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `${file} has a group of rows of more than ${inMegabytes(size)}, of which the lab takes ${inMegabytes(mostGroupBytes)} at once. Write it with smaller ones (pyarrow: row_group_size=1000).`,
  );

const rowOf = (image: unknown, label: unknown, file: string, row: number): TableRow => {
  const bytes = image instanceof Uint8Array ? image : isRecord(image) ? image['bytes'] : null;
  const found = typeof label === 'bigint' ? Number(label) : label;
  if (!(bytes instanceof Uint8Array))
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `${file}, row ${row}: the table holds no image, only where one was (or nothing). Write the images themselves into it.`,
    );
  if (typeof found !== 'number' && typeof found !== 'string')
    throw new LabError('DATASET_CORRUPT', `${file}, row ${row}: the image has no class. Remove the row.`);
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), label: found };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const read = <T>(file: string, what: () => T): T => {
  try {
    return what();
  } catch (error) {
    throw damaged(file, error);
  }
};

const damaged = (file: string, cause: unknown): LabError => {
  const said = cause instanceof Error && cause.message.includes('codec') ? ` (${cause.message})` : '';
  return new LabError(
    'DATASET_CORRUPT',
    `${file} is no whole Parquet file that the lab understands${said}: it is damaged, was cut off, or is written in a rare way. Download it again, or write it anew.`,
    { cause },
  );
};
