import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { phases, type EpochMetrics, type PhaseMs, type StepMetrics } from '../../shared/metrics.ts';
import type { CheckpointPlan, TrainingEvent } from '../../shared/jobs/train.ts';
import { checkpointing, epochStart, resume, runStart } from './checkpoints/index.ts';
import { batchesOf } from './data/batches.ts';
import type { Tensor } from './engine/ops.ts';
import { evaluate } from './evaluate.ts';
import { waitForInput } from './inputWait.ts';
import { batchObjective } from './objective.ts';
import { learningRateAt } from './optimizers/index.ts';
import { noPhaseMs } from './phaseClock.ts';
import { usageMeter } from './processUsage.ts';
import type { Run } from './run.ts';
import { runningSums } from './runningSums.ts';
import type { StopRequest } from './stopRequest.ts';
import { disposeReports, keptIn, measuredOf, perturbedIn } from './stepRecord.ts';

export type { StopRequest } from './stopRequest.ts';

/** A trainer's first steps allocate, compile and tune: they train, but no speed is computed from them. */
const warmUpSteps = 3;
/** Least milliseconds between two progress reports. */
const reportEveryMs = 250;

/** Images and milliseconds over about the last second. */
const speedometer = () => {
  let window: { readonly images: number; readonly ms: number }[] = [];
  return {
    add(images: number, ms: number): void {
      window.push({ images, ms });
      let total = window.reduce((sum, step) => sum + step.ms, 0);
      while (window.length > 1 && total - (window[0]?.ms ?? 0) > 1000) total -= window.shift()?.ms ?? 0;
    },
    read(): number | null {
      const total = window.reduce((sum, step) => sum + step.ms, 0);
      return total === 0 ? null : (1000 * window.reduce((sum, step) => sum + step.images, 0)) / total;
    },
    reset(): void {
      window = [];
    },
  };
};

const addPhases = (sums: PhaseMs, more: PhaseMs): void => {
  for (const phase of phases) sums[phase] += more[phase];
};

const dividedBy = (sums: PhaseMs, count: number): PhaseMs => {
  const means = noPhaseMs();
  for (const phase of phases) means[phase] = count === 0 ? 0 : sums[phase] / count;
  return means;
};

/** Draws an epoch's order, cut into batches of indices. */
const drawBatches = ({ shuffle, train, config }: Run): Int32Array[] =>
  batchesOf(shuffle.permutation(train.count), config.batchSize, config.dropLast);

/** Lets the input of the next epoch begin while this one is evaluated. Moves no stream: the epoch draws the same order again. */
const prepareNextEpoch = (run: Run): void => {
  const orderFrom = run.shuffle.state();
  run.train.prepare(drawBatches(run), run.augmentation);
  run.shuffle.restore(orderFrom);
};

/**
 * Trains a run from its first epoch, or from where its newest checkpoint left it, to its last. Yields `started`, `progress` (at most
 * four a second), `epochFinished`, and at last `done`, `stopped` or `diverged`; with a plan for checkpoints also `checkpointed` after every
 * epoch, before a stop and now and then within long epochs. Between two steps the event loop gets its turn, so that requests arrive.
 */
