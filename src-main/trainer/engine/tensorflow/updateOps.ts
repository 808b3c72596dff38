import type { Ops, Tensor } from '../ops.ts';
import type { Handle, TensorFlow } from './binding.ts';

/** The update of a parameter by SGD, in place on TensorFlow's own kernels. */
export const updateOps = (tensorflow: TensorFlow): Pick<Ops, 'momentumUpdate'> => {
  const { one, run, dispose, using, attribute, keep, constant } = tensorflow;
  const T = attribute.type('T', 'float32');
  /** A variable whose contents come and go; it lets TensorFlow's in-place updates work on plain tensors. */
  const slot = (name: string): Handle =>
    keep(`slot ${name}`, () =>
      one('VarHandleOp', [
        attribute.string('container', ''),
        attribute.string('shared_name', name),
        attribute.type('dtype', 'float32'),
        attribute.shape('shape', []),
      ]),
    );
  const floatVariable = [attribute.type('dtype', 'float32')];
  /** Hands a tensor over to a slot: afterwards the slot alone holds it, unless somebody else holds the same buffer. */
  const fill = (variable: Handle, tensor: Tensor): void => {
    run('AssignVariableOp', [...floatVariable, attribute.bool('validate_shape', false)], [variable, tensor], 0);
    dispose(tensor);
  };
  const updateAttributes = [T, attribute.bool('use_locking', false)];

  return {
    momentumUpdate(parameter, velocity, gradient, { learningRate, momentum, weightDecay, nesterov }) {
      const parameterSlot = slot('parameter');
      const velocitySlot = slot('velocity');
      const descend = (variable: Handle, factor: number, direction: Tensor): void => {
        run('ResourceApplyGradientDescent', updateAttributes, [variable, constant(factor), direction], 0);
      };
      /** g + λ·θ, a handle of its own. */
      const decayedGradient = (): Tensor =>
        weightDecay > 0
          ? using(one('Mul', [T], parameter, constant(weightDecay)), (decay) => one('AddV2', [T], decay, gradient))
          : one('Identity', [T], gradient);
      // v ← v + (λ/μ)·θ, in place, makes μ·v + g what it should be without a further pass over g; Nesterov's step and μ = 0 need
      // g + λ·θ itself.
      const decayed = momentum > 0 && !nesterov ? null : decayedGradient();
      if (momentum > 0) {
        fill(velocitySlot, velocity);
        if (decayed === null && weightDecay > 0) descend(velocitySlot, -weightDecay / momentum, parameter);
      } else {
        dispose(velocity);
        run(
          'AssignVariableOp',
          [...floatVariable, attribute.bool('validate_shape', false)],
          [velocitySlot, decayed ?? gradient],
          0,
        );
      }
      fill(parameterSlot, parameter);
      if (momentum > 0) {
        run(
          'ResourceApplyMomentum',
          [...updateAttributes, attribute.bool('use_nesterov', nesterov)],
          [parameterSlot, velocitySlot, constant(learningRate), decayed ?? gradient, constant(momentum)],
          0,
        );
      } else {
        descend(parameterSlot, learningRate, decayed ?? gradient);
      }
      if (decayed !== null) dispose(decayed);
      return {
        parameter: one('ReadVariableOp', floatVariable, parameterSlot),
        velocity: one('ReadVariableOp', floatVariable, velocitySlot),
      };
    },
  };
};
