import type { RunDetail, RunState } from '../../shared/run.ts';
import { fakeEnvironment } from './machine.ts';
import { addEpoch } from './runs.ts';
import { fakeStep, stepMs, stepsOfEpoch, wobble } from './training.ts';
import { now, type FakeWorkspace } from './workspace.ts';

export const tickMs = 250;
const ticksPerEpoch = 8;

/** Trains what waits, one run after another, for as long as the page is open. */
export const startFakeTrainer = (workspace: FakeWorkspace): void => {
  let tick = 0;

  const endRun = (detail: RunDetail, state: RunState, reason: string | null): void => {
    workspace.change(detail, { state, reason, endedAt: now(), stopRequested: null });
    workspace.log(detail, reason ?? 'Finished', state === 'failed' ? 'error' : 'info');
    workspace.tellQueue();
    workspace.tell({ type: 'runsChanged' });
  };

  const startNext = (): void => {
    const canStart = !workspace.isPaused && workspace.device.engines[0]?.state === 'ready';
    const next = canStart ? workspace.waiting.shift() : undefined;
    if (next === undefined) return;
    tick = 0;
    const detail = workspace.detailOf(next);
    detail.environment = fakeEnvironment;
    workspace.change(detail, { state: 'running', startedAt: now() });
    workspace.log(detail, 'TensorFlow 2.21.0 (CPU), 8 threads');
    workspace.tellQueue();
  };

  const tellProgress = (detail: RunDetail): void => {
    const { id, config, epochsDone } = detail.run;
    const epochSteps = stepsOfEpoch(config);
    const epochStep = Math.min(epochSteps, Math.round((epochSteps * (tick % ticksPerEpoch)) / (ticksPerEpoch - 1)));
    const last = epochsDone * epochSteps + epochStep;
    const steps = [];
    for (let step = (detail.steps.at(-1)?.step ?? 0) + 10; step <= last; step += 10) steps.push(fakeStep(config, step));
    detail.steps.push(...steps);
    workspace.tell({
      type: 'progressed',
      runId: id,
      epoch: epochsDone + 1,
      epochStep,
      epochSteps,
      imagesPerSecond: ((1000 * config.batchSize) / stepMs(config)) * (1 + 0.03 * wobble(`${id} ${tick}`)),
      activity: tick % ticksPerEpoch === ticksPerEpoch - 1 ? 'evaluating' : 'training',
      usage: {
        busyCores: 7.1 + 0.5 * wobble(`${id} ${tick} cores`),
        residentBytes: 412e6 + 6e6 * wobble(`${id} ${tick} bytes`),
      },
      steps,
    });
  };

  const advance = (detail: RunDetail): void => {
    if (detail.run.stopRequested === 'now') {
      endRun(detail, 'stopped', `Stopped in epoch ${detail.run.epochsDone + 1} as asked.`);
      return;
    }
    if (workspace.scenario === 'stalled' && tick === 2) return;
    tick++;
    tellProgress(detail);
    if (tick % ticksPerEpoch !== 0) return;
    addEpoch(detail, detail.run.epochsDone + 1);
    const metrics = detail.epochs.at(-1);
    if (metrics) workspace.tell({ type: 'epochFinished', runId: detail.run.id, metrics });
    const { epochsDone, config, stopRequested } = detail.run;
    workspace.log(detail, `Epoch ${epochsDone}: test accuracy ${((metrics?.testAccuracy ?? 0) * 100).toFixed(2)} %`);
    workspace.tell({ type: 'runChanged', run: detail.run });
    if (epochsDone >= config.epochs) endRun(detail, 'finished', null);
    else if (stopRequested === 'after-epoch') endRun(detail, 'stopped', `Stopped after epoch ${epochsDone} as asked.`);
  };

  setInterval(() => {
    const running = workspace.details.find(({ run }) => run.state === 'running');
    if (running) advance(running);
    else startNext();
  }, tickMs);
};