export async function* train(
  run: Run,
  stop: StopRequest,
  plan: CheckpointPlan | null = null,
): AsyncGenerator<TrainingEvent> {
  const { config, ops, network, state, optimizer, clock } = run;
  const sums = runningSums(ops);
  const speed = speedometer();
  const usage = usageMeter();
  let stepsHere = 0;
  yield { type: 'started', environment: run.environment };
  let at = plan === null ? runStart() : yield* resume(run, plan);
  const checkpoints = checkpointing(run, plan, at);

  while (at.epoch <= config.epochs) {
    const { epoch } = at;
    const learningRate = learningRateAt(config.schedule, config.optimizer.learningRate, epoch, config.epochs);
    const orderFrom = run.shuffle.state();
    const batches = drawBatches(run);
    let unreported: StepMetrics[] = [];
    let lastReport = performance.now();
    sums.reset(at);
    // Sums that wait to be read are no step's memory: a resumed run has others of them.
    const heldBytes = ops.counters.bytes;
    const progress = (activity: 'training' | 'evaluating'): TrainingEvent => {
      const steps = unreported;
      unreported = [];
      lastReport = performance.now();
      return {
        type: 'progress',
        epoch,
        epochStep: at.batchesDone,
        epochSteps: batches.length,
        imagesPerSecond: speed.read(),
        activity,
        usage: usage(),
        steps,
      };
    };
    /** Keeps the present state, once everything before it was reported. Only while the sums are read. */
    const save = function* (): Generator<TrainingEvent> {
      if (unreported.length > 0) yield progress('training');
      yield* checkpoints.save({ ...at, loss: sums.loss, correct: sums.correct }, orderFrom);
    };

    const batchesLeft = batches.slice(at.batchesDone);
    run.train.prepare(batchesLeft, run.augmentation);
    for (const indices of batchesLeft) {
      await setImmediate();
      const waitedMs = await waitForInput(run.train, stop);
      const isStopped = stop.when === 'now';
      if (isStopped || checkpoints.isDue()) {
        const divergedAt = sums.read();
        if (divergedAt !== null) {
          yield progress('training');
          yield { type: 'diverged', epoch, step: divergedAt };
          return;
        }
        yield* save();
      }
      if (isStopped) {
        if (unreported.length > 0) yield progress('training');
        yield { type: 'stopped', reason: `Stopped on request in epoch ${epoch}, after step ${at.step}.` };
        return;
      }
      at.step++;
      at.batchesDone++;
      stepsHere++;
      const isSampled = at.batchesDone === 1 || at.step % config.logEvery === 0;
      const isLast = at.batchesDone === batches.length;
      clock.setExact(isSampled);
      // Time that the step waited for its input is the step's.
      const start = performance.now() - waitedMs;
      const bytesBefore = ops.counters.bytes;
      ops.counters.peakBytes = bytesBefore;
      clock.add('input', waitedMs);
      const batch = clock.measure('input', () => run.train.batch(indices, run.augmentation));
      const hits: Tensor[] = [];
      const count = (logits: Tensor, labels: Tensor): void => {
        hits.push(ops.isCorrect(logits, labels));
      };
      const smoothing = config.labelSmoothing;
      const objective = batchObjective(ops, network, state, batch, smoothing, clock, count, run.passes);
      const reports = optimizer.step(objective, learningRate);
      ops.dispose(batch.images);
      ops.dispose(batch.labels);
      reports.forEach(({ lossesBefore }, part) => {
        const correct = hits[part];
        if (correct === undefined) throw new Error('A first pass was not counted.');
        sums.add(at.step, lossesBefore, correct);
        ops.dispose(correct);
      });
      // The last step of an epoch waits for the device too, so that the epoch's time is whole.
      if (isSampled || isLast) ops.synchronize();
      const durationMs = performance.now() - start;
      at.activeMs += durationMs;
      at.trainMs += durationMs;
      at.images += indices.length;
      if (stepsHere > warmUpSteps) {
        at.timedImages += indices.length;
        at.timedMs += durationMs;
      }
      speed.add(indices.length, durationMs);
      at.peakStepBytes = Math.max(at.peakStepBytes, heldBytes + ops.counters.peakBytes - bytesBefore);
      at.stepsPerturbed += perturbedIn(reports) > 0 ? 1 : 0;
      at.perturbedTensors += perturbedIn(reports);
      at.keptExamples += keptIn(reports);
      const phaseMs = clock.take();
      if (isSampled) {
        at.sampledSteps++;
        addPhases(at.phaseMs, phaseMs);
        unreported.push({
          epoch,
          step: at.step,
          activeMs: at.activeMs,
          batchExamples: indices.length,
          parameterTensors: network.parameters.length,
          phaseMs,
          ...measuredOf(ops, reports),
        });
      }
      disposeReports(ops, reports);
      if (isSampled || isLast) {
        const divergedAt = sums.read();
        if (divergedAt !== null) {
          yield progress('training');
          yield { type: 'diverged', epoch, step: divergedAt };
          return;
        }
      }
      if (performance.now() - lastReport >= reportEveryMs) yield progress('training');
    }

    yield progress('evaluating');
    const evaluationStart = performance.now();
    let result = { loss: NaN, accuracy: 0 };
    let isNextPrepared = epoch === config.epochs;
    for await (result of evaluate(run, stop)) {
      if (!isNextPrepared) prepareNextEpoch(run);
      isNextPrepared = true;
      await setImmediate();
      if (stop.when === 'now') {
        yield* save();
        yield { type: 'stopped', reason: `Stopped on request while epoch ${epoch} was evaluated.` };
        return;
      }
      if (performance.now() - lastReport >= reportEveryMs) yield progress('evaluating');
    }
    if (!Number.isFinite(result.loss)) {
      yield { type: 'diverged', epoch, step: at.step };
      return;
    }
    const metrics: EpochMetrics = {
      epoch,
      learningRate,
      trainLoss: sums.loss / at.images,
      trainAccuracy: sums.correct / at.images,
      testLoss: result.loss,
      testAccuracy: result.accuracy,
      imagesPerSecond: at.timedMs === 0 ? null : (1000 * at.timedImages) / at.timedMs,
      steps: at.batchesDone,
      images: at.images,
      trainMs: at.trainMs,
      evaluationMs: performance.now() - evaluationStart,
      activeMs: at.activeMs,
      stepsPerturbed: at.stepsPerturbed,
      perturbedTensorShare: at.perturbedTensors / (at.batchesDone * network.parameters.length),
      keptExampleShare: at.keptExamples / at.images,
      phaseMs: dividedBy(at.phaseMs, at.sampledSteps),
      peakStepBytes: at.peakStepBytes,
    };
    yield { type: 'epochFinished', metrics };
    speed.reset();
    at = epochStart({ ...at, epoch: epoch + 1 });
    yield* checkpoints.save(at, run.shuffle.state());
    if (stop.when === 'after-epoch' && epoch < config.epochs) {
      yield { type: 'stopped', reason: `Stopped on request after epoch ${epoch} of ${config.epochs}.` };
      return;
    }
  }
  yield { type: 'done' };
}
