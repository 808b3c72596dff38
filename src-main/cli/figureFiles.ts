import { join } from 'node:path';
import type { FigureFormat } from '../../shared/figures/figure.ts';
import type { LabFile } from '../../shared/file.ts';
import { print, say } from './session.ts';
import type { Settings } from './session.ts';
import { writeNamed } from './writeFile.ts';

export interface FigurePlace {
  /** Of the files; it is there already. */
  readonly folder: string;
  readonly overwrite?: boolean;
}

/**
 * Writes a figure, and beside it the LaTeX that includes it and its data: they are named alike, as the LaTeX says.
 * @param draw - the lab's answer in a format.
 */
export const writeFigure = async (
  settings: Settings,
  { folder, ...how }: FigurePlace,
  formats: readonly FigureFormat[],
  draw: (format: FigureFormat) => Promise<LabFile>,
): Promise<void> => {
  const files: { file: string; content: Buffer }[] = [];
  for (const format of [...new Set<FigureFormat>([...formats, 'latex', 'csv'])]) {
    const { fileName, base64 } = await draw(format);
    files.push({ file: join(folder, fileName), content: Buffer.from(base64, 'base64') });
  }
  await writeNamed(files, how);
  const names = files.map(({ file }) => file);
  if (settings.json) await print(JSON.stringify({ files: names }));
  else say(`Wrote ${names.join(', ')}.`);
};
