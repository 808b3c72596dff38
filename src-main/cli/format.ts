/** A fraction as "97.12 %", or a dash where there is none. */
export const percent = (fraction: number | null): string =>
  fraction === null ? '–' : `${(100 * fraction).toFixed(2)} %`;

const thousands = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** "3,412 images/s" */
export const rate = (imagesPerSecond: number | null): string =>
  imagesPerSecond === null ? '– images/s' : `${thousands.format(imagesPerSecond)} images/s`;

/** Columns of text, the first aligned left, the others right. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
