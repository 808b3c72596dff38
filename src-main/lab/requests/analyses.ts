import { analysisRowCount, type AnalysisSettings } from '../../../shared/analyses/index.ts';
import { LabError } from '../../../shared/errors.ts';
import type { LabApi } from '../../../shared/labApi.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Analyses } from '../analyses.ts';
import type { Store } from '../store/index.ts';
import { answering, doing } from './answering.ts';

type AnalysisApi = Pick<LabApi, 'analyse' | 'analyses' | 'analysis' | 'cancelAnalysis'>;

export interface AnalysisParts {
  readonly store: Store;
  readonly analyses: Analyses;
  /** Analyses were put into the queue. */
  readonly analysesAdded: (ids: readonly number[]) => void;
}

/** Requests about analyses of checkpoints. */
export const analysisRequests = ({ store, analyses, analysesAdded }: AnalysisParts): AnalysisApi => ({
  analyse: answering(({ runIds, settings }) => {
    const checkpoints = runIds.map((runId) => ({ runId, ...newestOf(store, runId) }));
    const ids = checkpoints.map(({ runId, fileName, epoch }) => queued(store, runId, fileName, epoch, settings));
    analysesAdded(ids);
    return { ids };
  }),
  analyses: answering(() => store.read.analyses.all().map((analysis) => analyses.summaryOf(analysis))),
  analysis: answering(({ id }) => {
    const found = store.read.analyses.one(id);
    if (found === null) throw new LabError('RUN_NOT_FOUND', `There is no analysis ${id} in this workspace.`);
    return { analysis: analyses.summaryOf(found), rows: store.read.analyses.rows(id) };
  }),
  cancelAnalysis: doing(({ id }) => analyses.cancel(id)),
});

const queued = (store: Store, runId: RunId, fileName: string, epoch: number, settings: AnalysisSettings): number =>
  store.write.analyses.insert({ runId, fileName, epoch, settings, rowCount: analysisRowCount(settings) });

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
