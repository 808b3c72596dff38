import { beforeAll, describe, expect, test } from 'vitest';
import {
  plainEsam,
  plainRule,
  plainSam,
  type EsamConfig,
  type OptimizerConfig,
  type SamConfig,
  type SgdConfig,
} from '../../../shared/runConfig.ts';
import { randomStream } from '../../../src-main/trainer/data/rng.ts';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import type { Network } from '../../../src-main/trainer/engine/network.ts';
import type { Ops, Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { optimizerOf, type Chances, type Objective } from '../../../src-main/trainer/optimizers/index.ts';
import { perturb } from '../../../src-main/trainer/optimizers/ascent/perturb.ts';
import { engines, kernelsCalledBy, openTensorflow } from '../engines.ts';
import {
  chainNetwork,
  chancesOf,
  independentNetwork,
  extent,
  noClock,
  readReport,
  readReports,
  residualNetwork,
  smallProblem,
} from '../smallProblem.ts';

const base = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, ...plainRule };
const sgd: SgdConfig = { name: 'sgd', ...base };
const sam: SamConfig = { ...base, name: 'sam', rho: 0.05, bnStatistics: 'first', ...plainSam };
const esam: EsamConfig = {
  ...sam,
  ...plainEsam,
  name: 'esam',
  beta: 1,
  gamma: 1,
  perturbation: 'masked-norm',
  selection: 'sharpness',
  secondPass: 'reforward',
};

/** Gives the listed numbers one after the other. */
const scripted = (numbers: readonly number[]): Chances => {
  const left = [...numbers];
  return {
    uniform() {
      const next = left.shift();
      if (next === undefined) throw new Error('More random numbers were drawn than the test expects.');
      return next;
    },
    subset() {
      throw new Error('No random subset is expected here.');
    },
    schedule: randomStream(0, 'schedule'),
    direction: randomStream(0, 'direction'),
  };
};
const noDraws = scripted([]);

/** What most optimizers never ask of an objective. */
const notAsked: Pick<Objective, 'recordedLosses' | 'forEachPart'> = {
  recordedLosses() {
    throw new Error('No gathered pass is expected here.');
  },
  forEachPart() {
    throw new Error('No sub-batches are expected here.');
  },
};

type Pair = readonly [w1: number, w2: number];

/** f(w) = ½(w₁² + 3w₂²) in two tensors of one element: the gradient is (w₁, 3w₂). Notes where it was asked for gradients. */
const quadratic = (ops: Ops, state: NetworkState, asked: Pair[]): Objective => {
  const read = (index: number): number => {
    const tensor = state.parameters[index];
    return tensor === undefined ? NaN : (ops.download(tensor)[0] ?? NaN);
  };
  const losses = (): Tensor => ops.upload(Float64Array.of((read(0) ** 2 + 3 * read(1) ** 2) / 2), [1]);
  return {
    examples: 1,
    gradients({ isWanted = () => true }) {
      asked.push([read(0), read(1)]);
      const gradients = [read(0), 3 * read(1)].map((value, index) =>
        isWanted(index) ? ops.upload(Float64Array.of(value), [1]) : null,
      );
      return { gradients, losses: losses() };
    },
    losses,
    ...notAsked,
  };
};

const stateOf = (ops: Ops, values: readonly number[]): NetworkState => ({
  parameters: values.map((value) => ops.upload(Float64Array.of(value), [1])),
  statistics: [],
});

const normalised = ([w1, w2]: Pair, radius: number): Pair => {
  const norm = Math.hypot(w1, 3 * w2);
  return [w1 + (radius * w1) / norm, w2 + (radius * 3 * w2) / norm];
};

interface ByHand {
  readonly title: string;
  readonly config: OptimizerConfig;
  readonly uniforms: readonly number[];
  /** Where the update's gradient is taken in the first and in the second step. */
  readonly above: readonly [(w: Pair) => Pair, (w: Pair) => Pair];
  /** After one step from (3, 1): v = g(above) + 0.01·w, w ← w − 0.1·v. */
  readonly first: Pair;
  /** Of the first step: the norm of the gradient that ε is divided by (or ‖g‖ where it is not), and ‖ε‖. */
  readonly norms: Pair | null;
  readonly perturbed: number;
}

