import { useDebounceFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { z } from 'zod';
import type { DatasetInfo } from '../../shared/dataset.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { PlannedRun } from '../../shared/queue.ts';
import { experimentSchema, type Axis, type Experiment, type Preset } from '../../shared/experiment.ts';
import { scheduleOf, type ScheduleConfig } from '../../shared/runConfig.ts';
import { withShared } from '../../shared/settingFields.ts';
import { axisPaths } from '../../shared/settingPaths.ts';
import { useConnection } from '../connection.ts';
import { checkExperiment } from '../fieldErrors.ts';
import { Refusal, type FieldError } from '../refusal.ts';
import { useDefaults } from './defaults.ts';
import { useDevice } from './device.ts';
import { draftArms } from './draftArms.ts';
import { useKept } from './kept.ts';
import { useProblems } from './problems.ts';

/** What the form began with. */
interface Origin {
  /** "preset", "run 6". */
  readonly label: string;
  readonly experiment: Experiment;
}

/** What the form holds, as it is kept with the workspace: half-written values are not. */
const keptSchema = z.strictObject({
  presetId: z.string().nullable(),
  origin: z.strictObject({ label: z.string(), experiment: experimentSchema }).nullable(),
  draft: experimentSchema,
});

/** The experiment being written, what is wrong with it, and the runs that it would make. */
export const useDraft = defineStore('draft', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const device = useDevice();
  const defaults = useDefaults();
  const presets = shallowRef<readonly Preset[]>([]);
  const presetId = ref<string | null>(null);
  const draft = ref<Experiment | null>(null);
  const origin = shallowRef<Origin | null>(null);
  /** What runs have taken the place of in the form. */
  const former = shallowRef<{ presetId: string | null; origin: Origin | null; draft: Experiment | null } | null>(null);
  const plan = shallowRef<readonly PlannedRun[] | null>(null);
  const refused = shallowRef<readonly FieldError[]>([]);
  const refusal = ref<string | null>(null);
  const isQueueing = ref(false);
  /** How far the lab is with a large experiment. */
  const queued = shallowRef<Extract<LabEvent, { type: 'enqueueProgressed' }>['progress']>(null);
  onEvent((event) => {
    if (event.type === 'enqueueProgressed') queued.value = event.progress;
    else if (event.type === 'datasetsChanged' && draft.value !== null) void readPlan();
  });

  const checked = computed(() => (draft.value ? checkExperiment(draft.value) : null));
  const errors = computed<readonly FieldError[]>(() => [...(checked.value?.errors ?? []), ...refused.value]);
  const errorAt = (path: string): string | undefined => errors.value.find((error) => error.path === path)?.message;
  /** The first error at the path or inside it (a list's element). */
  const errorUnder = (path: string): string | undefined =>
    errors.value.find((error) => error.path === path || error.path.startsWith(`${path}.`))?.message;
  useKept().keep(
    'draft',
    keptSchema.nullable(),
    computed({
      get: () => {
        const experiment = checked.value?.experiment ?? null;
        return experiment && { presetId: presetId.value, origin: origin.value, draft: experiment };
      },
      set: (last) => {
        if (last !== null) ({ presetId: presetId.value, origin: origin.value, draft: draft.value } = last);
      },
    }),
  );
  const preset = computed(() => presets.value.find(({ id }) => id === presetId.value) ?? null);

  /** A preset's experiment on the engine at hand; half precision needs TensorFlow, and waits for it. */
  const proposed = ({ experiment }: Preset): Experiment => {
    const own = structuredClone(experiment);
    const { device: settings, precision } = own.shared;
    if (settings.engine === 'tensorflow' && precision === 'float32')
      settings.engine = defaults.engine === 'automatic' ? device.engineAtHand : defaults.engine;
    return own;
  };

  const choosePreset = (id: string): void => {
    const chosen = presets.value.find((candidate) => candidate.id === id);
    if (!chosen) return;
    plan.value = null; // the runs are those of another experiment
    presetId.value = id;
    origin.value = { label: 'preset', experiment: chosen.experiment };
    draft.value = proposed(chosen);
    former.value = null;
  };
  /** Begins a new experiment with that of runs; what was in the form can be brought back. */
  const useRuns = (label: string, experiment: Experiment): void => {
    former.value = { presetId: presetId.value, origin: origin.value, draft: draft.value };
    presetId.value = null;
    origin.value = { label, experiment };
    draft.value = structuredClone(experiment);
    plan.value = null;
  };
  const bringBack = (): void => {
    if (former.value === null) return;
    ({ presetId: presetId.value, origin: origin.value, draft: draft.value } = former.value);
    former.value = null;
    plan.value = null;
  };
  /** As it was before the changes. */
  const reset = (): void => {
    if (presetId.value !== null) choosePreset(presetId.value);
    else if (origin.value !== null) draft.value = structuredClone(origin.value.experiment);
  };
  const reading = 'Read the presets';
  const failure = problems.failureOf(reading, () => draft.value !== null);
  const load = async (): Promise<void> => {
    const read = (await problems.attempt(reading, () => lab.presets({}))) ?? presets.value;
    // The first one to try stands first.
    presets.value = read.toSorted((a, b) => Number(b.id === 'quick') - Number(a.id === 'quick'));
    const [first] = presets.value;
    if (!draft.value && first) choosePreset(first.id);
  };

  const refuse = (error: unknown, title: string): void => {
    if (error instanceof Refusal && (error.code === 'CONFIG_INVALID' || error.fields.length > 0)) {
      refused.value = error.fields;
      refusal.value = error.fields.length === 0 ? error.message : null;
    } else {
      problems.report(title, error);
    }
  };

  const forgetRefusal = (): void => {
    refused.value = [];
    refusal.value = null;
  };

  let asked = 0;
  /** What was refused is the plan, which may come to be possible without a change of the form. */
  let isPlanRefused = false;
  const readPlan = useDebounceFn(async () => {
    const experiment = checked.value?.experiment;
    if (!experiment) return;
    const mine = ++asked;
    try {
      const answer = await lab.plan(experiment);
      if (mine !== asked) return;
      plan.value = answer;
      if (isPlanRefused) forgetRefusal();
      isPlanRefused = false;
    } catch (error) {
      if (mine !== asked) return;
      isPlanRefused = true;
      refuse(error, 'List the runs');
    }
  }, 250);
  watch(
    draft,
    () => {
      forgetRefusal();
      void readPlan();
    },
    { deep: true },
  );

  /** Queues the runs; true when the lab took them. */
  const enqueue = async (): Promise<boolean> => {
    const experiment = checked.value?.experiment;
    if (!experiment || isQueueing.value) return false;
    isQueueing.value = true;
    try {
      await lab.enqueue(experiment);
      return true;
    } catch (error) {
      isPlanRefused = false;
      refuse(error, 'Queue the runs');
      return false;
    } finally {
      isQueueing.value = false;
      void readPlan();
    }
  };

  const quickPreset = async (): Promise<Preset | undefined> => {
    if (presets.value.length === 0) await load();
    return presets.value[0];
  };
  /** The runs of the quick preset, with the time that each takes here where that is known; null when they cannot be told. */
  const planQuick = async (): Promise<readonly PlannedRun[] | null> => {
    const quick = await quickPreset();
    return quick ? problems.attempt('List the runs of the quick comparison', () => lab.plan(proposed(quick))) : null;
  };
  /** Queues the quick preset; true when the lab took it. */
  const runQuick = async (): Promise<boolean> => {
    const quick = await quickPreset();
    if (!quick) return false;
    return (await problems.attempt('Run the quick comparison', () => lab.enqueue(proposed(quick)))) !== null;
  };

  const addAxis = (): void => {
    const path = ['optimizer.rho', ...axisPaths].find((each) => draft.value?.axes.every((axis) => axis.path !== each));
    if (path !== undefined) draft.value?.axes.push({ path, values: [] });
  };
  const setAxis = (index: number, change: Partial<Axis>): void => {
    const axis = draft.value?.axes[index];
    if (axis) Object.assign(axis, change);
  };
  const removeAxis = (index: number): void => {
    draft.value?.axes.splice(index, 1);
  };
  const rename = (name: string): void => {
    if (draft.value) draft.value.name = name;
  };
  const setSeeds = (seeds: number[]): void => {
    if (draft.value) draft.value.seeds = seeds;
  };
  const setSkipFinished = (skip: boolean): void => {
    if (draft.value) draft.value.skipFinished = skip;
  };
  const setMeasureSpeed = (measure: boolean): void => {
    if (draft.value) draft.value.measureSpeed = measure;
  };
  /** Also takes away what does not go with the kind of set: a resolution where images have one size. */
  const setDataset = (id: string, storage: DatasetInfo['storage']): void => {
    if (!draft.value) return;
    const { dataset, augmentation } = draft.value.shared;
    dataset.id = id;
    if (storage !== 'files') augmentation.resolution = null;
  };
  /** A setting of what all arms share. */
  const setShared = (path: string, value: unknown): void => {
    if (draft.value) draft.value.shared = withShared(draft.value.shared, path, value);
  };
  const setSchedule = (name: ScheduleConfig['name']): void => {
    if (draft.value) draft.value.shared.schedule = scheduleOf(name);
  };

  return {
    ...{ presets, presetId, preset, origin, former, draft, plan, errors, refusal, isQueueing, queued, checked },
    ...{
      load,
      failure,
      choosePreset,
      useRuns,
      bringBack,
      reset,
      errorAt,
      errorUnder,
      enqueue,
      planQuick,
      runQuick,
      readPlan,
    },
    ...{ rename, setSeeds, setSkipFinished, setMeasureSpeed },
    ...{ addAxis, setAxis, removeAxis },
    ...draftArms(draft),
    ...{ setShared, setSchedule, setDataset },
  };
});
