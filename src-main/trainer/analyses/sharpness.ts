import type { AnalysisRow } from '../../../shared/analyses/index.ts';
import {
  sharpnessMeasures,
  type SharpnessMeasure,
  type SharpnessSettings,
} from '../../../shared/analyses/sharpness.ts';
import type { Batch } from '../batchObjective.ts';
import { largestEigenvalues, meanOf, traceOf, type Eigenvalue } from './hessian.ts';
import { disposeBatch, examplesOf, lossFunction, subBatch, type Subject } from './subject.ts';
import type { Vector } from './vectors.ts';
import { apgdRise, oneStepRise, type Ball } from './worstCase.ts';

/** All examples in batches of at most m; the caller's. */
const batchesOf = ({ ops, batches }: Subject, m: number): Batch[] =>
  batches.flatMap((batch) => {
    const count = examplesOf(batch);
    return Array.from({ length: Math.ceil(count / m) }, (_, part) => {
      const length = Math.min(m, count - part * m);
      return subBatch(
        ops,
        batch,
        Array.from({ length }, (_index, index) => part * m + index),
      );
    });
  });

/** The mean over batches of m examples, each by its examples. */
const meanOverBatches = async (
  subject: Subject,
  m: number,
  measure: (along: ReturnType<typeof lossFunction>) => number | Promise<number>,
): Promise<number> => {
  const batches = batchesOf(subject, m);
  let sum = 0;
  try {
    for (const batch of batches) {
      await subject.pause();
      sum += examplesOf(batch) * (await measure(lossFunction(subject, 'evaluate', [batch])));
    }
    return sum / batches.reduce((total, batch) => total + examplesOf(batch), 0);
  } finally {
    batches.forEach((batch) => {
      disposeBatch(subject.ops, batch);
    });
  }
};

/** Rise of the loss along a direction of length ρ, or, where it is adaptive, along |θ|·direction with ‖direction‖ = ρ. */
export const riseAlong = (subject: Subject, direction: Vector, { rho, isAdaptive }: Ball): number => {
  const along = lossFunction(subject);
  const { vectors } = along;
  const u = vectors.scaled(direction, rho / vectors.norm(direction));
  const step = isAdaptive ? vectors.product(along.parameters, u) : vectors.copied(u);
  const where = vectors.combined(step, 1, along.parameters);
  const rise = along.loss(where) - along.loss();
  [u, step, where].forEach(vectors.dispose);
  return rise;
};

const averageRise = async (subject: Subject, count: number, ball: Ball): Promise<Omit<AnalysisRow, 'measure'>> => {
  const random = subject.random('average');
  const { vectors, parameters } = lossFunction(subject);
  const rises: number[] = [];
  for (let draw = 0; draw < count; draw++) {
    await subject.pause();
    const direction = vectors.drawn(parameters, random.normal);
    rises.push(riseAlong(subject, direction, ball));
    vectors.dispose(direction);
  }
  return { ...meanOf(rises) };
};

const eigenvaluesOf = async (subject: Subject, count: number): Promise<Omit<AnalysisRow, 'measure'>> => {
  const along = lossFunction(subject);
  const inTurn: Eigenvalue[] = [];
  for await (const each of largestEigenvalues(along, count, subject.random('eigenvalues'), subject.pause)) {
    inTurn.push(each);
  }
  // An iteration that ended before it had settled may have left a larger one to those after it.
  const found = inTurn.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return {
    value: found[0]?.value ?? null,
    values: found.map(({ value }) => value),
    iterations: found.map(({ iterations }) => iterations),
    isConverged: found.map(({ isConverged }) => Number(isConverged)),
  };
};

type Measure = (subject: Subject, settings: SharpnessSettings) => Promise<Omit<AnalysisRow, 'measure'>>;

const worst =
  (isAdaptive: boolean, rhoOf: (subject: Subject, settings: SharpnessSettings) => number | null): Measure =>
  async (subject, settings) => {
    const rho = rhoOf(subject, settings);
    if (rho === null) return { value: null };
    return { value: await meanOverBatches(subject, settings.m, (along) => oneStepRise(along, { rho, isAdaptive })) };
  };
const apgd =
  (isAdaptive: boolean): Measure =>
  async (subject, { rho, m, apgdSteps }) => ({
    value: await meanOverBatches(subject, m, (along) => apgdRise(along, { rho, isAdaptive }, apgdSteps, subject.pause)),
  });
/** Of all the examples at once: the objective of SAM with a batch of this size. */
const samGap =
  (rhoOf: (subject: Subject, settings: SharpnessSettings) => number | null): Measure =>
  (subject, settings) => {
    const rho = rhoOf(subject, settings);
    return Promise.resolve({
      value: rho === null ? null : oneStepRise(lossFunction(subject), { rho, isAdaptive: false }),
    });
  };

const measures: Readonly<Record<SharpnessMeasure, Measure>> = {
  loss: (subject) => Promise.resolve({ value: lossFunction(subject).loss() }),
  gradientNorm: (subject) => {
    const { gradient, vectors } = lossFunction(subject);
    const found = gradient();
    const value = vectors.norm(found);
    vectors.dispose(found);
    return Promise.resolve({ value });
  },
  samGapAtRho: samGap(({ trainingRho }) => trainingRho),
  samGap: samGap((_, { rho }) => rho),
  worstCase: worst(false, (_, { rho }) => rho),
  worstCaseAdaptive: worst(true, (_, { rho }) => rho),
  apgd: apgd(false),
  apgdAdaptive: apgd(true),
  average: (subject, { directions, rho }) => averageRise(subject, directions, { rho, isAdaptive: false }),
  averageAdaptive: (subject, { directions, rho }) => averageRise(subject, directions, { rho, isAdaptive: true }),
  eigenvalues: (subject, { eigenvalues }) => eigenvaluesOf(subject, eigenvalues),
  trace: async (subject, { draws }) => ({
    ...(await traceOf(lossFunction(subject), draws, subject.random('trace'), subject.pause)),
  }),
};

/** The sharpness panel, a measure a row. */
export async function* sharpnessRows(
  subject: Subject,
  settings: SharpnessSettings,
  from: number,
): AsyncGenerator<AnalysisRow> {
  for (const measure of sharpnessMeasures.slice(from)) {
    await subject.pause();
    yield { measure, ...(await measures[measure](subject, settings)) };
  }
}
