import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import { publishedSets } from '../../shared/publishedSets.ts';
import type { PlaceId, SlurmSettings } from '../../shared/places.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import { sweepTrash } from '../files/trash.ts';
import { clearUnfinished } from '../files/unfinished.ts';
import { Adding } from './adding.ts';
import { openAppLog } from './appLog.ts';
import { analyseInputOf, filesOf, withPresentData } from './assigning.ts';
import type { Lab, LabOptions } from './lab.ts';
import { clearLeftImports } from './bundles/import.ts';
import { openLibrary } from './datasets/index.ts';
import { Checkpoints } from './checkpoints.ts';
import { Analyses } from './analyses/queue.ts';
import type { ClusterRuns } from './cluster/clusterRuns.ts';
import { clusterOf, clusterTimes } from './cluster/index.ts';
import { eventLog } from './eventLog.ts';
import { confirmGround } from './cluster/confirmedGrounds.ts';
import { keepPlaceSettings } from './cluster/placeSettings.ts';
import { pathGrants } from './grants.ts';
import { checkpointRequests } from './requests/checkpoints.ts';
import { bundleRequests, writeBundle } from './requests/bundles.ts';
import { analysisRequests } from './requests/analyses.ts';
import { annotationRequests } from './requests/annotations.ts';
import { keptStateRequests } from './requests/keptStates.ts';
import { backupRequests } from './requests/backups.ts';
import { datasetRequests } from './requests/datasets.ts';
import { downloadRequests } from './requests/downloads.ts';
import { deviceRequests } from './requests/device.ts';
import { placeRequests } from './requests/places.ts';
import { queueRequests } from './requests/queue.ts';
import { resumingRequests } from './requests/resuming.ts';
import { resultRequests } from './requests/results.ts';
import { runViewRequests } from './requests/runViews.ts';
import { studyRequests } from './requests/studies.ts';
import { supportRequests } from './requests/support.ts';
import { workspaceRequests } from './requests/workspace.ts';
import { clearPlaced } from './placing.ts';
import { placesOf } from './places/index.ts';
import { processor } from './processor.ts';
import { RunQueue } from './queue.ts';
import { Runtime } from './runtime.ts';
import { SelfTest } from './selfTest.ts';
import { SpeedMeasurements } from './speed.ts';
import { interruptLeftRuns } from './startNotices.ts';
import type { Store } from './store/index.ts';
import { dailyBackups } from './workspaceBackups.ts';
import { addBuiltIn } from './builtInData.ts';

