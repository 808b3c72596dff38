import type { LabApi } from '../../../shared/labApi.ts';
import { isResumable, type RunSummary } from '../../../shared/run.ts';
import { Refusal } from '../../refusal.ts';
import { fakeCurves, fakeExport, fakeResults } from '../results.ts';
import { addEpoch } from '../runs.ts';
import type { FakeWorkspace } from '../workspace.ts';

type ReadingApi = Pick<LabApi, 'runs' | 'run' | 'experiments' | 'results' | 'curves' | 'exportResults'>;
type ChangingApi = Pick<LabApi, 'repeatRuns' | 'resumeRuns' | 'extendRun' | 'emptyTrash' | 'deleteRuns'>;

const hasEnded = ({ state }: RunSummary): boolean => state !== 'running' && state !== 'queued';

/** The history and what is computed from it. */
export const fakeReadingRequests = (workspace: FakeWorkspace): ReadingApi => ({
  runs: async () => structuredClone(workspace.visible().map(({ run }) => run)),
  run: async ({ runId }) => structuredClone(workspace.detailOf(runId)),
  experiments: async () =>
    workspace.experiments.map(({ id, experiment, createdAt }) => {
      const own = workspace.visible().filter(({ run }) => run.experimentId === id);
      const finishedCount = own.filter(({ run }) => run.state === 'finished').length;
      return { id, experiment, createdAt, runCount: own.length, finishedCount };
    }),
  results: async (query) => structuredClone(fakeResults(query, workspace.visible())),
  curves: async ({ query, metric, axis }) => fakeCurves(query, metric, axis, workspace.visible()),
  exportResults: async ({ query, format }) => {
    const text = fakeExport(fakeResults(query, workspace.visible()), format);
    const extension = { csv: 'csv', markdown: 'md', latex: 'tex', json: 'json' }[format];
    return { fileName: `results.${extension}`, mediaType: 'text/plain', text };
  },
});

/** Going on with runs, repeating and deleting them. */
export const fakeChangingRequests = (workspace: FakeWorkspace): ChangingApi => ({
  repeatRuns: async ({ runIds }) => {
    workspace.mayChange();
    const added = runIds.map((id) => {
      const { experimentId, experimentName, config } = workspace.detailOf(id).run;
      return workspace.addRun(experimentId, experimentName, config);
    });
    return { runIds: workspace.enqueue(added) };
  },
  resumeRuns: async ({ runIds }) => {
    workspace.mayChange();
    for (const id of runIds) {
      const detail = workspace.detailOf(id);
      if (!isResumable(detail.run.state))
        throw new Refusal('RUN_STATE', `Run ${id} is ${detail.run.state}; only unfinished runs go on.`);
      workspace.change(detail, { state: 'queued', reason: null, stopRequested: null, endedAt: null });
    }
    workspace.waiting.push(...runIds);
    workspace.tellQueue();
    return {};
  },
  extendRun: async ({ runId, epochs }) => {
    workspace.mayChange();
    const { run, epochs: done } = workspace.detailOf(runId);
    const { optimizer, seed, ...shared } = run.config;
    const name = `${run.experimentName}, ${epochs} epochs`;
    const experiment = {
      name,
      shared: { ...shared, epochs },
      arms: [optimizer],
      axes: [],
      seeds: [seed],
      skipFinished: false,
    };
    const [detail] = workspace.addExperiment(experiment);
    if (detail === undefined) throw new Error('One run was expected.');
    for (const { epoch } of done) addEpoch(detail, epoch);
    workspace.enqueue([detail]);
    return { experimentId: detail.run.experimentId, runId: detail.run.id };
  },
  emptyTrash: async () => {
    workspace.mayChange();
    const { details, trash } = workspace;
    const runCount = trash.size;
    for (const id of trash) details.splice(details.indexOf(workspace.detailOf(id)), 1);
    trash.clear();
    workspace.tell({ type: 'runsChanged' });
    return { runCount };
  },
  deleteRuns: async ({ runIds, deleted }) => {
    workspace.mayChange();
    const busy = runIds.find((id) => !hasEnded(workspace.detailOf(id).run));
    if (busy !== undefined)
      throw new Refusal('RUN_STATE', `Run ${busy} has not ended. Stop or cancel it before deleting it.`);
    for (const id of runIds) {
      if (deleted) workspace.trash.add(id);
      else workspace.trash.delete(id);
    }
    workspace.tell({ type: 'runsChanged' });
    return {};
  },
});
