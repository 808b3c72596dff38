import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { DesktopFacts, Preferences } from '../../shared/desktop.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** The app on this desktop: what was chosen for it, and the workspaces that it had open. In a browser there is none. */
export const useDesktop = defineStore('desktop', () => {
  const { shell } = useConnection();
  const problems = useProblems();
  const facts = shallowRef<DesktopFacts | null>(null);
  const isApp = computed(() => facts.value !== null);

  const load = async (): Promise<void> => {
    facts.value = await problems.attempt('Read the settings', () => shell.desktop());
  };
  const prefer = async (change: Partial<Preferences>): Promise<void> => {
    if (facts.value === null) return;
    const preferences = { ...facts.value.preferences, ...change };
    facts.value = { ...facts.value, preferences };
    await problems.attempt('Keep the settings', () => shell.setPreferences(preferences));
  };
  const openWorkspace = (folder: string | null): Promise<unknown> =>
    problems.attempt('Open a workspace', () => shell.openWorkspace(folder));

  return { facts, isApp, load, prefer, openWorkspace };
});
