import { LabError } from '../../../shared/errors.ts';
import type { LabApi, LabInput } from '../../../shared/labApi.ts';
import type { GroupCurve, ResultsQuery, ResultsTable } from '../../../shared/result.ts';
import { exportTable } from '../export/index.ts';
import { curvesFigure } from '../figures/curves.ts';
import { labFile } from '../figures/files.ts';
import { speedAccuracyFigure } from '../figures/speedAccuracy.ts';
import { readGroups } from '../groups.ts';
import { processor } from '../processor.ts';
import { groupCurves } from '../statistics/curves.ts';
import { resultsTable } from '../statistics/resultsTable.ts';
import type { Store } from '../store/index.ts';
import { answering } from './answering.ts';

type ResultApi = Pick<LabApi, 'runs' | 'run' | 'experiments' | 'results' | 'curves' | 'exportResults' | 'exportFigure'>;

/** Requests that read what was measured. */
export const resultRequests = ({ store: { read }, labVersion }: { store: Store; labVersion: string }): ResultApi => {
  const requireExperiment = (id: number): void => {
    if (read.experiment(id) !== null) return;
    throw new LabError('EXPERIMENT_NOT_FOUND', `There is no experiment ${id} in this workspace.`);
  };
  const table = (query: ResultsQuery): ResultsTable => {
    query.experimentIds.forEach(requireExperiment);
    const groups = readGroups(read, query);
    const labs = new Set(groups.flatMap(({ origin }) => origin?.lab ?? []));
    const imported = new Map([...labs].map((lab) => [lab, read.importedSpeeds(lab)]));
    // Of every group of a long history all epochs would be read.
    const isNamed = query.experimentIds.length + query.groupHashes.length > 0;
    const speeds = { own: read.speedMeasurements(processor()), imported };
    return resultsTable(groups, query, { speeds, accuracyAt: isNamed ? read.accuracyAt : null });
  };
  const curves = ({ query, metric, axis }: LabInput<'curves'>): GroupCurve[] => {
    query.experimentIds.forEach(requireExperiment);
    return groupCurves(readGroups(read, query), axis, (id) => read.curve(id, metric));
  };
  return {
    runs: answering(({ experimentId }) => {
      if (experimentId === null) return read.runs.all();
      requireExperiment(experimentId);
      return read.runs.ofExperiment(experimentId);
    }),
    run: answering(({ runId }) => {
      const detail = read.detail(runId);
      if (detail === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
      return detail;
    }),
    experiments: answering(() => read.experiments()),
    results: answering(table),
    curves: answering(curves),
    exportResults: answering(({ query, format }) => exportTable(table(query), format, labVersion)),
    exportFigure: async ({ query, figure, format, column }) => {
      const drawn =
        figure.name === 'curves'
          ? curvesFigure(curves({ query, metric: figure.metric, axis: figure.axis }), figure.metric, figure.axis)
          : speedAccuracyFigure(table(query));
      if (drawn === null) {
        throw new LabError('EXPORT_EMPTY', 'No run of this selection has finished, so there is nothing to draw yet.');
      }
      return labFile(drawn, format, column);
    },
  };
};
