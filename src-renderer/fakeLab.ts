import type { DeviceStatus } from '../shared/device.ts';
import type { LabApi, LabEvent, Queue } from '../shared/labApi.ts';
import { methodOf } from '../shared/method.ts';
import { isResumable, type RunDetail, type RunState } from '../shared/run.ts';
import { experimentSchema, runsOf, type Experiment, type RunConfig } from '../shared/runConfig.ts';
import type { Connection } from './connection.ts';
import { fakeDevice, fakeEnvironment, fakePicture } from './fake/machine.ts';
import { fakeDistrusted, fakeProbing } from './fake/probes.ts';
import { fakeDatasets, fakePresets } from './fake/presets.ts';
import { addEpoch, backfill, hashOf, queuedRun } from './fake/runs.ts';
import { fakeCurves, fakeExport, fakeResults } from './fake/results.ts';
import { fakeStep, stepMs, stepsOfEpoch, wobble } from './fake/training.ts';
import { Refusal } from './refusal.ts';

const tickMs = 250;
const ticksPerEpoch = 8;

/**
 * An in-memory lab for development in a browser and for the page tests; the app never uses it. Scenarios: "" (a full
 * workspace with a running queue), "idle" (full, nothing queued), "empty", "missing" (empty, no engine), "refusing" (refuses every change).
 */
