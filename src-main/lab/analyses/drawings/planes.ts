import type { AdversarialLandscapeSettings } from '../../../../shared/analyses/adversarialLandscape.ts';
import type { LandscapeSettings } from '../../../../shared/analyses/landscape.ts';
import type { View } from '../../../../shared/figures/figure.ts';
import { mean, sampleSd } from '../../statistics/moments.ts';
import { looksOf } from '../../figures/styles.ts';
import type { AnalysedGroup } from '../groups.ts';
import { meanPlane, sectionsOf, sharedPairs, type Plane } from '../plane.ts';

export type PlaneSettings = LandscapeSettings | AdversarialLandscapeSettings;
export type Scale = 'linear' | 'log';

const axesOf = ({ kind }: PlaneSettings): readonly [string, string] =>
  kind === 'landscape' ? ['direction 1', 'direction 2'] : ['gradient x', 'gradient y'];

const pairsWords = (pairs: number, groups: readonly AnalysedGroup[], points: number): string => {
  if (pairs === 1) return '';
  const done = sharedPairs(
    groups.flatMap(({ analyses }) => analyses),
    points,
  ).size;
  return done === 1
    ? `, the first of ${pairs} planes`
    : `, mean over ${done === pairs ? pairs : `${done} of ${pairs}`} planes`;
};

const planeWords = (settings: PlaneSettings, groups: readonly AnalysedGroup[]): string =>
  settings.kind === 'landscape'
    ? `in the plane of two ${settings.directions === 'plain' ? 'Gaussian' : 'filter-normalised Gaussian'} directions${pairsWords(settings.pairs, groups, settings.points)}`
    : `in the plane of the gradients of two disjoint halves of the images (x and y), each times η = ${settings.eta}${settings.isOrthogonal ? ', made orthogonal' : ''}`;

const scaled = (value: number | null, scale: Scale): number | null => {
  if (value === null || scale === 'linear') return value;
  return value > 0 ? Math.log10(value) : null;
};
const nameOf = (scale: Scale): string => (scale === 'linear' ? 'loss' : 'log₁₀ loss');

interface Shown extends Plane {
  readonly label: string;
}

const shownOf = (settings: PlaneSettings, groups: readonly AnalysedGroup[], scale: Scale): Shown[] =>
  groups.flatMap(({ label, analyses }) => {
    const plane = meanPlane(analyses, settings);
    if (plane === null) return [];
    return [{ ...plane, label, values: plane.values.map((row) => row.map((value) => scaled(value, scale))) }];
  });

/** One scale for all. */
const endsOf = (planes: readonly Shown[]): { readonly low: number; readonly high: number } => {
  const values = planes.flatMap((plane) => plane.values.flat()).filter((value) => value !== null);
  const low = values.reduce((least, value) => Math.min(least, value), values[0] ?? 0);
  const high = values.reduce((most, value) => Math.max(most, value), values[0] ?? 1);
  return { low, high: high > low ? high : low + 1e-6 };
};

const levels = 9;

/** The loss over a plane as colours with lines of equal loss, a panel a group, one scale. @see Du et al. 2022, Figs. 4 and 8 */
export const heatMaps = (settings: PlaneSettings, groups: readonly AnalysedGroup[], scale: Scale) => {
  const planes = shownOf(settings, groups, scale);
  const { low, high } = endsOf(planes);
  const [x, y] = axesOf(settings);
  const contours = Array.from({ length: levels }, (_, index) => low + ((index + 1) * (high - low)) / (levels + 1));
  return {
    panels: planes.map(({ label, xs, ys, values }) => ({
      ...{ title: label, x: { label: x }, y: { label: y } },
      marks: [{ kind: 'heat', name: nameOf(scale), xs, ys, values, low, high, contours }],
    })),
    caption: `Loss ${planeWords(settings, groups)}; one colour scale, lines of equal loss at ${levels} equal distances of it.`,
  };
};

/** The same as surfaces in space. */
export const surfaces = (settings: PlaneSettings, groups: readonly AnalysedGroup[], scale: Scale, view: View) => {
  const planes = shownOf(settings, groups, scale);
  const { low, high } = endsOf(planes);
  const [x, y] = axesOf(settings);
  return {
    panels: planes.map(({ label, xs, ys, values }) => ({
      ...{ title: label, x: { label: x }, y: { label: y } },
      marks: [{ kind: 'surface', name: nameOf(scale), xs, ys, values, low, high, view }],
    })),
    caption: `Loss ${planeWords(settings, groups)}; height and colours on one scale.`,
  };
};

type Section = readonly { readonly x: number; readonly y: number | null }[];

const meanSection = (sections: readonly Section[], scale: Scale) =>
  (sections[0] ?? []).flatMap(({ x }) => {
    const found = sections.flatMap((section) => scaled(section.find((point) => point.x === x)?.y ?? null, scale) ?? []);
    const y = mean(found);
    const sd = sampleSd(found);
    if (y === null || found.length < sections.length) return [];
    return [{ x, y, ...(sd !== null && { yLow: y - sd, yHigh: y + sd }) }];
  });

/** Along either axis, on the line of the plane through θ or nearest to it, a line a group. */
export const sections = (settings: PlaneSettings, groups: readonly AnalysedGroup[], scale: Scale) => {
  const looks = looksOf(groups.map(({ method }) => method));
  const axes = axesOf(settings);
  const along = groups.map(({ analyses }) =>
    analyses.flatMap((rows) => {
      const plane = meanPlane([rows], settings);
      return plane === null ? [] : [sectionsOf(plane)];
    }),
  );
  const panels = (['first', 'second'] as const).map((which, at) => ({
    ...{ title: '', x: { label: axes[at] }, y: { label: nameOf(scale) } },
    marks: groups.flatMap(({ label }, index) => {
      const found = (along[index] ?? []).map((each) => each[which]);
      const items = meanSection(found, scale);
      return items.length === 0
        ? []
        : [{ kind: 'series', name: label, ...looks[index], shape: null, isBand: true, items }];
    }),
  }));
  const heights = panels.flatMap(({ marks }) =>
    marks.flatMap(({ items }) => items.flatMap(({ y, yLow, yHigh }) => [y, yLow ?? y, yHigh ?? y])),
  );
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const air = 0.04 * (high - low || 1);
  const where =
    settings.points % 2 === 1
      ? 'through θ'
      : 'on the line nearest to θ, for of an even number of points none goes through it';
  return {
    panels: panels
      .filter(({ marks }) => marks.length > 0)
      .map((panel) => ({ ...panel, y: { ...panel.y, min: low - air, max: high + air } })),
    caption: `Loss ${planeWords(settings, groups)}, along each of them ${where}.`,
  };
};
