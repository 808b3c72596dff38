import type { Building, Initialiser, Value } from '../building.ts';
import { plainLayer, unsaved } from '../layers.ts';

/** Adds a bias along the last axis. */
export const bias = (building: Building, name: string, value: Value, initialiser: Initialiser): Value =>
  building.append(
    {
      ...plainLayer(value.index),
      parameters: [building.parameter(name, 'bias', [value.shape.at(-1) ?? 0], initialiser)],
      forward: ({ ops, x, parameter }) => unsaved(ops.biasAdd(x, parameter(0))),
      backward: ({ ops, dy, wanted }) => ({
        inputs: [wanted.inputs[0] ? dy : null],
        parameters: [wanted.parameters[0] ? ops.biasAddGrad(dy) : null],
      }),
    },
    value.shape,
  );
