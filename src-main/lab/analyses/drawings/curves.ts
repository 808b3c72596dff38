import type { AscentProfileSettings } from '../../../../shared/analyses/ascentProfile.ts';
import type { AnalysisRow } from '../../../../shared/analyses/index.ts';
import { mean, sampleSd } from '../../statistics/moments.ts';
import type { AnalysedGroup } from '../groups.ts';
import { analysisNumbers } from '../numbers.ts';
import { numberIn, numbersIn } from '../rows.ts';

/** Both kinds of images (plain letters: the font of figures has no 𝔹), in the colours of no method: kept dark, dropped light, also in greyscale. */
const looks = {
  kept: { name: 'B⁺, kept', color: '#8c2d04', pale: '#e6c3b0', dash: [] },
  dropped: { name: 'B⁻, dropped', color: '#2171b5', pale: '#bcd5e8', dash: [4, 2] },
} as const;
type Side = keyof typeof looks;
const sides: readonly Side[] = ['kept', 'dropped'];

/** More lines than this would be one area. */
const mostLines = 80;

/** The mean over analyses at each t that all of them have, with one standard deviation. */
const meanLine = (analyses: AnalysedGroup['analyses'], side: Side) => {
  const [first = [], ...others] = analyses;
  const length = Math.min(first.length, ...others.map((rows) => rows.length));
  return first.slice(0, length).flatMap((row, index) => {
    const x = numberIn(row, 't');
    const values = analyses.map((rows) => rows[index]).flatMap((each) => (each ? (numberIn(each, side) ?? []) : []));
    const y = mean(values);
    const sd = sampleSd(values);
    if (x === null || y === null || values.length < analyses.length) return [];
    return [{ x, y, ...(sd !== null && { yLow: y - sd, yHigh: y + sd }) }];
  });
};

/** Every image's line of one analysis, thinned evenly where they are many. */
const exampleLines = (rows: readonly AnalysisRow[]) => {
  const isKept = rows[0] === undefined ? [] : numbersIn(rows[0], 'isKept');
  const stride = Math.ceil(isKept.length / mostLines);
  return isKept.flatMap((kept, example) => {
    if (example % stride !== 0) return [];
    const items = rows.flatMap((row) => {
      const [x, y] = [numberIn(row, 't'), numbersIn(row, 'losses')[example] ?? null];
      return x === null || y === null ? [] : [{ x, y }];
    });
    const { pale } = looks[kept === 1 ? 'kept' : 'dropped'];
    return [{ kind: 'series', name: '', color: pale, dash: [], shape: null, isBand: false, items }];
  });
};

/** Losses of kept and dropped images along SAM's ascent, a panel a group, all with one scale. @see Du et al. 2022, Fig. 2 */
export const ascentCurves = (settings: AscentProfileSettings, groups: readonly AnalysedGroup[]) => {
  const panels = groups.map(({ label, analyses }) => {
    const [only] = analyses;
    const lines = sides.map((side) => {
      const { name, color, dash } = looks[side];
      return { kind: 'series', name, color, dash, shape: null, isBand: true, items: meanLine(analyses, side) };
    });
    const examples = settings.withExamples && only !== undefined ? exampleLines(only) : [];
    const alphas = analyses.flatMap((rows) => analysisNumbers(settings, rows)['threshold'] ?? []);
    const alpha = mean(alphas);
    return {
      title: alpha === null ? label : `${label}, α = ${alpha.toPrecision(3)}`,
      marks: [...examples, ...lines].filter(({ items }) => items.length > 0),
    };
  });
  const heights = groups.flatMap(({ analyses }) =>
    settings.withExamples
      ? analyses.slice(0, 1).flatMap((rows) => rows.flatMap((row) => numbersIn(row, 'losses').flatMap((y) => y ?? [])))
      : sides.flatMap((side) => meanLine(analyses, side).flatMap(({ y, yLow, yHigh }) => [y, yLow ?? y, yHigh ?? y])),
  );
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const air = 0.05 * (high - low || Math.abs(high) || 1);
  return {
    panels: panels
      .filter(({ marks }) => marks.length > 0)
      .map((panel) => ({
        ...panel,
        x: { label: 't, in lengths of ε' },
        y: { label: 'mean loss', min: low - air, max: high + air },
      })),
    caption: `Mean loss of kept (B⁺) and dropped (B⁻) images along SAM’s ascent θ + t·ε with ρ = ${settings.rho}, γ = ${settings.gamma} and BatchNorm statistics of the batch; α is the largest rise among the dropped.`,
  };
};
