import { analysisKinds, type AnalysisRow, type AnalysisSettings } from '../../../shared/analyses/index.ts';
import { meanPlane } from './plane.ts';
import { numberIn } from './rows.ts';

type Numbers = Readonly<Record<string, number | null>>;

const difference = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);

/** The value of a profile at t, between two of its points; null where it does not reach so far. */
const profileAt = (rows: readonly AnalysisRow[], name: string, t: number): number | null => {
  const points = rows.flatMap((row) => {
    const [x, y] = [numberIn(row, 't'), numberIn(row, name)];
    return x === null || y === null ? [] : [{ x, y }];
  });
  const after = points.findIndex(({ x }) => x >= t);
  const [right, left] = [points[after], points[Math.max(0, after - 1)]];
  if (right === undefined || left === undefined) return null;
  return right.x === left.x ? right.y : left.y + ((right.y - left.y) * (t - left.x)) / (right.x - left.x);
};

const ofProfile = (rows: readonly AnalysisRow[]): Numbers => ({
  threshold: rows[0] === undefined ? null : numberIn(rows[0], 'threshold'),
  keptRise: difference(profileAt(rows, 'kept', 1), profileAt(rows, 'kept', 0)),
  droppedRise: difference(profileAt(rows, 'dropped', 1), profileAt(rows, 'dropped', 0)),
});

const ofPlane = (rows: readonly AnalysisRow[], settings: { points: number; radius: number }): Numbers => {
  const plane = meanPlane([rows], settings);
  const values = (plane?.values ?? []).flat().filter((value) => value !== null);
  const column = plane?.xs.indexOf(0) ?? -1;
  const row = plane?.ys.indexOf(0) ?? -1;
  return {
    center: plane?.values[row]?.[column] ?? null,
    mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    highest: values.reduce<number | null>((most, value) => Math.max(most ?? value, value), null),
  };
};

const ofPanel = (rows: readonly AnalysisRow[], name: 'value' | 'standardError'): Numbers =>
  Object.fromEntries(
    rows.flatMap((row) => (typeof row['measure'] === 'string' ? [[row['measure'], numberIn(row, name)]] : [])),
  );

/** What is told of an analysis beside its drawing, by the names of its kind's `numbers`. */
export const analysisNumbers = (settings: AnalysisSettings, rows: readonly AnalysisRow[]): Numbers => {
  switch (settings.kind) {
    case 'ascentProfile':
      return ofProfile(rows);
    case 'landscape':
      return ofPlane(rows, settings);
    case 'adversarialLandscape':
      return { ...ofPlane(rows, settings), cosine: rows[0] === undefined ? null : numberIn(rows[0], 'cosine') };
    case 'sharpness':
      return ofPanel(rows, 'value');
  }
};

/** Of numbers that are means over chances of one analysis. */
export const standardErrors = (rows: readonly AnalysisRow[]): Numbers => ofPanel(rows, 'standardError');

export const numbersOfKind = (kind: AnalysisSettings['kind']) => Object.entries(analysisKinds[kind].numbers);
