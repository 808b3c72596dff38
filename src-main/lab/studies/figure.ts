import { figureSchema } from '../../../shared/figures/figure.ts';
import type { Figure } from '../../../shared/figures/figure.ts';
import type { CurveMetric } from '../../../shared/result.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Overhead, StudyCell } from '../../../shared/studies/report.ts';
import type { Study, StudyForm } from '../../../shared/studies/study.ts';
import { drawAnalyses } from '../analyses/drawing.ts';
import type { AnalysedGroups } from '../analyses/groups.ts';
import { curvesFigure } from '../figures/curves.ts';
import { quantityPanels } from '../figures/quantities.ts';
import { looksOf } from '../figures/styles.ts';
import { sweptPanel } from '../figures/sweep.ts';
import { groupCurves } from '../statistics/curves.ts';
import type { CurvePoint } from '../statistics/curves.ts';
import type { Group } from '../statistics/groups.ts';
import { overheadPanels } from './overheadFigure.ts';
import { bestCells, sensitivityPanels } from './sensitivity.ts';

interface Row {
  readonly cells: readonly StudyCell[];
  readonly groups: readonly Group[];
}

/** Accuracy where both trained the same; in a small form, what either gained over its SGD: on other data accuracies say nothing. */
const heights = (
  cells: readonly StudyCell[],
  form: StudyForm,
): { ours: (cell: StudyCell) => number | null; paper: (cell: StudyCell) => number | null } => {
  const sgd = cells.find(({ method }) => method === 'sgd');
  const less = (value: number | null | undefined, base: number | null | undefined): number | null =>
    value === null || value === undefined || base === null || base === undefined ? null : value - base;
  return form === 'paper'
    ? { ours: ({ ours }) => ours.mean, paper: ({ paper }) => paper?.accuracy ?? null }
    : {
        ours: ({ ours }) => less(ours.mean, sgd?.ours.mean),
        paper: ({ paper }) => less(paper?.accuracy, sgd?.paper?.accuracy),
      };
};

interface Place {
  readonly x: number;
  readonly xLow?: number;
  readonly xHigh?: number;
}

/** Speeds that were measured together, where all of a row were; else the runs' own. */
const speedsOf = (cells: readonly StudyCell[]): { label: string; place: (cell: StudyCell) => Place | null } => {
  const others = cells.filter(({ method, speedRatio }) => method !== 'sam' && speedRatio !== null);
  const isPaired = others.length > 0 && others.every(({ pairedSpeed }) => pairedSpeed !== null);
  return {
    label: isPaired ? 'training speed measured together, % of SAM' : 'training speed, % of SAM',
    place: ({ pairedSpeed, speedRatio }) => {
      if (speedRatio === null) return null;
      if (!isPaired || pairedSpeed === null) return { x: 100 * speedRatio };
      return { x: 100 * pairedSpeed.ratio, xLow: 100 * pairedSpeed.low, xHigh: 100 * pairedSpeed.high };
    },
  };
};

/** Each sweep has a colour and a shape of its own, and a line through its points (Okabe–Ito). */
const sweepLooks = [
  { color: '#0072B2', shape: 'circle' },
  { color: '#D55E00', shape: 'rect' },
  { color: '#009E73', shape: 'triangle' },
] as const;

const spreadOf = (y: number, sd: number | null): { yLow?: number; yHigh?: number } =>
  sd === null ? {} : { yLow: y - sd, yHigh: y + sd };

/** The value that a cell has of what its sweep is named after: 0.3 of β or of γ. */
const sweptValue = (series: string, { label }: StudyCell): string =>
  new RegExp(`${series.charAt(0)} ([\\d.]+)`).exec(label)?.[1] ?? label;

