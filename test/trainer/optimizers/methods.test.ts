import { beforeAll, describe, expect, test } from 'vitest';
import { newArm, optimizerSchema, type MethodId, type OptimizerConfig } from '../../../shared/methods/index.ts';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import type { ParameterRole } from '../../../src-main/trainer/engine/network.ts';
import type { Ops } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { awayFromMean } from '../../../src-main/trainer/optimizers/ascent/friendly.ts';
import { optimizerOf, type Objective } from '../../../src-main/trainer/optimizers/index.ts';
import { perturbedIn } from '../../../src-main/trainer/stepRecord.ts';
import { engines } from '../engines.ts';
import {
  chancesOf,
  extent,
  independentNetwork,
  noClock,
  readReport,
  readReports,
  residualNetwork,
  smallProblem,
  type SmallProblem,
} from '../smallProblem.ts';

const rule = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
const arm = (id: MethodId, settings: object = {}): OptimizerConfig =>
  optimizerSchema.parse({ ...newArm(id, null), ...rule, ...settings });

const optimizerFor = (problem: SmallProblem, config: OptimizerConfig) =>
  optimizerOf(problem.training, config, chancesOf(1));

/** Six steps on one batch of a network with convolutions, BatchNorm and a dense layer. @returns all tensors, and what was perturbed. */
const trained = (
  ops: Ops,
  config: OptimizerConfig,
  network = residualNetwork,
  roles: readonly ParameterRole[] | null = null,
) => {
  const problem = smallProblem(ops, network, 7);
  const training = { ...problem.training, ...(roles !== null && { roles }) };
  const optimizer = optimizerOf(training, config, chancesOf(1));
  const perturbed: number[] = [];
  for (let step = 0; step < 6; step++) {
    const reports = optimizer.step(problem.objective, config.learningRate);
    perturbed.push(perturbedIn(reports));
    readReports(ops, reports);
  }
  const contents = problem.contents();
  optimizer.dispose();
  problem.dispose();
  return { contents, perturbed };
};

const random = (probability: number) => ({ when: { name: 'random', probability } });
const byNorm = { when: { name: 'gradient-norm' } };
const late = (share: number) => ({ when: { name: 'late', share } });

/** SAM but for the given axes. */
const composed = (axes: object): OptimizerConfig =>
  arm('composed', { moves: { name: 'all' }, descent: { name: 'above' }, ...axes });

