import type { ResultsRow, ResultsTable } from '../../shared/result.ts';
import { columns, percent, percentWithSd, rate } from './format.ts';

const signed = (points: number): string => `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)}`;

const gain = (row: ResultsRow): string => {
  if (row.gainPoints === null) return '–';
  const { mean, low, high } = row.gainPoints;
  return low === null || high === null ? signed(mean) : `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
};

/** The results table for a terminal. */
export const resultsText = ({ rows }: ResultsTable): string =>
  columns([
    ['Method', 'n', 'Best test accuracy', 'Last test accuracy', 'Gain over SGD (points)', 'Speed', 'Of SAM'],
    ...rows.map((row) => [
      row.label,
      String(row.n),
      percentWithSd(row.bestTestAccuracy),
      percentWithSd(row.lastTestAccuracy),
      gain(row),
      rate(row.imagesPerSecond.median),
      percent(row.speedRatio),
    ]),
  ]);

/** The results table for a script; accuracies and ratios are fractions. */
export const resultsJson = (experimentId: number, { rows }: ResultsTable): string =>
  JSON.stringify({
    experimentId,
    groups: rows.map((row) => ({
      optimizer: row.method,
      label: row.label,
      n: row.n,
      seeds: row.seeds,
      bestTestAccuracy: row.bestTestAccuracy,
      lastTestAccuracy: row.lastTestAccuracy,
      imagesPerSecond: row.imagesPerSecond,
      speedVersusSam: row.speedRatio,
      peakStepBytes: row.peakStepBytes,
    })),
  });