const panelOf = ({ cells }: Row, form: StudyForm): object | null => {
  const { ours, paper } = heights(cells, form);
  const looks = looksOf(cells.map(({ method }) => method));
  const speed = speedsOf(cells);
  /** Our point of a cell; null where it has not been trained. */
  const pointOf = (cell: StudyCell): object | null => {
    const [y, place] = [ours(cell), speed.place(cell)];
    const sd = cell.ours.sd ?? 0;
    return y === null || place === null ? null : { ...place, y, yLow: y - sd, yHigh: y + sd };
  };
  const sweeps = [...new Set(cells.flatMap(({ series }) => series ?? []))].flatMap((series, index) => {
    const items = cells.flatMap((cell) => {
      const point = cell.series === series ? pointOf(cell) : null;
      return point === null ? [] : [{ ...point, label: sweptValue(series, cell) }];
    });
    const look = sweepLooks[index % sweepLooks.length];
    return items.length === 0 ? [] : [{ kind: 'series', ...look, name: series, dash: [], items }];
  });
  const marks = cells.flatMap((cell, index) => {
    const { color, shape } = looks[index] ?? {};
    const mark = { kind: 'series', color, shape, dash: null };
    const [point, theirs] = [cell.series === null ? pointOf(cell) : null, paper(cell)];
    return [
      ...(point === null ? [] : [{ ...mark, name: '', items: [{ ...point, label: cell.label }] }]),
      ...(theirs === null || cell.paperSpeedRatio === null
        ? []
        : [
            {
              ...mark,
              name: `${cell.label}, paper`,
              isHollow: true,
              items: [{ x: 100 * cell.paperSpeedRatio, y: theirs, ...spreadOf(theirs, cell.paper?.sd ?? null) }],
            },
          ]),
    ];
  });
  if (marks.length + sweeps.length === 0) return null;
  return {
    title: cells[0]?.row ?? '',
    x: { label: speed.label },
    y: { label: form === 'paper' ? 'best test accuracy, %' : 'gain over SGD, points' },
    marks: [...sweeps, ...marks],
  };
};

interface Measured {
  readonly curve: (id: RunId, metric: CurveMetric) => readonly CurvePoint[];
  /** Of a study that draws analyses; null where there is none. */
  readonly analysed: AnalysedGroups | null;
  /** Of a study whose speeds are measured. */
  readonly overhead: Overhead | null;
}

/** A study's figure; null where there is nothing to draw yet. */
export const studyFigure = (
  study: Study,
  form: StudyForm,
  label: string,
  rows: readonly Row[],
  { curve, analysed, overhead }: Measured,
): Figure | null => {
  const { drawing } = study;
  const id = form === 'paper' ? study.id : `${study.id}-small`;
  const what = `${study.item}. ${study.title}. ${label}.`;
  if (drawing.kind === 'none') return null;
  if (drawing.kind === 'overhead') {
    const said = "Hollow: the paper's values. Filled: ours, with their 95 % intervals.";
    const caption = `${what} ${said} Lines: least-squares fits of k₁(1 − β) + k₂(1 − β)/(Nβ).`;
    return figureSchema.parse({ id, panels: overheadPanels(drawing, overhead), caption });
  }
  if (drawing.kind === 'sensitivity') {
    const cells = rows.flatMap((row) => row.cells);
    const panels = sensitivityPanels(study, cells);
    const said = `At each value: the best with any value of the others. Best of all: ${bestCells(cells)}.`;
    return panels.length === 0 ? null : figureSchema.parse({ id, panels, caption: `${what} ${said}` });
  }
  if (drawing.kind === 'analyses') {
    const drawn = analysed === null ? null : drawAnalyses(analysed, drawing.wish, id);
    return drawn === null ? null : { ...drawn, caption: `${what} ${drawn.caption}` };
  }
  if (drawing.kind === 'curves' || drawing.kind === 'quantities') {
    const groups = rows.flatMap((row) => row.groups);
    const overEpochs = { axis: 'epoch', relativeTo: null } as const;
    const ofMetric = (metric: CurveMetric) => groupCurves(groups, overEpochs, (run) => curve(run, metric));
    const panels =
      drawing.kind === 'quantities'
        ? quantityPanels(drawing.panels, ofMetric)
        : drawing.metrics.flatMap((metric) => {
            const curves = ofMetric(metric);
            const drawn = curvesFigure(curves, { metric, ...overEpochs });
            return (drawn?.panels ?? []).map((panel) => sweptPanel(panel, curves));
          });
    return panels.length === 0
      ? null
      : figureSchema.parse({ id, panels, caption: `${what} Mean over seeds, band: ± one sample standard deviation.` });
  }
  const panels = rows.flatMap((row) => panelOf(row, form) ?? []);
  if (panels.length === 0) return null;
  const caption = `${what} Filled: ours, mean ± sample standard deviation over seeds; hollow: the paper's, with its standard deviations where it gives them. Speeds are relative to SAM's on the same machine.`;
  return figureSchema.parse({ id, caption, panels });
};
