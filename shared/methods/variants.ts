import { lookOf, type MethodId } from './index.ts';
import type { MethodLook } from './method.ts';

const variantDashes: readonly (readonly number[])[] = [
  [5, 2, 1, 2],
  [3, 2],
  [8, 2, 2, 2, 2, 2],
  [1, 3],
  [6, 6],
];

/** The mark of a method; further variants of one method (1, 2 …) keep its colour and shape and differ in the dash. */
export const styleOf = (method: MethodId, variant = 0): MethodLook => {
  const style = lookOf(method);
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
