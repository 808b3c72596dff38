import type { ColumnWidth, Figure, Heat, Surface } from './figure.ts';
import { columnWidths } from './figure.ts';
import { ink } from './ink.ts';
import { drawLegend } from './legend.ts';
import { drawScale } from './marks/heat.ts';
import { drawPanel } from './panel.ts';
import type { Scene } from './scene.ts';
import { textWidth } from './textWidth.ts';

/** Panels beside one another: as many as leave each the room that its text needs. */
const leastPanelWidth = { single: 180, double: 150 } as const;
/** Height over width of a panel; surfaces are seen from above. */
const [proportion, surfaceProportion] = [0.8, 0.86] as const;
const gap = 6;
/** What a page leaves a figure beside its caption; and what a panel needs, however many there are. */
const [tallest, leastPanelHeight] = [600, 90] as const;
/** Of a colour scale with its values, beside all panels. */
const scaleRoom = 44;

/** Beside a panel's plot: the y axis with its values. */
const axisRoom = 44;

/** Names of categories stand in two lines in turn: how wide a panel must be for them. */
const categoriesWidth = ({ panels }: Figure): number =>
  panels.reduce((most, { x: { categories } }) => {
    if (categories === null) return most;
    const widest = Math.max(...categories.map((name) => textWidth(name, ink.size.tick)));
    return Math.max(most, (categories.length * (widest + 4)) / 2 + axisRoom);
  }, 0);

/** The colour scale that all panels have in common; null where they have none. */
const commonScale = ({ panels }: Figure): Heat | Surface | null => {
  const all = panels.map(({ marks }) => marks.find((mark) => mark.kind === 'heat' || mark.kind === 'surface'));
  const [first] = all;
  const isCommon = all.every(
    (each) => each !== undefined && each.low === first?.low && each.high === first.high && each.name === first.name,
  );
  return isCommon ? (first ?? null) : null;
};

/** Lays a figure out on paper of a column's width: a legend above, panels in rows, a common colour scale beside them. */
export const drawFigure = (figure: Figure, column: ColumnWidth): Scene => {
  const width = columnWidths[column];
  const count = figure.panels.length;
  const scale = count > 1 ? commonScale(figure) : null;
  const room = width - (scale === null ? 0 : scaleRoom);
  const least = Math.max(leastPanelWidth[column], categoriesWidth(figure));
  const most = Math.max(1, Math.floor(width / least));
  // As many in each row as in any other: four are two and two.
  const perRow = Math.ceil(count / Math.ceil(count / most));
  const panelWidth = (room - gap * (perRow - 1)) / perRow;
  const isSurface = figure.panels.every(({ marks }) => marks.some(({ kind }) => kind === 'surface'));
  const legend = drawLegend(figure, width);
  const rows = Math.ceil(count / perRow);
  const fitting = Math.max(leastPanelHeight, (tallest - legend.height - gap * (rows - 1)) / rows);
  const panelHeight = Math.min(panelWidth * (isSurface ? surfaceProportion : proportion), 200, fitting);
  const panels = figure.panels.flatMap((panel, index) => {
    const x = (index % perRow) * (panelWidth + gap);
    const y = legend.height + Math.floor(index / perRow) * (panelHeight + gap);
    return drawPanel(panel, { x, y, width: panelWidth, height: panelHeight }, scale === null);
  });
  const height = legend.height + rows * panelHeight + (rows - 1) * gap;
  const scaleBox = { x: room + 8, y: legend.height + 18, width: 7, height: panelHeight - 46 };
  const shapes = [...legend.shapes, ...panels, ...(scale === null ? [] : drawScale(scale, scaleBox))];
  return { width, height, shapes };
};
