import { restoredText } from '../../../shared/backup.ts';
import { backUpWorkspace, listBackups, restoreWorkspace } from '../../lab/workspaceBackups.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, unlessOpenElsewhere } from '../session.ts';
import type { Settings } from '../session.ts';

/** `backup`: copies the workspace's database now, or lists the copies. */
export const backup = async (settings: Settings, { list }: { readonly list: boolean }): Promise<ExitCode> => {
  const { workspaceFolder, json, locations } = settings;
  if (list) {
    const backups = listBackups(workspaceFolder);
    await print(json ? JSON.stringify({ backups }) : backups.join('\n') || 'There is no backup in this workspace.');
    return exitCodes.done;
  }
  const name = await unlessOpenElsewhere(
    settings,
    () => backUpWorkspace(workspaceFolder, locations.migrationsFolder),
    async (lab) => (await lab.backUp({})).name,
  );
  await print(json ? JSON.stringify({ backup: name }) : `Backed up as ${name}.`);
  return exitCodes.done;
};

/** `restore`: puts a backup in the database's place; the former files are kept. */
export const restore = async (settings: Settings, name: string | null): Promise<ExitCode> => {
  const { workspaceFolder, json } = settings;
  const restored = await restoreWorkspace(workspaceFolder, name);
  await print(json ? JSON.stringify({ backup: restored.name, former: restored.formerFolder }) : restoredText(restored));
  return exitCodes.done;
};
