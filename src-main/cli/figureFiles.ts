import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FigureFormat } from '../../shared/figures/figure.ts';
import type { LabFile } from '../../shared/file.ts';
import { print, say } from './session.ts';
import type { Settings } from './session.ts';
import { writeNamed } from './writeFile.ts';

export interface FigurePlace {
  /** Of the files; it is made where only it is missing. */
  readonly folder: string;
  readonly overwrite?: boolean;
}

const takenByLatex: readonly FigureFormat[] = ['pdf', 'png'];

/**
 * Writes a figure, and beside it its data and, where LaTeX takes the format, the lines that include it: they are named alike, as those say.
 * @param draw - the lab's answer in a format.
 */
export const writeFigure = async (
  settings: Settings,
  { folder, ...how }: FigurePlace,
  formats: readonly FigureFormat[],
  draw: (format: FigureFormat) => Promise<LabFile>,
): Promise<void> => {
  const files: { file: string; content: Buffer }[] = [];
  const beside: FigureFormat[] = formats.some((format) => takenByLatex.includes(format)) ? ['latex', 'csv'] : ['csv'];
  for (const format of new Set([...formats, ...beside])) {
    const { fileName, base64 } = await draw(format);
    files.push({ file: join(folder, fileName), content: Buffer.from(base64, 'base64') });
  }
  await makeFolder(folder);
  await writeNamed(files, how);
  const names = files.map(({ file }) => file);
  if (settings.json) await print(JSON.stringify({ files: names }));
  else say(`Wrote ${names.join(', ')}.`);
};

/** Only the last folder of a path: where more is missing, the path is more likely mistyped, and writing says so. */
const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder);
  } catch {
    // It is there, or cannot be made: writing into it tells which.
  }
};
