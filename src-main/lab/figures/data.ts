import type { Figure } from '../../../shared/figures/figure.ts';
import { figurePoints, pointHead } from '../../../shared/figures/points.ts';
import { csvLine } from '../export/csvCell.ts';

/** Everything that a figure shows, as CSV: one line a point, in the units of its axes. */
export const figureData = (figure: Figure): string => [pointHead, ...figurePoints(figure)].map(csvLine).join('');
