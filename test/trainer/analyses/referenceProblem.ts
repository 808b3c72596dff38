import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import { networkBuilder, rolesOf, type Network } from '../../../src-main/trainer/engine/network.ts';
import type { Ops, Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { disposeState } from '../../../src-main/trainer/initialState.ts';
import type { OptimizerContext } from '../../../src-main/trainer/optimizers/index.ts';
import { labelsOf, extent, noClock } from '../smallProblem.ts';

const listed = z.object({ shape: z.array(z.number()), values: z.array(z.number()) });
const vector = z.array(z.number());
const matrix = z.array(vector);

/** Values of an independent float64 implementation on one batch, twelve digits: what each section says of BatchNorm is what it forwarded with. */
export const reference = z
  .object({
    settings: z.object({ rho: z.number(), beta: z.number(), gamma: z.number(), eta: z.number() }),
    parameters: z.record(z.string(), listed),
    images: vector,
    labels: vector,
    runningStatistics: z.record(z.string(), vector),
    ascent: z.object({
      ...{ t: vector, kept: vector, delta: vector, threshold: z.number(), keptLoss: vector, droppedLoss: vector },
    }),
    subsets: z.object({ kept: z.number(), dropped: z.number(), random: z.number(), randomIndices: vector }),
    linearity: z.object({ perturbed: z.array(z.string()), sam: z.number(), swp: z.number() }),
    landscape: z.object({
      ...{ axis: vector, raw: z.array(z.record(z.string(), vector)), plain: matrix, filterNormalised: matrix },
      filterNormalisedNorms: vector,
    }),
    adversarialLandscape: z.object({
      ...{ halves: matrix, axis: vector, loss: matrix, cosineOfDirections: z.number() },
    }),
    hessian: z.object({ largest: vector, smallest: z.number(), trace: z.number() }),
    sharpness: z.object({
      ...{ loss: z.number(), gradientNorm: z.number(), worstCase: z.number(), adaptiveWorstCase: z.number() },
      average: z.number(),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('reference.json', import.meta.url), 'utf8')));

/** Two 3×3 convolutions with BatchNorm and ReLU, the second with stride 2, then dense: 8×8×3 images, 5 classes. */
export const referenceNetwork = ((): Network => {
  const build = networkBuilder([8, 8, 3]);
  let x = build.relu(build.batchNorm('bn1', build.conv2d('conv1', build.input, 4, { size: 3 })));
  x = build.relu(build.batchNorm('bn2', build.conv2d('conv2', x, 6, { size: 3, stride: 2 })));
  return build.build(build.dense('dense', build.globalAveragePool(x), 5));
})();

export interface ReferenceProblem {
  readonly training: OptimizerContext;
  readonly batch: { readonly images: Tensor; readonly labels: Tensor };
  dispose(): void;
}

/** That network and batch on an engine. */
export const referenceProblem = (ops: Ops): ReferenceProblem => {
  const uploaded = (values: readonly number[], shape: readonly number[]): Tensor =>
    ops.upload(Float64Array.from(values), shape);
  const statistic = (name: string): Tensor => {
    const values = reference.runningStatistics[name] ?? [];
    return uploaded(values, [values.length]);
  };
  const state: NetworkState = {
    parameters: referenceNetwork.parameters.map(({ name }) => {
      const found = reference.parameters[name];
      if (found === undefined) throw new Error(`No parameter ${name}.`);
      return uploaded(found.values, found.shape);
    }),
    statistics: ['bn1', 'bn2'].map((layer) => ({
      mean: statistic(`${layer}.mean`),
      variance: statistic(`${layer}.var`),
    })),
  };
  const batch = { images: uploaded(reference.images, [8, 8, 8, 3]), labels: labelsOf(ops, reference.labels) };
  return {
    training: { ops, state, roles: rolesOf(referenceNetwork), clock: noClock, extent },
    batch,
    dispose() {
      [batch.images, batch.labels].forEach(ops.dispose);
      disposeState(ops, state);
    },
  };
};
