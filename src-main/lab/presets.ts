import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ZodError } from 'zod';
import { presetSchema } from '../../shared/experiment.ts';
import type { Preset } from '../../shared/experiment.ts';
import { readRegular } from '../files/readRegular.ts';

export interface FoundPresets {
  readonly presets: readonly Preset[];
  /** What is wrong with those that are left out, a sentence each. */
  readonly problems: readonly string[];
}

/** Reads all presets (*.json), in the order of their files' names. One that cannot be read or is not understood leaves the others. */
export const readPresets = (folder: string): FoundPresets => {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const read = names.sort().map((name) => readPreset(folder, name));
    return {
      presets: read.filter((each) => typeof each !== 'string'),
      problems: read.filter((each) => typeof each === 'string'),
    };
  } catch (error) {
    return { presets: [], problems: [`The presets cannot be read (${foundIn(error)}). Install the app again.`] };
  }
};

const readPreset = (folder: string, name: string): Preset | string => {
  try {
    return presetSchema.parse(JSON.parse(readRegular(join(folder, name)).toString('utf8')));
  } catch (error) {
    return `The preset ${name} is left out: ${foundIn(error)}. Install the app again, or correct the file.`;
  }
};

const foundIn = (error: unknown): string => {
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    return `it is not understood at "${issue?.path.join('.') ?? ''}" (${issue?.message ?? 'invalid'})`;
  }
  if (error instanceof SyntaxError) return 'it is no JSON';
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code !== 'ENOTFILE' ? `the system refused it, ${String(error.code)}` : error.message;
};