const byHand: readonly ByHand[] = [
  // g = (3, 3), v = (3.03, 3.01).
  {
    title: 'SGD',
    config: sgd,
    uniforms: [],
    above: [(w) => w, (w) => w],
    first: [2.697, 0.699],
    norms: null,
    perturbed: 0,
  },
  // The gradient (3, 3) points along the diagonal: √2 is 1 along each axis, g(4, 2) = (4, 6), v = (4.03, 6.01).
  {
    title: 'SAM',
    config: { ...sam, rho: Math.SQRT2 },
    uniforms: [],
    above: [([w1, w2]) => [w1 + 1, w2 + 1], (w) => normalised(w, Math.SQRT2)],
    first: [2.597, 0.399],
    norms: [3 * Math.SQRT2, Math.SQRT2],
    perturbed: 2,
  },

  // Only w₂, then only w₁: with one tensor the climb is ρ/β = 1 whatever the gradient. g(3, 2) = (3, 6), v = (3.03, 6.01).
  // 0.5 is not below β; the first two numbers choose nothing, so the mask is drawn again.
  {
    title: 'ESAM',
    config: { ...esam, rho: 0.5, beta: 0.5 },
    uniforms: [0.7, 0.5, 0.9, 0.1, 0.4, 0.8],
    above: [([w1, w2]) => [w1, w2 + 1], ([w1, w2]) => [w1 + 1, w2]],
    first: [2.697, 0.399],
    norms: [3, 1],
    perturbed: 1,
  },
  // ε = 0.05/0.5·g: a tenth of the gradient of the chosen tensor. g(3, 1.3) = (3, 3.9), v = (3.03, 3.91).
  {
    title: 'ESAM to the letter of the paper',
    config: { ...esam, rho: 0.05, beta: 0.5, perturbation: 'unnormalized' },
    uniforms: [0.9, 0.1, 0.4, 0.8],
    above: [([w1, w2]) => [w1, 1.3 * w2], ([w1, w2]) => [1.1 * w1, w2]],
    first: [2.697, 0.609],
    norms: [3, 0.3],
    perturbed: 1,
  },
  // The gradient of all tensors, 3√2 long, divides that of w₂ alone: a climb of √2·3/(3√2) = 1.
  {
    title: 'ESAM with the norm over all tensors',
    config: { ...esam, rho: Math.SQRT2 / 2, beta: 0.5, perturbation: 'full-norm' },
    uniforms: [0.9, 0.1, 0.4, 0.8],
    above: [([w1, w2]) => [w1, w2 + 1], (w) => [normalised(w, Math.SQRT2)[0], w[1]]],
    first: [2.697, 0.399],
    norms: [3 * Math.SQRT2, 1],
    perturbed: 1,
  },
  // The first step has no mask yet but climbs √2 = ρ/β already; the second one's was drawn after it, and one more after that.
  {
    title: 'ESAM with the mask drawn after the step',
    config: { ...esam, rho: Math.SQRT2 / 2, beta: 0.5, maskDrawn: 'after-step' },
    uniforms: [0.9, 0.1, 0.4, 0.8],
    above: [([w1, w2]) => [w1 + 1, w2 + 1], ([w1, w2]) => [w1, w2 + Math.SQRT2]],
    first: [2.597, 0.399],
    norms: [3 * Math.SQRT2, Math.SQRT2],
    perturbed: 2,
  },
  {
    title: 'SAM in every second step',
    config: { ...sam, rho: Math.SQRT2, interval: 2 },
    uniforms: [],
    above: [([w1, w2]) => [w1 + 1, w2 + 1], (w) => w],
    first: [2.597, 0.399],
    norms: [3 * Math.SQRT2, Math.SQRT2],
    perturbed: 2,
  },
  // Kwon et al. 2021: ε = ρ·θ²g/‖θg‖ with θg = (9, 3), √90 long, and θ²g = (27, 3): (0.9, 0.1) for ρ = √0.1.
  // g(3.9, 1.1) = (3.9, 3.3), v = (3.93, 3.31).
  {
    title: 'ASAM',
    config: { ...sam, rho: Math.sqrt(0.1), adaptive: true },
    uniforms: [],
    above: [
      ([w1, w2]) => [w1 + 0.9, w2 + 0.1],
      ([w1, w2]) => {
        const factor = Math.sqrt(0.1) / Math.hypot(w1 ** 2, 3 * w2 ** 2);
        return [w1 + factor * w1 ** 3, w2 + factor * 3 * w2 ** 3];
      },
    ],
    first: [2.607, 0.669],
    norms: [Math.sqrt(90), Math.sqrt(0.82)],
    perturbed: 2,
  },
];

