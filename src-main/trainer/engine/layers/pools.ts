import { imageOf, type Building, type Value } from '../building.ts';
import { inputOnly, plainLayer, unsaved } from '../layers.ts';
import { outputSide, type MaxPooling, type Pooling } from '../ops.ts';
import { flatten } from './reshape.ts';

const pooledShape = (value: Value, { size, stride, padding = 0 }: MaxPooling): readonly number[] => {
  const [height, width, channels] = imageOf(value);
  return [outputSide(height, size, stride, padding), outputSide(width, size, stride, padding), channels];
};

export const maxPool = (building: Building, value: Value, pooling: MaxPooling): Value =>
  building.append(
    {
      ...plainLayer(value.index),
      maxPooling: pooling,
      keeps: () => ({ input: true, output: true }),
      forward: ({ ops, x }) => unsaved(ops.maxPool(x, pooling)),
      backward: ({ ops, dy, input, output }) => inputOnly(ops.maxPoolGrad(dy, input(), output(), pooling)),
    },
    pooledShape(value, pooling),
  );

export const averagePool = (building: Building, value: Value, pooling: Pooling): Value =>
  building.append(
    {
      ...plainLayer(value.index),
      forward: ({ ops, x }) => unsaved(ops.averagePool(x, pooling)),
      backward: ({ ops, dy, inputShape }) => inputOnly(ops.averagePoolGrad(dy, inputShape, pooling)),
    },
    pooledShape(value, pooling),
  );

/** The mean over all positions: [H,W,C] → [C]. */
export const globalAveragePool = (building: Building, value: Value): Value => {
  const [height, width] = imageOf(value);
  if (height !== width) throw new Error(`Global average pooling needs square images, found ${height}×${width}.`);
  return flatten(building, averagePool(building, value, { size: height, stride: 1 }));
};
