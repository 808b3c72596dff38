import { expectSameShape, type Building, type Value } from '../building.ts';
import { plainLayer, unsaved } from '../layers.ts';

export const add = (building: Building, value: Value, other: Value): Value => {
  expectSameShape(value, other);
  return building.append(
    {
      ...plainLayer(value.index),
      inputs: [value.index, other.index],
      forward: ({ ops, x, other: second }) => {
        if (second === null) throw new Error('A sum was given one value, expected two.');
        return unsaved(ops.add(x, second));
      },
      backward: ({ dy, wanted }) => ({
        inputs: wanted.inputs.map((isWanted) => (isWanted ? dy : null)),
        parameters: [],
      }),
    },
    value.shape,
  );
};
