import { useDebounceFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { RunId } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** How long what runs and waits will still take, read anew when the queue or a run in it has gone on. */
export const useQueueTimes = defineStore('queueTimes', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const leftMs = shallowRef<ReadonlyMap<RunId, number | null>>(new Map());
  /** Nobody looks at them: then they are not read. */
  let watchers = 0;

  const load = async (): Promise<void> => {
    const read = await problems.attempt('Estimate the queue', () => lab.queueEstimates({}));
    if (read) leftMs.value = new Map(read.map((each) => [each.runId, each.leftMs]));
  };
  const reload = useDebounceFn(load, 300, { maxWait: 1000 });
  onEvent((event) => {
    if (watchers > 0 && (event.type === 'queueChanged' || event.type === 'epochFinished')) void reload();
  });

  /** Keeps them fresh until the function that it returns is called. */
  const follow = (): (() => void) => {
    watchers++;
    void load();
    return () => {
      watchers--;
    };
  };
  return { leftMs, follow };
});
