import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Workspace } from '../../shared/labApi.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** The workspace's folder and what was noticed when it was opened. */
export const useWorkspace = defineStore('workspace', () => {
  const { lab } = useConnection();
  const problems = useProblems();
  const workspace = shallowRef<Workspace | null>(null);
  const notices = ref<string[]>([]);

  const load = async (): Promise<void> => {
    workspace.value = await problems.attempt('Open the workspace', () => lab.workspace({}));
    notices.value = [...(workspace.value?.startNotices ?? [])];
  };

  const dismissNotices = (): void => {
    notices.value = [];
  };

  return { workspace, notices, load, dismissNotices };
});
