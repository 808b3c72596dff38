import { incompleteBeta } from './incompleteBeta.ts';

/** P(T ≤ t) of Student's distribution with `df` > 0 degrees of freedom (any real number). */
export const studentTProbability = (t: number, df: number): number => {
  const tail = incompleteBeta(df / (df + t * t), df / 2, 1 / 2) / 2;
  return t > 0 ? 1 - tail : tail;
};

/**
 * The t with P(T ≤ t) = p, by bisection to the last bit.
 * @param p - strictly between 0 and 1.
 */
export const studentTQuantile = (p: number, df: number): number => {
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentTQuantile(1 - p, df);
  let low = 0;
  let high = 1;
  while (studentTProbability(high, df) < p) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTProbability(middle, df) < p) low = middle;
    else high = middle;
  }
};
