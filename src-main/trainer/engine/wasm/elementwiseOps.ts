import type { Ops, Tensor } from '../ops.ts';
import { binary, stripsOf, typeNumberOf } from './elementwise.ts';
import { Cast, MomentumUpdate, ScaleAdd, SquareRoot } from './kernels/elementwise/table.ts';
import * as layout from './kernels/layout.ts';
import type { Operands } from './operands.ts';
import { broadcast, expectShape, rowsAndChannels } from './shapes.ts';

type ElementwiseOps = Pick<
  Ops,
  'add' | 'subtract' | 'multiply' | 'divide' | 'biasAdd' | 'sqrt' | 'cast' | 'scaleAdd' | 'momentumUpdate'
>;

export const elementwiseOps = ({
  pool,
  accounts,
  locate,
  floats,
  addressOf,
  replace,
  made,
}: Operands): ElementwiseOps => {
  const combined = (op: string, operation: number, a: Tensor, b: Tensor): Tensor => {
    const left = locate(a);
    const right = locate(b, a.dataType);
    const { shape, axes } = broadcast(left.shape, right.shape);
    return made(
      op,
      shape,
      (to) => {
        binary(pool, operation, [left.address, right.address, to], a.dataType, axes);
      },
      a.dataType,
    );
  };
  return {
    add: (a, b) => combined('add', layout.operationAdd, a, b),
    subtract: (a, b) => combined('subtract', layout.operationSubtract, a, b),
    multiply: (a, b) => combined('multiply', layout.operationMultiply, a, b),
    divide(a, b) {
      floats(a);
      return combined('divide', layout.operationDivide, a, b);
    },
    biasAdd(x, bias) {
      floats(x);
      expectShape('A bias', bias.shape, [rowsAndChannels(x.shape).channels]);
      return combined('biasAdd', layout.operationAdd, x, bias);
    },
    sqrt(a) {
      const { address, shape, count } = floats(a);
      return made('sqrt', shape, (to) => {
        pool.run(SquareRoot, stripsOf(count), { x: address, to, count });
      });
    },
    cast(a, dataType) {
      const { address, shape, count, dataType: source } = locate(a);
      return made(
        'cast',
        shape,
        (to) => {
          const types = { source: typeNumberOf(source), target: typeNumberOf(dataType) };
          pool.run(Cast, stripsOf(count), { from: address, to, count, ...types });
        },
        dataType,
      );
    },
    scaleAdd(x, factor, y) {
      const [first, by, second] = [floats(x), floats(factor), floats(y)];
      expectShape("scaleAdd's factor", factor.shape, []);
      expectShape("scaleAdd's second tensor", y.shape, x.shape);
      return made('scaleAdd', x.shape, (to) => {
        const { address, count } = first;
        pool.run(ScaleAdd, stripsOf(count), { x: address, factor: by.address, y: second.address, to, count });
      });
    },
    momentumUpdate(parameter, velocity, gradient, { learningRate, momentum, weightDecay, nesterov }) {
      const [theta, moving, slope] = [floats(parameter), floats(velocity), floats(gradient)];
      expectShape("A parameter's gradient", gradient.shape, parameter.shape);
      expectShape("A parameter's velocity", velocity.shape, parameter.shape);
      accounts.ran('momentumUpdate');
      const updated = { parameter: replace(parameter), velocity: replace(velocity) };
      pool.run(MomentumUpdate, stripsOf(theta.count), {
        parameter: theta.address,
        velocity: moving.address,
        gradient: slope.address,
        newParameter: addressOf(updated.parameter),
        newVelocity: addressOf(updated.velocity),
        count: theta.count,
        momentum,
        weightDecay,
        learningRate,
        isNesterov: nesterov ? 1 : 0,
      });
      return updated;
    },
  };
};
