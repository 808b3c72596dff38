import type { DeviceStatus } from '../../shared/device.ts';
import { LabError } from '../../shared/errors.ts';
import { selfTestJob } from '../../shared/jobs/selfTest.ts';
import { engineInfos, measuredEngines, type MeasuredEngine } from '../../shared/engines.ts';
import { selfTestSteps } from '../../shared/selfTest.ts';
import type { SelfTestResult } from '../../shared/selfTest.ts';
import type { RunId } from '../../shared/run.ts';
import type { Precision } from '../../shared/runConfig.ts';
import { answerOf } from './jobs/answerOf.ts';
import type { JobLimits } from './jobs/jobProcess.ts';
import type { TrainerLauncher } from './trainers.ts';

type Machine = Pick<SelfTestResult, 'cpuModel' | 'cpuCores' | 'gpu' | 'gpuMemoryBytes'>;

export interface SelfTestParts {
  readonly launcher: TrainerLauncher;
  readonly limits: JobLimits;
  readonly labVersion: string;
  /** Where TensorFlow's binding is. @throws LabError ENGINE_* */
  readonly bindingPath: () => Promise<string>;
  readonly machine: () => Promise<Machine>;
  /** The run that trains, if any. */
  readonly runningRun: () => RunId | null;
  readonly isSpeedMeasured: () => boolean;
  /** What is known of this machine. */
  readonly kept: readonly SelfTestResult[];
  /** Stores a measurement, and answers what is known now. */
  readonly keep: (selfTest: SelfTestResult) => readonly SelfTestResult[];
  readonly onChanged: () => void;
}

interface Target {
  readonly engine: MeasuredEngine;
  readonly precision: Precision;
  readonly bindingPath: string | null;
}

const intervalMs = 250;

/**
 * Measures the engines, one after another, each precision in a process of its own. It never shares the machine with a run: it refuses
 * to begin while one trains, and runs that wait meanwhile start when it is over.
 */
export class SelfTest {
  readonly #parts: SelfTestParts;
  #underWay: { readonly abort: AbortController; readonly done: Promise<void> } | null = null;
  #testing: DeviceStatus['selfTesting'] = null;
  #results: readonly SelfTestResult[];
  #failures: string[] = [];
  #isClosed = false;
  #lastTold = 0;

  constructor(parts: SelfTestParts) {
    this.#parts = parts;
    this.#results = parts.kept;
  }

  status(): Pick<DeviceStatus, 'selfTests' | 'selfTesting' | 'selfTestFailures'> {
    return { selfTests: [...this.#results], selfTesting: this.#testing, selfTestFailures: [...this.#failures] };
  }

  /**
   * Begins, and returns at once.
   * @param engine - this one alone; without it, TensorFlow if it is there, and WebAssembly.
   * @throws LabError DEVICE_BUSY while a run trains or a self-test is under way; ENGINE_* if the engine asked for is not there.
   */
  async start({
    engine,
    steps = selfTestSteps,
  }: {
    engine?: MeasuredEngine | undefined;
    steps?: number | undefined;
  }): Promise<void> {
    this.refuseIfBusy();
    const targets = await this.#targets(engine);
    this.refuseIfBusy();
    if (this.#isClosed) return;
    this.#failures = [];
    const abort = new AbortController();
    this.#underWay = { abort, done: this.#testAll(targets, steps, abort.signal) };
  }

  async cancel(): Promise<void> {
    this.#underWay?.abort.abort(new LabError('CANCELLED', 'The self-test was cancelled.'));
    await this.#underWay?.done;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.cancel();
  }

  /** Resolves when no self-test is under way. */
  async idle(): Promise<void> {
    while (this.#underWay !== null) await this.#underWay.done;
  }

  /** @throws LabError DEVICE_BUSY while a run trains, or a self-test or a measurement of speeds is under way. */
  refuseIfBusy(): void {
    if (this.#underWay !== null) {
      throw new LabError('DEVICE_BUSY', 'The self-test is under way already. Wait for it, or cancel it first.');
    }
    if (this.#parts.isSpeedMeasured()) {
      throw new LabError('DEVICE_BUSY', 'Speeds are being measured. Wait until that is over, or cancel it first.');
    }
    const run = this.#parts.runningRun();
    if (run === null) return;
    throw new LabError(
      'DEVICE_BUSY',
      `Run ${run} is training; a measurement would be of what it leaves of the machine. Wait until it has ended, or stop it.`,
    );
  }

  async #targets(wanted: MeasuredEngine | undefined): Promise<Target[]> {
    const engines = wanted === undefined ? measuredEngines : [wanted];
    const targets: Target[] = [];
    for (const engine of engines) {
      const { kind, precisions } = engineInfos[engine];
      const isInstalled = kind === 'installed';
      const bindingPath = isInstalled ? await this.#bindingPath(wanted === engine) : null;
      if (isInstalled && bindingPath === null) continue;
      targets.push(...precisions.map((precision) => ({ engine, precision, bindingPath })));
    }
    return targets;
  }

  async #bindingPath(isRequired: boolean): Promise<string | null> {
    try {
      return await this.#parts.bindingPath();
    } catch (error) {
      if (isRequired || !(error instanceof LabError)) throw error;
      return null; // the device page says why
    }
  }

  async #testAll(targets: readonly Target[], steps: number, signal: AbortSignal): Promise<void> {
    for (const [index, target] of targets.entries()) {
      try {
        await this.#test(target, steps, signal, (message, share) =>
          this.#progressed(target, message, (index + share) / targets.length),
        );
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof LabError)) console.error('The self-test failed:', error);
        const said = error instanceof Error ? error.message : String(error);
        this.#failures.push(`${target.engine}, ${target.precision}: ${said}`);
      }
    }
    this.#testing = null;
    this.#underWay = null;
    this.#parts.onChanged();
  }

  async #test(
    { engine, precision, bindingPath }: Target,
    steps: number,
    signal: AbortSignal,
    onProgress: (message: string, share: number) => void,
  ): Promise<void> {
    const { launcher, limits, machine, labVersion, keep } = this.#parts;
    onProgress('Starting', 0);
    const settings = {
      engine,
      threads: 0,
      deterministic: false,
      tf32: false,
      memoryGrowth: true,
      ownKernels: true,
    } as const;
    const input = { device: settings, precision, bindingPath, steps };
    const measurement = await answerOf(selfTestJob, input, {
      ...{ launcher, limits, signal, device: settings },
      onEvent: (event) => {
        if (event.type === 'progressed') onProgress(event.progress.message, event.progress.share);
        return event.type === 'measured' ? event.measurement : null;
      },
    });
    const at = new Date().toISOString();
    this.#results = keep({ ...measurement, ...(await machine()), engine, precision, at, labVersion, steps, settings });
  }

  #progressed({ engine, precision }: Target, message: string, share: number): void {
    const isNews = this.#testing?.message !== message || performance.now() - this.#lastTold >= intervalMs;
    this.#testing = { engine, precision, message, share };
    if (!isNews) return;
    this.#lastTold = performance.now();
    this.#parts.onChanged();
  }
}
