import type { Building, Value } from '../building.ts';
import { inputOnly, plainLayer, unsaved } from '../layers.ts';

/** x·Φ(x), exactly. @see Hendrycks and Gimpel 2016 */
export const gelu = (building: Building, value: Value): Value =>
  building.append(
    {
      ...plainLayer(value.index),
      keeps: () => ({ input: true, output: false }),
      forward: ({ ops, x }) => unsaved(ops.gelu(x)),
      backward: ({ ops, dy, input }) => inputOnly(ops.geluGrad(dy, input())),
    },
    value.shape,
  );
