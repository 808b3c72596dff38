import { useDebounceFn, useStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { z } from 'zod';
import type { ColumnWidth, FigureFormat } from '../../shared/figures/figure.ts';
import type { Exported, LabFile } from '../../shared/file.ts';
import type { LabInput } from '../../shared/labApi.ts';
import { accuracyChoices, curveAxes, curveMetrics, everyGroup, resultsQuerySchema } from '../../shared/result.ts';
import type {
  AccuracyChoice,
  CurveAxis,
  CurveMetric,
  CurveWish,
  ExportFormat,
  GroupCurve,
  ResultsQuery,
  ResultsTable,
} from '../../shared/result.ts';
import type { PublishedPoint } from '../../shared/results/published.ts';
import type { ExperimentSummary, RunSummary } from '../../shared/run.ts';
import { leftOutOf, mostDrawn } from '../charts/leftOut.ts';
import { useConnection } from '../connection.ts';
import { useGroupFocus } from './groupFocus.ts';
import { useKept } from './kept.ts';
import { useProblems } from './problems.ts';
import { useRuns } from './runs.ts';

/** What the vertical axis of the curves shows. */
export type CurveRange = 'late' | 'all' | 'difference';

/** Whatever stands there, only names of columns are taken. */
const readColumns = (text: string): string[] | null => {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter((id) => typeof id === 'string') : null;
  } catch {
    return null;
  }
};

/** What was chosen, as it is kept with the workspace; `chosen` is null until the user has chosen. */
const keptSchema = z.strictObject({
  chosen: resultsQuerySchema
    .pick({ experimentIds: true, speedBaseline: true, accuracyBaseline: true })
    .extend({ groupHashes: resultsQuerySchema.shape.groupHashes.nullable() })
    .nullable(),
  accuracy: z.enum(accuracyChoices),
  metric: z.enum(curveMetrics),
  axis: z.enum(curveAxes),
});

/** What is drawn is not drawn again for an answer like it. */
const unlessAlike = <T>(known: T, read: T): T => (JSON.stringify(known) === JSON.stringify(read) ? known : read);

