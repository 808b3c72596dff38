import { performance } from 'node:perf_hooks';
import { phases as phaseNames, type PhaseMs } from '../../shared/metrics.ts';
import { predictedUnits } from '../../shared/method.ts';
import { newArm } from '../../shared/methods/index.ts';
import { plainEsam, plainRule, plainSam, type OptimizerConfig } from '../../shared/runConfig.ts';
import { ruleNamed } from '../../shared/rules/index.ts';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { randomStream } from '../../src-main/trainer/data/rng.ts';
import { mixedPrecisionOps } from '../../src-main/trainer/engine/mixedPrecision.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { tensorflowOps } from '../../src-main/trainer/engine/tensorflowOps.ts';
import { disposeState, initialState } from '../../src-main/trainer/initialState.ts';
import { rolesOf } from '../../src-main/trainer/engine/network.ts';
import { networkOf } from '../../src-main/trainer/models/index.ts';
import { batchObjective } from '../../src-main/trainer/batchObjective.ts';
import { optimizerOf } from '../../src-main/trainer/optimizers/index.ts';
import { phaseClock } from '../../src-main/trainer/phaseClock.ts';
import { disposeReports, perturbedIn } from '../../src-main/trainer/stepRecord.ts';
import { notingConvolutions, shareOfConvolutions, type Call } from './convolutionLimit.ts';
import { median } from './median.ts';

const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const rule = { learningRate: 0.01, momentum: 0.9, weightDecay: 1e-3, ...plainRule };
const climb = { ...rule, rho: 0.05, bnStatistics: 'first', ...plainSam } as const;
const esam = {
  ...climb,
  ...plainEsam,
  name: 'esam',
  beta: 0.6,
  gamma: 0.5,
  perturbation: 'masked-norm',
  selection: 'sharpness',
  secondPass: 'reforward',
} as const;
/** The methods that are measured, by name. */
export const methods: Readonly<Record<string, OptimizerConfig>> = {
  sgd: { ...rule, name: 'sgd' },
  sam: { ...climb, name: 'sam' },
  esam,
  esamLoss: { ...esam, selection: 'loss' },
  esamGathered: { ...esam, secondPass: 'gathered' },
  esamLossGathered: { ...esam, selection: 'loss', secondPass: 'gathered' },
  esamRankedInBfloat16: { ...esam, selectionPrecision: 'bfloat16' },
  esamInterval2: { ...esam, interval: 2 },
  esamLossInterval2: { ...esam, selection: 'loss', interval: 2 },
  looksam: { ...newArm('looksam', null), ...rule },
  friendly: { ...newArm('friendly', null), ...rule },
  vasso: { ...newArm('vasso', null), ...rule },
  gsam: { ...newArm('gsam', null), ...rule },
  wsam: { ...newArm('wsam', null), ...rule },
  momentumSam: { ...newArm('momentum-sam', null), ...rule },
  samOn: { ...newArm('sam-on', null), ...rule },
  kSam: { ...newArm('k-sam', null), ...rule },
  samAtRandom: { ...climb, name: 'sam', when: { name: 'random', probability: 0.5 } },
  samByGradientNorm: { ...climb, name: 'sam', when: { name: 'gradient-norm', delta: 0.9, lambda1: -1, lambda2: 1 } },
  samLate: { ...climb, name: 'sam', when: { name: 'late', share: 0.05 } },
  swpWithGsam: { ...newArm('composed', null), ...rule },
  sgdAdamW: { ...rule, ...ruleNamed('adamw').start, name: 'sgd' },
};
/** Most units of a step that are promised. */
const promised: Readonly<Record<string, number>> = { samOn: 5.1, momentumSam: 3.1, looksam: 3.75 };

/** Whether chance, the data or the run's length decide which steps climb: a median over steps would leave either kind out. */
const climbsAtTimes = (config: OptimizerConfig): boolean => 'when' in config && config.when.name !== 'every';

