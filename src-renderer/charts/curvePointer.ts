import { computed, ref } from 'vue';
import type { Frame } from '../../shared/figures/frame.ts';
import { formatCount, formatNumber } from '../format.ts';
import { useCompare } from '../stores/compare.ts';
import { useGroupFocus } from '../stores/groupFocus.ts';
import { pointNear } from './curvePoints.ts';
import { curveText } from './curveQuantities.ts';
import type { GroupCurves } from './groupCurves.ts';
import type { Pointed } from './plot.ts';

/** So many leave some of the plot in sight. */
const mostLines = 8;
/** How far a curve may be from the pointer, in pixels, to be meant. */
const reachOfPointer = 16;

/** The pointer over curves: what every group has there, and which of them is meant. */
export const useCurvePointer = ({ shown, isCounted, xs }: GroupCurves) => {
  const compare = useCompare();
  const focus = useGroupFocus();

  const at = ref<Pointed | null>(null);
  const x = computed(() => {
    if (at.value === null) return null;
    return isCounted.value ? Math.round(at.value.x) : at.value.x;
  });
  const reach = computed(() => (isCounted.value ? 0.5 : 0.02 * (xs.value.max - xs.value.min)));
  const here = computed(() => {
    const place = x.value;
    if (place === null) return [];
    return shown.value.flatMap((curve) => {
      const point = pointNear(curve.line, place, reach.value);
      return point === null ? [] : [{ ...curve, point }];
    });
  });
  const title = computed(() =>
    x.value === null ? '' : isCounted.value ? `Epoch ${formatCount(x.value)}` : `About ${formatNumber(x.value)} s`,
  );
  const tip = computed(() => {
    const y = at.value?.y ?? 0;
    const near = here.value.toSorted((a, b) => Math.abs(a.point.y - y) - Math.abs(b.point.y - y)).slice(0, mostLines);
    return {
      more: here.value.length - near.length,
      lines: near
        .toSorted((a, b) => b.point.y - a.point.y)
        .map(({ key, method, variant, shortName: name, point: { y: value, sd, n } }) => ({
          ...{ key, method, variant, n, name },
          value: curveText(compare.metric, value) + (sd === null ? '' : ` ± ${curveText(compare.metric, sd)}`),
        })),
    };
  });

  const nearest = (pointer: Pointed, frame: Frame): string | null => {
    const found = here.value
      .map(({ key, point }) => ({ key, far: Math.abs(frame.y(point.y) - pointer.py) }))
      .toSorted((a, b) => a.far - b.far)[0];
    return found !== undefined && found.far < reachOfPointer ? found.key : null;
  };
  const follow = (pointer: Pointed, frame: Frame): void => {
    at.value = pointer;
    focus.point(nearest(pointer, frame));
  };
  const leave = (): void => {
    at.value = null;
    focus.point(null);
  };
  const hide = (pointer: Pointed, frame: Frame): void => {
    const key = nearest(pointer, frame);
    if (key === null) return;
    focus.toggle(key);
    focus.point(null);
  };
  return { x, title, tip, follow, leave, hide };
};
