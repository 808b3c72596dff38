import type { Requests } from '../../../shared/labApi.ts';
import type { workspaceApi } from '../../../shared/requests/workspace.ts';
import { notUnderstoodIn } from '../readHistory.ts';
import { loadDistributions } from '../statistics/distributions.ts';
import type { Store } from '../store/index.ts';
import { answering } from './answering.ts';

interface Parts {
  readonly store: Store;
  readonly workspaceFolder: string;
  readonly labVersion: string;
  readonly startNotices: string[];
}

/** Requests about the workspace that is open. */
export const workspaceRequests = ({
  store,
  workspaceFolder: folder,
  labVersion,
  startNotices,
}: Parts): Requests<typeof workspaceApi> => {
  let hasCome = false;
  let leftOut: string[] | null = null;
  return {
    workspace: answering(() => {
      if (!hasCome) setTimeout(loadDistributions, 1000).unref(); // a window has come, and its first table will follow
      hasCome = true;
      return { folder, labVersion, startNotices };
    }),
    leftOut: async () => (leftOut ??= await notUnderstoodIn(store.read)),
  };
};
