import { LabError } from '../../shared/errors.ts';
import type { CurveWish, GroupCurve, ResultsQuery, ResultsTable } from '../../shared/result.ts';
import { readGroups } from './groups.ts';
import { processor } from './processor.ts';
import { groupCurves } from './statistics/curves.ts';
import type { NameOfDataset } from './statistics/groups.ts';
import { resultsTable } from './statistics/resultsTable.ts';
import type { StoreReader } from './store/index.ts';

/** @throws LabError EXPERIMENT_NOT_FOUND */
export const requireExperiment = (read: StoreReader, id: number): void => {
  if (read.experiment(id) !== null) return;
  throw new LabError('EXPERIMENT_NOT_FOUND', `There is no experiment ${id} in this workspace.`);
};

/** Epochs of so many runs are read for whoever names neither experiments nor groups: those of a long history would take seconds. */
const mostRunsUnasked = 1000;

/** Groups side by side, with the speeds that were measured together where they were trained. */
export const readTable = (read: StoreReader, query: ResultsQuery, nameOfDataset?: NameOfDataset): ResultsTable => {
  query.experimentIds.forEach((id) => requireExperiment(read, id));
  const groups = readGroups(read, query);
  const labs = new Set(groups.flatMap(({ origin }) => origin?.lab ?? []));
  const imported = new Map([...labs].map((lab) => [lab, read.importedSpeeds(lab)]));
  const isNamed = query.experimentIds.length + query.groupHashes.length > 0;
  const runs = groups.reduce((sum, { finished }) => sum + finished.length, 0);
  const speeds = { own: read.speedMeasurements(processor()), imported };
  return resultsTable(groups, query, {
    speeds,
    accuracyAt: isNamed || runs <= mostRunsUnasked ? read.accuracyAt : null,
    nameOfDataset,
  });
};

export const readCurves = (
  read: StoreReader,
  query: ResultsQuery,
  wish: CurveWish,
  nameOfDataset?: NameOfDataset,
): GroupCurve[] => {
  query.experimentIds.forEach((id) => requireExperiment(read, id));
  return groupCurves(readGroups(read, query), wish, (id) => read.curve(id, wish.metric), nameOfDataset);
};
