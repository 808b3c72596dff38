import { LabError } from '../../../shared/errors.ts';
import type { LabApi } from '../../../shared/labApi.ts';
import type { Store } from '../store/index.ts';
import { describeBackups } from '../workspaceBackups.ts';
import { answering } from './answering.ts';

/** Of a workspace that is open: nothing is put in the place of a database that is in use. */
export const backupRequests = (store: Store, folder: string): Pick<LabApi, 'backups' | 'backUp' | 'restoreBackup'> => ({
  backups: answering(() => describeBackups(folder)),
  backUp: async () => ({ name: await store.backUp() }),
  restoreBackup: answering(({ name }) => {
    throw new LabError(
      'WORKSPACE_BUSY',
      `The workspace is open, and its database in use. Close it, then run "esam-lab restore ${name}".`,
    );
  }),
});
