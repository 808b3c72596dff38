import type { Ops } from '../ops.ts';
import type { TensorFlow } from './binding.ts';

type UpdateOps = Pick<Ops, 'momentumUpdate' | 'scaleAdd' | 'squaredNorm'>;

/**
 * A step's arithmetic on whole tensors, each in one op on the lab's own kernels (kernels/ops/updates.h): on small networks to call a kernel
 * takes longer than what it does.
 */
export const ownUpdateOps = ({ one, run, dispose, attribute, constant }: TensorFlow): UpdateOps => {
  const T = attribute.type('T', 'float32');
  return {
    momentumUpdate(parameter, velocity, gradient, { learningRate, momentum, weightDecay, nesterov }) {
      const inputs = [parameter, velocity, gradient, ...[learningRate, momentum, weightDecay].map(constant)];
      const outputs = run('EsamMomentum', [T, attribute.bool('nesterov', nesterov)], inputs, 2);
      const [newParameter, newVelocity] = outputs;
      if (newParameter === undefined || newVelocity === undefined)
        throw new Error('EsamMomentum gave too few outputs.');
      dispose(parameter);
      dispose(velocity);
      return { parameter: newParameter, velocity: newVelocity };
    },
    scaleAdd: (x, factor, y) => one('EsamScaledSum', [T], x, factor, y),
    squaredNorm: (tensors) => one('EsamSquaredNorm', [T, attribute.int('N', tensors.length)], ...tensors),
  };
};