/** Each method, and each schedule, as something that is not plain. */
const all: Readonly<Record<string, OptimizerConfig>> = {
  LookSAM: arm('looksam', { interval: 2 }),
  'LookSAM by the gradient norm': arm('looksam', { interval: 1, ...byNorm }),
  'F-SAM': arm('friendly'),
  VaSSO: arm('vasso', { theta: 0.4 }),
  GSAM: arm('gsam', { rhoMin: 0.01 }),
  'WSAM decoupled': arm('wsam'),
  'WSAM coupled': arm('wsam', { coupled: true }),
  MSAM: arm('momentum-sam', { rho: 0.3 }),
  'MSAM under AdamW': arm('momentum-sam', { rho: 0.3, learningRate: 1e-3, rule: { name: 'adamw' } }),
  'SAM-ON': arm('sam-on'),
  'K-SAM': arm('k-sam'),
  'SAM at random': arm('sam', random(0.5)),
  'SAM by the gradient norm': arm('sam', byNorm),
  'late SAM': arm('sam', late(0.5)),
  'ESAM by the gradient norm': arm('esam', { rho: 0.1, ...byNorm }),
  'SWP with GSAM': arm('composed'),
  'F-SAM on normalisations with WSAM': composed({
    direction: { name: 'away-from-mean', sigma: 0.8, lambda: 0.5 },
    moves: { name: 'normalisations' },
    descent: { name: 'wsam', sharpnessWeight: 0.8, coupled: false },
  }),
  'VaSSO on the examples that rise, with LookSAM': composed({
    direction: { name: 'moving-mean', theta: 0.5 },
    examples: { name: 'rising', gamma: 0.6, selection: 'sharpness', secondPass: 'reforward' },
    descent: { name: 'looksam', alpha: 0.3 },
    interval: 2,
  }),
  'SWP on the largest losses, at random': composed({
    moves: { name: 'share', beta: 0.5 },
    examples: { name: 'largest-loss', gamma: 0.6 },
    ...random(0.6),
  }),
  'against the momentum of some tensors, late': composed({
    direction: { name: 'against-momentum' },
    moves: { name: 'share', beta: 0.5 },
    ...{ rho: 0.3, ...late(0.5) },
  }),
  'along the last gradient': composed({ direction: { name: 'last-gradient' } }),
  'along the last gradient of some tensors, at random': composed({
    direction: { name: 'last-gradient' },
    moves: { name: 'share', beta: 0.5 },
    ...random(0.6),
  }),
  'in a random direction': composed({ direction: { name: 'random' }, rho: 0.5 }),
  'SAM-ON at random, under AdamW': arm('sam-on', { learningRate: 1e-3, rule: { name: 'adamw' }, ...random(0.5) }),
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

    test.each<[string, OptimizerConfig, OptimizerConfig]>([
      ['LookSAM with k = 1 is SAM', arm('looksam', { rho: 0.05, interval: 1 }), arm('sam')],
      [
        'LookSAM with α = 0 is SAM in every k-th step',
        arm('looksam', { rho: 0.05, interval: 3, alpha: 0 }),
        arm('sam', { interval: 3 }),
      ],
      ['F-SAM with σ = 0 is SAM', arm('friendly', { rho: 0.05, sigma: 0 }), arm('sam')],
      ['VaSSO with θ = 1 is SAM', arm('vasso', { rho: 0.05, theta: 1 }), arm('sam')],
      ['GSAM with α = 0 is SAM', arm('gsam', { alpha: 0 }), arm('sam')],
      ['WSAM coupled at γ = ½ is SAM', arm('wsam', { coupled: true, sharpnessWeight: 0.5 }), arm('sam')],
      ['WSAM coupled at γ = 0 is SGD', arm('wsam', { coupled: true, sharpnessWeight: 0, rho: 0 }), arm('sgd')],
      ['LookSAM without a radius is SGD', arm('looksam', { rho: 0, interval: 3, alpha: 0.7 }), arm('sgd')],
      [
        'ESAM with β = γ = 1 is SAM, however its second pass is done',
        arm('esam', { beta: 1, gamma: 1, secondPass: 'gathered' }),
        arm('sam'),
      ],
      ['MSAM without a radius is SGD', arm('momentum-sam', { rho: 0 }), arm('sgd')],
      ['SAM-ON without a radius is SGD', arm('sam-on', { rho: 0 }), arm('sgd')],
      ['K-SAM with all examples is SAM', arm('k-sam', { gamma: 1 }), arm('sam')],
      ['SAM at random with p = 1 is SAM', arm('sam', random(1)), arm('sam')],
      ['SAM at random with p = 0 is SGD', arm('sam', random(0)), arm('sgd')],
      ['SAM late over all epochs is SAM', arm('sam', late(1)), arm('sam')],
      [
        'SAM by the gradient norm that is always enough is SAM',
        arm('sam', { when: { name: 'gradient-norm', lambda1: -100, lambda2: -100 } }),
        arm('sam'),
      ],
      ['composed of SAM’s choices is SAM', composed({}), arm('sam')],
      [
        'composed of F-SAM’s direction is F-SAM',
        composed({ direction: { name: 'away-from-mean', sigma: 0.7, lambda: 0.4 } }),
        arm('friendly', { rho: 0.05, sigma: 0.7, lambda: 0.4 }),
      ],
      [
        'composed of VaSSO’s direction is VaSSO',
        composed({ direction: { name: 'moving-mean', theta: 0.4 } }),
        arm('vasso', { rho: 0.05, theta: 0.4 }),
      ],
      [
        'composed of the way against the momentum is MSAM',
        composed({ direction: { name: 'against-momentum' }, rho: 0.3 }),
        arm('momentum-sam', { rho: 0.3 }),
      ],
      [
        'composed of normalisations is SAM-ON',
        composed({ moves: { name: 'normalisations' } }),
        arm('sam-on', { rho: 0.05 }),
      ],
      [
        'composed of the largest losses is K-SAM',
        composed({ examples: { name: 'largest-loss', gamma: 0.6 } }),
        arm('k-sam', { gamma: 0.6 }),
      ],
      [
        'composed of a share of tensors and of examples is ESAM',
        composed({
          moves: { name: 'share', beta: 0.5 },
          examples: { name: 'rising', gamma: 0.6, selection: 'sharpness', secondPass: 'gathered' },
        }),
        arm('esam', { beta: 0.5, gamma: 0.6, secondPass: 'gathered' }),
      ],
      [
        'composed of GSAM’s descent is GSAM',
        composed({ descent: { name: 'gsam', alpha: 0.3 }, rhoMin: 0.01 }),
        arm('gsam', { alpha: 0.3, rhoMin: 0.01 }),
      ],
      [
        'composed of WSAM’s descent is WSAM',
        composed({ descent: { name: 'wsam', sharpnessWeight: 0.7, coupled: true } }),
        arm('wsam', { sharpnessWeight: 0.7, coupled: true }),
      ],
      [
        'composed of LookSAM’s descent, by the gradient norm, is AE-LookSAM',
        composed({ descent: { name: 'looksam', alpha: 0.2 }, ...byNorm }),
        arm('looksam', { rho: 0.05, alpha: 0.2, interval: 1, ...byNorm }),
      ],
      [
        'in a random direction without a radius is SGD',
        composed({ direction: { name: 'random' }, rho: 0 }),
        arm('sgd'),
      ],
    ])('%s, bit for bit', (_title, config, base) => {
      expect(trained(ops, config).contents).toEqual(trained(ops, base).contents);
    });

    test.each([
      ['SAM-ON', arm('sam-on', { rho: 0.05 })],
      ['composed of normalisations', composed({ moves: { name: 'normalisations' } })],
    ])('%s is SAM, bit for bit, where every tensor is a normalisation’s', (_title, config) => {
      const roles = residualNetwork.parameters.map((_, index) => (index % 2 === 0 ? 'scale' : 'offset'));
      expect(trained(ops, config, residualNetwork, roles)).toEqual(trained(ops, arm('sam')));
      expect(trained(ops, config).contents).not.toEqual(trained(ops, arm('sam')).contents);
    });

    // Other implementations choose by name, and miss those of shortcuts.
    test('SAM-ON moves the scale and the offset of every BatchNorm, of a shortcut’s too, and nothing else', () => {
      const problem = smallProblem(ops, residualNetwork, 7);
      const { parameters } = problem.training.state;
      const before = [...parameters];
      const moved: string[] = [];
      const objective: Objective = {
        ...problem.objective,
        gradients(options) {
          const isMoved = (_: unknown, index: number): boolean => parameters[index] !== before[index];
          if (options.pass === 'second')
            moved.push(...residualNetwork.parameters.filter(isMoved).map((parameter) => parameter.name));
          return problem.objective.gradients(options);
        },
      };
      const optimizer = optimizerFor(problem, arm('sam-on'));
      const report = readReport(ops, optimizer.step(objective, 0.1));
      const layers = ['stem.bn', 'block1.bn1', 'block1.bn2', 'block2.bn1', 'block2.bn2', 'block2.shortcut.bn'];
      expect(moved.sort()).toEqual(layers.flatMap((layer) => [`${layer}.scale`, `${layer}.offset`]).sort());
      expect(report.perturbedTensors).toBe(12);
      optimizer.dispose();
      problem.dispose();
    });

    test('the gradient at θ is that of the whole batch, whatever sub-batches keep of it at θ+ε', () => {
      // WSAM with γ = 0 descends along g alone; parts of 3 and 2 examples of five keep one each.
      const alone = { name: 'wsam', sharpnessWeight: 0, coupled: true };
      const examples = { name: 'rising', gamma: 0.5 };
      const parted = trained(ops, composed({ descent: alone, examples, sharpnessBatch: 3 }), independentNetwork);
      const whole = trained(ops, arm('sgd'), independentNetwork).contents.flat();
      parted.contents.flat().forEach((value, index) => {
        expect(Math.abs(value - (whole[index] ?? NaN))).toBeLessThan(20 * tolerance);
      });
    });

    test.each(Object.entries(all))('%s leaves no handle, and goes a way of its own', (_name, config) => {
      const { handles } = ops.counters;
      const { contents, perturbed } = trained(ops, config);
      expect(ops.counters.handles).toBe(handles);
      expect(perturbed.some((tensors) => tensors > 0)).toBe(true);
      for (const base of [arm('sgd'), arm('sam')]) expect(contents).not.toEqual(trained(ops, base).contents);
    });

    test.each(Object.entries(all))('%s goes on bit for bit from what it keeps, after any step', (_name, config) => {
      const whole = trained(ops, config);
      for (const stop of [1, 2, 3, 5]) {
        const problem = smallProblem(ops, residualNetwork, 7);
        const chances = chancesOf(1);
        const first = optimizerOf(problem.training, config, chances);
        for (let step = 0; step < stop; step++) readReports(ops, first.step(problem.objective, config.learningRate));
        // Masks are drawn from a stream that the run keeps; the schedule's and the direction's are the method's own.
        const { schedule, direction } = chancesOf(99);
        const second = optimizerOf(problem.training, config, { ...chances, schedule, direction });
        for (const [part, { tensors, data }] of Object.entries(first.memories)) {
          const into = second.memories[part];
          if (into === undefined) throw new Error(`There is no ${part}.`);
          for (const [kind, list] of Object.entries(tensors)) {
            list.forEach((tensor, index) => {
              const place = into.tensors[kind];
              const old = place?.[index];
              if (place === undefined || old === undefined) throw new Error(`There is no ${part}/${kind}.`);
              place[index] = ops.upload(ops.download(tensor), tensor.shape);
              ops.dispose(old);
            });
          }
          into.recall(JSON.parse(JSON.stringify(data())))();
        }
        first.dispose();
        for (let step = stop; step < 6; step++) readReports(ops, second.step(problem.objective, config.learningRate));
        expect(problem.contents(), `stopped after ${stop}`).toEqual(whole.contents);
        second.dispose();
        problem.dispose();
      }
    });

    test.each(Object.entries(all))('%s puts the very tensors back', (_name, config) => {
      const problem = smallProblem(ops, residualNetwork, 7);
      const { state } = problem.training;
      const optimizer = optimizerFor(problem, config);
      for (let step = 0; step < 3; step++) {
        const before = problem.contents().slice(0, state.parameters.length);
        // Without a rate nothing moves but what a method forgot to take back.
        const reports = optimizer.step(problem.objective, 0);
        readReports(ops, reports);
        expect(problem.contents().slice(0, state.parameters.length)).toEqual(before);
      }
      optimizer.dispose();
      problem.dispose();
    });

    // Where everything is learnt, float32 gradients become 0, and a direction none: 0 divided by 0 would end the run.
    test.each(Object.entries(all))('%s stays where the loss is flat', (_name, config) => {
      const problem = smallProblem(ops, residualNetwork, 7);
      const { state } = problem.training;
      const before = problem.contents().slice(0, state.parameters.length);
      const flat: Objective = {
        ...problem.objective,
        gradients(options) {
          const { gradients, losses } = problem.objective.gradients(options);
          const zeros = gradients.map((gradient) => gradient && ops.multiply(gradient, ops.constant(0)));
          gradients.forEach((gradient) => {
            if (gradient !== null) ops.dispose(gradient);
          });
          return { gradients: zeros, losses };
        },
      };
      const optimizer = optimizerFor(problem, { ...config, weightDecay: 0 });
      for (let step = 0; step < 3; step++) readReports(ops, optimizer.step(flat, config.learningRate));
      expect(problem.contents().slice(0, state.parameters.length)).toEqual(before);
      optimizer.dispose();
      problem.dispose();
    });

    // f(w) = ½(w₁² + 3w₂²): g = (w₁, 3w₂).
    type Pair = readonly [number, number];
    const gradientAt = ([w1, w2]: Pair): Pair => [w1, 3 * w2];
    const along = ([w1, w2]: Pair, [d1, d2]: Pair, radius: number): Pair => {
      const norm = Math.hypot(d1, d2);
      return [w1 + (radius * d1) / norm, w2 + (radius * d2) / norm];
    };
    /** @param curves - a and b of each example’s ½(aw₁² + bw₂²): the gradient is the mean over those that are kept. */
    const quadratic = (state: NetworkState, curves: readonly Pair[]): Objective => {
      const read = (index: number): number => {
        const tensor = state.parameters[index];
        return tensor === undefined ? NaN : (ops.download(tensor)[0] ?? NaN);
      };
      const lossesOf = (some: readonly Pair[]) =>
        ops.upload(
          Float64Array.from(some, ([a, b]) => (a * read(0) ** 2 + b * read(1) ** 2) / 2),
          [some.length],
        );
      const never = (): never => {
        throw new Error('Not asked for here.');
      };
      return {
        examples: curves.length,
        gradients({ isWanted = () => true, kept }) {
          const used =
            kept === undefined ? curves : [...ops.download(kept)].map((index): Pair => curves[index] ?? [NaN, NaN]);
          const gradients = [0, 1].map((index) => {
            const value = used.reduce((sum, curve) => sum + (curve[index] ?? NaN) * read(index), 0) / used.length;
            return isWanted(index) ? ops.upload(Float64Array.of(value), [1]) : null;
          });
          return { gradients, losses: lossesOf(used) };
        },
        losses: () => lossesOf(curves),
        recordedLosses: never,
        forEachPart: never,
      };
    };
    /** Two steps from (3, 1) at η = 0.1 without decay and momentum. */
    const twoSteps = (
      config: OptimizerConfig,
      roles: readonly ParameterRole[] = [],
      curves: readonly Pair[] = [[1, 3]],
    ): Pair[] => {
      const state: NetworkState = {
        parameters: [3, 1].map((value) => ops.upload(Float64Array.of(value), [1])),
        statistics: [],
      };
      const optimizer = optimizerOf({ ops, state, roles, clock: noClock, extent }, config, chancesOf(0));
      const places = [0, 1].map((): Pair => {
        readReport(ops, optimizer.step(quadratic(state, curves), 0.1));
        const [w1 = NaN, w2 = NaN] = state.parameters.map((tensor) => ops.download(tensor)[0] ?? NaN);
        return [w1, w2];
      });
      optimizer.dispose();
      state.parameters.forEach(ops.dispose);
      return places;
    };
    const bare = { momentum: 0, weightDecay: 0, rho: Math.SQRT2 };
    /** The same by arithmetic: u of each step from w. */
    const byHand = (update: (w: Pair, step: number) => Pair): Pair[] => {
      let w: Pair = [3, 1];
      return [0, 1].map((step) => {
        const [u1, u2] = update(w, step);
        return (w = [w[0] - 0.1 * u1, w[1] - 0.1 * u2]);
      });
    };
    const samAt = (w: Pair): Pair => gradientAt(along(w, gradientAt(w), Math.SQRT2));
    const dot = (a: Pair, b: Pair): number => a[0] * b[0] + a[1] * b[1];
    const sum = (a: Pair, factor: number, b: Pair): Pair => [a[0] + factor * b[0], a[1] + factor * b[1]];
    const [draw = NaN, nextDraw = NaN] = [0, 1].map(chancesOf(0).schedule.uniform);

    test.each<{
      title: string;
      config: OptimizerConfig;
      expected: () => Pair[];
      roles?: ParameterRole[];
      curves?: Pair[];
    }>([
      {
        title: 'LookSAM',
        config: arm('looksam', { ...bare, interval: 2, alpha: 0.5 }),
        expected() {
          let v: Pair = [0, 0];
          return byHand((w, step) => {
            const g = gradientAt(w);
            if (step === 1) return sum(g, (0.5 * Math.hypot(...g)) / Math.hypot(...v), v);
            const h = samAt(w);
            v = sum(h, -dot(g, h) / dot(g, g), g);
            return h;
          });
        },
      },
      {
        title: 'F-SAM',
        config: arm('friendly', { ...bare, sigma: 0.5, lambda: 0.8 }),
        expected() {
          let m: Pair = [0, 0];
          return byHand((w, step) => {
            const g = gradientAt(w);
            const d = step === 0 ? g : sum(g, -0.5, m);
            m = step === 0 ? g : sum([0.8 * m[0], 0.8 * m[1]], 0.2, g);
            return gradientAt(along(w, d, Math.SQRT2));
          });
        },
      },
      {
        title: 'VaSSO',
        config: arm('vasso', { ...bare, theta: 0.25 }),
        expected() {
          let d: Pair = [0, 0];
          return byHand((w) => {
            d = sum([0.75 * d[0], 0.75 * d[1]], 0.25, gradientAt(w));
            return gradientAt(along(w, d, Math.SQRT2));
          });
        },
      },
      {
        title: 'GSAM',
        config: arm('gsam', { ...bare, alpha: 0.4 }),
        expected: () =>
          byHand((w) => {
            const [g, h] = [gradientAt(w), samAt(w)];
            const orthogonal = sum(g, -dot(g, h) / dot(h, h), h);
            return sum(h, -0.4, orthogonal);
          }),
      },
      {
        title: 'WSAM, both forms without momentum',
        config: arm('wsam', { ...bare, sharpnessWeight: 0.75, coupled: false }),
        expected: () => byHand((w) => sum(gradientAt(w), 3, sum(samAt(w), -1, gradientAt(w)))),
      },
      // γ = ¾: u = g + 3(h − g) goes through the momentum; decoupled, g alone does.
      {
        title: 'WSAM coupled, with momentum',
        config: arm('wsam', { ...bare, momentum: 0.5, sharpnessWeight: 0.75, coupled: true }),
        expected() {
          let v: Pair = [0, 0];
          return byHand((w) => {
            const u = sum(gradientAt(w), 3, sum(samAt(w), -1, gradientAt(w)));
            return (v = sum(u, 0.5, v));
          });
        },
      },
      {
        title: 'WSAM decoupled, with momentum',
        config: arm('wsam', { ...bare, momentum: 0.5, sharpnessWeight: 0.75, coupled: false }),
        expected() {
          let v: Pair = [0, 0];
          return byHand((w) => {
            const sharpness = sum(samAt(w), -1, gradientAt(w));
            v = sum(gradientAt(w), 0.5, v);
            return sum(v, 3, sharpness);
          });
        },
      },
      // Of two examples the one of larger loss: at (3, 1) the second's 27 against 6. Both passes are its alone, so that w₁ falls to
      // 3 − 0.1·6·(3 + √2) ≈ 0.35, where its loss is 0.4 and the first one's 1.6.
      {
        title: 'K-SAM',
        config: arm('k-sam', { ...bare, gamma: 0.5 }),
        curves: [
          [1, 3],
          [6, 0],
        ],
        expected: () => byHand(([w1, w2], step) => (step === 0 ? [6 * (w1 + Math.SQRT2), 0] : samAt([w1, w2]))),
      },
      // The first step always climbs: ‖g‖² is its own mean. In the second μ = ½(μ₀ + ‖g‖²), less than ‖g‖² by D/2 < 0, and σ = √½·|D|/2: it
      // climbs where c ≤ −√2. In step 1 of six c = λ₁/6 + 5λ₂/6: −1.5, then −1.33.
      {
        title: 'SAM by the gradient norm that climbs again',
        config: arm('sam', { ...bare, when: { name: 'gradient-norm', delta: 0.5, lambda1: -4, lambda2: -1 } }),
        expected: () => byHand(samAt),
      },
      {
        title: 'SAM by the gradient norm that climbs once',
        config: arm('sam', { ...bare, when: { name: 'gradient-norm', delta: 0.5, lambda1: -3, lambda2: -1 } }),
        expected: () => byHand((w, step) => (step === 0 ? samAt(w) : gradientAt(w))),
      },
      // A probability between the two numbers that are drawn: one of the steps climbs.
      {
        title: 'SAM at random',
        config: arm('sam', { ...bare, ...random((draw + nextDraw) / 2) }),
        expected: () => byHand((w, step) => (draw < nextDraw === (step === 0) ? samAt(w) : gradientAt(w))),
      },
      {
        title: 'MSAM',
        config: arm('momentum-sam', { ...bare, momentum: 0.5, weightDecay: 0.1 }),
        expected() {
          let v: Pair = [0, 0];
          return byHand((w, step) => {
            const at = step === 0 ? w : along(w, v, -Math.SQRT2);
            v = sum([0.5 * v[0], 0.5 * v[1]], 1, sum(gradientAt(at), 0.1, at));
            return v;
          });
        },
      },
      {
        title: 'SAM-ON',
        config: arm('sam-on', bare),
        roles: ['kernel', 'scale'],
        expected: () => byHand(([w1, w2]) => gradientAt([w1, w2 + Math.SQRT2 * Math.sign(w2)])),
      },
      {
        title: 'SAM-ON over normalisations alone, which is SAM',
        config: arm('sam-on', bare),
        roles: ['offset', 'scale'],
        expected: () => byHand(samAt),
      },
      {
        title: 'normalisations’ climb with GSAM’s descent',
        config: composed({ ...bare, moves: { name: 'normalisations' }, descent: { name: 'gsam', alpha: 0.4 } }),
        roles: ['kernel', 'scale'],
        expected: () =>
          byHand(([w1, w2]) => {
            const [g, h] = [gradientAt([w1, w2]), gradientAt([w1, w2 + Math.SQRT2 * Math.sign(w2)])];
            return sum(h, -0.4, sum(g, -dot(g, h) / dot(h, h), h));
          }),
      },
      {
        title: 'a climb along the last gradient',
        config: composed({ ...bare, direction: { name: 'last-gradient' } }),
        expected() {
          let last: Pair | null = null;
          return byHand((w) => (last = gradientAt(last === null ? w : along(w, last, Math.SQRT2))));
        },
      },
      {
        title: 'a climb in a random direction',
        config: composed({ ...bare, direction: { name: 'random' } }),
        expected() {
          const { direction } = chancesOf(0);
          return byHand((w) =>
            gradientAt(along(w, [Math.fround(direction.normal()), Math.fround(direction.normal())], Math.SQRT2)),
          );
        },
      },
    ])('two steps of $title by hand', ({ config, expected, roles, curves }) => {
      const found = twoSteps(config, roles, curves).flat();
      expected()
        .flat()
        .forEach((value, index) => {
          expect(Math.abs((found[index] ?? NaN) - value)).toBeLessThan(20 * tolerance);
        });
    });
  });
}

