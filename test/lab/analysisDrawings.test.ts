import { expect, test } from 'vitest';
import { coarseFirst, evenly } from '../../shared/analyses/analysis.ts';
import { drawingWishSchema } from '../../shared/analyses/drawn.ts';
import { analysisSettingsSchema, type AnalysisRow, type AnalysisSettings } from '../../shared/analyses/index.ts';
import { measurementIds, measurementOf } from '../../shared/measurements/index.ts';
import { drawFigure } from '../../shared/figures/draw.ts';
import { svg } from '../../shared/figures/svg.ts';
import { drawAnalyses, tableOf } from '../../src-main/lab/analyses/drawing.ts';
import type { AnalysedGroups } from '../../src-main/lab/analyses/groups.ts';

const wish = (drawing: string, more: object = {}) => drawingWishSchema.parse({ drawing, ...more });
const parsed = (settings: object): AnalysisSettings => analysisSettingsSchema.parse(settings);
const groups = (settings: object, ...each: readonly (readonly (readonly AnalysisRow[])[])[]): AnalysedGroups => ({
  settings: parsed(settings),
  groups: each.map((analyses, index) => ({
    ...{ label: ['SGD', 'SAM'][index] ?? '', method: (['sgd', 'sam'] as const)[index] ?? 'esam' },
    ...{ epochs: analyses.map(() => 25), analyses },
  })),
});

/** L(a, b) = c + k·(a² + 2b²), in the order in which rows come. */
const bowl = (c: number, k: number, points = 5): AnalysisRow[] => {
  const places = evenly(points, 1);
  return coarseFirst(points).map((line) => {
    const a = places[line] ?? 0;
    return { pair: 0, a, losses: places.map((b) => c + k * (a * a + 2 * b * b)) };
  });
};
const landscape = { kind: 'landscape', points: 5 };

test('landscapes stand side by side on one scale, in order of their places, the mean over seeds', () => {
  const figure = drawAnalyses(groups(landscape, [bowl(1, 1), bowl(1, 3)], [bowl(0.5, 1)]), wish('heat'));
  const heats = figure?.panels.flatMap(({ marks }) => marks.filter((mark) => mark.kind === 'heat')) ?? [];
  expect(figure?.panels.map(({ title }) => title)).toEqual(['SGD', 'SAM']);
  // The mean of k = 1 and 3 is k = 2: values[j][i] = 1 + 2·(xᵢ² + 2·yⱼ²). Lowest: 0.5 of SAM; highest: 1 + 2·3 of SGD.
  expect(heats[0]?.xs).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(heats[0]?.values[3]?.[0]).toBeCloseTo(1 + 2 * (1 + 2 * 0.25), 12);
  for (const { low, high } of heats) expect([low, high]).toEqual([0.5, 7]);
  expect(drawAnalyses(groups(landscape, [bowl(1, 1)]), wish('heat', { scale: 'log' }))?.panels[0]?.marks).toMatchObject(
    [{ name: 'log₁₀ loss', low: 0, high: Math.log10(4) }],
  );
});

test('places are the numbers that the grid means, also of rows that an earlier version computed beside them', () => {
  const points = 11;
  const rows = bowl(1, 1, points).map((row) => ({ ...row, losses: new Array<number>(points).fill(1) }));
  // As earlier versions computed the places: half · (2i/(n − 1) − 1); the second pair's are the same lines.
  const places = Array.from({ length: points }, (_, line) => (2 * line) / (points - 1) - 1);
  expect(places[8]).not.toBe(0.6);
  const before = coarseFirst(points).map((line) => ({
    ...{ pair: 1, a: places[line] ?? 0, losses: new Array<number>(points).fill(3) },
  }));
  const figure = drawAnalyses(groups({ kind: 'landscape', points, pairs: 2 }, [[...rows, ...before]]), wish('heat'));
  const heats = figure?.panels.flatMap(({ marks }) => marks.filter((mark) => mark.kind === 'heat')) ?? [];
  const meant = [-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1];
  expect([heats[0]?.xs, heats[0]?.ys]).toEqual([meant, meant]);
  expect(new Set(heats[0]?.values.flat())).toEqual(new Set([2]));
});

test('a landscape that is still being computed shows what is there; what was not finite has no colour', () => {
  const [first, second, third] = bowl(1, 1);
  if (first === undefined || second === undefined || third === undefined) throw new Error('five rows');
  const [, ...others] = third['losses'] as number[];
  const partial = [first, second, { ...third, losses: [null, ...others] }];
  const figure = drawAnalyses(groups(landscape, [partial]), wish('heat'));
  expect(figure?.panels[0]?.marks).toMatchObject([{ xs: [-1, 0, 1], low: 1, high: 4 }]);
  const written = figure && svg(drawFigure(figure, 'double'), 'partial');
  expect(written).toContain('#d9d9d9');
  expect(written).not.toContain('NaN');
  expect(drawAnalyses(groups(landscape, [[first]]), wish('heat'))).toBeNull();
});

