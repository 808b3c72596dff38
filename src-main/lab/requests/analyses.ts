import { analysisWork } from '../../../shared/analyses/index.ts';
import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { analysisApi } from '../../../shared/requests/analyses.ts';
import type { RunId } from '../../../shared/run.ts';
import { drawAnalyses, tableOf } from '../analyses/drawing.ts';
import { analysedGroups } from '../analyses/groups.ts';
import type { Analyses } from '../analyses/queue.ts';
import type { Library } from '../datasets/index.ts';
import { labFile } from '../figures/files.ts';
import { analysisMs } from '../plan.ts';
import type { Store } from '../store/index.ts';
import { answering, doing } from './answering.ts';

type AnalysisApi = Requests<typeof analysisApi>;

export interface AnalysisParts {
  readonly store: Store;
  readonly library: Library;
  readonly analyses: Analyses;
  /** Analyses were put into the queue. */
  readonly analysesAdded: (ids: readonly number[]) => void;
}

/** Requests about analyses of checkpoints. */
export const analysisRequests = ({ store, library, analyses, analysesAdded }: AnalysisParts): AnalysisApi => ({
  analyse: answering(({ runIds, settings }) => {
    const checkpoints = runIds.map((runId) => ({ runId, ...newestOf(store, runId) }));
    const ids = checkpoints.map(({ runId, fileName, epoch }) => analyses.add({ runId, fileName, epoch, settings }));
    analysesAdded(ids);
    return { ids };
  }),
  analysisEstimate: answering(({ runIds, settings }) => {
    const { passes } = analysisWork(settings);
    const times = runIds.map((runId) => {
      const config = store.read.runs.one(runId)?.config;
      const dataset = library.list().find(({ id }) => id === config?.dataset.id);
      if (config === undefined || dataset === undefined) return null;
      const examples = Math.min(settings.examples, settings.split === 'train' ? dataset.trainCount : dataset.testCount);
      return analysisMs(store.read, config, dataset, { passes, examples });
    });
    return { ms: times.some((ms) => ms === null) ? null : times.reduce((sum: number, ms) => sum + (ms ?? 0), 0) };
  }),
  analyses: answering(() => store.read.analyses.all().map((analysis) => analyses.summaryOf(analysis))),
  analysis: answering(({ id }) => {
    const found = store.read.analyses.one(id);
    if (found === null) throw new LabError('RUN_NOT_FOUND', `There is no analysis ${id} in this workspace.`);
    return { analysis: analyses.summaryOf(found), rows: store.read.analyses.rows(id) };
  }),
  cancelAnalyses: answering(({ ids }) => analyses.cancel(ids)),
  resumeAnalysis: doing(({ id }) => {
    analyses.resume(id);
    analysesAdded([id]);
  }),
  analysisDrawing: answering(({ ids, wish }) => {
    const analysed = analysedGroups(store.read, ids);
    return { figure: drawAnalyses(analysed, wish), table: tableOf(analysed) };
  }),
  exportAnalysis: async ({ ids, wish, format, column }) => {
    const figure = drawAnalyses(analysedGroups(store.read, ids), wish);
    if (figure === null)
      throw new LabError('EXPORT_EMPTY', 'These analyses have no rows yet, so there is nothing to draw.');
    return labFile(figure, format, column);
  },
});

const newestOf = ({ read }: Store, runId: RunId) => {
  if (read.runs.one(runId) === null) {
    throw new LabError('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
  }
  const [newest] = read.checkpoints(runId);
  if (newest === undefined) {
    throw new LabError('RUN_STATE', `Run ${runId} has no checkpoint to analyse; train it for at least one epoch.`);
  }
  return newest;
};
