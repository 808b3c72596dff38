import { join } from 'node:path';
import type { FigureFormat } from '../../shared/figures/figure.ts';
import type { LabFile } from '../../shared/labApi.ts';
import { print, say } from './session.ts';
import type { Settings } from './session.ts';
import { writeFile } from './writeFile.ts';

/**
 * Writes a figure, and beside it the LaTeX that includes it and its data: they are named alike, as the LaTeX says.
 * @param folder - of the files; it is there already.
 * @param draw - the lab's answer in a format.
 */
export const writeFigure = async (
  settings: Settings,
  folder: string,
  formats: readonly FigureFormat[],
  draw: (format: FigureFormat) => Promise<LabFile>,
): Promise<void> => {
  const files: string[] = [];
  for (const format of [...new Set<FigureFormat>([...formats, 'latex', 'csv'])]) {
    const { fileName, base64 } = await draw(format);
    const file = join(folder, fileName);
    await writeFile(file, Buffer.from(base64, 'base64'));
    files.push(file);
  }
  if (settings.json) await print(JSON.stringify({ files }));
  else say(`Wrote ${files.join(', ')}.`);
};
