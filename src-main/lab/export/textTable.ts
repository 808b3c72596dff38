import type { MeanSd, ResultsRow, ResultsTable } from '../../../shared/result.ts';
import { plainText } from './plainText.ts';

/** How a format writes the signs that not all of them share. */
export interface Notation {
  /** Makes any text harmless in a cell. */
  readonly escape: (text: string) => string;
  readonly plusMinus: string;
  readonly percent: string;
  readonly minus: string;
  readonly dash: string;
}

export interface TextTable {
  readonly header: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** The results table as a paper prints it: fractions in percent, deviations beside means; the first column is text, the rest numbers. */
export const textTable = (table: ResultsTable, notation: Notation): TextTable => {
  const { escape, percent, dash } = notation;
  const labelOf = (hash: string | null): string | null => {
    const found = table.rows.find((row) => row.groupHash === hash);
    return found === undefined ? null : escape(plainText(found.label));
  };
  const accuracyBaseline = labelOf(table.accuracyBaseline);
  const speedBaseline = labelOf(table.speedBaseline);
  const columns: readonly (readonly [string, (row: ResultsRow) => string])[] = [
    ['Method', (row) => escape(plainText(row.label))],
    ['n', (row) => String(row.n)],
    [`Best test accuracy (${percent})`, (row) => meanSdText(row.bestTestAccuracy, notation)],
    [`Last test accuracy (${percent})`, (row) => meanSdText(row.lastTestAccuracy, notation)],
    [
      accuracyBaseline === null ? 'Gain (points)' : `Gain over ${accuracyBaseline} (points, 95${percent} CI)`,
      (row) => gainText(row, notation),
    ],
    ['Images/s', (row) => row.imagesPerSecond.median?.toFixed(1) ?? dash],
    [
      speedBaseline === null ? 'Relative speed' : `Speed relative to ${speedBaseline} (${percent})`,
      (row) => (row.speedRatio === null ? dash : (100 * row.speedRatio).toFixed(1)),
    ],
    ['Time per epoch (s)', (row) => secondsText(row.epochMs, notation)],
    ['Training time (s)', (row) => secondsText(row.activeMs, notation)],
  ];
  return {
    header: columns.map(([name]) => name),
    lines: table.rows.map((row) => columns.map(([, read]) => read(row))),
  };
};

const meanSdText = ({ mean, sd }: MeanSd, { plusMinus, dash }: Notation): string => {
  if (mean === null) return dash;
  return sd === null ? (100 * mean).toFixed(2) : `${(100 * mean).toFixed(2)} ${plusMinus} ${(100 * sd).toFixed(2)}`;
};

const gainText = ({ gainPoints }: ResultsRow, { minus, dash }: Notation): string => {
  if (gainPoints === null) return dash;
  const signed = (value: number): string => `${value < 0 ? minus : '+'}${Math.abs(value).toFixed(2)}`;
  const { mean, low, high } = gainPoints;
  return low === null || high === null ? signed(mean) : `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
};

const secondsText = (ms: number | null, { dash }: Notation): string => (ms === null ? dash : (ms / 1000).toFixed(1));