// Other implementations take σ of a mean that has this gradient in it already.
test('F-SAM’s direction of a constant gradient is (1 − σ)g from the second step on', () => {
  const ops = referenceOps();
  const state: NetworkState = { parameters: [ops.upload(Float64Array.of(0, 0), [2])], statistics: [] };
  const context = { ops, state, roles: [], clock: noClock, extent };
  const direction = awayFromMean(context, { sigma: 0.4, lambda: 0.6 });
  const next = (): number[] => {
    const [d] = direction.of([ops.upload(Float64Array.of(3, 4), [2])]);
    if (!d) throw new Error('There is no direction.');
    const values = [...ops.download(d)];
    ops.dispose(d);
    return values;
  };
  expect(next()).toEqual([3, 4]); // no mean yet
  for (let step = 1; step < 4; step++) expect(next()).toEqual([expect.closeTo(1.8, 12), expect.closeTo(2.4, 12)]);
  direction.dispose();
});

test.each([
  ['GSAM', arm('gsam', { rho: 0.5, rhoMin: 0.1 })],
  ['a way that needs no gradient', composed({ direction: { name: 'random' }, rho: 0.5, rhoMin: 0.1 })],
])('ρ follows the learning rate from ρ to the smallest: %s', (_, config) => {
  const ops = referenceOps();
  const problem = smallProblem(ops, residualNetwork, 7);
  const optimizer = optimizerFor(problem, config);
  const norms = [0.1, 0.05, 0].map(
    (rate) => readReport(ops, optimizer.step(problem.objective, rate)).perturbationNorm ?? NaN,
  );
  [0.5, 0.3, 0.1].forEach((rho, index) => expect(norms[index]).toBeCloseTo(rho, 9));
});

