import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { AnalysisSettings } from '../../shared/analyses/index.ts';
import type { DrawingWish } from '../../shared/analyses/drawn.ts';
import { queuedAnalyses, type AnalysisSummary } from '../../shared/analyses/record.ts';
import type { ColumnWidth, FigureFormat } from '../../shared/figures/figure.ts';
import type { LabFile } from '../../shared/file.ts';
import type { LabOutput } from '../../shared/labApi.ts';
import type { RunId } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';
import { useQueue } from './queue.ts';

/** All analyses of checkpoints, as the lab last said. */
export const useAnalyses = defineStore('analyses', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const queue = useQueue();
  const byId = shallowRef<ReadonlyMap<number, AnalysisSummary>>(new Map());
  const isRead = ref(false);
  const all = computed(() => [...byId.value.values()]);
  const queued = computed(() => queuedAnalyses(all.value));
  const running = computed(() => queued.value.find(({ state }) => state === 'running') ?? null);
  /** The next run starts when the present analysis has ended. */
  const delaysRun = computed(() => running.value !== null && queue.isAboutToStart && !queue.isTrainingHere);

  const reading = 'Read the analyses';
  const failure = problems.failureOf(reading, () => isRead.value);
  const load = async (): Promise<void> => {
    const found = await problems.attempt(reading, () => lab.analyses({}));
    if (!found) return;
    byId.value = new Map(found.map((each) => [each.id, each]));
    isRead.value = true;
  };
  const start = (runIds: RunId[], settings: AnalysisSettings): Promise<LabOutput<'analyse'> | null> =>
    problems.attempt('Start the analysis', async () => {
      const started = await lab.analyse({ runIds, settings });
      await load();
      return started;
    });
  /** @returns those of them that had not ended before. */
  const cancel = async (ids: readonly number[]): Promise<readonly number[]> => {
    const told = await problems.attempt('Cancel the analysis', () => lab.cancelAnalyses({ ids: [...ids] }));
    await load();
    return (told?.cancelled ?? []).map(({ id }) => id);
  };
  const resume = async (ids: readonly number[]): Promise<void> => {
    for (const id of ids) await problems.attempt('Resume the analysis', () => lab.resumeAnalysis({ id }));
    await load();
  };

  /** In milliseconds; null where it is not known, or cannot be asked. */
  const estimate = async (runIds: RunId[], settings: AnalysisSettings): Promise<number | null> =>
    (await problems.attempt('Estimate the time', () => lab.analysisEstimate({ runIds, settings })))?.ms ?? null;
  const drawing = (ids: number[], wish: DrawingWish): Promise<LabOutput<'analysisDrawing'> | null> =>
    problems.attempt('Draw the analyses', () => lab.analysisDrawing({ ids, wish }));
  const exported = (
    ids: number[],
    wish: DrawingWish,
    format: FigureFormat,
    column: ColumnWidth,
  ): Promise<LabFile | null> =>
    problems.attempt('Draw the figure', () => lab.exportAnalysis({ ids, wish, format, column }));

  onEvent((event) => {
    if (event.type === 'analysisChanged') {
      byId.value = new Map(byId.value).set(event.analysis.id, event.analysis);
    } else if (event.type === 'runsChanged') void load();
  });
  return { all, queued, running, delaysRun, isRead, failure, load, start, cancel, resume, estimate, drawing, exported };
});
