import type { Mark } from '../figure.ts';
import type { Frame } from '../frame.ts';
import { ink } from '../ink.ts';
import { segment } from '../scene.ts';
import type { PathShape, TextShape } from '../scene.ts';
import { drawBars } from './bars.ts';
import { drawHeat } from './heat.ts';
import { drawSeries } from './series.ts';
import { drawSurface } from './surface.ts';

/** A mark inside its panel. */
export const drawMark = (mark: Mark, frame: Frame): (PathShape | TextShape)[] => {
  switch (mark.kind) {
    case 'series':
      return drawSeries(mark, frame);
    case 'heat':
      return drawHeat(mark, frame);
    case 'surface':
      return drawSurface(mark, frame.box);
    case 'bars':
      return drawBars(mark, frame);
    case 'rule': {
      const { x, y, width, height } = frame.box;
      const [px, py] = [frame.x(mark.at), frame.y(mark.at)];
      const d = mark.axis === 'y' ? segment(x, py, x + width, py) : segment(px, y, px, y + height);
      const place = mark.axis === 'y' ? { x: x + width - 3, y: py - 3 } : { x: px - 3, y: y + 9 };
      return [
        { kind: 'path', d, stroke: ink.axis, width: 0.8, dash: [3, 2] },
        {
          ...{ kind: 'text', ...place, text: mark.label, size: ink.size.tick },
          ...{ anchor: 'end', color: ink.text, hasHalo: true },
        },
      ];
    }
  }
};
