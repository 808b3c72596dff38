import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { LabError } from '../../shared/errors.ts';
import type { Workspace } from '../../shared/requests/workspace.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** The workspace's folder and what was noticed when it was opened. */
export const useWorkspace = defineStore('workspace', () => {
  const { lab } = useConnection();
  const problems = useProblems();
  const workspace = shallowRef<Workspace | null>(null);
  /** Why the lab did not open it; then there is nothing else to show. */
  const refusal = shallowRef<LabError | null>(null);
  const notices = ref<string[]>([]);

  const load = async (): Promise<void> => {
    try {
      workspace.value = await lab.workspace({});
      notices.value = [...workspace.value.startNotices];
    } catch (error) {
      if (!(error instanceof LabError)) console.error('Open the workspace', error);
      refusal.value = error instanceof LabError ? error : new LabError('INTERNAL', String(error));
    }
  };

  /** What of it is left out is known once the lab has read all that lists show. */
  const loadLeftOut = async (): Promise<void> => {
    const leftOut = await problems.attempt('Read the workspace', () => lab.leftOut({}));
    notices.value = [...new Set([...notices.value, ...(leftOut ?? [])])];
  };

  const dismissNotices = (): void => {
    notices.value = [];
  };

  return { workspace, refusal, notices, load, loadLeftOut, dismissNotices };
});
