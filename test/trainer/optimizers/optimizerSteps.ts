import { readFileSync, writeFileSync } from 'node:fs';
import { passOf, scalar, type BatchStatistics, type Parameters } from './scalarNetwork.ts';

// Makes the values of optimizer-steps.json from its inputs: initial parameters, batches and the tensors that chance has chosen. Run
// this file to write them anew.

interface Listed {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
type Named<T> = Readonly<Record<string, T>>;
interface Step {
  readonly images: readonly number[];
  readonly labels: readonly number[];
  readonly perturbed?: readonly string[];
  readonly gradNorm?: number;
  readonly perturbationNorm?: number;
  readonly lossAfter?: readonly number[];
  readonly selected?: readonly number[];
  readonly lossBefore: readonly number[];
  readonly params: Named<Listed>;
  readonly velocity: Named<Listed>;
  /** Keys `bn1.mean`, `bn1.var` and so on. */
  readonly runningStats: Named<readonly number[]>;
}
export interface Case {
  readonly config: {
    readonly optimizer: 'sgd' | 'sam' | 'esam';
    readonly rho?: number;
    readonly beta?: number;
    readonly gamma?: number;
    readonly bnStats?: 'first' | 'all';
    readonly perturbation?: 'unnormalized';
    readonly learningRate: number;
    readonly momentum: number;
    readonly weightDecay: number;
  };
  readonly initial: Named<Listed>;
  readonly steps: readonly Step[];
}

type Vectors = Named<readonly number[]>;
const zip = (a: readonly number[], b: readonly number[], f: (a: number, b: number) => number): number[] =>
  a.map((value, index) => f(value, b[index] ?? NaN));
const overVectors = (a: Vectors, b: Vectors, f: (a: number, b: number) => number): Vectors =>
  Object.fromEntries(Object.entries(a).map(([name, values]) => [name, zip(values, b[name] ?? [], f)]));
const normOf = (vectors: Vectors): number => Math.hypot(...Object.values(vectors).flat());

const gradientAt = (theta: Vectors, images: readonly number[], labels: readonly number[]) => {
  const parameters: Parameters = Object.fromEntries(
    Object.entries(theta).map(([name, values]) => [name, values.map(scalar)]),
  );
  const pass = passOf(parameters, images, labels, true);
  const gradients: Vectors = Object.fromEntries(
    Object.entries(parameters).map(([name, scalars]) => [name, scalars.map(({ gradient }) => gradient)]),
  );
  return { ...pass, gradients };
};

/** SGD, SAM and ESAM as their papers write them, on the inputs of a case. */
export const trajectoryOf = ({ config, initial, steps }: Case): Omit<Step, 'images' | 'labels'>[] => {
  const { rho, beta = 1, gamma = 1, learningRate, momentum, weightDecay } = config;
  let theta: Vectors = Object.fromEntries(Object.entries(initial).map(([name, { values }]) => [name, values]));
  let velocity = overVectors(theta, theta, () => 0);
  let running: Vectors = Object.fromEntries(
    [['bn1', 4] as const, ['bn2', 6] as const].flatMap(([name, channels]) => [
      [`${name}.mean`, new Array<number>(channels).fill(0)],
      [`${name}.var`, new Array<number>(channels).fill(1)],
    ]),
  );
  const move = (statistics: BatchStatistics): void => {
    running = overVectors(running, statistics, (old, batch) => 0.9 * old + 0.1 * batch);
  };
  const moveAgain = (statistics: BatchStatistics): void => {
    if (config.bnStats === 'all') move(statistics);
  };

  return steps.map(({ images, labels, perturbed }) => {
    const here = gradientAt(theta, images, labels);
    move(here.statistics);
    let gradients = here.gradients;
    let told: Partial<Step> = {};
    if (rho !== undefined && perturbed !== undefined) {
      const chosen: Vectors = Object.fromEntries(perturbed.map((name) => [name, here.gradients[name] ?? []]));
      const norm = normOf(chosen);
      const length = config.perturbation === 'unnormalized' ? rho / beta : rho / beta / (norm + 1e-12);
      const climbed = { ...theta, ...overVectors(chosen, chosen, (g) => length * g) };
      const above: Vectors = Object.fromEntries(
        Object.entries(theta).map(([name, values]) => {
          const step = perturbed.includes(name) ? (climbed[name] ?? []) : values.map(() => 0);
          return [name, zip(values, step, (value, by) => value + by)];
        }),
      );
      told = { perturbed, gradNorm: norm, perturbationNorm: length * norm };
      let examples = labels.map((_, example) => example);
      if (gamma < 1) {
        const ranking = gradientAt(above, images, labels);
        moveAgain(ranking.statistics);
        const rise = zip(ranking.losses, here.losses, (after, before) => after - before);
        const kept = Math.max(1, Math.floor(gamma * labels.length));
        const byRise = [...examples].sort((a, b) => (rise[b] ?? 0) - (rise[a] ?? 0) || a - b);
        examples = byRise.slice(0, kept).sort((a, b) => a - b);
        told = { ...told, lossAfter: ranking.losses, selected: examples };
      }
      const size = images.length / labels.length;
      const there = gradientAt(
        above,
        examples.flatMap((example) => images.slice(example * size, (example + 1) * size)),
        examples.map((example) => labels[example] ?? 0),
      );
      moveAgain(there.statistics);
      gradients = there.gradients;
    }
    const decayed = overVectors(gradients, theta, (g, weight) => g + weightDecay * weight);
    velocity = overVectors(velocity, decayed, (v, d) => momentum * v + d);
    theta = overVectors(theta, velocity, (weight, v) => weight - learningRate * v);
    const listed = (vectors: Vectors): Named<Listed> =>
      Object.fromEntries(
        Object.entries(vectors).map(([name, values]) => [name, { shape: initial[name]?.shape ?? [], values }]),
      );
    return {
      ...told,
      lossBefore: here.losses,
      params: listed(theta),
      velocity: listed(velocity),
      runningStats: running,
    };
  });
};

const path = new URL('optimizer-steps.json', import.meta.url);
interface Steps {
  readonly cases: Named<Case>;
}
export const readSteps = (): Steps => JSON.parse(readFileSync(path, 'utf8')) as Steps;

if (import.meta.main) {
  const old = readSteps();
  const cases = Object.fromEntries(
    Object.entries(old.cases).map(([name, one]) => {
      const steps = trajectoryOf(one).map((step, index) => ({
        images: one.steps[index]?.images,
        labels: one.steps[index]?.labels,
        ...step,
      }));
      return [name, { ...one, steps }];
    }),
  );
  const nineDigits = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value;
  writeFileSync(path, JSON.stringify({ ...old, cases }, nineDigits));
}
