import { arch, platform, release, totalmem } from 'node:os';
import type { DeviceStatus, EngineStatus, InstallProgress } from '../../shared/device.ts';
import { LabError } from '../../shared/errors.ts';
import { findGpu, findTensorflow, installTensorflow } from '../runtimes/tensorflow/index.ts';
import type { FoundTensorflow, FoundKernels, ReadyTensorflow } from '../runtimes/tensorflow/index.ts';
import { processor } from './processor.ts';

export interface RuntimeParts {
  readonly electronVersion: string | null;
  /** What else to say on the device page, now. */
  readonly notices: () => readonly string[];
  /** What the self-test measured on this machine, and what it does now. */
  readonly selfTest: () => Pick<DeviceStatus, 'selfTests' | 'selfTesting' | 'selfTestFailures'>;
  readonly onChanged: (status: DeviceStatus) => void;
  /** TensorFlow has just been installed. */
  readonly onReady: () => void;
}

const intervalMs = 250;

/** The engine that comes with the lab: there is nothing to install. */
const wasmStatus: EngineStatus = {
  id: 'wasm',
  state: 'ready',
  version: 'WebAssembly (CPU)',
  location: null,
  reason: null,
  kernels: null,
  kernelsMissing: null,
  progress: null,
};

const kernelTexts = ({ modules, reason }: FoundKernels): Pick<EngineStatus, 'kernels' | 'kernelsMissing'> => {
  const titles = modules.map(({ title }) => title).join(', ');
  const kernels =
    titles === ''
      ? "Without the lab's own kernels, which are faster on a CPU than TensorFlow's."
      : `With the lab's own kernels (${titles}); a run on the CPU uses the best that its processor has.`;
  return { kernels, kernelsMissing: reason };
};

/** The machine and the TensorFlow runtime on it: what is there, and its installation. */
export class Runtime {
  readonly #parts: RuntimeParts;
  readonly #gpu = findGpu();
  /** What was found last, unless that is nothing. */
  #found: Exclude<FoundTensorflow, { state: 'missing' }> | null = null;
  #finding: Promise<FoundTensorflow> | null = null;
  #isDoubted = false;
  #installing: { readonly abort: AbortController; progress: InstallProgress; readonly done: Promise<void> } | null =
    null;
  #failure: string | null = null;
  #lastTold = 0;

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
  }

  /** @throws LabError ENGINE_MISSING or ENGINE_BROKEN, with the reason and what to do. */
  async tensorflow(): Promise<ReadyTensorflow> {
    if (this.#found?.state === 'broken') this.#found = null; // somebody may have repaired it
    const found = await this.#find();
    if (found.state === 'ready') return found;
    const reason = this.#installing === null ? (this.#failure ?? found.reason) : 'TensorFlow is being installed.';
    throw new LabError(found.state === 'missing' ? 'ENGINE_MISSING' : 'ENGINE_BROKEN', reason);
  }

  /** A trainer met an error that a damaged runtime would explain: before it is called ready again, every byte of it is read. */
  doubt(): void {
    this.#found = null;
    this.#isDoubted = true;
  }

  async machine(): Promise<Pick<DeviceStatus, 'cpuModel' | 'cpuCores' | 'gpu' | 'gpuMemoryBytes'>> {
    const gpu = await this.#gpu;
    return { ...processor(), gpu: gpu?.name ?? null, gpuMemoryBytes: gpu?.memoryBytes ?? null };
  }

  async status(): Promise<DeviceStatus> {
    return {
      platform: `${platform()} ${release()} ${arch()}`,
      ...(await this.machine()),
      memoryBytes: totalmem(),
      nodeVersion: process.versions.node,
      electronVersion: this.#parts.electronVersion,
      engines: [await this.#tensorflowStatus(), wasmStatus],
      ...this.#parts.selfTest(),
      notices: [...this.#parts.notices()],
    };
  }

  /** Tells the status to whoever listens. */
  async tell(): Promise<void> {
    this.#parts.onChanged(await this.status());
  }

  /** @throws LabError INSTALL_BUSY if an installation is under way. */
  install(variant: 'auto' | 'cpu' | 'gpu'): void {
    if (this.#installing !== null) {
      throw new LabError('INSTALL_BUSY', 'TensorFlow is being installed already. Wait for it, or cancel it first.');
    }
    const abort = new AbortController();
    const progress = { stage: 'lock', message: 'Starting', bytes: null, totalBytes: null } as const;
    this.#failure = null;
    this.#found = null;
    this.#installing = { abort, progress, done: this.#install(variant, abort.signal) };
    void this.tell();
  }

  async cancelInstall(): Promise<void> {
    const installing = this.#installing;
    installing?.abort.abort(new LabError('INSTALL_CANCELLED', 'The installation was cancelled.'));
    await installing?.done;
  }

  async #install(variant: 'auto' | 'cpu' | 'gpu', signal: AbortSignal): Promise<void> {
    try {
      this.#found = await installTensorflow({ variant, signal, onProgress: (progress) => this.#progressed(progress) });
    } catch (error) {
      if (!(error instanceof LabError)) console.error('TensorFlow could not be installed:', error);
      this.#failure =
        error instanceof LabError ? error.message : 'The installation met an unexpected error; see the log of the lab.';
    }
    this.#installing = null;
    if (this.#found?.state === 'ready') this.#parts.onReady();
    await this.tell();
  }

  #progressed(progress: InstallProgress): void {
    if (this.#installing === null) return;
    const isNews =
      this.#installing.progress.stage !== progress.stage || performance.now() - this.#lastTold >= intervalMs;
    this.#installing.progress = progress;
    if (!isNews) return;
    this.#lastTold = performance.now();
    void this.tell();
  }

  async #find(): Promise<FoundTensorflow> {
    if (this.#found !== null) return this.#found;
    // Whoever asks meanwhile waits for the same look: the first one takes seconds.
    this.#finding ??= this.#look().finally(() => (this.#finding = null));
    return this.#finding;
  }

  async #look(): Promise<FoundTensorflow> {
    const depth = this.#isDoubted ? 'full' : 'quick';
    this.#isDoubted = false;
    const found = await findTensorflow(depth);
    if (found.state !== 'missing') this.#found = found;
    return found;
  }

  async #tensorflowStatus(): Promise<EngineStatus> {
    const found = await this.#find();
    const unknown = {
      id: 'tensorflow',
      version: null,
      location: null,
      reason: null,
      kernels: null,
      kernelsMissing: null,
      progress: null,
    } as const;
    if (this.#installing !== null) return { ...unknown, state: 'installing', progress: this.#installing.progress };
    if (found.state === 'ready') {
      const version = `TensorFlow ${found.version} (${found.variant.toUpperCase()})`;
      return { ...unknown, state: 'ready', version, location: found.location, ...kernelTexts(found.kernels) };
    }
    const reason = this.#failure ?? found.reason;
    return { ...unknown, state: found.state, reason };
  }
}
