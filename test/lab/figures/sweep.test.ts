import { expect, test } from 'vitest';
import { figureSchema } from '../../../shared/figures/figure.ts';
import { curvesFigure } from '../../../src-main/lab/figures/curves.ts';
import { sweptPanel } from '../../../src-main/lab/figures/sweep.ts';

/** Perceived lightness, 0–255 (ITU-R BT.601). */
const lightness = (color: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b;
};

test('the curves of a sweep go from dark to light and are all told apart, and other methods look as ever', () => {
  const curve = (label: string, method: 'sam' | 'esam-swp', y: number) => ({
    ...{ groupHash: 'a'.repeat(64), key: label, label, method },
    points: [1, 2].map((x) => ({ x, mean: y, sd: null, n: 1 })),
  });
  const betas = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  const curves = [curve('SAM', 'sam', 1), ...betas.map((beta) => curve(`ESAM-SWP (β ${beta})`, 'esam-swp', beta))];
  const usual = curvesFigure(curves, { metric: 'nonLinearity', axis: 'epoch', relativeTo: null });
  const [panel] = usual?.panels ?? [];
  if (usual === null || panel === undefined) throw new Error('it is drawn');
  const { panels } = figureSchema.parse({ ...usual, panels: [sweptPanel(panel, curves)] });
  const marks = (panels[0]?.marks ?? []).flatMap((mark) => (mark.kind === 'series' ? [mark] : []));
  const [sam, ...swept] = marks;
  expect(sam).toEqual(panel.marks[0]);
  const lights = swept.map(({ color }) => lightness(color));
  expect(lights).toEqual(lights.toSorted((a, b) => a - b));
  expect(new Set(swept.map(({ color, shape }) => `${color} ${shape ?? ''}`)).size).toBe(betas.length);
});
