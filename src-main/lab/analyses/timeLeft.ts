import { analysisWork, type AnalysisSettings } from '../../../shared/analyses/index.ts';

/** In less time no pace is told: the first passes also fill caches. */
const leastPacedMs = 2000;

/**
 * Milliseconds that an analysis will still take at the pace of its passes since it was begun or gone on with: one of its rows can be a pass,
 * and another one hundreds. Null before there is a pace.
 * @param rowsBefore - that were there already when it was.
 */
export const timeLeft = (
  settings: AnalysisSettings,
  rowsBefore: number,
  rowsDone: number,
  passedMs: number,
): number | null => {
  const left = analysisWork(settings, rowsDone).passes;
  const done = analysisWork(settings, rowsBefore).passes - left;
  return done === 0 || passedMs < leastPacedMs ? null : (passedMs / done) * left;
};
