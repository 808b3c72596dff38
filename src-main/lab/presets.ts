import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presetSchema } from '../../shared/experiment.ts';
import type { Preset } from '../../shared/experiment.ts';

/** Reads all presets (*.json), in the order of their files' names; throws if one does not fit the schema. */
export const readPresets = async (folder: string): Promise<Preset[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => presetSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))),
  );
};