/** What is compared, and the lab's answer: table and curves. */
export const useCompare = defineStore('compare', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const focus = useGroupFocus();
  const runs = useRuns();
  /** Chosen experiments; none = all. Until the user chooses, the newest that has results. */
  const experimentIds = ref<number[]>([]);
  const isChosen = ref(false);
  /** Chosen groups; null = all of the experiments. */
  const groupHashes = ref<string[] | null>(null);
  const speedBaseline = ref<string | null>(null);
  const accuracyBaseline = ref<string | null>(null);
  const accuracy = ref<AccuracyChoice>(everyGroup.accuracy);
  const splitConditions = ref(everyGroup.splitConditions);
  const equalTimeMs = ref<number | null>(everyGroup.equalTimeMs);
  const metric = ref<CurveMetric>('testAccuracy');
  const axis = ref<CurveAxis>('epoch');
  const range = useStorage<CurveRange>('esam-lab.compare-range', 'late');

  /** Columns of the table, here and in what is taken to papers; null = the usual ones. */
  const columns = useStorage<string[] | null>('esam-lab.compare-columns', null, undefined, {
    serializer: { read: readColumns, write: JSON.stringify },
  });

  useKept().keep(
    'compare',
    keptSchema,
    computed({
      get: () => ({
        chosen:
          isChosen.value || speedBaseline.value !== null || accuracyBaseline.value !== null
            ? {
                experimentIds: experimentIds.value,
                groupHashes: groupHashes.value,
                speedBaseline: speedBaseline.value,
                accuracyBaseline: accuracyBaseline.value,
              }
            : null,
        ...{ accuracy: accuracy.value, metric: metric.value, axis: axis.value },
      }),
      set: ({ chosen, ...read }) => {
        ({ accuracy: accuracy.value, metric: metric.value, axis: axis.value } = read);
        if (chosen === null) return;
        isChosen.value = true;
        ({ experimentIds: experimentIds.value, groupHashes: groupHashes.value } = chosen);
        ({ speedBaseline: speedBaseline.value, accuracyBaseline: accuracyBaseline.value } = chosen);
      },
    }),
  );

  /** All groups to choose from, and those chosen. */
  const candidates = shallowRef<ResultsTable | null>(null);
  const table = shallowRef<ResultsTable | null>(null);
  const curves = shallowRef<readonly GroupCurve[]>([]);
  /** What the paper found on the networks and data sets of the table's groups, and whether it stands in the scatter. */
  const published = shallowRef<readonly PublishedPoint[]>([]);
  const isPaperShown = useStorage('esam-lab.compare-paper', true);

  const readAs = computed(() => ({
    speedBaseline: speedBaseline.value,
    accuracyBaseline: accuracyBaseline.value,
    accuracy: accuracy.value,
    equalTimeMs: equalTimeMs.value,
  }));
  const candidatesQuery = computed<ResultsQuery>(() => ({
    experimentIds: [...experimentIds.value],
    groupHashes: [],
    ...readAs.value,
    splitConditions: false,
  }));
  const query = computed<ResultsQuery>(() => {
    const split = { splitConditions: splitConditions.value };
    return groupHashes.value === null
      ? { ...candidatesQuery.value, ...split }
      : { experimentIds: [], groupHashes: [...groupHashes.value], ...readAs.value, ...split };
  });
  const exportWish = computed(() => ({
    columns: columns.value === null ? null : [...columns.value],
    namedAfter: [...experimentIds.value],
  }));
  const isNothingChosen = computed(() => groupHashes.value?.length === 0);
  /** Differences are to the row that speeds are compared with; by default the first SAM. */
  const curveWish = computed<CurveWish>(() => ({
    ...{ metric: metric.value, axis: axis.value },
    relativeTo: range.value === 'difference' ? (table.value?.speedBaseline ?? null) : null,
  }));

  const reading = 'Read the results';
  const failure = problems.failureOf(reading, () => candidates.value !== null);
  /** Of what is compared, the groups that are not too many to draw. */
  const drawnQuery = (): ResultsQuery => {
    if (focus.leftOut.size === 0) return query.value;
    const shown = (table.value?.rows ?? []).filter(({ key }) => !focus.isLeftOut(key));
    return { ...query.value, experimentIds: [], groupHashes: [...new Set(shown.map(({ groupHash }) => groupHash))] };
  };
  let lastAsked = 0;
  /** Of what was asked for, the last is taken, once that stands which it stands beside. */
  const takeCurves = async (request: LabInput<'curves'>, beside?: Promise<unknown>): Promise<void> => {
    const own = ++lastAsked;
    const asked = problems.attempt('Read the curves', () => lab.curves(request));
    const [read] = await Promise.all([asked, beside]);
    if (own === lastAsked) curves.value = unlessAlike(curves.value, read ?? []);
  };
  const readCurves = async (): Promise<void> => {
    if (!isNothingChosen.value) await takeCurves({ query: drawnQuery(), ...curveWish.value });
  };
  const readPublished = async (): Promise<void> => {
    published.value = (await problems.attempt('Read the published values', () => lab.published(query.value))) ?? [];
  };
  const readTable = async (): Promise<void> => {
    table.value = unlessAlike(
      table.value,
      (await problems.attempt(reading, () => lab.results(query.value))) ?? table.value,
    );
  };
  const unchoose = (): void => {
    isChosen.value = false;
    experimentIds.value = [];
    groupHashes.value = null;
    speedBaseline.value = null;
    accuracyBaseline.value = null;
  };
  /** False where that chooses others. */
  const follow = (all: readonly ExperimentSummary[]): boolean => {
    const before = experimentIds.value;
    const isGone = (id: number): boolean => all.every((experiment) => experiment.id !== id);
    if (isChosen.value && before.some(isGone)) unchoose();
    const newest = all.filter(({ finishedCount }) => finishedCount > 0).toSorted((a, b) => b.id - a.id)[0];
    if (newest && !isChosen.value && experimentIds.value[0] !== newest.id) experimentIds.value = [newest.id];
    return experimentIds.value === before;
  };
  /** The groups to choose from, and of them the table; false where they could not be read. */
  const readTables = async (): Promise<boolean> => {
    const all = await problems.attempt(reading, () => lab.results(candidatesQuery.value));
    if (!all) return false;
    candidates.value = unlessAlike(candidates.value, all);
    if (isNothingChosen.value) {
      table.value = { ...all, rows: [] };
      curves.value = [];
      published.value = [];
    } else if (groupHashes.value === null && !splitConditions.value) table.value = candidates.value;
    else await readTable();
    return true;
  };
  const load = async (): Promise<void> => {
    const all = runs.runs === null ? await problems.attempt(reading, () => lab.experiments({})) : runs.experiments;
    if (!all || !follow(all)) return;
    const tables = readTables();
    // Of few groups the curves are asked for at once. Which of many are drawn, and over which row, the table tells.
    const areAll = !isNothingChosen.value && focus.leftOut.size === 0 && range.value !== 'difference';
    const early = areAll && takeCurves({ query: query.value, ...curveWish.value, mostGroups: mostDrawn }, tables);
    if (!(await tables) || isNothingChosen.value) return;
    await Promise.all([early !== false && focus.leftOut.size === 0 ? early : readCurves(), readPublished()]);
  };
  const reload = useDebounceFn(load, 300, { maxWait: 1000 });
  watch([experimentIds, groupHashes, speedBaseline, accuracyBaseline, accuracy, splitConditions], () => void load());
  watch(equalTimeMs, useDebounceFn(readTable, 150, { maxWait: 300 }));
  watch(() => runs.experiments, follow);
  watch([metric, axis, range], () => void readCurves());
  watch(table, (read) => focus.leaveOut(read === null ? new Set() : leftOutOf(read)), { flush: 'sync' });
  watch(
    () => focus.toggled,
    () => {
      if (focus.leftOut.size > 0) void readCurves();
    },
  );

  /** The table of what is chosen, written by the lab; null when refused. */
  const exported = (format: ExportFormat, siunitx: boolean): Promise<Exported | null> =>
    problems.attempt('Export the table', () =>
      lab.exportResults({ query: query.value, format, siunitx, ...exportWish.value }),
    );
  /** The same as a workbook. */
  const workbook = (): Promise<LabFile | null> =>
    problems.attempt('Export the table', () => lab.exportWorkbook({ query: query.value, ...exportWish.value }));

  /** A figure for a paper of what is chosen; null when refused. */
  const drawn = (
    figure: LabInput<'exportFigure'>['figure'],
    format: FigureFormat,
    column: ColumnWidth,
  ): Promise<LabFile | null> => {
    const namedAfter = [...experimentIds.value];
    const hidden = (table.value?.rows ?? []).map(({ key }) => key).filter(focus.isHidden);
    return problems.attempt('Draw the figure', () =>
      lab.exportFigure({ query: query.value, figure, format, column, hidden, namedAfter }),
    );
  };

  const forget = (): void => {
    speedBaseline.value = null;
    accuracyBaseline.value = null;
    equalTimeMs.value = null;
  };
  const chooseExperiments = (ids: readonly number[]): void => {
    isChosen.value = true;
    experimentIds.value = [...ids];
    groupHashes.value = null;
    forget();
  };
  const chooseGroups = (hashes: readonly string[] | null): void => {
    isChosen.value = true;
    groupHashes.value = hashes === null ? null : [...hashes];
    equalTimeMs.value = null;
    const isGone = (key: string | null): boolean =>
      key !== null && hashes !== null && !hashes.some((hash) => key.startsWith(hash));
    if (isGone(speedBaseline.value)) speedBaseline.value = null;
    if (isGone(accuracyBaseline.value)) accuracyBaseline.value = null;
  };

  /** Whether a run's end changes what is compared. */
  const concerns = ({ experimentId, groupHash }: RunSummary): boolean =>
    !isChosen.value ||
    (experimentIds.value.length === 0 && groupHashes.value === null) ||
    experimentIds.value.includes(experimentId) ||
    candidates.value?.rows.some((row) => row.groupHash === groupHash) === true;

  onEvent((event) => {
    if (event.type === 'runsChanged') void reload();
    if (event.type === 'runChanged' && event.run.endedAt !== null && concerns(event.run)) void reload();
  });

  return {
    ...{ experimentIds, groupHashes, speedBaseline, accuracyBaseline, accuracy, splitConditions, equalTimeMs },
    ...{ metric, axis, range, columns, query, curveWish },
    ...{
      candidates,
      table,
      curves,
      published,
      isPaperShown,
      failure,
      load,
      exported,
      workbook,
      drawn,
      chooseExperiments,
      chooseGroups,
    },
  };
});