/** Units of a step on average, where this share of the steps that were measured has climbed. */
const predictedOf = (config: OptimizerConfig, climbed: number): number | null => {
  if (!('when' in config) || !climbsAtTimes(config)) return predictedUnits({ optimizer: config, epochs: 1 });
  const climbing = predictedUnits({ optimizer: { ...config, when: { name: 'every' } }, epochs: 1 });
  const plain = predictedUnits({ optimizer: { ...rule, name: 'sgd' }, epochs: 1 });
  return climbing === null || plain === null ? null : rounded(climbed * climbing + (1 - climbed) * plain, 2);
};

/** Steps from one perturbed step to the next: with an `interval` of n every n-th step perturbs, the others between are SGD's. */
const cycleOf = (config: OptimizerConfig): number => ('interval' in config ? config.interval : 1);

/** The op table, adding up the time inside it: what is left of a step is the tape's and the optimizer's own. */
const timed = (ops: Ops, clock: { ms: number }): Ops =>
  Object.fromEntries(
    Object.entries(ops).map(([name, member]: [string, unknown]) => {
      if (typeof member !== 'function') return [name, member];
      const call = member as (...given: unknown[]) => unknown;
      const measured = (...given: unknown[]): unknown => {
        const start = performance.now();
        const result = call(...given);
        clock.ms += performance.now() - start;
        return result;
      };
      return [name, measured];
    }),
  ) as unknown as Ops;

/**
 * Measures whole optimizer steps of ResNet-18 on random 32×32 images, those methods in turn; medians over the repeats.
 * A method that perturbs every n-th step only is measured over n steps each time, and means of these are taken: a median over single
 * steps would leave either kind out. Of one whose schedule says when, the mean over all steps is taken, beside what the share of them that
 * climbed predicts.
 * @returns images/s by method, milliseconds by phase, kernels and bytes per step, and how near SGD comes to its convolutions alone, on the
 * engine's kernels and (above 1: faster than they allow) on TensorFlow's own.
 */
