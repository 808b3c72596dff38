import { useDebounceFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { ColumnWidth, FigureFormat } from '../../shared/figures/figure.ts';
import type { Exported, LabFile, LabInput } from '../../shared/labApi.ts';
import { everyGroup } from '../../shared/result.ts';
import type {
  AccuracyChoice,
  curveAxes,
  CurveMetric,
  ExportFormat,
  GroupCurve,
  ResultsQuery,
  ResultsTable,
} from '../../shared/result.ts';
import type { RunSummary } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** What is compared, and the lab's answer: table and curves. */
export const useCompare = defineStore('compare', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  /** Chosen experiments; none = all. Until the user chooses, the newest that has results. */
  const experimentIds = ref<number[]>([]);
  let isChosen = false;
  /** Chosen groups; null = all of the experiments. */
  const groupHashes = ref<string[] | null>(null);
  const speedBaseline = ref<string | null>(null);
  const accuracyBaseline = ref<string | null>(null);
  const accuracy = ref<AccuracyChoice>(everyGroup.accuracy);
  const metric = ref<CurveMetric>('testAccuracy');
  const axis = ref<(typeof curveAxes)[number]>('epoch');

  /** All groups to choose from, and those chosen. */
  const candidates = shallowRef<ResultsTable | null>(null);
  const table = shallowRef<ResultsTable | null>(null);
  const curves = shallowRef<readonly GroupCurve[]>([]);

  const readAs = computed(() => ({
    speedBaseline: speedBaseline.value,
    accuracyBaseline: accuracyBaseline.value,
    accuracy: accuracy.value,
  }));
  const candidatesQuery = computed<ResultsQuery>(() => ({
    experimentIds: [...experimentIds.value],
    groupHashes: [],
    ...readAs.value,
  }));
  const query = computed<ResultsQuery>(() =>
    groupHashes.value === null
      ? candidatesQuery.value
      : { experimentIds: [], groupHashes: [...groupHashes.value], ...readAs.value },
  );
  const isNothingChosen = computed(() => groupHashes.value?.length === 0);

  const readCurves = async (): Promise<void> => {
    if (isNothingChosen.value) return;
    const request = { query: query.value, metric: metric.value, axis: axis.value };
    curves.value = (await problems.attempt('Read the curves', () => lab.curves(request))) ?? [];
  };
  const followNewest = async (): Promise<void> => {
    const all = (await problems.attempt('Read the experiments', () => lab.experiments({}))) ?? [];
    const newest = all.filter(({ finishedCount }) => finishedCount > 0).toSorted((a, b) => b.id - a.id)[0];
    if (newest && !isChosen && experimentIds.value[0] !== newest.id) experimentIds.value = [newest.id];
  };
  const load = async (): Promise<void> => {
    if (!isChosen) await followNewest();
    const all = await problems.attempt('Read the results', () => lab.results(candidatesQuery.value));
    if (!all) return;
    candidates.value = all;
    if (isNothingChosen.value) {
      table.value = { ...all, rows: [] };
      curves.value = [];
      return;
    }
    table.value =
      groupHashes.value === null
        ? all
        : ((await problems.attempt('Read the results', () => lab.results(query.value))) ?? table.value);
    await readCurves();
  };
  const reload = useDebounceFn(load, 300, { maxWait: 1000 });
  watch([experimentIds, groupHashes, speedBaseline, accuracyBaseline, accuracy], () => void load());
  watch([metric, axis], () => void readCurves());

  /** The table of what is chosen, written by the lab; null when refused. */
  const exported = (format: ExportFormat): Promise<Exported | null> =>
    problems.attempt('Export the table', () => lab.exportResults({ query: query.value, format }));

  /** A figure for a paper of what is chosen; null when refused. */
  const drawn = (
    name: LabInput<'exportFigure'>['figure']['name'],
    format: FigureFormat,
    column: ColumnWidth,
  ): Promise<LabFile | null> => {
    const figure = name === 'curves' ? { name, metric: metric.value, axis: axis.value } : { name };
    return problems.attempt('Draw the figure', () => lab.exportFigure({ query: query.value, figure, format, column }));
  };

  const chooseExperiments = (ids: readonly number[]): void => {
    isChosen = true;
    experimentIds.value = [...ids];
    groupHashes.value = null;
    speedBaseline.value = null;
    accuracyBaseline.value = null;
  };
  const chooseGroups = (hashes: readonly string[] | null): void => {
    isChosen = true;
    groupHashes.value = hashes === null ? null : [...hashes];
    const isGone = (hash: string | null): boolean => hash !== null && hashes !== null && !hashes.includes(hash);
    if (isGone(speedBaseline.value)) speedBaseline.value = null;
    if (isGone(accuracyBaseline.value)) accuracyBaseline.value = null;
  };

  /** Whether a run's end changes what is compared. */
  const concerns = ({ experimentId, groupHash }: RunSummary): boolean =>
    !isChosen ||
    (experimentIds.value.length === 0 && groupHashes.value === null) ||
    experimentIds.value.includes(experimentId) ||
    candidates.value?.rows.some((row) => row.groupHash === groupHash) === true;

  onEvent((event) => {
    if (event.type === 'runsChanged') void reload();
    if (event.type === 'runChanged' && event.run.endedAt !== null && concerns(event.run)) void reload();
  });

  return {
    ...{ experimentIds, groupHashes, speedBaseline, accuracyBaseline, accuracy, metric, axis, query },
    ...{ candidates, table, curves, load, exported, drawn, chooseExperiments, chooseGroups },
  };
});
