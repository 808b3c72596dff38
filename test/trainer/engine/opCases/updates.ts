import type { Ops, Tensor } from '../../../../src-main/trainer/engine/ops.ts';
import { drawer, floats, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(7);

type Settings = Parameters<Ops['momentumUpdate']>[3];

/** A tensor with a buffer of its own, which an engine may overwrite. */
const copy = (ops: Ops, tensor: Tensor): Tensor => ops.add(tensor, ops.constant(0));

const settingsOf = (learningRate: number, momentum: number, weightDecay: number, nesterov = false): Settings => ({
  learningRate,
  momentum,
  weightDecay,
  nesterov,
});

const inWords = ({ learningRate, momentum, weightDecay, nesterov }: Settings): string =>
  `learning rate ${learningRate}, ${nesterov ? "Nesterov's momentum" : 'momentum'} ${momentum}, weight decay ${weightDecay}`;

const twoSteps = (settings: Settings, expected: OpCase['expected'] & object): OpCase =>
  opCase({
    name: `momentumUpdate, two steps by hand: ${inWords(settings)}`,
    inputs: {
      parameter: floats([2], [1, -2]),
      velocity: floats([2], [0, 0]),
      first: floats([2], [0.5, 1]),
      second: floats([2], [-1, 0.5]),
    },
    run(ops, { parameter, velocity, first, second }) {
      const once = ops.momentumUpdate(copy(ops, parameter), copy(ops, velocity), first, settings);
      const twice = ops.momentumUpdate(copy(ops, once.parameter), copy(ops, once.velocity), second, settings);
      return { p1: once.parameter, v1: once.velocity, p2: twice.parameter, v2: twice.velocity };
    },
    expected,
  });

const sharedBuffers = (settings: Settings): OpCase =>
  opCase({
    name: `momentumUpdate leaves buffers alone that others hold: ${inWords(settings)}`,
    inputs: {
      parameter: draw.floats([3, 4]),
      velocity: draw.floats([3, 4]),
      gradient: draw.floats([3, 4]),
    },
    run(ops, inputs) {
      // A tensor that is held for later, as SAM holds the parameters it will restore, beside a second handle on its buffer.
      const held = { parameter: copy(ops, inputs.parameter), velocity: copy(ops, inputs.velocity) };
      const once = ops.momentumUpdate(
        ops.reshape(held.parameter, [3, 4]),
        ops.reshape(held.velocity, [3, 4]),
        inputs.gradient,
        settings,
      );
      const onceHeld = { parameter: ops.reshape(once.parameter, [12]), velocity: ops.reshape(once.velocity, [12]) };
      const twice = ops.momentumUpdate(once.parameter, once.velocity, inputs.gradient, settings);
      return {
        parameter: held.parameter,
        velocity: held.velocity,
        onceParameter: onceHeld.parameter,
        onceVelocity: onceHeld.velocity,
        twiceParameter: twice.parameter,
        twiceVelocity: twice.velocity,
      };
    },
  });

const ownedBuffers = (shape: readonly number[], settings: Settings): OpCase =>
  opCase({
    name: `momentumUpdate of [${shape.join()}], three steps: ${inWords(settings)}`,
    inputs: { parameter: draw.floats(shape), velocity: draw.floats(shape), gradient: draw.floats(shape) },
    run(ops, { parameter, velocity, gradient }) {
      let state = { parameter: copy(ops, parameter), velocity: copy(ops, velocity) };
      for (let step = 0; step < 3; step++) {
        state = ops.momentumUpdate(state.parameter, state.velocity, gradient, settings);
      }
      return state;
    },
  });

export const updateCases: readonly OpCase[] = [
  // v₁ = g + 0.1·θ = (0.6, 0.8), θ₁ = θ − 0.1·v₁; v₂ = 0.9·v₁ + g + 0.1·θ₁ = (0.54 − 1 + 0.094, 0.72 + 0.5 − 0.208).
  twoSteps(settingsOf(0.1, 0.9, 0.1), {
    v1: [0.6, 0.8],
    p1: [0.94, -2.08],
    v2: [-0.366, 1.012],
    p2: [0.9766, -2.1812],
  }),
  // Without memory: v₂ = g + 0.1·θ₁.
  twoSteps(settingsOf(0.1, 0, 0.1), {
    v1: [0.6, 0.8],
    p1: [0.94, -2.08],
    v2: [-0.906, 0.292],
    p2: [1.0306, -2.1092],
  }),
  twoSteps(settingsOf(0.1, 0.9, 0), { v1: [0.5, 1], p1: [0.95, -2.1], v2: [-0.55, 1.4], p2: [1.005, -2.24] }),
  // Nesterov's: θ₁ = θ − 0.1·(d + 0.9·v₁) with d = v₁ = (0.6, 0.8): 1 − 0.114, −2 − 0.152. Then d = (−1 + 0.0886, 0.5 − 0.2152),
  // v₂ = 0.9·v₁ + d = (−0.3714, 1.0048), θ₂ = θ₁ − 0.1·(d + 0.9·v₂) = θ₁ − 0.1·(−1.24566, 1.18912).
  twoSteps(settingsOf(0.1, 0.9, 0.1, true), {
    v1: [0.6, 0.8],
    p1: [0.886, -2.152],
    v2: [-0.3714, 1.0048],
    p2: [1.010566, -2.270912],
  }),
  // d = v₁ = (0.5, 1), θ₁ = θ − 0.1·1.9·d; v₂ = 0.9·v₁ + g = (−0.55, 1.4), θ₂ = θ₁ − 0.1·(g + 0.9·v₂) = θ₁ + (0.1495, −0.176).
  twoSteps(settingsOf(0.1, 0.9, 0, true), {
    v1: [0.5, 1],
    p1: [0.905, -2.19],
    v2: [-0.55, 1.4],
    p2: [1.0545, -2.366],
  }),
  // Without memory there is nothing to look ahead along.
  twoSteps(settingsOf(0.1, 0, 0.1, true), {
    v1: [0.6, 0.8],
    p1: [0.94, -2.08],
    v2: [-0.906, 0.292],
    p2: [1.0306, -2.1092],
  }),
  twoSteps(settingsOf(0.1, 0, 0), { v1: [0.5, 1], p1: [0.95, -2.1], v2: [-1, 0.5], p2: [1.05, -2.15] }),
  twoSteps(settingsOf(0, 0.5, 0), { v1: [0.5, 1], p1: [1, -2], v2: [-0.75, 1], p2: [1, -2] }),
  ...[0.9, 0].flatMap((momentum) =>
    [0.01, 0].flatMap((weightDecay) =>
      [false, true].flatMap((nesterov) => {
        const settings = settingsOf(0.1, momentum, weightDecay, nesterov);
        return [
          sharedBuffers(settings),
          ownedBuffers([3, 3, 4, 8], settings),
          ownedBuffers([1], settings),
          ownedBuffers([16_389], settings),
        ];
      }),
    ),
  ),
];
