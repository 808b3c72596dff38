import { restoredText } from '../../shared/backup.ts';
import type { LabError, LabErrorCode } from '../../shared/errors.ts';
import { labApi } from '../../shared/labApi.ts';
import type { LabApi } from '../../shared/labApi.ts';
import { answering } from './requests/answering.ts';
import type { Lab } from './lab.ts';

/** What a backup in the database's place may cure. */
const curable: readonly LabErrorCode[] = ['WORKSPACE_DAMAGED', 'WORKSPACE_FOREIGN', 'WORKSPACE_NEWER'];

/**
 * Stands in for the lab of a workspace that did not open. It answers every request with the reason, but lists the backups and puts one of
 * them in place where that may help.
 * @param onRestored - told in a sentence what was done; the workspace may open now.
 */
export const refusedLab = (
  folder: string,
  refusal: LabError,
  onRestored: (notice: string) => void,
): LabApi & Pick<Lab, 'onEvent'> => {
  const refuse = answering((): never => {
    throw refusal;
  });
  const refused = {
    ...(Object.fromEntries(Object.keys(labApi).map((method) => [method, refuse])) as unknown as LabApi),
    onEvent: () => () => undefined,
  };
  if (!curable.includes(refusal.code)) return refused;
  return {
    ...refused,
    backups: async () => (await import('./workspaceBackups.ts')).describeBackups(folder),
    restoreBackup: async ({ name }) => {
      const restored = await (await import('./workspaceBackups.ts')).restoreWorkspace(folder, name);
      onRestored(restoredText(restored));
      return restored;
    },
  };
};
