import type { ColumnWidth, Figure } from './figure.ts';
import { columnWidths } from './figure.ts';
import { drawLegend } from './legend.ts';
import { drawPanel } from './panel.ts';
import type { Scene } from './scene.ts';

/** Panels beside one another: as many as leave each the room that its text needs. */
const leastPanelWidth = { single: 180, double: 200 } as const;
/** Surfaces are read side by side: three beside one another. */
const leastSurfaceWidth = 155;
/** Height over width of a panel. */
const proportion = 0.74;
const gap = 6;

/** Lays a figure out on paper of a column's width: a legend above, panels in rows. */
export const drawFigure = (figure: Figure, column: ColumnWidth): Scene => {
  const width = columnWidths[column];
  const count = figure.panels.length;
  const isSurface = figure.panels.every(({ marks }) => marks.some(({ kind }) => kind === 'heat' || kind === 'surface'));
  const most = Math.max(1, Math.floor(width / (isSurface ? leastSurfaceWidth : leastPanelWidth[column])));
  // As many in each row as in any other: four are two and two.
  const perRow = Math.ceil(count / Math.ceil(count / most));
  const panelWidth = (width - gap * (perRow - 1)) / perRow;
  const panelHeight = Math.min(panelWidth * proportion, 200);
  const legend = drawLegend(figure, width);
  const panels = figure.panels.flatMap((panel, index) =>
    drawPanel(panel, {
      x: (index % perRow) * (panelWidth + gap),
      y: legend.height + Math.floor(index / perRow) * (panelHeight + gap),
      width: panelWidth,
      height: panelHeight,
    }),
  );
  const rows = Math.ceil(count / perRow);
  const height = legend.height + rows * panelHeight + (rows - 1) * gap;
  return { width, height, shapes: [...legend.shapes, ...panels] };
};
