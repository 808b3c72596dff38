import { groupedBy } from '../../../shared/groupedBy.ts';
import type { Overhead } from '../../../shared/studies/report.ts';
import type { OverheadFit, Study } from '../../../shared/studies/study.ts';

type Drawing = Extract<Study['drawing'], { kind: 'overhead' }>;

interface Point {
  readonly layers: number;
  readonly beta: number;
  readonly saved: number;
  readonly low?: number;
  readonly high?: number;
}

/** One colour and shape for each number of layers (Okabe–Ito). */
const looks = [
  { color: '#0072B2', shape: 'circle' },
  { color: '#D55E00', shape: 'rect' },
  { color: '#009E73', shape: 'triangle' },
  { color: '#CC79A7', shape: 'rectRot' },
] as const;

const fitted = ({ k1, k2 }: Pick<OverheadFit, 'k1' | 'k2'>, layers: number, beta: number): number =>
  k1 * (1 - beta) + (k2 * (1 - beta)) / (layers * beta);

const named = ({ k1, k2, r2 }: OverheadFit): string => `k₁ ${k1.toFixed(3)}, k₂ ${k2.toFixed(3)}, R² ${r2.toFixed(4)}`;

const panelOf = (title: string, points: readonly Point[], fit: OverheadFit | null, isHollow: boolean): object => {
  const betas = points.map(({ beta }) => beta);
  const [low, high] = [Math.min(...betas), Math.max(...betas)];
  const places = Array.from({ length: 33 }, (_, index) => low + (index * (high - low)) / 32);
  const marks = [...groupedBy(points, ({ layers }) => layers)].flatMap(([layers, found], index) => {
    const look = looks[index % looks.length];
    const line = {
      ...{ kind: 'series', ...look, shape: null, name: '', dash: isHollow ? [3, 2] : [] },
      items: fit === null ? [] : places.map((x) => ({ x, y: 100 * fitted(fit, layers, x) })),
    };
    const measured = {
      ...{ kind: 'series', ...look, name: `N = ${layers}`, dash: null, isHollow },
      items: found.map((point) => ({
        ...{ x: point.beta, y: 100 * point.saved },
        ...(point.low !== undefined && { yLow: 100 * point.low }),
        ...(point.high !== undefined && { yHigh: 100 * point.high }),
      })),
    };
    return fit === null ? [measured] : [line, measured];
  });
  return { title: fit === null ? title : `${title}: ${named(fit)}`, x: { label: 'β' }, marks };
};

/** g(N, β), the share of SAM's time that SWP saves, with its fit: the paper's, and ours where it was measured. */
export const overheadPanels = ({ paper, fit }: Drawing, overhead: Overhead | null): object[] => {
  const ours = (overhead?.cells ?? []).flatMap(({ ours: cell, ...place }) =>
    cell === null ? [] : [{ ...place, ...cell }],
  );
  const most = Math.max(...paper.map(({ saved }) => saved), ...ours.map(({ high }) => high));
  const least = Math.min(0, ...ours.map(({ low }) => low));
  const panels = [
    panelOf('Paper', paper, fit, true),
    ...(ours.length === 0 ? [] : [panelOf('Ours', ours, overhead?.fit ?? null, false)]),
  ];
  // One scale for both panels, whoever saved more.
  const y = { label: 'time saved, % of SAM’s', min: 105 * least, max: 105 * most };
  return panels.map((panel) => ({ ...panel, y }));
};
