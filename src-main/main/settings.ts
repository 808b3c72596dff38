import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import { preferencesSchema } from '../../shared/desktop.ts';
import { writeWhole } from '../files/writeWhole.ts';

const mostRecent = 10;

const settingsSchema = z.object({
  preferences: preferencesSchema.catch(preferencesSchema.parse({})),
  /** The workspace that the app opens; null: the usual one. */
  workspace: z.string().min(1).nullable().catch(null),
  recent: z.array(z.string().min(1)).catch([]),
});
export type AppSettings = z.infer<typeof settingsSchema>;

/** Of the app on this machine, apart from any workspace. */
const file = (): string => join(app.getPath('appData'), 'esam-lab', 'settings.json');

/** What was chosen last; where nothing can be read, as on a first start. */
export const readSettings = (): AppSettings => {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file(), 'utf8')));
  } catch {
    return settingsSchema.parse({});
  }
};

/** Never rejects: a full disk costs a choice, nothing else. */
export const changeSettings = async (change: Partial<AppSettings>): Promise<AppSettings> => {
  const changed = { ...readSettings(), ...change };
  try {
    mkdirSync(dirname(file()), { recursive: true });
    await writeWhole(file(), `${JSON.stringify(changed, null, 2)}\n`);
  } catch (error) {
    console.error('The settings of the app could not be kept:', error);
  }
  return changed;
};

/** The folders with this one at the front. */
export const withRecent = ({ recent }: AppSettings, folder: string): string[] =>
  [folder, ...recent.filter((other) => other !== folder)].slice(0, mostRecent);
