import { LabError } from '../../../shared/errors.ts';
import type { LabApi, LabInput } from '../../../shared/labApi.ts';
import type { GroupCurve, ResultsQuery, ResultsTable } from '../../../shared/result.ts';
import { exportTable } from '../export/index.ts';
import { curvesFigure } from '../figures/curves.ts';
import { labFile } from '../figures/files.ts';
import { speedAccuracyFigure } from '../figures/speedAccuracy.ts';
import { readCurves, readTable, requireExperiment } from '../results.ts';
import type { Store } from '../store/index.ts';
import { answering } from './answering.ts';

type ResultApi = Pick<
  LabApi,
  'runs' | 'trash' | 'run' | 'runLog' | 'experiments' | 'results' | 'curves' | 'exportResults' | 'exportFigure'
>;

/** Requests that read what was measured. */
export const resultRequests = ({ store: { read }, labVersion }: { store: Store; labVersion: string }): ResultApi => {
  const table = (query: ResultsQuery): ResultsTable => readTable(read, query);
  const curves = ({ query, ...wish }: LabInput<'curves'>): GroupCurve[] => readCurves(read, query, wish);
  return {
    runs: answering(({ experimentId }) => {
      if (experimentId === null) return read.runs.all();
      requireExperiment(read, experimentId);
      return read.runs.ofExperiment(experimentId);
    }),
    trash: answering(() => read.runs.inTrash()),
    run: answering(({ runId }) => {
      const detail = read.detail(runId);
      if (detail === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
      return detail;
    }),
    runLog: answering(({ runId, ...wish }) => {
      if (read.runs.one(runId) === null)
        throw new LabError('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
      return read.logPage(runId, wish);
    }),
    experiments: answering(() => read.experiments()),
    results: answering(table),
    curves: answering(curves),
    exportResults: answering(({ query, format }) => exportTable(table(query), format, labVersion)),
    exportFigure: async ({ query, figure, format, column }) => {
      const drawn =
        figure.name === 'curves'
          ? curvesFigure(readCurves(read, query, figure), figure, figure.isLate)
          : speedAccuracyFigure(table(query));
      if (drawn === null) {
        throw new LabError('EXPORT_EMPTY', 'No run of this selection has finished, so there is nothing to draw yet.');
      }
      return labFile(drawn, format, column);
    },
  };
};
