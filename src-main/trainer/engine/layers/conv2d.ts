import { imageOf, torchUniform, type Building, type Draw, type Value } from '../building.ts';
import { plainLayer, unsaved } from '../layers.ts';
import { outputSide } from '../ops.ts';

/** A square convolution without bias; `padding` zeros on every side, by default (size − 1)/2. */
export const conv2d = (
  building: Building,
  name: string,
  value: Value,
  filters: number,
  settings: { readonly size: number; readonly stride?: number; readonly padding?: number; readonly draw?: Draw },
): Value => {
  const { size, stride = 1, padding = (size - 1) / 2, draw = torchUniform } = settings;
  const [height, width, channels] = imageOf(value);
  const convolution = { stride, padding };
  const sides = [outputSide(height, size, stride, padding), outputSide(width, size, stride, padding)] as const;
  const drawn = draw(size * size * channels, size * size * filters);
  const kernel = building.parameter(name, 'kernel', [size, size, channels, filters], drawn);
  building.addMacs(sides[0] * sides[1] * filters * size * size * channels);
  return building.append(
    {
      ...plainLayer(value.index),
      parameters: [kernel],
      keeps: (wanted) => ({ input: wanted.parameters[0] === true, output: false }),
      canNormalise: true,
      addsArrived: true,
      forward: ({ ops, x, parameter, normalisation }) =>
        unsaved(ops.conv2d(x, parameter(0), convolution, normalisation)),
      backward: ({ ops, dy, input, inputShape, parameter, wanted, arrived }) => ({
        parameters: [wanted.parameters[0] ? ops.conv2dFilterGrad(input(), dy, parameter(0).shape, convolution) : null],
        inputs: [wanted.inputs[0] ? ops.conv2dInputGrad(dy, parameter(0), inputShape, convolution, arrived) : null],
      }),
    },
    [...sides, filters],
  );
};
