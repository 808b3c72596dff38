import { affine, type Building, type Value } from '../building.ts';
import { ifWanted, plainLayer } from '../layers.ts';

/** The Vision Transformer's. */
const layerNormEpsilon = 1e-6;

/** Normalises along the last axis. @see Ba et al. 2016 */
export const layerNorm = (building: Building, name: string, value: Value): Value =>
  building.append(
    {
      ...plainLayer(value.index),
      parameters: affine(building, name, value.shape.at(-1) ?? 0),
      savesByExample: true,
      forward: ({ ops, x, parameter }) => ops.layerNorm(x, parameter(0), parameter(1), layerNormEpsilon),
      backward({ ops, dy, parameter, saved, wanted }) {
        const made = ops.layerNormGrad(dy, parameter(0), saved);
        return {
          inputs: [ifWanted(ops, made.input, wanted.inputs[0])],
          parameters: [
            ifWanted(ops, made.scale, wanted.parameters[0]),
            ifWanted(ops, made.offset, wanted.parameters[1]),
          ],
        };
      },
    },
    value.shape,
  );