export const fakeConnection = (scenario: string): Connection => {
  const listeners = new Set<(event: LabEvent) => void>();
  const tell = (event: LabEvent): void => listeners.forEach((listener) => listener(structuredClone(event)));
  const experiments: { id: number; experiment: Experiment; createdAt: string }[] = [];
  const details: RunDetail[] = [];
  const trash = new Set<number>();
  let waiting: number[] = [];
  let paused = false;
  let datasets = [...fakeDatasets];
  let device: DeviceStatus = fakeDevice(scenario !== 'missing');
  let installing: ReturnType<typeof setInterval> | undefined;
  let probing: ReturnType<typeof setInterval> | undefined;
  const isEmpty = scenario === 'empty' || scenario === 'missing';
  const now = (): string => new Date().toISOString();

  const detailOf = (runId: number): RunDetail => {
    const detail = details.find(({ run }) => run.id === runId);
    if (!detail) throw new Refusal('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
    return detail;
  };
  const visible = (): RunDetail[] => details.filter(({ run }) => !trash.has(run.id));
  const queueNow = (): Queue => ({
    paused,
    running: details.filter(({ run }) => run.state === 'running').map(({ run }) => run),
    waiting: waiting.map((id) => detailOf(id).run),
  });
  const change = (detail: RunDetail, fields: Partial<RunDetail['run']>): void => {
    detail.run = { ...detail.run, ...fields };
    tell({ type: 'runChanged', run: detail.run });
  };
  const log = (detail: RunDetail, text: string, level: 'info' | 'warning' | 'error' = 'info'): void => {
    const line = { at: now(), level, text };
    detail.log.push(line);
    tell({ type: 'logged', runId: detail.run.id, line });
  };
  const addRun = (experimentId: number, experimentName: string, config: RunConfig, createdAt: string): RunDetail => {
    const detail = queuedRun({ id: details.length + 1, experimentId, experimentName, createdAt }, config);
    details.push(detail);
    return detail;
  };
  const addRuns = (experiment: Experiment, createdAt: string): RunDetail[] => {
    const id = experiments.length + 1;
    experiments.push({ id, experiment, createdAt });
    return runsOf(experiment).map((config) => addRun(id, experiment.name, config, createdAt));
  };
  const [quick, parts] = fakePresets;
  if (!isEmpty && quick && parts) {
    addRuns({ ...parts.experiment, seeds: [0, 1, 2] }, '2026-11-23T15:00:00.000Z').forEach((detail, index) => {
      if (index === 13)
        backfill(detail, index * 2, 'interrupted', 'The app was closed while this run was in epoch 5 of 8.');
      else if (index === 14) backfill(detail, index * 2, 'stopped', 'Stopped after epoch 4 as asked.');
      else backfill(detail, index * 2);
    });
    addRuns(quick.experiment, '2026-11-23T16:20:00.000Z').forEach((detail, index) => {
      if (index < 4 || scenario !== '') backfill(detail, 80 + index);
      else waiting.push(detail.run.id);
    });
    if (scenario === '') {
      const more = { ...quick.experiment, name: 'Quick comparison, more seeds', seeds: [2, 3] };
      for (const detail of addRuns(more, '2026-11-23T16:25:00.000Z')) waiting.push(detail.run.id);
    }
  }

  let tick = 0;
  const endRun = (detail: RunDetail, state: RunState, reason: string | null): void => {
    change(detail, { state, reason, endedAt: now(), stopRequested: null });
    log(detail, reason ?? 'Finished', state === 'failed' ? 'error' : 'info');
    tell({ type: 'queueChanged', queue: queueNow() });
    tell({ type: 'runsChanged' });
  };
  const startNext = (): void => {
    const next = paused || device.engines[0]?.state !== 'ready' ? undefined : waiting.shift();
    if (next === undefined) return;
    tick = 0;
    const detail = detailOf(next);
    detail.environment = fakeEnvironment;
    change(detail, { state: 'running', startedAt: now() });
    log(detail, 'TensorFlow 2.21.0 (CPU), 8 threads');
    tell({ type: 'queueChanged', queue: queueNow() });
  };
  const advance = (detail: RunDetail): void => {
    const { config } = detail.run;
    if (detail.run.stopRequested === 'now') {
      endRun(detail, 'stopped', `Stopped in epoch ${detail.run.epochsDone + 1} as asked.`);
      return;
    }
    tick++;
    const epochSteps = stepsOfEpoch(config);
    const epochStep = Math.min(epochSteps, Math.round((epochSteps * (tick % ticksPerEpoch)) / (ticksPerEpoch - 1)));
    const last = detail.run.epochsDone * epochSteps + epochStep;
    const steps = [];
    for (let step = (detail.steps.at(-1)?.step ?? 0) + 10; step <= last; step += 10) steps.push(fakeStep(config, step));
    detail.steps.push(...steps);
    tell({
      type: 'progressed',
      runId: detail.run.id,
      epoch: detail.run.epochsDone + 1,
      epochStep,
      epochSteps,
      imagesPerSecond: ((1000 * config.batchSize) / stepMs(config)) * (1 + 0.03 * wobble(`${detail.run.id} ${tick}`)),
      activity: tick % ticksPerEpoch === ticksPerEpoch - 1 ? 'evaluating' : 'training',
      steps,
    });
    if (tick % ticksPerEpoch !== 0) return;
    addEpoch(detail, detail.run.epochsDone + 1);
    const metrics = detail.epochs.at(-1);
    if (metrics) tell({ type: 'epochFinished', runId: detail.run.id, metrics });
    log(detail, `Epoch ${detail.run.epochsDone}: test accuracy ${((metrics?.testAccuracy ?? 0) * 100).toFixed(2)} %`);
    tell({ type: 'runChanged', run: detail.run });
    if (detail.run.epochsDone >= config.epochs) endRun(detail, 'finished', null);
    else if (detail.run.stopRequested === 'after-epoch')
      endRun(detail, 'stopped', `Stopped after epoch ${detail.run.epochsDone} as asked.`);
  };
  setInterval(() => {
    const running = details.find(({ run }) => run.state === 'running');
    if (running) advance(running);
    else startNext();
  }, tickMs);

  const finishedRun = (config: RunConfig): number | null =>
    visible().find(
      ({ run }) => run.state === 'finished' && run.groupHash === hashOf(config) && run.config.seed === config.seed,
    )?.run.id ?? null;
  const check = (input: Experiment): Experiment => {
    const experiment = experimentSchema.parse(input);
    const { id, trainSubset } = experiment.shared.dataset;
    const dataset = datasets.find((candidate) => candidate.id === id);
    if (!dataset)
      throw new Refusal(
        'DATASET_NOT_FOUND',
        `There is no data set “${id}” in the library; import it on the Data page.`,
      );
    if (trainSubset !== null && trainSubset > dataset.trainCount)
      throw new Refusal('CONFIG_INVALID', 'The configuration has an error.', [
        {
          path: 'shared.dataset.trainSubset',
          message: `must be at most ${dataset.trainCount}, the images that ${dataset.name} has`,
        },
      ]);
    return experiment;
  };
  const mayChange = (): void => {
    if (scenario === 'refusing')
      throw new Refusal(
        'WORKSPACE_UNWRITABLE',
        'The workspace’s disk is full: 0 bytes are free. Free some space and try again.',
      );
  };
  const ended = (run: RunDetail['run']): boolean => run.state !== 'running' && run.state !== 'queued';

  const lab: LabApi = {
    workspace: async () => ({
      folder: '/home/ada/esam-lab',
      labVersion: '0.1.0',
      startNotices:
        isEmpty || scenario === 'idle'
          ? []
          : ['Run 14 was interrupted: the app was closed while it was in epoch 5 of 8.'],
    }),
    deviceStatus: async () => device,
    installRuntime: async () => {
      let share = 0;
      clearInterval(installing);
      installing = setInterval(() => {
        share += 0.1;
        const [engine] = device.engines;
        if (!engine) return;
        const bytes = Math.min(1, share) * 274e6;
        const progress = {
          stage: 'download' as const,
          message: 'Downloading tensorflow-cpu 2.21.0',
          bytes,
          totalBytes: 274e6,
        };
        device =
          share >= 1
            ? { ...fakeDevice(true), probes: [] }
            : { ...device, engines: [{ ...engine, state: 'installing', progress }, ...device.engines.slice(1)] };
        if (share >= 1) clearInterval(installing);
        tell({ type: 'deviceChanged', status: device });
      }, tickMs);
      return {};
    },
    cancelInstall: async () => {
      clearInterval(installing);
      device = fakeDevice(false);
      tell({ type: 'deviceChanged', status: device });
      return {};
    },
    probe: async () => {
      mayChange();
      let at = 0;
      clearInterval(probing);
      probing = setInterval(() => {
        const now = fakeProbing[at];
        const share = at / fakeProbing.length;
        device =
          now === undefined
            ? { ...device, probing: null, probes: fakeDistrusted() }
            : { ...device, probing: { ...now, share } };
        if (now === undefined) clearInterval(probing);
        at++;
        tell({ type: 'deviceChanged', status: device });
      }, tickMs);
      return {};
    },
    cancelProbe: async () => {
      clearInterval(probing);
      device = { ...device, probing: null };
      tell({ type: 'deviceChanged', status: device });
      return {};
    },
    presets: async () => structuredClone([...fakePresets]),
    datasets: async () => structuredClone(datasets),
    importDataset: async ({ name }) => {
      for (const share of [0.1, 0.35, 0.6, 0.85, 1]) {
        tell({ type: 'importProgressed', message: 'Decoding data_batch_3.bin', share });
        await new Promise((resolve) => setTimeout(resolve, tickMs));
      }
      const [mnist] = fakeDatasets;
      if (name !== 'Letters' || !mnist)
        throw new Refusal(
          'DATASET_CORRUPT',
          'data_batch_3.bin has 30,730,001 bytes, which is no multiple of 3,073. The file is cut off or altered; fetch the archive again.',
        );
      const imported = { ...mnist, id: 'letters', name, source: 'IDX files chosen by you', importedAt: now() };
      datasets = [...datasets, imported];
      tell({ type: 'datasetsChanged' });
      return imported;
    },
    deleteDataset: async ({ id }) => {
      mayChange();
      datasets = datasets.filter((dataset) => dataset.id !== id);
      tell({ type: 'datasetsChanged' });
      return {};
    },
    previewDataset: async ({ id, count }) => {
      const names = datasets.find((dataset) => dataset.id === id)?.classNames ?? [];
      return Array.from({ length: count }, (_, index) => {
        const label = names[index % names.length] ?? '';
        return { label, image: fakePicture(label) };
      });
    },
    plan: async (input) => {
      const experiment = check(input);
      return runsOf(experiment).map((config) => ({
        config,
        method: methodOf(config.optimizer),
        finishedRunId: finishedRun(config),
        estimatedMs: isEmpty ? null : config.epochs * (stepsOfEpoch(config) * stepMs(config) + 1400),
        estimatedFrom: isEmpty ? null : config.precision === 'bfloat16' ? 'self-test' : 'runs',
      }));
    },
    enqueue: async (input) => {
      mayChange();
      const experiment = check(input);
      const kept = runsOf(experiment).filter((config) => !experiment.skipFinished || finishedRun(config) === null);
      if (kept.length === 0)
        throw new Refusal(
          'CONFIG_INVALID',
          'All these runs have finished already. Untick “Leave out finished runs” to run them again.',
        );
      const experimentId = experiments.length + 1;
      experiments.push({ id: experimentId, experiment, createdAt: now() });
      const runIds = kept.map((config) => addRun(experimentId, experiment.name, config, now()).run.id);
      waiting.push(...runIds);
      tell({ type: 'queueChanged', queue: queueNow() });
      tell({ type: 'runsChanged' });
      return { experimentId, runIds };
    },
    queue: async () => structuredClone(queueNow()),
    pauseQueue: async (input) => {
      paused = input.paused;
      tell({ type: 'queueChanged', queue: queueNow() });
      return {};
    },
    moveRun: async ({ runId, beforeRunId }) => {
      mayChange();
      const others = waiting.filter((id) => id !== runId);
      const at = beforeRunId === null ? others.length : others.indexOf(beforeRunId);
      waiting = others.toSpliced(at, 0, runId);
      tell({ type: 'queueChanged', queue: queueNow() });
      return {};
    },
    stopRun: async ({ runId, when }) => {
      mayChange();
      change(detailOf(runId), { stopRequested: when });
      return {};
    },
    cancelRuns: async ({ runIds }) => {
      mayChange();
      waiting = waiting.filter((id) => !runIds.includes(id));
      for (const id of runIds)
        change(detailOf(id), { state: 'cancelled', endedAt: now(), reason: 'Taken out of the queue.' });
      tell({ type: 'queueChanged', queue: queueNow() });
      return {};
    },
    repeatRuns: async ({ runIds }) => {
      mayChange();
      const added = runIds.map((id) => {
        const { experimentId, experimentName, config } = detailOf(id).run;
        return addRun(experimentId, experimentName, config, now()).run.id;
      });
      waiting.push(...added);
      tell({ type: 'queueChanged', queue: queueNow() });
      tell({ type: 'runsChanged' });
      return { runIds: added };
    },
    resumeRuns: async ({ runIds }) => {
      mayChange();
      for (const id of runIds) {
        const detail = detailOf(id);
        if (!isResumable(detail.run.state))
          throw new Refusal('RUN_STATE', `Run ${id} is ${detail.run.state}; only unfinished runs go on.`);
        change(detail, { state: 'queued', reason: null, stopRequested: null, endedAt: null });
      }
      waiting.push(...runIds);
      tell({ type: 'queueChanged', queue: queueNow() });
      return {};
    },
    extendRun: async ({ runId, epochs }) => {
      mayChange();
      const { run, epochs: done } = detailOf(runId);
      const { optimizer, seed, ...shared } = run.config;
      const name = `${run.experimentName}, ${epochs} epochs`;
      const experiment = { name, shared: { ...shared, epochs }, arms: [optimizer], seeds: [seed], skipFinished: false };
      const [detail] = addRuns(experiment, now());
      if (detail === undefined) throw new Error('One run was expected.');
      for (const { epoch } of done) addEpoch(detail, epoch);
      waiting.push(detail.run.id);
      tell({ type: 'queueChanged', queue: queueNow() });
      tell({ type: 'runsChanged' });
      return { experimentId: detail.run.experimentId, runId: detail.run.id };
    },
    emptyTrash: async () => {
      mayChange();
      const runCount = trash.size;
      for (const id of trash) details.splice(details.indexOf(detailOf(id)), 1);
      trash.clear();
      tell({ type: 'runsChanged' });
      return { runCount };
    },
    deleteRuns: async ({ runIds, deleted }) => {
      mayChange();
      const busy = runIds.find((id) => !ended(detailOf(id).run));
      if (busy !== undefined)
        throw new Refusal('RUN_STATE', `Run ${busy} has not ended. Stop or cancel it before deleting it.`);
      for (const id of runIds) {
        if (deleted) trash.add(id);
        else trash.delete(id);
      }
      tell({ type: 'runsChanged' });
      return {};
    },
    runs: async () => structuredClone(visible().map(({ run }) => run)),
    run: async ({ runId }) => structuredClone(detailOf(runId)),
    experiments: async () =>
      experiments.map(({ id, experiment, createdAt }) => {
        const own = visible().filter(({ run }) => run.experimentId === id);
        const finishedCount = own.filter(({ run }) => run.state === 'finished').length;
        return { id, experiment, createdAt, runCount: own.length, finishedCount };
      }),
    results: async (query) => structuredClone(fakeResults(query, visible())),
    curves: async ({ query, metric, axis }) => fakeCurves(query, metric, axis, visible()),
    exportResults: async ({ query, format }) => {
      const text = fakeExport(fakeResults(query, visible()), format);
      const extension = { csv: 'csv', markdown: 'md', latex: 'tex', json: 'json' }[format];
      return { fileName: `results.${extension}`, mediaType: 'text/plain', text };
    },
  };

  return {
    lab,
    isFake: true,
    shell: {
      chooseDataset: async () => ['/home/ada/Downloads/cifar-10-binary.tar.gz'],
      saveText: async (suggestedName) => suggestedName,
      copyText: (text) => navigator.clipboard.writeText(text),
      showWorkspace: async () => undefined,
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