/** Does steps of a network's optimizer on one batch. @returns all tensors' contents and each part's report. */
const stepsOf = (ops: Ops, network: Network, config: OptimizerConfig, steps: number, draws = chancesOf(1)) => {
  const problem = smallProblem(ops, network, 7);
  const optimizer = optimizerOf(problem.training, config, draws);
  const parts = Array.from({ length: steps }, () =>
    readReports(ops, optimizer.step(problem.objective, config.learningRate)),
  ).flat();
  const contents = problem.contents();
  optimizer.dispose();
  problem.dispose();
  return { contents, parts };
};

const expectClose = (found: readonly number[], expected: readonly number[], allowed: number): void => {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? NaN))))).toBeLessThan(allowed);
};

for (const { name, tolerance, open } of engines) {
  describe(name, () => {
    let ops: Ops;
    beforeAll(async () => {
      ops = await open();
      return () => {
        ops.close();
      };
    });

    test.each(byHand)('two steps of $title on a quadratic', ({ config, uniforms, above, first, norms, perturbed }) => {
      const state = stateOf(ops, [3, 1]);
      const asked: Pair[] = [];
      const optimizer = optimizerOf({ ops, state, roles: [], clock: noClock, extent }, config, scripted(uniforms));
      const objective = quadratic(ops, state, asked);
      const close = (found: readonly number[], expected: Pair): void => {
        expectClose(found, expected, 10 * tolerance);
      };
      let w: Pair = [3, 1];
      let v: Pair = [0, 0];
      above.forEach((climb, index) => {
        asked.length = 0;
        const report = readReport(ops, optimizer.step(objective, config.learningRate));
        const [a1, a2] = climb(w);
        close(asked[0] ?? [], w);
        close(asked.at(-1) ?? [], [a1, a2]);
        v = [0.9 * v[0] + a1 + 0.01 * w[0], 0.9 * v[1] + 3 * a2 + 0.01 * w[1]];
        w = [w[0] - 0.1 * v[0], w[1] - 0.1 * v[1]];
        close(
          state.parameters.map((tensor) => ops.download(tensor)[0] ?? NaN),
          w,
        );
        if (index > 0) return;
        close(w, first);
        if (norms !== null) close([report.gradientNorm ?? NaN, report.perturbationNorm ?? NaN], norms);
        expect(report.perturbedTensors).toBe(perturbed);
        expect(report.lossesBefore).toEqual([6]); // ½(3² + 3·1²)
      });
      optimizer.dispose();
      state.parameters.forEach(ops.dispose);
    });

    test('perturb climbs by its radius and restore brings back the very tensors', () => {
      const problem = smallProblem(ops, residualNetwork, 5);
      const { state } = problem.training;
      const handles = [...state.parameters];
      const before = problem.contents();
      const { gradients, losses } = problem.objective.gradients({
        pass: 'first',
        statistics: 'keep',
        isWanted: (parameter) => parameter % 3 === 0,
      });
      const climb = perturb(problem.training, gradients, {
        radius: 0.2,
        isNormalized: true,
        isAdaptive: false,
        isMoved: () => true,
      });
      const above = problem.contents();
      let squares = 0;
      above.forEach((values, index) => {
        values.forEach((value, at) => (squares += (value - (before[index]?.[at] ?? NaN)) ** 2));
        const isPerturbed = index % 3 === 0 && index < handles.length;
        expect(state.parameters[index] === handles[index]).toBe(!isPerturbed);
      });
      expect(Math.abs(Math.sqrt(squares) - 0.2)).toBeLessThan(tolerance);
      expect(climb.perturbedTensors).toBe(Math.ceil(handles.length / 3));
      climb.restore();
      expect(state.parameters.every((tensor, index) => tensor === handles[index])).toBe(true);
      expect(problem.contents()).toEqual(before);
      [losses, climb.gradientNorm, climb.perturbationNorm].forEach(ops.dispose);
      problem.dispose();
    });

    test('without a radius SAM and ESAM are SGD, bit for bit', () => {
      const { contents } = stepsOf(ops, residualNetwork, sgd, 3);
      expect(stepsOf(ops, residualNetwork, { ...sam, rho: 0 }, 3).contents).toEqual(contents);
      expect(stepsOf(ops, residualNetwork, { ...esam, rho: 0, beta: 0.6 }, 3).contents).toEqual(contents);
      expect(stepsOf(ops, residualNetwork, sam, 3).contents).not.toEqual(contents);
    });

    test.each(['first', 'all'] as const)('ESAM with β = γ = 1 is SAM, bit for bit, statistics %s', (bnStatistics) => {
      const plain = stepsOf(ops, residualNetwork, { ...sam, bnStatistics }, 3);
      const both = stepsOf(ops, residualNetwork, { ...esam, bnStatistics }, 3, noDraws);
      expect(both).toEqual(plain);
      const other = stepsOf(
        ops,
        residualNetwork,
        { ...sam, bnStatistics: bnStatistics === 'all' ? 'first' : 'all' },
        3,
      );
      const tensors = residualNetwork.parameters.length;
      expect(other.contents.slice(0, tensors)).toEqual(plain.contents.slice(0, tensors));
      expect(other.contents.slice(tensors)).not.toEqual(plain.contents.slice(tensors));
    });

    test('the perturbation of a real network is ρ/β long, and the update uses ⌊γB⌋ examples', () => {
      const { handles } = ops.counters;
      const { parts } = stepsOf(ops, residualNetwork, { ...esam, rho: 0.3, beta: 0.6, gamma: 0.5 }, 10);
      const perturbed = parts.map(({ perturbedTensors }) => perturbedTensors);
      expect(new Set(perturbed).size).toBeGreaterThan(1);
      for (const { perturbationNorm, kept, keptExamples, sharpness, lossesAfter } of parts) {
        expect(Math.abs((perturbationNorm ?? NaN) / 0.5 - 1)).toBeLessThan(10 * tolerance); // the norm's 1e-12 counts too
        expect(keptExamples).toBe(2); // of five
        expect(kept).toHaveLength(2);
        expect(lossesAfter).toHaveLength(2);
        const largest = [...(sharpness ?? [])].sort((a, b) => b - a).slice(0, 2);
        expect(kept?.map((example) => sharpness?.[example])).toEqual(largest);
      }
      expect(ops.counters.handles).toBe(handles);
    });

    test('a gathered second pass computes what a second forward pass would, where examples are independent', () => {
      const settings = { ...esam, beta: 0.6, gamma: 0.5 };
      const reforward = stepsOf(ops, independentNetwork, settings, 3);
      const gathered = stepsOf(ops, independentNetwork, { ...settings, secondPass: 'gathered' }, 3);
      expect(gathered.parts.map(({ kept }) => kept)).toEqual(reforward.parts.map(({ kept }) => kept));
      expectClose(gathered.contents.flat(), reforward.contents.flat(), 10 * tolerance);
    });

    test('sub-batches are weighted by their examples, and each is a SAM of its own', () => {
      // Without a radius the parts' gradients, of 2, 2 and 1 examples, add up to that of the batch.
      const whole = stepsOf(ops, independentNetwork, sgd, 3);
      const parted = stepsOf(ops, independentNetwork, { ...sam, rho: 0, sharpnessBatch: 2 }, 3);
      expectClose(parted.contents.flat(), whole.contents.flat(), 10 * tolerance);
      expect(parted.parts.map(({ lossesBefore }) => lossesBefore?.length)).toEqual([2, 2, 1, 2, 2, 1, 2, 2, 1]);

      const { parts } = stepsOf(ops, residualNetwork, { ...esam, gamma: 0.5, rho: 0.3, sharpnessBatch: 3 }, 1);
      expect(parts.map(({ keptExamples }) => keptExamples)).toEqual([1, 1]); // ⌊½·3⌋ and ⌊½·2⌋
      for (const { perturbationNorm } of parts) expectClose([perturbationNorm ?? NaN], [0.3], 10 * tolerance);

      const all = stepsOf(ops, residualNetwork, { ...esam, gamma: 0.5, sharpnessBatch: 5 }, 2);
      expect(all).toEqual(stepsOf(ops, residualNetwork, { ...esam, gamma: 0.5 }, 2));
    });

    // Δ = (0, 1, 1, 3, 1, 2): falling, ties by index, 3 5 1 2 4 0. The loss before falls from the first example to the last.
    const before = [5, 4, 3, 2, 1, 0];
    const rising = [5, 5, 4, 5, 2, 2];
    const falling = before.map((loss, example) => loss - (example === 2 ? 0.5 : 1));
    test.each<{ settings: Partial<EsamConfig>; kept: number[]; forwards: number; after?: number[] }>([
      { settings: { selection: 'sharpness', gamma: 0.5 }, kept: [3, 5, 1], forwards: 1 },
      { settings: { selection: 'sharpness', gamma: 0.7 }, kept: [3, 5, 1, 2], forwards: 1 }, // ⌊4.2⌋
      { settings: { selection: 'sharpness', gamma: 0.1 }, kept: [3], forwards: 1 }, // ⌊0.6⌋, but one at least
      { settings: { selection: 'sharpness-strict', gamma: 0.5 }, kept: [3, 5], forwards: 1 },
      { settings: { selection: 'sharpness-strict', gamma: 0.2 }, kept: [3], forwards: 1 },
      { settings: { selection: 'loss', gamma: 0.5 }, kept: [0, 1, 2], forwards: 0 },
      { settings: { selection: 'random', gamma: 0.5 }, kept: [4, 0, 2], forwards: 0 },
      { settings: { selection: 'positive', gamma: 0.5 }, kept: [1, 2, 3, 4, 5], forwards: 1 },
      { settings: { selection: 'positive', gamma: 1 }, kept: [2], forwards: 1, after: falling }, // one at least
      { settings: { alwaysRank: true }, kept: [3, 5, 1, 2, 4, 0], forwards: 1 },
    ])('$settings keeps $kept', ({ settings, kept, forwards, after = rising }) => {
      const state = stateOf(ops, [1]);
      const subsets: [number, number][] = [];
      const draws: Chances = {
        ...noDraws,
        subset(n, k) {
          subsets.push([n, k]);
          return Int32Array.of(4, 0, 2);
        },
      };
      const config = { ...esam, ...settings };
      const optimizer = optimizerOf({ ops, state, roles: [], clock: noClock, extent }, config, draws);
      const used: (number[] | null)[] = [];
      let selectionForwards = 0;
      const report = optimizer.step(
        {
          examples: 6,
          gradients(options) {
            const chosen = options.kept === undefined ? null : [...ops.download(options.kept)];
            used.push(chosen);
            const losses = chosen?.map((example) => after[example] ?? NaN) ?? before;
            return {
              gradients: [ops.upload(Float64Array.of(1), [1])],
              losses: ops.upload(Float64Array.from(losses), [losses.length]),
            };
          },
          losses() {
            selectionForwards++;
            return ops.upload(Float64Array.from(after), [6]);
          },
          ...notAsked,
        },
        0.1,
      );
      const told = readReport(ops, report);
      expect(used).toEqual([null, kept]);
      expect(told.kept).toEqual(kept);
      expect(told.keptExamples).toBe(kept.length);
      expect(told.sharpness).toEqual(
        forwards === 1 ? after.map((loss, example) => loss - (before[example] ?? NaN)) : null,
      );
      expect(selectionForwards).toBe(forwards);
      expect(subsets).toEqual(settings.selection === 'random' ? [[6, 3]] : []);
      optimizer.dispose();
      state.parameters.forEach(ops.dispose);
    });
  });
}

