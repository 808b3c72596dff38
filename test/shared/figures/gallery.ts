import { figureSchema } from '../../../shared/figures/figure.ts';
import type { Figure } from '../../../shared/figures/figure.ts';

const bowl = Array.from({ length: 25 }, (_, index) => (index - 12) / 12);

/** One figure with every kind of mark, scale and annotation. */
export const gallery = (): Figure =>
  figureSchema.parse({
    id: 'gallery',
    caption: 'Every kind of mark & <axis>, β ± 0.5 %',
    panels: [
      {
        title: '(a) points',
        x: { label: 'training speed, images/s' },
        y: { label: 'test accuracy, %' },
        marks: [
          { kind: 'rule', axis: 'y', at: 96.2, label: 'SAM, paper' },
          ...[
            ['SGD', '#7f7f7f', 'circle', 3387, 95.41],
            ['SAM', '#0072B2', 'rect', 1717, 96.52],
            ['ESAM', '#D55E00', 'triangle', 2409, 96.56],
            ['ESAM-SWP', '#009E73', 'rectRot', 1896, 96.74],
            ['ESAM-SDS', '#CC79A7', 'star', 2105, 96.45],
          ].map(([name, color, shape, x, y]) => ({
            ...{ kind: 'series', name, color, dash: null, shape },
            items: [
              {
                ...{ x, y, label: name, xLow: Number(x) - 60, xHigh: Number(x) + 60 },
                ...{ yLow: Number(y) - 0.1, yHigh: Number(y) + 0.1 },
              },
            ],
          })),
          {
            ...{ kind: 'series', name: 'paper', color: '#D55E00', dash: null, shape: 'triangle', isHollow: true },
            items: [{ x: 2600, y: 96.4 }],
          },
        ],
      },
      {
        title: '(b) lines, log',
        x: { label: 'epoch' },
        y: { label: 'loss', scale: 'log' },
        marks: [
          ['SGD', '#7f7f7f', [2, 2], 0.2],
          ['ESAM', '#D55E00', [], 0.35],
        ].map(([name, color, dash, rate]) => ({
          ...{ kind: 'series', name, color, dash, shape: 'circle', isBand: true },
          items: Array.from({ length: 20 }, (_, x) => {
            const y = 3 * Math.exp(-Number(rate) * x);
            return { x, y, yLow: y * 0.8, yHigh: y * 1.25 };
          }),
        })),
      },
      {
        title: '(c) surface',
        x: { label: 'direction 1' },
        y: { label: 'direction 2' },
        marks: [
          {
            ...{ kind: 'heat', name: 'loss', xs: bowl, ys: bowl, low: 0, high: 2, contours: [0.25, 0.5, 1, 1.5] },
            values: bowl.map((y) => bowl.map((x) => x * x + 2 * y * y)),
          },
        ],
      },
      {
        title: '(d) stacked bars',
        x: { label: '', categories: ['SGD', 'SAM', 'ESAM', 'ESAM-SWP'] },
        y: { label: 'ms a step' },
        marks: [
          {
            kind: 'bars',
            parts: [
              { name: 'forward', color: '#0b3c5d', values: [10, 20, 18, 20] },
              { name: 'backward', color: '#56B4E9', values: [20, 40, 24, 35] },
              { name: 'update', color: '#F0E442', values: [2, 2, 2, 2] },
            ],
          },
        ],
      },
    ],
  });
