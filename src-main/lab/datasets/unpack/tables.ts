import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { headBytes, imageKindOf } from '../../../images/kinds.ts';
import { LabError } from '../../../../shared/errors.ts';
import type { ImportContext } from '../decodedSet.ts';
import { nameOf, type Source } from '../fileBytes.ts';
import { isJunk } from '../imageFolder/junk.ts';
import { halvesOf, tableOf, tablesAmong } from '../parquet/halves.ts';
import type { ImageWriter } from './imageWriter.ts';

const mostTables = 5000;
const mostDepth = 3;
export const namedAsTable = /\.(?:parquet|pq)$/i;

/** The Parquet tables among what was chosen: files by their bytes, those in folders by their names, too. */
export const chosenTables = async (paths: readonly string[], signal: AbortSignal): Promise<string[]> => {
  const files: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    const isChosen = depth === 0;
    if ((await stat(path)).isDirectory()) {
      if (depth > mostDepth) return;
      const entries = await readdir(path, { withFileTypes: true });
      const inside = entries.filter(
        (entry) => !isJunk(entry.name) && (entry.isDirectory() || namedAsTable.test(entry.name)),
      );
      for (const { name } of inside.slice(0, mostTables)) await visit(join(path, name), depth + 1);
    } else if (isChosen || namedAsTable.test(path)) files.push(path);
  };
  for (const path of paths) await visit(path, 0);
  const tables = await tablesAmong(files, signal);
  return tables.filter((table) => typeof table === 'string');
};

/** Writes the images of tables as `train/<class>/…` and `test/<class>/…`. */
export const unpackTables = async (
  files: readonly Source[],
  writer: ImageWriter,
  { signal, onProgress }: ImportContext,
): Promise<void> => {
  const { halves } = await halvesOf(files, signal);
  for (const { half, files: tables } of halves) {
    for (const [part, source] of tables.entries()) {
      const table = await tableOf(source, signal);
      let row = 0;
      for await (const rows of table.groups()) {
        signal.throwIfAborted();
        for (const { bytes, label } of rows) {
          const kind = imageKindOf(bytes.subarray(0, headBytes));
          const where = `${nameOf(source)}, row ${row}`;
          if (kind === null)
            throw new LabError(
              'DATASET_CORRUPT',
              `${where}: the bytes are no image that the lab reads. Remove the row.`,
            );
          const name =
            typeof label === 'string'
              ? label
              : (table.names?.[label] ?? (table.names === null && label >= 0 ? String(label).padStart(3, '0') : null));
          if (name === null)
            throw new LabError(
              'DATASET_CORRUPT',
              `${where}: the image has the class ${label}, which the table does not name. Remove the row.`,
            );
          const path = `${halves.length === 1 ? '' : `${half}/`}${asFolder(name)}/${part}-${String(row++).padStart(7, '0')}.${kind.toLowerCase()}`;
          if (writer.mayCount(path, bytes.length)) await writer.write(path, bytes);
        }
        onProgress({ message: `Unpacking ${nameOf(source)}`, share: Math.min(1, row / Math.max(1, table.rowCount)) });
      }
    }
  }
};

/** A class's name as a folder can have it. */
const asFolder = (name: string): string => {
  const plain = name
    .replace(/[/\\]/g, '∕')
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return plain === '' || /^\.+$/.test(plain) || isJunk(plain) ? `class ${plain}` : plain;
};
