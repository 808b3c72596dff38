import type { Mark, Panel } from '../../../shared/figures/figure.ts';
import { pointShapes } from '../../../shared/figures/figure.ts';
import { heatColor } from '../../../shared/figures/marks/heat.ts';
import type { GroupCurve } from '../../../shared/result.ts';

/** More variants of a method than this are a sweep: its looks would come again. */
const mostVariants = 4;
/** The scale's light end is hard to see on paper. */
const lightest = 0.88;

/** Curves of a method's sweep from dark to light in the order in which they come, each with a mark of its own; others as they are. */
export const sweptPanel = (panel: Panel, curves: readonly GroupCurve[]): Panel => {
  const lookOf = (name: string): Partial<Extract<Mark, { kind: 'series' }>> => {
    const method = curves.find(({ label }) => label === name)?.method;
    const own = curves.filter((curve) => curve.method === method);
    if (own.length <= mostVariants) return {};
    const index = own.findIndex(({ label }) => label === name);
    const color = heatColor((lightest * index) / (own.length - 1));
    return { color, dash: [], shape: pointShapes[index % pointShapes.length] ?? 'circle' };
  };
  return {
    ...panel,
    marks: panel.marks.map((mark) => (mark.kind === 'series' ? { ...mark, ...lookOf(mark.name) } : mark)),
  };
};
