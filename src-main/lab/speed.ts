import { LabError } from '../../shared/errors.ts';
import { expandGroups } from '../../shared/experiment.ts';
import type { Experiment } from '../../shared/experiment.ts';
import { speedJob } from '../../shared/jobs/speed.ts';
import type { SpeedInput } from '../../shared/jobs/speed.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { LogLine, RunId, RunSummary } from '../../shared/run.ts';
import { canonicalJson } from '../../shared/runConfig.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { armsOf, measuredShares, mostSpeedArms, speedArmKey, speedBaseOf, speedLimitMs } from '../../shared/speed.ts';
import type { SpeedMeasurement } from '../../shared/speed.ts';
import { answerOf } from './jobs/answerOf.ts';
import type { JobLimits } from './jobs/jobProcess.ts';
import { processor } from './processor.ts';
import { measureInProcesses } from './speedProcesses.ts';
import type { Store } from './store/index.ts';
import type { TrainerLauncher } from './trainers.ts';

export interface SpeedParts {
  readonly store: Store;
  readonly launcher: TrainerLauncher;
  readonly limits: JobLimits;
  readonly labVersion: string;
  /** What a trainer needs beside the configurations. @throws LabError ENGINE_*, DATASET_NOT_FOUND */
  readonly filesOf: (config: RunConfig) => Promise<Omit<SpeedInput, 'configs' | 'limitMs' | 'stepsPerRound'>>;
  /** @throws LabError DEVICE_BUSY while anything else computes. */
  readonly refuseIfBusy: () => void;
  /** Whether the queue would still start this run next. */
  readonly isNext: (runId: RunId) => boolean;
  readonly emit: (event: LabEvent) => void;
}

const baseKey = (config: RunConfig): string => canonicalJson(speedBaseOf(config));

/** Runs before which nothing is measured twice. */
const onceKey = ({ experimentId, config }: RunSummary): string => `${experimentId} ${baseKey(config)}`;

/** The configurations of an experiment that can be measured together: equal but for their methods, each method once. */
const speedSetsOf = (experiment: Experiment): RunConfig[][] => {
  const [seed = 0] = experiment.seeds;
  const sets = new Map<string, Map<string, RunConfig>>();
  for (const group of expandGroups(experiment)) {
    const config = { ...group, seed };
    const set = sets.get(baseKey(config)) ?? new Map<string, RunConfig>();
    sets.set(baseKey(config), set.set(speedArmKey(config), config));
  }
  return [...sets.values()].map((set) => [...set.values()]);
};

const armCountOf = (set: readonly RunConfig[]): number => set.flatMap(measuredShares).length;

/** Measures speeds of methods against each other: when asked, and before the first run of an experiment. Never beside a run. */
export class SpeedMeasurements {
  readonly #parts: SpeedParts;
  #underWay: { readonly abort: AbortController; readonly runId: RunId | null; readonly done: Promise<unknown> } | null =
    null;
  /** Not tried again before the next start of the lab, whatever became of them. */
  readonly #tried = new Set<string>();
  #isClosed = false;

  constructor(parts: SpeedParts) {
    this.#parts = parts;
  }

  isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /**
   * Measures all methods of an experiment, those with other settings (batch size, model) apart from each other.
   * @throws LabError DEVICE_BUSY while anything else computes; CONFIG_INVALID where too many methods were asked for; as the trainer says.
   */
  async measure(experiment: Experiment, limitMs = speedLimitMs): Promise<SpeedMeasurement[]> {
    this.#parts.refuseIfBusy();
    const sets = speedSetsOf(experiment);
    const most = Math.max(...sets.map(armCountOf));
    if (most > mostSpeedArms) throw new LabError('CONFIG_INVALID', tooMany(most));
    const found: SpeedMeasurement[] = [];
    await this.#during(null, async (signal) => {
      for (const set of sets) found.push(await this.#measureSet(set, limitMs, false, signal));
    });
    return found;
  }

  /** Measures before the first run of an experiment that wishes so. What fails is said in the run's log; the run trains all the same. */
  async beforeRun(run: RunSummary): Promise<void> {
    await this.idle();
    const set = this.#wantedBefore(run);
    if (set === null || this.#hasClosed()) return;
    if (armCountOf(set) > mostSpeedArms) {
      this.#log(run.id, 'info', tooMany(armCountOf(set)));
      return;
    }
    try {
      await this.#during(run.id, (signal) => this.#measureSet(set, speedLimitMs, true, signal));
    } catch (error) {
      if (this.#hasClosed()) return;
      if (!this.#parts.isNext(run.id)) {
        this.#tried.delete(onceKey(run)); // when it is its turn again
        return;
      }
      if (!(error instanceof LabError)) console.error('Speeds could not be measured:', error);
      const said = error instanceof Error ? error.message : String(error);
      if (!this.#isClosed)
        this.#log(run.id, 'warning', `The methods' speeds were not measured against each other. ${said}`);
    }
  }

  /** The queue has changed: the run before which is measured may not be the next one any more. */
  reconsider(): void {
    const runId = this.#underWay?.runId ?? null;
    if (runId !== null && !this.#parts.isNext(runId)) void this.cancel();
  }

  async cancel(): Promise<void> {
    this.#underWay?.abort.abort(new LabError('CANCELLED', 'The measurement was cancelled.'));
    await this.idle();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.cancel();
  }

  /** Resolves when nothing is measured. */
  async idle(): Promise<void> {
    while (this.#underWay !== null) await this.#underWay.done.catch(() => undefined);
  }

  #hasClosed(): boolean {
    return this.#isClosed;
  }

  /** What to measure before a run: null where that is not wished, done, tried or too late, or where there is nothing to compare. */
  #wantedBefore(run: RunSummary): RunConfig[] | null {
    const { read } = this.#parts.store;
    const experiment = read.experiment(run.experimentId);
    const key = baseKey(run.config);
    if (experiment?.measureSpeed !== true || this.#tried.has(onceKey(run))) return null;
    this.#tried.add(onceKey(run));
    const hasBegun = read.runs
      .ofExperiment(run.experimentId)
      .some(({ startedAt, config }) => startedAt !== null && baseKey(config) === key);
    const set = speedSetsOf(experiment).find(([config]) => config !== undefined && baseKey(config) === key);
    if (hasBegun || set === undefined || set.length < 2 || this.#isKnown(set, key)) return null;
    return set;
  }

  /** Whether an equal measurement, by this version of the lab on this machine, has all these methods. */
  #isKnown(set: readonly RunConfig[], key: string): boolean {
    const { store, labVersion } = this.#parts;
    return store.read
      .speedMeasurements(processor())
      .some(
        (known) =>
          known.environment.labVersion === labVersion &&
          canonicalJson(known.base) === key &&
          set.every((config) => armsOf(known, config) !== null),
      );
  }

  async #during(runId: RunId | null, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const abort = new AbortController();
    const done = work(abort.signal);
    this.#underWay = { abort, runId, done };
    try {
      await done;
    } finally {
      this.#underWay = null;
      this.#parts.emit({ type: 'speedProgressed', progress: null });
    }
  }

  async #measureSet(
    configs: RunConfig[],
    limitMs: number,
    isBeforeRuns: boolean,
    signal: AbortSignal,
  ): Promise<SpeedMeasurement> {
    const { store, launcher, limits, filesOf, emit } = this.#parts;
    const [first] = configs;
    if (first === undefined) throw new Error('There is nothing to measure.');
    const measurement = await measureInProcesses(
      { ...(await filesOf(first)), configs, limitMs },
      isBeforeRuns,
      (input, onProgress) =>
        answerOf(speedJob, input, {
          ...{ launcher, limits, signal, device: first.device },
          onEvent: (event) => {
            if (event.type === 'progressed') onProgress(event.progress);
            return event.type === 'measured' ? event : null;
          },
        }),
      (progress) => emit({ type: 'speedProgressed', progress }),
    );
    store.write.speedMeasurement(measurement);
    return measurement;
  }

  #log(runId: RunId, level: LogLine['level'], text: string): void {
    const line = { at: new Date().toISOString(), level, text };
    this.#parts.store.write.log(runId, line);
    this.#parts.emit({ type: 'logged', runId, line });
  }
}

const tooMany = (count: number): string =>
  `${count} methods would have to be measured together (one that climbs where the data decide counts twice); up to ${mostSpeedArms} can be. Measure some of them with "esam-lab speed".`;