export const measureSteps = async (
  batchSize: number,
  repeats: number,
  isHalf: boolean,
  names: readonly string[] = Object.keys(methods),
): Promise<object> => {
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(found.reason);
  const ops = tensorflowOps(found.bindingPath, { ownKernels: true });
  const half = mixedPrecisionOps(ops);
  const training = isHalf ? half : ops;
  const network = networkOf('resnet18', [32, 32, 3], 10);
  const random = randomStream(0, 'augmentation');
  const images = ops.upload(
    Float32Array.from({ length: batchSize * 32 * 32 * 3 }, () => random.normal()),
    [batchSize, 32, 32, 3],
  );
  const narrow = ops.upload(
    Int32Array.from({ length: batchSize }, () => random.integer(10)),
    [batchSize],
  );
  const labels = ops.cast(narrow, 'int64');

  const open = (config: OptimizerConfig, table: Ops) => {
    const clock = phaseClock(ops);
    const state = initialState(ops, network, randomStream(0, 'weights'));
    const mask = randomStream(0, 'mask');
    const optimizer = optimizerOf(
      {
        ops: table === training ? ops : table,
        state,
        roles: rolesOf(network),
        clock,
        extent: { epochs: 1 + repeats, stepsPerEpoch: 1 }, // late methods look at epochs
      },
      config,
      { ...mask, schedule: mask, direction: mask },
    );
    const ranking = config.name === 'esam' && config.selectionPrecision === 'bfloat16' ? half : table;
    const passes = { training: table, ranking, microBatch: null };
    const batch = { images, labels };
    const objective = batchObjective(ops, network, state, batch, 0, clock, () => undefined, passes);
    return {
      clock,
      step(): { readonly ms: number; readonly hasClimbed: boolean } {
        const start = performance.now();
        const reports = optimizer.step(objective, config.learningRate);
        ops.synchronize();
        const ms = performance.now() - start;
        const hasClimbed = perturbedIn(reports) > 0;
        disposeReports(ops, reports);
        return { ms, hasClimbed };
      },
      close() {
        optimizer.dispose();
        disposeState(ops, state);
      },
    };
  };

  const chosen = Object.entries(methods).filter(([name]) => names.includes(name));
  const runs = chosen.map(([name, config]) => ({
    name,
    ...open(config, training),
    cycle: cycleOf(config),
    config,
    typical: climbsAtTimes(config) ? mean : median,
    climbs: 0,
    durations: new Array<number>(),
    phases: new Array<PhaseMs>(),
    kernels: 0,
    uploadedFloatBytes: 0,
    uploadedBytes: 0,
  }));
  for (let repeat = 0; repeat <= repeats; repeat++) {
    for (const run of runs) {
      run.clock.take();
      const { kernels, uploadedBytes, uploadedFloatBytes } = ops.counters;
      let duration = 0;
      let climbs = 0;
      for (let step = 0; step < run.cycle; step++) {
        const { ms, hasClimbed } = run.step();
        duration += ms;
        climbs += Number(hasClimbed);
      }
      const phaseMs = run.clock.take();
      if (repeat === 0) continue; // fills caches
      run.climbs += climbs / run.cycle / repeats;
      run.kernels = (ops.counters.kernels - kernels) / run.cycle;
      run.uploadedBytes = (ops.counters.uploadedBytes - uploadedBytes) / run.cycle;
      run.uploadedFloatBytes = (ops.counters.uploadedFloatBytes - uploadedFloatBytes) / run.cycle;
      run.durations.push(duration / run.cycle);
      for (const phase of phaseNames) phaseMs[phase] /= run.cycle;
      run.phases.push(phaseMs);
    }
  }

  // SGD once more: what it asks of the convolutions, and what the host does outside the ops.
  const calls: Call[] = [];
  const noting = notingConvolutions(ops, calls);
  const noted = open({ ...rule, name: 'sgd' }, isHalf ? mixedPrecisionOps(noting) : noting);
  noted.step();
  noted.close();
  const sgd = open({ ...rule, name: 'sgd' }, training);
  const shareOn = (table: Ops): number =>
    rounded(
      shareOfConvolutions(table, calls, () => sgd.step().ms),
      3,
    );
  const shares = {
    shareOfConvolutionLimit: shareOn(ops),
    shareOfDirectConvolutionLimit: shareOn(tensorflowOps(found.bindingPath, { ownKernels: false })),
  };
  sgd.close();
  const inside = { ms: 0 };
  const clocked = open({ ...rule, name: 'sgd' }, timed(training, inside));
  clocked.step();
  inside.ms = 0;
  const { ms: stepMs } = clocked.step();
  const hostShare = 1 - inside.ms / stepMs;
  clocked.close();
  const sgdMs = median(runs[0]?.durations ?? []);

  const of = <T>(value: (run: (typeof runs)[number]) => T): Record<string, T> =>
    Object.fromEntries(runs.map((run) => [run.name, value(run)]));
  return {
    ...of(({ durations, typical }) => rounded((1000 * batchSize) / typical(durations))),
    // In units of which SGD takes 3: what the cost model says, what was measured, and whether it is within what is promised.
    units: of(({ name, config, climbs, durations, typical }) => {
      const measured = rounded((3 * typical(durations)) / typical(runs[0]?.durations ?? []), 2);
      const most = promised[name];
      return {
        ...{ predicted: predictedOf(config, climbs), measured },
        ...(climbsAtTimes(config) && { climbed: rounded(climbs, 3) }),
        ...(most !== undefined && { promised: most, isKept: measured <= most }),
      };
    }),
    phases: of(({ phases, typical }) =>
      Object.fromEntries(
        Object.keys(phases[0] ?? {}).map((phase) => [
          phase,
          Math.round(typical(phases.map((phaseMs) => phaseMs[phase as keyof PhaseMs]))),
        ]),
      ),
    ),
    kernels: of(({ kernels }) => kernels),
    uploadedBytes: of(({ uploadedBytes }) => uploadedBytes),
    uploadedFloatBytes: of(({ uploadedFloatBytes }) => uploadedFloatBytes),
    sgdGflops: rounded((6 * network.macs * batchSize) / sgdMs / 1e6),
    ...shares,
    hostShare: rounded(hostShare, 4),
    precision: isHalf ? 'bfloat16' : 'float32',
    engine: ops.name,
  };
};