/** A plane of a pair of directions on which the loss is the same everywhere. */
const flat = (pair: number, loss: number, lines = 5): AnalysisRow[] =>
  bowl(loss, 0)
    .slice(0, lines)
    .map((row) => ({ ...row, pair }));

test('the mean over pairs of directions is over those that are whole in every analysis of the figure', () => {
  const settings = { ...landscape, pairs: 3 };
  const shown = (...each: Parameters<typeof groups>[1][]) => {
    const analysed = groups(settings, ...each);
    const figure = drawAnalyses(analysed, wish('heat'));
    const heats = figure?.panels.flatMap(({ marks }) => marks.filter((mark) => mark.kind === 'heat')) ?? [];
    const losses = heats.map(({ values }) => [...new Set(values.flat())]);
    const means = tableOf(analysed).lines.find(({ label }) => label === 'Mean over the plane')?.cells;
    return { losses, means: means?.map(({ mean }) => mean), caption: figure?.caption };
  };
  // Losses of 1, 3 and 8 in three planes: their mean is 4, that of the first two 2.
  const [whole, second, first] = [3, 2, 1].map((count) =>
    [1, 3, 8].slice(0, count).flatMap((loss, pair) => flat(pair, loss)),
  );
  if (whole === undefined || second === undefined || first === undefined) throw new Error('three of them');
  expect(shown([whole])).toMatchObject({ losses: [[4]], means: [4] });
  expect(shown([whole]).caption).toContain('mean over 3 planes');
  // A third plane with some of its lines: a mean that has it in those alone would be a picture of no plane.
  const cut = [...second, ...flat(2, 8, 2)];
  expect(shown([cut])).toMatchObject({ losses: [[2]], means: [2] });
  expect(shown([cut]).caption).toContain('mean over 2 of 3 planes');
  // Beside another group: the planes that both have.
  expect(shown([whole], [first])).toMatchObject({ losses: [[1], [1]], means: [1, 1] });
  expect(shown([whole], [first]).caption).toContain('the first of 3 planes');
  expect(shown([flat(0, 1, 3)])).toMatchObject({ losses: [[1]] });
});

test('it is said after which epoch the checkpoints were kept, and of whom where that differs', () => {
  const analysed = groups(landscape, [bowl(1, 1), bowl(1, 3)], [bowl(0.5, 1)]);
  expect(drawAnalyses(analysed, wish('heat'))?.caption).toContain('training set. Checkpoints after epoch 25.');
  const [sgd, sam] = analysed.groups;
  if (sgd === undefined || sam === undefined) throw new Error('two groups');
  const unlike = { ...analysed, groups: [{ ...sgd, epochs: [25, 12] }, sam] };
  expect(drawAnalyses(unlike, wish('heat'))?.caption).toContain(
    'Checkpoints after epochs 12 to 25: SGD 12, 25; SAM 25.',
  );
});

test('sections go through θ, with the deviation over seeds', () => {
  const figure = drawAnalyses(groups(landscape, [bowl(1, 1), bowl(1, 3)]), wish('sections'));
  const [along, across] = figure?.panels.map(({ marks }) => (marks[0]?.kind === 'series' ? marks[0].items : [])) ?? [];
  // At a = −1, b = 0 the two have 2 and 4: mean 3, sample standard deviation √2.
  expect(along?.[0]).toMatchObject({ x: -1, y: 3 });
  expect(along?.[0]?.yHigh).toBeCloseTo(3 + Math.SQRT2, 12);
  expect(across?.[0]).toMatchObject({ x: -1, y: 5 });
  expect(figure?.caption).toContain('along each of them through θ.');
});

test('of an even number of points no line goes through θ, and none is said to', () => {
  const rows = [-1, -1 / 3, 1 / 3, 1].map((a) => ({ pair: 0, a, losses: [4, 2, 2, 4] }));
  const caption = drawAnalyses(groups({ ...landscape, points: 4 }, [rows]), wish('sections'))?.caption;
  expect(caption).toContain('nearest to θ');
  expect(caption).not.toContain('through θ');
});

