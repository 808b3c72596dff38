import { ink } from '../../shared/figures/ink.ts';
import { symbol } from '../../shared/figures/marks/symbol.ts';
import type { PointShape } from '../../shared/methods/method.ts';

/** A mark around (0, 0) as paper has it: SVG path data, and the scale that gives it this radius in pixels. */
export const markPath = (shape: PointShape): string => symbol(shape, 0, 0, '#000000').d;
export const markScale = (radius: number): number => radius / ink.mark;
