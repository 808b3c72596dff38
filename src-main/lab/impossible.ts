import { tensorShareOf } from '../../shared/method.ts';
import { passesMisfitOf } from '../../shared/passes.ts';
import { imageSizeOf } from '../../shared/dataset.ts';
import type { DatasetInfo, Misfit } from '../../shared/dataset.ts';
import { ruleNamed } from '../../shared/rules/index.ts';
import type { GroupConfig } from '../../shared/runConfig.ts';

const largestFloat32 = 3.4028234663852886e38;

/**
 * Why a configuration that is valid field by field cannot do what it says on this data, at the field to change; null where it can. Looked at where
 * an experiment is written, not where runs are read: what was trained once stays readable.
 * @param info - the model takes its images.
 */
export const impossibleIn = (config: GroupConfig, info: DatasetInfo): Misfit | null =>
  [
    warmupProblem,
    emptyEpochProblem,
    erasedProblem,
    growthProblem,
    nesterovProblem,
    ruleProblem,
    radiusProblem,
    maskProblem,
    observedProblem,
    passesMisfitOf,
  ]
    .map((problemOf) => problemOf(config, info))
    .find((problem) => problem !== null) ?? null;

type ProblemOf = (config: GroupConfig, info: DatasetInfo) => Misfit | null;

const warmupProblem: ProblemOf = ({ schedule, epochs }) =>
  schedule.name === 'warmup' && schedule.warmupEpochs > epochs
    ? {
        path: 'schedule.warmupEpochs',
        message: `The warm-up of ${schedule.warmupEpochs} epochs is longer than the run of ${epochs}: the learning rate would never reach its value. Shorten the warm-up, or train longer.`,
      }
    : null;

const observedProblem: ProblemOf = ({ microBatch, observe }) =>
  microBatch !== null && observe > 0
    ? {
        path: 'observe',
        message:
          'Observed gradients go through the network a whole batch at once, but micro-batches were asked for. Observe nothing (0), or leave micro-batches out.',
      }
    : null;

const examplesOf = ({ dataset }: GroupConfig, info: DatasetInfo): number => dataset.trainSubset ?? info.trainCount;

/** Of training. */
export const stepsPerEpoch = (config: GroupConfig, info: DatasetInfo): number => {
  const batches = examplesOf(config, info) / config.batchSize;
  return config.dropLast ? Math.floor(batches) : Math.ceil(batches);
};

const emptyEpochProblem: ProblemOf = (config, info) =>
  stepsPerEpoch(config, info) === 0
    ? {
        path: 'batchSize',
        message: `A batch of ${config.batchSize} is more than the ${examplesOf(config, info)} training images, and the last, smaller batch is left out: no step would be left. Choose a smaller batch, or keep the last one.`,
      }
    : null;

/** Cutout's square is centred anywhere in the image: from one corner it reaches the other when it is twice as large, less one pixel. */
const erasedProblem: ProblemOf = ({ augmentation }, info) => {
  const side = Math.max(...imageSizeOf(info, augmentation));
  return augmentation.cutoutProbability === 1 && augmentation.cutoutSize >= 2 * side - 1
    ? {
        path: 'augmentation.cutoutSize',
        message: `Cutout of ${augmentation.cutoutSize} pixels erases every image of ${side} pixels whole, wherever it falls. Choose less than ${2 * side - 1}.`,
      }
    : null;
};

/** A weight that the loss does not move is multiplied by 1 − ηλ in each step. */
const growthProblem: ProblemOf = ({ optimizer }) => {
  const { learningRate, weightDecay, momentum, rule } = optimizer;
  const limit = ruleNamed(rule.name).growsFrom(momentum);
  return learningRate * weightDecay >= limit
    ? {
        path: 'optimizer.weightDecay',
        message: `Learning rate × weight decay is ${Number((learningRate * weightDecay).toPrecision(3))}: from ${Number(limit.toPrecision(3))} on, weights grow by their own decay, and the loss becomes NaN. Choose a smaller weight decay or learning rate.`,
      }
    : null;
};

/** PyTorch's SGD refuses it too. */
const nesterovProblem: ProblemOf = ({ optimizer: { nesterov, momentum } }) =>
  nesterov && momentum === 0
    ? {
        path: 'optimizer.nesterov',
        message:
          'Nesterov’s momentum of 0 is none: this would be SGD without it. Choose a momentum above 0, or turn Nesterov off.',
      }
    : null;

const ruleProblem: ProblemOf = ({ optimizer: { rule } }) => {
  const unusable = ruleNamed(rule.name).unusable(rule);
  return unusable === null ? null : { path: `optimizer.rule.${unusable.path}`, message: unusable.message };
};

/** Steps are scaled by ρ/β, in float32. */
const radiusProblem: ProblemOf = ({ optimizer }) => {
  const share = tensorShareOf(optimizer);
  const radius = share === null || !('rho' in optimizer) ? 0 : optimizer.rho / share.beta;
  if (share === null || radius <= largestFloat32) return null;
  return {
    path: share.path,
    message: `ρ/β is ${Number(radius.toPrecision(3))}, more than float32 holds: the first tensor that is drawn would become infinite. Choose a larger β.`,
  };
};

/** Tensors are drawn again until at least one is chosen: about 1/β random numbers for every step, one by one. */
const mostDraws = 1e6;

const maskProblem: ProblemOf = ({ optimizer }) => {
  const share = tensorShareOf(optimizer);
  return share !== null && 1 / share.beta > mostDraws
    ? {
        path: share.path,
        message: `With β = ${share.beta} hardly ever a tensor is chosen, and every step draws until one is: about ${Number((1 / share.beta).toPrecision(2))} random numbers each time. Choose a β of at least ${1 / mostDraws}.`,
      }
    : null;
};
