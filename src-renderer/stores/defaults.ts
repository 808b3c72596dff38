import { defineStore } from 'pinia';
import { ref } from 'vue';
import { z } from 'zod';
import { measuredEngines } from '../../shared/engines.ts';
import { useKept } from './kept.ts';

export const engineChoices = ['automatic', ...measuredEngines] as const;

/** What presets begin with in this workspace. */
export const useDefaults = defineStore('defaults', () => {
  const engine = ref<(typeof engineChoices)[number]>('automatic');
  useKept().keep('default.engine', z.enum(engineChoices), engine, 'workspace');
  return { engine };
});
