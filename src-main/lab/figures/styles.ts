import type { MethodId } from '../../../shared/methods/index.ts';
import { styleOf, variantsOf } from '../../../shared/methods/variants.ts';

/** Dashes are in pixels on screen; on paper they are finer. */
const paperDash = 0.6;

/** How the groups of these methods are drawn on paper: as on screen. */
export const looksOf = (methods: readonly MethodId[]) => {
  const variants = variantsOf(methods);
  return methods.map((method, index) => {
    const { color, dash, shape } = styleOf(method, variants[index]);
    return { color, shape, dash: dash.map((length) => length * paperDash) };
  });
};
