import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { backupApi } from '../../../shared/requests/backups.ts';
import type { Store } from '../store/index.ts';
import { describeBackups } from '../workspaceBackups.ts';
import { answering } from './answering.ts';

/** Of a workspace that is open: nothing is put in the place of a database that is in use. */
export const backupRequests = (store: Store, folder: string): Requests<typeof backupApi> => ({
  backups: answering(() => describeBackups(folder)),
  backUp: async () => ({ name: await store.backUp() }),
  restoreBackup: answering(({ name }) => {
    throw new LabError(
      'WORKSPACE_BUSY',
      `The workspace is open, and its database in use. Close it, then run "esam-lab restore ${name}".`,
    );
  }),
});
