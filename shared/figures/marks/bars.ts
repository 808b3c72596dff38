import type { Bars } from '../figure.ts';
import type { Frame } from '../frame.ts';
import { ink } from '../ink.ts';
import { rectangle } from '../scene.ts';
import type { PathShape } from '../scene.ts';

/** Half of the distance between two bars is paper. */
const half = 0.32;

/** Lines of paper between the parts tell them apart where their greys are close. */
export const drawBars = ({ parts }: Bars, frame: Frame): PathShape[] => {
  const count = Math.max(...parts.map(({ values }) => values.length));
  return Array.from({ length: count }, (_, at) => at).flatMap((at) => {
    let below = 0;
    return parts.flatMap(({ values, color }): PathShape[] => {
      const value = values[at] ?? 0;
      const [bottom, top] = [frame.y(below), frame.y(below + value)];
      below += value;
      if (value === 0) return [];
      const x = frame.x(at - half);
      const d = rectangle({ x, y: top, width: frame.x(at + half) - x, height: bottom - top });
      return [{ kind: 'path', d, fill: color, stroke: ink.paper, width: 0.6 }];
    });
  });
};
