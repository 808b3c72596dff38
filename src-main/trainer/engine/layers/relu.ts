import type { Building, Value } from '../building.ts';
import { inputOnly, plainLayer, unsaved } from '../layers.ts';

/** max(x, 0). */
export const relu = (building: Building, value: Value): Value =>
  building.append(
    {
      ...plainLayer(value.index),
      keeps: () => ({ input: false, output: true }),
      forward: ({ ops, x }) => unsaved(ops.relu(x)),
      backward: ({ ops, dy, output }) => inputOnly(ops.reluGrad(dy, output())),
    },
    value.shape,
  );