test('schedules climb when they say, and late SAM keeps the momentum', () => {
  const ops = referenceOps();
  expect(trained(ops, arm('sam', late(0.5))).perturbed.map((count) => count > 0)).toEqual(
    // Three epochs of two steps; half of them, rounded up, are two.
    [false, false, true, true, true, true],
  );
  expect(trained(ops, arm('looksam', { interval: 4 })).perturbed.map((count) => count > 0)).toEqual([
    true,
    false,
    false,
    false,
    true,
    false,
  ]);
  // The first two steps are SGD's, and the third starts from their momentum: SAM's alone would start from none.
  const problem = smallProblem(ops, residualNetwork, 7);
  const sgd = optimizerFor(problem, arm('sgd'));
  for (let step = 0; step < 2; step++) readReports(ops, sgd.step(problem.objective, 0.1));
  const sam = optimizerFor(problem, arm('sam'));
  sam.memories['rule']?.tensors['velocity']?.forEach((_old, index, places) => {
    const kept = sgd.memories['rule']?.tensors['velocity']?.[index];
    if (kept !== undefined) places[index] = ops.upload(ops.download(kept), kept.shape);
  });
  for (let step = 0; step < 4; step++) readReports(ops, sam.step(problem.objective, 0.1));
  expect(problem.contents()).toEqual(trained(ops, arm('sam', late(0.5))).contents);
});

test('K-SAM sees only the examples of largest loss, and counts the accuracy of all', () => {
  const ops = referenceOps();
  const problem = smallProblem(ops, independentNetwork, 7);
  const optimizer = optimizerFor(problem, arm('k-sam', { gamma: 0.6 }));
  const report = readReport(ops, optimizer.step(problem.objective, 0.1));
  const losses = report.lossesBefore ?? [];
  expect(losses).toHaveLength(5);
  const largest = losses.map((_, index) => index).sort((a, b) => (losses[b] ?? 0) - (losses[a] ?? 0));
  expect(report.kept).toEqual(largest.slice(0, 3));
  expect(report.keptExamples).toBe(3);
  expect(report.lossesAfter).toHaveLength(3);
});
