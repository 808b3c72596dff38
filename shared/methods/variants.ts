import { lookOf, type MethodId } from './index.ts';
import type { MethodLook, PointShape } from './method.ts';

const variantDashes: readonly (readonly number[])[] = [
  [5, 2, 1, 2],
  [3, 2],
  [8, 2, 2, 2, 2, 2],
  [1, 3],
  [6, 6],
];
const shapes: readonly PointShape[] = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'cross', 'crossRot'];

/**
 * The mark of a method; further variants of one method (1, 2 …) keep its colour and differ in dash and shape: in lines by the one, in points
 * by the other, and both together repeat after 42.
 */
export const styleOf = (method: MethodId, variant = 0): MethodLook => {
  const style = lookOf(method);
  const dashes = [style.dash, ...variantDashes];
  const shape = shapes[(shapes.indexOf(style.shape) + variant) % shapes.length];
  return { ...style, dash: dashes[variant % dashes.length] ?? style.dash, shape: shape ?? style.shape };
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
