import { tokensOf, type Building, type Initialiser, type Value } from '../building.ts';
import { chain } from '../chain.ts';
import { ifWanted, inputOnly, plainLayer, unsaved } from '../layers.ts';

/** Puts a learned token [1,D] before the others and adds learned positions [T+1,D]: [B,T,D] → [B,T+1,D]. */
export const classToken = (building: Building, name: string, value: Value, initialiser: Initialiser): Value => {
  const [count, width] = tokensOf(value);
  const token = building.parameter(name, 'token', [1, width], initialiser);
  const positions = building.parameter(name, 'positions', [count + 1, width], initialiser);
  return building.append(
    {
      ...plainLayer(value.index),
      parameters: [token, positions],
      forward({ ops, x, parameter }) {
        const added = chain(
          ops.dispose,
          parameter(0),
          (first) => ops.pad(first, [0, 0], [count, 0]),
          (first) => ops.add(first, parameter(1)),
        );
        const output = chain(
          ops.dispose,
          x,
          (others) => ops.pad(others, [0, 1, 0], [0, 0, 0]),
          (all) => ops.add(all, added),
        );
        ops.dispose(added);
        return unsaved(output);
      },
      backward({ ops, dy, inputShape, wanted }) {
        // The positions' gradient is the sum over the batch.
        const sums = chain(
          ops.dispose,
          dy,
          (all) => ops.reshape(all, [dy.shape[0] ?? 0, (count + 1) * width]),
          ops.biasAddGrad,
          (flat) => ops.reshape(flat, [count + 1, width]),
        );
        const first = wanted.parameters[0] ? ops.slice(sums, [0, 0], [1, width]) : null;
        return {
          inputs: [wanted.inputs[0] ? ops.slice(dy, [0, 1, 0], inputShape) : null],
          parameters: [first, ifWanted(ops, sums, wanted.parameters[1])],
        };
      },
    },
    [count + 1, width],
  );
};

/** [B,T,D] → [B,D]. */
export const firstToken = (building: Building, value: Value): Value => {
  const [count, width] = tokensOf(value);
  return building.append(
    {
      ...plainLayer(value.index),
      forward({ ops, x }) {
        const batch = x.shape[0] ?? 0;
        const output = chain(
          ops.dispose,
          x,
          (all) => ops.slice(all, [0, 0, 0], [batch, 1, width]),
          (first) => ops.reshape(first, [batch, width]),
        );
        return unsaved(output);
      },
      backward({ ops, dy }) {
        const input = chain(
          ops.dispose,
          dy,
          (first) => ops.reshape(first, [dy.shape[0] ?? 0, 1, width]),
          (first) => ops.pad(first, [0, 0, 0], [0, count - 1, 0]),
        );
        return inputOnly(input);
      },
    },
    [width],
  );
};
