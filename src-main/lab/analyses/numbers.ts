import { analysisKinds, type AnalysisRow, type AnalysisSettings } from '../../../shared/analyses/index.ts';
import { meanPlane } from './plane.ts';
import { numberIn, numbersIn } from './rows.ts';

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

/** The names of all eigenvalues: the first is a measure, the others stand beside it in its row. */
const eigenvalueName = (index: number): string => (index === 0 ? 'eigenvalues' : `eigenvalue ${index + 1}`);

const eigenvalueRow = (rows: readonly AnalysisRow[]): AnalysisRow =>
  rows.find(({ measure }) => measure === 'eigenvalues') ?? {};

const ofEigenvalues = (rows: readonly AnalysisRow[]): Numbers =>
  Object.fromEntries(
    numbersIn(eigenvalueRow(rows), 'values').map((value, index) => [eigenvalueName(index), value] as const),
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
      return { ...ofPanel(rows, 'value'), ...ofEigenvalues(rows) };
  }
};

/** Of numbers that are means over chances of one analysis. */
export const standardErrors = (rows: readonly AnalysisRow[]): Numbers => ofPanel(rows, 'standardError');

/** Those of its numbers on which one analysis could not settle, and what became of them. */
export const numbersInDoubt = (rows: readonly AnalysisRow[]): Readonly<Record<string, string>> => {
  const row = eigenvalueRow(rows);
  const iterations = numbersIn(row, 'iterations');
  return Object.fromEntries(
    numbersIn(row, 'isConverged').flatMap((isConverged, index) =>
      isConverged === 0
        ? [[eigenvalueName(index), `not converged after ${iterations[index] ?? 0} products`] as const]
        : [],
    ),
  );
};

const furtherEigenvalue = (index: number) => ({
  label: `Eigenvalue ${index + 1}`,
  definition: 'By the same iteration, with the eigenvectors before it taken out of each product (deflation).',
});

/** Names and definitions of what an analysis tells in numbers. */
export const numbersOf = (settings: AnalysisSettings) => {
  const numbers = Object.entries(analysisKinds[settings.kind].numbers);
  if (settings.kind !== 'sharpness') return numbers;
  return numbers.flatMap(([id, told]) =>
    id !== eigenvalueName(0)
      ? [[id, told] as const]
      : Array.from({ length: settings.eigenvalues }, (_, index) =>
          index === 0 ? ([id, told] as const) : ([eigenvalueName(index), furtherEigenvalue(index)] as const),
        ),
  );
};