/** A lab on an opened workspace: everything that it has, and who hears of what. @param refusal - of a lab that only reads; null: it may write. */
export const labOn = (store: Store, options: LabOptions, refusal: LabError | null): Lab => {
  const { workspaceFolder, labVersion } = options;
  const library = openLibrary(join(workspaceFolder, 'datasets'), refusal);
  const checkpoints = new Checkpoints(store, workspaceFolder, options.checkpointEveryMs ?? 600_000);
  const startNotices: string[] = [];
  if (refusal === null) {
    store.write.analyses.requeue();
    sweepTrash(workspaceFolder);
    clearUnfinished();
    clearLeftImports(workspaceFolder);
    clearPlaced(workspaceFolder, store);
    startNotices.push(...(options.startNotices ?? []), ...interruptLeftRuns(store, checkpoints));
  }
  const listeners = new Set<(event: LabEvent) => void>();
  const log = openAppLog(workspaceFolder);
  if (refusal === null) {
    listeners.add(eventLog(log));
    log.write('info', `Opened by ESAM Lab ${labVersion}, process ${String(process.pid)}.`);
    for (const notice of startNotices) log.write('warning', notice);
  }
  const emit = (event: LabEvent): void => {
    listeners.forEach((listener) => listener(event));
    if (event.type === 'runChanged' && event.run.endedAt !== null) analyses.wake();
  };
  const notices = new Map<string, string>();
  const note = (topic: string, notice: string | null): void => {
    if (notice === null) notices.delete(topic);
    else notices.set(topic, notice);
    void runtime.tell();
  };

  const runtime: Runtime = new Runtime({
    electronVersion: options.electronVersion,
    notices: () => [...options.notices, ...notices.values()],
    selfTest: () => selfTest.status(),
    onChanged: (status) => emit({ type: 'deviceChanged', status }),
    onReady: () => {
      queue.release();
      queue.wake();
    },
  });
  const limits = options.limits ?? { silenceMs: 600_000, stopMs: 10_000 };
  const knownSelfTests = () => store.read.selfTestResults(processor());
  const selfTest: SelfTest = new SelfTest({
    launcher: options.launcher,
    limits,
    labVersion,
    bindingPath: async () => (await runtime.tensorflow()).bindingPath,
    machine: () => runtime.machine(),
    runningRun: () => trainingHere(store)[0]?.id ?? null,
    isSpeedMeasured: () => speeds.isUnderWay(),
    kept: knownSelfTests(),
    keep: (selfTest) => {
      store.write.selfTestResult(selfTest);
      return knownSelfTests();
    },
    onChanged: () => void runtime.tell(),
  });
  const speeds: SpeedMeasurements = new SpeedMeasurements({
    ...{ store, launcher: options.launcher, limits, labVersion, emit },
    filesOf: (config) => filesOf(config, library, runtime, labVersion),
    refuseIfBusy: () => selfTest.refuseIfBusy(),
    isNext: (runId) => queue.isNext(runId),
  });
  const builtIn =
    refusal === null ? addBuiltIn(library, emit, (notice) => note('datasets', notice)) : Promise.resolve();
  const ownRuns = options.trainsOnlyOwnRuns === true ? new Set<RunId>() : null;
  const places = placesOf({
    launcher: options.launcher,
    prepare: async (run) => {
      await builtIn;
      const described = withPresentData(run, library, store);
      const { id: runId, config } = described;
      const files = await filesOf(config, library, runtime, labVersion);
      await selfTest.idle();
      await untilAnalysed();
      await speeds.beforeRun(described);
      return { ...files, runId, config, checkpoints: checkpoints.plan(run.id) };
    },
  });
  const queue: RunQueue = new RunQueue({
    store,
    checkpoints,
    places,
    limits,
    onlyRuns: ownRuns,
    awaitsStart: options.awaitsStart ?? false,
    emit,
    placeProblem: () => cluster?.problem ?? null,
    placePreparing: () => cluster?.preparing ?? null,
    onEngineDoubted: () => runtime.doubt(),
    onWoken: () => {
      speeds.reconsider();
      cluster?.wake();
    },
    onIdle: () => analyses.wake(), // a run that they were to let pass may have been taken out or held meanwhile
    onHold: (reason) => note('queue', reason === null ? null : `The queue waits: ${reason}`),
  });
  // A lab that only looks, or is over in a moment, leaves jobs to the next one.
  const cluster: ClusterRuns | null =
    refusal !== null || options.holder?.isBrief === true
      ? null
      : clusterOf({
          ...{ options, store, checkpoints, queue, emit },
          onProblem: (problem) => note('slurm', problem),
          assign: async (run, usesEngineHere) => {
            await builtIn;
            const described = withPresentData(run, library, store);
            const files = await filesOf(described.config, library, usesEngineHere ? runtime : null, labVersion);
            return { ...files, runId: run.id, config: described.config };
          },
        });
  const ownAnalyses = options.trainsOnlyOwnRuns === true ? new Set<number>() : null;
  let runsThatWait = 0;
  const analyses: Analyses = new Analyses({
    ...{ store, launcher: options.launcher, limits, only: ownAnalyses, emit },
    inputOf: async (analysis) => {
      await builtIn;
      const input = await analyseInputOf(analysis, { store, library, runtime, labVersion, checkpoints });
      await selfTest.idle();
      return input;
    },
    isBusy: () => runsThatWait > 0 || trainingHere(store).length > 0,
  });
  /** The present analysis ends before a run begins, and the next one waits for the run. */
  const untilAnalysed = async (): Promise<void> => {
    runsThatWait++;
    await analyses.idle();
    runsThatWait--;
  };
  const analysesAdded = (ids: readonly number[]): void => {
    ids.forEach((id) => ownAnalyses?.add(id));
    analyses.wake();
  };
  const setPlace = (id: PlaceId, settings: SlurmSettings): void => {
    keepPlaceSettings(store, id, settings);
    cluster?.retry();
  };
  const grants = pathGrants();
  const adding = new Adding(store, emit);
  const added = (runIds: readonly RunId[]): void => {
    runIds.forEach((id) => ownRuns?.add(id));
    emit({ type: 'runsChanged' });
    queue.start(runIds);
    cluster?.retry();
  };
  const stop = (runId: RunId, when: 'now' | 'after-epoch'): void | Promise<void> =>
    cluster?.holds(runId) === true ? cluster.stop(runId, when) : queue.stop(runId, when);
  const requeue = async (runIds: readonly RunId[]): Promise<void> => {
    if (cluster === null)
      throw new LabError('PLACE_UNAVAILABLE', 'This lab only looks at the workspace; open it to send jobs.');
    const anew = await cluster.requeue(runIds);
    if (anew.length === 0) return;
    added(anew); // also by a lab that sends its own runs alone
    await cluster.settled();
  };
  const retry = (): void => cluster?.retry();
  const parts = {
    store,
    library,
    queue,
    adding,
    stop,
    requeue,
    retry,
    checkpoints,
    runtime,
    speeds,
    emit,
    grants,
    builtIn,
    labVersion,
    added,
  };

  const endBackups = dailyBackups(store);
  queue.wake();
  analyses.wake();
  if (options.installRuntimeOnStart) void installIfMissing(runtime);

  return {
    ...workspaceRequests({ ...parts, workspaceFolder, startNotices }),
    ...backupRequests(store, workspaceFolder),
    ...deviceRequests(runtime, selfTest, options.presetsFolder, (notice) => note('presets', notice)),
    ...datasetRequests(parts),
    ...downloadRequests({ workspaceFolder, library, emit, publishedSets: options.publishedSets ?? publishedSets }),
    ...queueRequests(parts),
    ...resumingRequests(parts),
    ...placeRequests({ store, cluster, setPlace, times: options.clusterTimes ?? clusterTimes }),
    ...checkpointRequests(parts),
    ...resultRequests(parts, options.paperFolder),
    ...studyRequests(parts, options.paperFolder, (notice) => note('studies', notice)),
    ...bundleRequests({ ...parts, workspaceFolder, examplesFolder: options.examplesFolder }),
    ...annotationRequests(parts),
    ...runViewRequests(parts),
    ...keptStateRequests(parts),
    ...supportRequests({ ...parts, log, workspaceFolder }),
    ...analysisRequests({ store, library, analyses, analysesAdded }),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setPlace: (id, settings) => {
      confirmGround(id, settings);
      setPlace(id, settings);
    },
    confirmPlace: (id, settings) => {
      confirmGround(id, settings);
      cluster?.retry();
    },
    grantPaths: grants.grant,
    writeBundle: (selection) => writeBundle(parts, selection),
    guestRuns: () => [],
    guestsGone: () => Promise.resolve(),
    checkpoint: () => queue.checkpoint(),
    close: async () => {
      await adding.close();
      await Promise.all([
        endBackups(),
        queue.close(),
        cluster?.close(),
        analyses.close(),
        speeds.close(),
        selfTest.close(),
        runtime.cancelInstall(),
        builtIn,
      ]);
      listeners.clear();
      store.close();
    },
  };
};

/** The runs under way that this machine computes. */
const trainingHere = ({ read }: Store): RunSummary[] => {
  const elsewhere = new Set(read.liveJobs().map(({ runId }) => runId));
  return read.runs.running().filter(({ id }) => !elsewhere.has(id));
};

const installIfMissing = async (runtime: Runtime): Promise<void> => {
  const { engines } = await runtime.status();
  if (engines.some(({ state }) => state === 'missing')) runtime.install('auto');
};
