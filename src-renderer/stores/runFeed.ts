import { useIntervalFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { ProcessUsage } from '../../shared/metrics.ts';
import type { RunDetail, RunId } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

export type Progress = Omit<Extract<LabEvent, { type: 'progressed' }>, 'type' | 'runId' | 'steps'>;

const mostSteps = 4000;
/** More lines than that are read anew, the last ones alone. */
const mostLines = 5000;
/** A step of a large network may take its time; longer than this the researcher should look. */
const longSilenceMs = 30_000;
/** A minute of four reports a second. */
export const mostUsages = 240;

/** One run followed in detail: read once, then kept up to date by the lab's events. */
export const useRunFeed = defineStore('runFeed', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const detail = shallowRef<RunDetail | null>(null);
  const progress = shallowRef<Progress | null>(null);
  /** What the trainer's process took of the machine lately, newest last. */
  const usages = shallowRef<readonly ProcessUsage[]>([]);
  /** When the run was last heard of, in milliseconds since 1970; null before it was read. */
  const heardAt = ref<number | null>(null);
  const followed = shallowRef<RunId | null>(null);
  const now = ref(Date.now());
  useIntervalFn(() => (now.value = Date.now()), 1000);
  /** For how long a running run has not been heard of. */
  const silentMs = computed(() =>
    detail.value?.run.state === 'running' && heardAt.value !== null ? Math.max(0, now.value - heardAt.value) : 0,
  );
  const isSilent = computed(() => silentMs.value > longSilenceMs);
  const isReading = ref(false);

  const reading = 'Open the run';
  /** Why the run that is followed cannot be shown. */
  const failure = problems.failureOf(reading, () => isReading.value || detail.value !== null);
  const read = async (runId: RunId): Promise<void> => {
    isReading.value = true;
    const found = await problems.attempt(reading, () => lab.run({ runId }));
    isReading.value = false;
    if (followed.value !== runId) return;
    detail.value = found;
    heardAt.value = Date.now();
  };

  const turnTo = (runId: RunId | null): void => {
    followed.value = runId;
    detail.value = null;
    progress.value = null;
    usages.value = [];
    heardAt.value = null;
  };

  const follow = async (runId: RunId): Promise<void> => {
    if (followed.value !== runId) turnTo(runId);
    await read(runId);
  };

  const leave = (): void => turnTo(null);

  const apply = (event: LabEvent, known: RunDetail): void => {
    heardAt.value = Date.now();
    if (event.type === 'trainingBegan') void read(known.run.id);
    else if (event.type === 'progressed') {
      const { type: _type, runId: _runId, steps, ...rest } = event;
      progress.value = rest;
      usages.value = [...usages.value, rest.usage].slice(-mostUsages);
      const last = known.steps.at(-1)?.step ?? 0;
      const fresh = steps.filter((step) => step.step > last);
      if (fresh.length === 0) return;
      const all = [...known.steps, ...fresh];
      detail.value = { ...known, steps: all.length > mostSteps ? all.filter((_, index) => index % 2 === 0) : all };
    } else if (event.type === 'epochFinished') {
      const others = known.epochs.filter((epoch) => epoch.epoch !== event.metrics.epoch);
      detail.value = { ...known, epochs: [...others, event.metrics].sort((a, b) => a.epoch - b.epoch) };
    } else if (event.type === 'logged') {
      if (known.log.length >= mostLines) void read(known.run.id);
      else detail.value = { ...known, log: [...known.log, event.line] };
    }
  };

  onEvent((event) => {
    const runId = followed.value;
    if (runId === null) return;
    if (event.type === 'runChanged' && event.run.id === runId && detail.value) {
      detail.value = { ...detail.value, run: event.run };
      if (event.run.state !== 'running') {
        progress.value = null;
        usages.value = [];
      }
      if (event.run.endedAt !== null) void read(runId);
    } else if ('runId' in event && event.runId === runId && detail.value) {
      apply(event, detail.value);
    }
  });

  return { detail, progress, usages, silentMs, isSilent, followed, isReading, failure, follow, leave };
});
