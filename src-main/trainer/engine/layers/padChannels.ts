import { imageOf, type Building, type Value } from '../building.ts';
import { inputOnly, plainLayer, unsaved } from '../layers.ts';

/** [H,W,C] → [H,W,channels], zeros in the new ones, which come last. */
export const padChannels = (building: Building, value: Value, channels: number): Value => {
  const [height, width, before] = imageOf(value);
  return building.append(
    {
      ...plainLayer(value.index),
      forward: ({ ops, x }) => unsaved(ops.pad(x, [0, 0, 0, 0], [0, 0, 0, channels - before])),
      backward: ({ ops, dy, inputShape }) => inputOnly(ops.slice(dy, [0, 0, 0, 0], inputShape)),
    },
    [height, width, channels],
  );
};
