import { presetSchema } from '../../shared/experiment.ts';
import type { Preset } from '../../shared/experiment.ts';
import { readResourceFiles } from './resourceFiles.ts';
import type { FoundFiles } from './resourceFiles.ts';

/** All presets, in the order of their files' names. */
export const readPresets = (folder: string): FoundFiles<Preset> =>
  readResourceFiles(folder, presetSchema, { one: 'preset', all: 'presets' });
