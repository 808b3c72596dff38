import type { Experiment } from '../../../shared/experiment.ts';
import { speedLimitMs } from '../../../shared/speed.ts';
import type { Coverage, Overhead, StudyReport } from '../../../shared/studies/report.ts';
import { isMeasured } from '../../../shared/studies/study.ts';
import type { Study, StudyForm } from '../../../shared/studies/study.ts';
import { processor } from '../processor.ts';
import { studyAnalyses } from './analyses.ts';
import { cellsOf, type Cells, type ReportParts } from './cells.ts';
import { begunExperiment, paperExperiments } from './experiments.ts';
import { studyFigure } from './figure.ts';
import { overheadOf } from './overhead.ts';

const experimentsOf = (study: Study, form: StudyForm, { read }: ReportParts): Experiment[] =>
  form === 'paper' ? paperExperiments(study) : [begunExperiment(study, read)].filter((each) => each !== null);

/** Of a study whose speeds are measured: of each number of layers all β at once. */
const measuredCoverage = ({ cells }: Overhead): Coverage => {
  const missing = new Set(cells.filter(({ ours }) => ours === null).map(({ layers }) => layers));
  return {
    cellsDone: cells.filter(({ ours }) => ours !== null).length,
    cells: cells.length,
    ...{ runsDone: 0, runs: 0 },
    hoursLeft: (missing.size * speedLimitMs) / 3_600_000,
  };
};

const measuredReport = (study: Study, form: StudyForm, overhead: Overhead): StudyReport => {
  const label =
    form === 'paper'
      ? 'As in the paper'
      : overhead.width === null
        ? 'Nothing has been measured on narrower networks yet'
        : `On layers of ${overhead.width} units, not the paper’s 3,000`;
  const figure = studyFigure(study, form, label, [], { curve: () => [], analysed: null, overhead });
  return { study, form, label, coverage: measuredCoverage(overhead), cells: [], overhead, figure, analyses: null };
};

/** The cells of each network and data set of a form, with what was trained of them. */
const rowsOf = (study: Study, form: StudyForm, experiments: readonly Experiment[], parts: ReportParts): Cells[] => {
  // What the paper does not say is not taken for the paper's.
  const known = form === 'paper' && study.missing !== null ? { ...parts, find: () => null } : parts;
  return experiments.flatMap((experiment) => {
    const row = study.rows[experiment.study?.row ?? 0];
    return row === undefined ? [] : [cellsOf(experiment, row, form, known)];
  });
};

const trainedCoverage = (rows: readonly Cells[]): Coverage => {
  const cells = rows.flatMap((row) => row.cells);
  const ms = rows.map(({ msLeft }) => msLeft);
  return {
    cellsDone: cells.filter(({ seedsDone, diverged, seedsWanted }) => seedsDone + diverged === seedsWanted).length,
    cells: cells.length,
    runsDone: cells.reduce((sum, { seedsDone, diverged }) => sum + seedsDone + diverged, 0),
    runs: cells.reduce((sum, { seedsWanted }) => sum + seedsWanted, 0),
    hoursLeft: ms.some((each) => each === null)
      ? null
      : ms.reduce((sum: number, each) => sum + (each ?? 0), 0) / 3_600_000,
  };
};

const measuredOf = (study: Study, form: StudyForm, { read }: ReportParts): Overhead | null =>
  isMeasured(study) ? overheadOf(study, form, read.speedMeasurements(processor())) : null;

/** How much of a study is done. */
export const coverageOf = (study: Study, form: StudyForm, parts: ReportParts): Coverage => {
  const overhead = measuredOf(study, form, parts);
  return overhead === null
    ? trainedCoverage(rowsOf(study, form, experimentsOf(study, form, parts), parts))
    : measuredCoverage(overhead);
};

/** Where a study stands: every cell with the paper's value and ours, and the figure. */
export const studyReport = (study: Study, form: StudyForm, parts: ReportParts): StudyReport => {
  const overhead = measuredOf(study, form, parts);
  if (overhead !== null) return measuredReport(study, form, overhead);
  const experiments = experimentsOf(study, form, parts);
  const rows = rowsOf(study, form, experiments, parts);
  const [first] = experiments;
  const label = form === 'paper' ? 'As in the paper' : (first?.name ?? 'No small form has been queued yet');
  const analysed = studyAnalyses(
    first?.study?.analysis ?? (study.drawing.kind === 'analyses' ? study.drawing.settings : null),
    rows.flatMap(({ groups }) => groups),
    parts.read,
  );
  const figure = studyFigure(study, form, label, rows, {
    curve: (id, metric) => parts.read.curve(id, metric),
    analysed: analysed?.groups ?? null,
    overhead: null,
  });
  const analyses =
    analysed === null
      ? null
      : { settings: analysed.settings, done: analysed.done, missingRunIds: [...analysed.missingRunIds] };
  const cells = rows.flatMap((row) => row.cells);
  return { study, form, label, coverage: trainedCoverage(rows), cells, overhead: null, figure, analyses };
};