test('each tensor is perturbed with probability β, and never none', () => {
  const ops = referenceOps();
  const beta = 0.3;
  const steps = 1500;
  const tensors = 12;
  const state = stateOf(ops, new Array<number>(tensors).fill(1));
  const optimizer = optimizerOf({ ops, state, roles: [], clock: noClock, extent }, { ...esam, beta }, chancesOf(3));
  const chosen = new Array<number>(tensors).fill(0);
  for (let step = 0; step < steps; step++) {
    const objective: Objective = {
      examples: 1,
      gradients({ pass, isWanted = () => true }) {
        const wanted = chosen.map((_, parameter) => isWanted(parameter));
        if (pass === 'first') wanted.forEach((isChosen, at) => (chosen[at] = (chosen[at] ?? 0) + (isChosen ? 1 : 0)));
        else expect(wanted).not.toContain(false); // the update is of all tensors
        return {
          gradients: wanted.map((isChosen) => (isChosen ? ops.upload(Float64Array.of(0), [1]) : null)),
          losses: ops.upload(Float64Array.of(0), [1]),
        };
      },
      losses: () => ops.upload(Float64Array.of(0), [1]),
      ...notAsked,
    };
    expect(readReport(ops, optimizer.step(objective, 0.1)).perturbedTensors).toBeGreaterThan(0);
  }
  // Given that some tensor is chosen, each is with probability β/(1 − (1 − β)¹²); five standard deviations of the binomial.
  const probability = beta / (1 - (1 - beta) ** tensors);
  const bound = 5 * Math.sqrt(steps * probability * (1 - probability));
  for (const count of chosen) expect(Math.abs(count - steps * probability)).toBeLessThan(bound);
});