test('a surface stays in its panel from wherever it is seen', () => {
  for (const azimuth of [0, 35, 90, 200]) {
    for (const elevation of [0, 28, 90]) {
      const asked = wish('surface', { view: { azimuth, elevation } });
      const figure = drawAnalyses(groups(landscape, [bowl(1, 1)], [bowl(2, 1)], [bowl(3, 1)]), asked);
      if (figure === null) throw new Error('there is something to draw');
      const { shapes, width, height } = drawFigure(figure, 'double');
      const points = shapes.flatMap((shape) =>
        shape.kind === 'path'
          ? [...shape.d.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [x, y].map(Number))
          : [],
      );
      expect(points.length).toBeGreaterThan(3 * 16 * 4);
      for (const [x = -1, y = -1] of points) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(width);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(height);
      }
    }
  }
});

test('an ascent profile is told in rises, each with its definition', () => {
  const rows = [0, 0.5, 1, 1.5].map((t) => ({ t, kept: 1 + 0.2 * t, dropped: 2 + 0.1 * t, threshold: 0.04 }));
  const settings = { kind: 'ascentProfile', points: 4 };
  const analysed = groups(settings, [rows]);
  expect(drawAnalyses(analysed, wish('curves'))?.panels).toMatchObject([{ title: 'SGD, α = 0.0400' }]);
  const { lines } = tableOf(analysed);
  const told = lines.map(({ cells }) => cells[0]?.mean ?? NaN);
  [0.04, 0.2, 0.1].forEach((value, index) => expect(told[index]).toBeCloseTo(value, 12));
  for (const { definition } of lines) expect(definition.length).toBeGreaterThan(20);
  expect(() => drawAnalyses(analysed, wish('surface'))).toThrow('Ascent profile is drawn as curves, not as surface.');
});

test('labels have no sign that the font of figures lacks', () => {
  const rows = [0, 1].map((t) => ({ t, kept: 1, dropped: 2, threshold: 0.04 }));
  const figures = [
    drawAnalyses(groups({ kind: 'ascentProfile' }, [rows]), wish('curves')),
    drawAnalyses(groups({ kind: 'adversarialLandscape', points: 5 }, [bowl(1, 1)]), wish('heat')),
  ];
  for (const figure of figures) expect(figure && svg(drawFigure(figure, 'double'), '')).not.toMatch(/[∇𝔹∈]/u);
  for (const id of measurementIds) expect(measurementOf(id).label).not.toMatch(/[∇𝔹∈]/u);
});

test('every measure of the sharpness panel has a number, and a definition', () => {
  const rows = ['samGap', 'apgd', 'trace'].map((measure, index) => ({ measure, value: index + 1, standardError: 0.5 }));
  const analysed = groups({ kind: 'sharpness' }, [rows], [rows]);
  const figure = drawAnalyses(analysed, wish('measures'));
  expect(figure?.panels.map(({ y }) => y.label)).toEqual(['SAM gap at ρ', 'Worst case, APGD', 'Trace']);
  expect(figure?.panels[2]?.marks[0]).toMatchObject({ items: [{ x: 0, y: 3, yLow: 2.5, yHigh: 3.5 }] });
  // Twelve measures, and the second and third of the three eigenvalues.
  expect(tableOf(analysed).lines).toHaveLength(14);
});

test('an eigenvalue that has not converged says so wherever it stands, and a mean over draws has its standard error', () => {
  const panel = (isConverged: number) => [
    { measure: 'eigenvalues', value: -3, values: [-3, 2], iterations: [100, 7], isConverged: [isConverged, 1] },
    { measure: 'trace', value: 5, standardError: 0.5 },
  ];
  const settings = { kind: 'sharpness', eigenvalues: 2 } as const;
  const analysed = groups(settings, [panel(0)], [panel(1), panel(0)]);
  const cells = (label: string) => tableOf(analysed).lines.find((line) => line.label === label)?.cells;
  const plain = { standardError: null, doubt: null };
  expect(cells('Largest eigenvalue λ')).toEqual([
    { ...plain, mean: -3, sd: null, doubt: 'not converged after 100 products' },
    { ...plain, mean: -3, sd: 0, doubt: '1 of 2 seeds: not converged after 100 products' },
  ]);
  expect(cells('Eigenvalue 2')).toEqual([
    { ...plain, mean: 2, sd: null },
    { ...plain, mean: 2, sd: 0 },
  ]);
  // Over seeds the deviation has the draws' chance in it.
  expect(cells('Trace')).toEqual([
    { ...plain, mean: 5, sd: null, standardError: 0.5 },
    { ...plain, mean: 5, sd: 0 },
  ]);
  expect(drawAnalyses(analysed, wish('measures'))?.caption).toContain('λ had not converged');
  const settled = groups(settings, [panel(1)]);
  expect(drawAnalyses(settled, wish('measures'))?.caption).not.toContain('converged');
});
