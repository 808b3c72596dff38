import type { Building, Value } from '../building.ts';
import { inputOnly, plainLayer, unsaved } from '../layers.ts';
import { elementCount } from '../ops.ts';

/** Another shape (without the batch axis) for the same elements. */
export const reshape = (building: Building, value: Value, shape: readonly number[]): Value => {
  if (elementCount(shape) !== elementCount(value.shape)) {
    throw new Error(`Shape [${value.shape.join()}] has other elements than [${shape.join()}].`);
  }
  return building.append(
    {
      ...plainLayer(value.index),
      forward: ({ ops, x }) => unsaved(ops.reshape(x, [x.shape[0] ?? 0, ...shape])),
      backward: ({ ops, dy, inputShape }) => inputOnly(ops.reshape(dy, inputShape)),
    },
    shape,
  );
};

export const flatten = (building: Building, value: Value): Value =>
  reshape(building, value, [elementCount(value.shape)]);
