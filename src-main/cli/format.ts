import { countText, percentText } from '../../shared/numberText.ts';
import { oneLine } from '../../shared/oneLine.ts';
import { terminalText } from '../../shared/terminalText.ts';
import { displayWidth } from './displayWidth.ts';

/** A fraction as "97.12 %", or a dash where there is none. */
export const percent = (fraction: number | null): string => (fraction === null ? '–' : `${percentText(fraction)} %`);

/** "3,412 images/s" */
export const rate = (imagesPerSecond: number | null): string =>
  imagesPerSecond === null ? '– images/s' : `${countText(imagesPerSecond)} images/s`;

/** Columns of text in any script, the first one, or so many of them, aligned left, the others right. */
export const columns = (rows: readonly (readonly string[])[], left = 1): string => {
  const lines = rows.map((row) => row.map((cell) => terminalText(oneLine(cell))));
  const widths = lines.map((row) => row.map(displayWidth));
  const widest = (rows[0] ?? []).map((_, column) => widths.reduce((most, row) => Math.max(most, row[column] ?? 0), 0));
  return lines
    .map((row, line) =>
      row
        .map((cell, column) => {
          const blanks = ' '.repeat(Math.max(0, (widest[column] ?? 0) - (widths[line]?.[column] ?? 0)));
          return column < left ? cell + blanks : blanks + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
