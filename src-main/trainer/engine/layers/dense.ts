import { torchUniform, type Building, type Draw, type Initialiser, type Value } from '../building.ts';
import { plainLayer, shapedLike, unsaved, withRows } from '../layers.ts';
import { elementCount } from '../ops.ts';

/** A dense layer along the last axis; PyTorch's default initialisation where none is given. @param settings.bias - null: it has none. */
export const dense = (
  building: Building,
  name: string,
  value: Value,
  units: number,
  settings: { readonly draw?: Draw; readonly bias?: Initialiser | null } = {},
): Value => {
  const inputs = value.shape.at(-1) ?? 0;
  const { draw = torchUniform, bias: initialBias = torchUniform(inputs, units) } = settings;
  const kernel = building.parameter(name, 'kernel', [inputs, units], draw(inputs, units));
  const bias = initialBias === null ? [] : [building.parameter(name, 'bias', [units], initialBias)];
  building.addMacs(elementCount(value.shape) * units);
  return building.append(
    {
      ...plainLayer(value.index),
      parameters: [kernel, ...bias],
      keeps: (wanted) => ({ input: wanted.parameters[0] === true, output: false }),
      forward({ ops, x, parameter }) {
        const product = withRows(ops, x, (rows) => ops.matMul(rows, parameter(0), false, false));
        if (initialBias === null) return unsaved(shapedLike(ops, product, x.shape));
        const rows = ops.biasAdd(product, parameter(1));
        ops.dispose(product);
        return unsaved(shapedLike(ops, rows, x.shape));
      },
      backward: ({ ops, dy, input, parameter, wanted }) =>
        withRows(ops, dy, (dyRows) => ({
          parameters: [
            wanted.parameters[0] ? withRows(ops, input(), (rows) => ops.matMul(rows, dyRows, true, false)) : null,
            ...bias.map(() => (wanted.parameters[1] ? ops.biasAddGrad(dy) : null)),
          ],
          inputs: [wanted.inputs[0] ? shapedLike(ops, ops.matMul(dyRows, parameter(0), false, true), dy.shape) : null],
        })),
    },
    [...value.shape.slice(0, -1), units],
  );
};
