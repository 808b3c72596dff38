import { methodOf, phaseUnits } from '../../shared/method.ts';
import { phases, type EpochMetrics, type Phase, type PhaseMs, type StepMetrics } from '../../shared/metrics.ts';
import type { OptimizerConfig, RunConfig } from '../../shared/runConfig.ts';

/** A repeatable value in [−1, 1] for a key (FNV-1a). */
export const wobble = (key: string): number => {
  let hash = 2166136261;
  for (const character of key) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 31 - 1;
};

const ceilings = { sgd: 0.9862, sam: 0.9901, esam: 0.9897, 'esam-swp': 0.9894, 'esam-sds': 0.9889 };
const stepsPerUnit = 8.4;

export const stepsOfEpoch = (config: RunConfig): number =>
  Math.ceil((config.dataset.trainSubset ?? 60000) / config.batchSize);

/** Where the data decide how many examples are kept (Δ > 0), half of them are. */
const unitsOf = ({ optimizer }: RunConfig): Readonly<Record<Phase, number>> => {
  const decided: OptimizerConfig =
    optimizer.name === 'esam' && optimizer.selection === 'positive'
      ? { ...optimizer, selection: 'sharpness', gamma: 0.5 }
      : optimizer;
  const units = phaseUnits(decided);
  if (units === null) throw new Error('The cost model knows no units.');
  return units;
};

const phaseMs = (config: RunConfig, key: string): PhaseMs => {
  const units = unitsOf(config);
  const small = { input: 0.9, perturb: config.optimizer.name === 'sgd' ? 0 : 0.7, update: 1.1 };
  return Object.fromEntries(
    phases.map((phase) => {
      const ms = units[phase] * stepsPerUnit + (phase in small ? small[phase as keyof typeof small] : 0);
      return [phase, ms * (1 + 0.04 * wobble(key + phase))];
    }),
  ) as PhaseMs;
};

export const stepMs = (config: RunConfig): number =>
  phases.reduce((sum, phase) => sum + unitsOf(config)[phase], 0) * stepsPerUnit +
  2 +
  (config.optimizer.name === 'sgd' ? 0 : 0.7);

/** The sampled step with this number over the whole run, counted from 1. */
export const fakeStep = (config: RunConfig, step: number): StepMetrics => {
  const { optimizer } = config;
  const key = `${methodOf(optimizer)} ${config.seed} ${step}`;
  const perEpoch = stepsOfEpoch(config);
  const loss = Math.max(0.01, (0.05 + 2.2 * Math.exp((-2.6 * step) / perEpoch)) * (1 + 0.22 * wobble(key)));
  const aware = optimizer.name !== 'sgd';
  const beta = optimizer.name === 'esam' ? optimizer.beta : 1;
  const gamma = optimizer.name === 'esam' ? optimizer.gamma : 1;
  return {
    epoch: Math.ceil(step / perEpoch),
    step,
    activeMs: step * stepMs(config),
    lossBefore: loss,
    lossAfter: aware ? loss * 1.35 + 0.03 : null,
    batchExamples: config.batchSize,
    keptExamples: Math.max(1, Math.floor(gamma * config.batchSize)),
    parameterTensors: 14,
    perturbedTensors: aware ? Math.round(14 * beta + (beta < 1 ? 1.6 * wobble(`${key}t`) : 0)) : 0,
    gradientNorm: aware ? 0.4 + loss * (1 + 0.2 * wobble(`${key}g`)) : null,
    perturbationNorm: aware ? optimizer.rho / beta : null,
    sharpnessKept: gamma < 1 ? 0.11 + 0.02 * wobble(`${key}k`) : null,
    sharpnessDropped: gamma < 1 ? 0.006 + 0.003 * wobble(`${key}d`) : null,
    phaseMs: phaseMs(config, key),
  };
};

export const fakeEpoch = (config: RunConfig, epoch: number): EpochMetrics => {
  const { optimizer } = config;
  const method = methodOf(optimizer);
  const key = `${method} ${config.seed} ${epoch}`;
  const spread = 0.0012 * wobble(`${method} ${config.seed}`);
  const rise = Math.exp(-epoch / (0.22 * config.epochs + 0.6));
  const testAccuracy = Math.min(1, ceilings[method] + spread - 0.16 * rise + 0.0011 * wobble(key));
  const perEpoch = stepsOfEpoch(config);
  const images = perEpoch * config.batchSize;
  const ms = stepMs(config) * (1 + 0.02 * wobble(`${key}ms`));
  return {
    epoch,
    learningRate: 0.5 * optimizer.learningRate * (1 + Math.cos((Math.PI * (epoch - 1)) / config.epochs)),
    trainLoss: 0.03 + 1.1 * rise + 0.008 * wobble(`${key}t`),
    trainAccuracy: Math.min(1, testAccuracy + 0.004 - 0.03 * rise),
    testLoss: 0.042 + 0.7 * rise + 0.006 * wobble(`${key}l`) + (optimizer.name === 'sgd' ? 0.012 : 0),
    testAccuracy,
    imagesPerSecond: (1000 * config.batchSize) / ms,
    steps: perEpoch,
    images,
    trainMs: perEpoch * ms,
    evaluationMs: 1400,
    activeMs: epoch * perEpoch * ms,
    stepsPerturbed: optimizer.name === 'sgd' ? 0 : perEpoch,
    perturbedTensorShare: optimizer.name === 'sgd' ? 0 : optimizer.name === 'esam' ? optimizer.beta : 1,
    keptExampleShare: optimizer.name === 'esam' ? optimizer.gamma : 1,
    phaseMs: phaseMs(config, key),
    peakStepBytes: 61_000_000 + 620_000 * config.batchSize + (optimizer.name === 'sgd' ? 0 : 373_288),
  };
};