describe('what ESAM saves on TensorFlow', () => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await openTensorflow();
    return () => {
      ops.close();
    };
  });

  // Three convolutions in a row. In the first pass a kernel gradient costs one BackpropFilter where it is wanted, and a convolution
  // passes its input's gradient on (BackpropInput) where anything before it is wanted. The second pass always costs 3 and 2. Of all examples
  // at θ+ε the convolutions before the first perturbed tensor are not done again.
  test.each<{ wanted: string[]; filters: number; inputs: number; again: number }>([
    { wanted: ['dense.bias'], filters: 0, inputs: 0, again: 0 },
    { wanted: ['bn3.scale', 'dense.kernel'], filters: 0, inputs: 0, again: 0 },
    { wanted: ['conv3.kernel'], filters: 1, inputs: 0, again: 1 },
    { wanted: ['conv2.kernel', 'bn3.scale'], filters: 1, inputs: 1, again: 2 },
    { wanted: ['bn1.offset'], filters: 0, inputs: 2, again: 2 },
    { wanted: ['conv1.kernel', 'conv3.kernel'], filters: 2, inputs: 2, again: 3 },
    { wanted: chainNetwork.parameters.map(({ name }) => name), filters: 3, inputs: 2, again: 3 },
  ])('perturbing $wanted', ({ wanted, filters, inputs, again }) => {
    // Forward: first pass, second pass, and one more where Δ ranks and its activations are not the second pass.
    for (const [settings, forwards] of [
      [{ gamma: 1 }, 3 + again],
      [{ gamma: 0.5 }, 3 + again + 3],
      [{ gamma: 0.5, selection: 'loss' }, 3 + 3],
      [{ gamma: 0.5, selection: 'random' }, 3 + 3],
      [{ gamma: 0.5, secondPass: 'gathered' }, 3 + again],
    ] as const) {
      const uniforms = chainNetwork.parameters.map(({ name }) => (wanted.includes(name) ? 0 : 0.99));
      const draws = { ...scripted(uniforms), subset: chancesOf(1).subset };
      const called = kernelsCalledBy(ops, () => {
        const [report] = stepsOf(ops, chainNetwork, { ...esam, ...settings, beta: 0.6 }, 1, draws).parts;
        expect(report?.perturbedTensors).toBe(wanted.length);
      });
      const counts = ['Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput'].map(called);
      expect(counts, JSON.stringify(settings)).toEqual([forwards, filters + 3, inputs + 2]);
    }
  });
});
