import type { StudyReport } from '../../shared/studies/report.ts';
import { isMeasured, type Study } from '../../shared/studies/study.ts';

/** Runs of an item's small form. */
const runsOf = ({ rows, axes, seeds }: Study): number =>
  axes.reduce((product, { values }) => product * values.length, (rows[0]?.arms.length ?? 0) * seeds.length);

/** Measuring speeds together takes as long as some runs do, and so does an analysis of three checkpoints. */
const [perMeasurement, perAnalysis, perItem] = [12, 20, 3] as const;

/** What an item needs of the hours, in runs. */
export const weightOf = (study: Study): number => {
  const { drawing, rows } = study;
  if (isMeasured(study)) return rows.length * perMeasurement;
  const more = drawing.kind === 'speed-accuracy' ? perMeasurement : drawing.kind === 'analyses' ? perAnalysis : 0;
  return perItem + runsOf(study) + more;
};

type Small = Pick<StudyReport, 'coverage' | 'analyses'>;

/** Whether a small form was begun, and something of it is missing. */
export const isUnfinished = ({ coverage, analyses }: Small): boolean =>
  coverage.runsDone < coverage.runs || (analyses !== null && analyses.missingRunIds.length > 0);

/** Whether nothing of an item has been done, or not all of it. */
export const isMissing = (report: Small): boolean =>
  report.coverage.cells === 0 || report.coverage.cellsDone < report.coverage.cells || isUnfinished(report);

/** What an item may take of the time that is left, in proportion to what the others need that come after it. */
export const shareOf = (study: Study, others: readonly Study[], left: number): number =>
  (left * weightOf(study)) / others.reduce((sum, other) => sum + weightOf(other), weightOf(study));
