import type { MethodId } from '../shared/method.ts';

export type PointShape = 'circle' | 'rect' | 'triangle' | 'rectRot' | 'star';

export interface MethodStyle {
  readonly color: string;
  /** Line dash in pixels; empty = solid. */
  readonly dash: readonly number[];
  readonly shape: PointShape;
}

/** Okabe–Ito colours, the same everywhere; dash and shape say the same without colour. */
const styles: Readonly<Record<MethodId, MethodStyle>> = {
  sgd: { color: '#7f7f7f', dash: [2, 3], shape: 'circle' },
  sam: { color: '#0072B2', dash: [7, 4], shape: 'rect' },
  esam: { color: '#D55E00', dash: [], shape: 'triangle' },
  'esam-swp': { color: '#009E73', dash: [9, 3, 2, 3], shape: 'rectRot' },
  'esam-sds': { color: '#CC79A7', dash: [4, 3], shape: 'star' },
};
const variantDashes: readonly (readonly number[])[] = [
  [5, 2, 1, 2],
  [3, 2],
  [8, 2, 2, 2, 2, 2],
  [1, 3],
  [6, 6],
];

/** The mark of a method; further variants of one method (1, 2 …) keep its colour and shape and differ in the dash. */
export const styleOf = (method: MethodId, variant = 0): MethodStyle => {
  const style = styles[method];
  const dash = variant === 0 ? style.dash : variantDashes[(variant - 1) % variantDashes.length];
  return { ...style, dash: dash ?? style.dash };
};

/** Numbers the variants of each method in the order given. */
export const variantsOf = (methods: readonly MethodId[]): number[] => {
  const seen = new Map<MethodId, number>();
  return methods.map((method) => {
    const variant = seen.get(method) ?? 0;
    seen.set(method, variant + 1);
    return variant;
  });
};
