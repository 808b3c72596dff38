import { LabError } from '../../shared/errors.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { RunId } from '../../shared/run.ts';
import type { Store } from './store/index.ts';
import type { Ending } from './jobs/recording.ts';
import { lineOfEnd } from './jobs/trainingLog.ts';

const retryMs = 2000;

/** Notes how runs ended. What the disk does not take is tried again until it does, so that no run stays "running" without a trainer. */
export class Endings {
  readonly #store: Store;
  readonly #emit: (event: LabEvent) => void;
  readonly #onStored: (runId: RunId) => void;
  readonly #late = new Map<RunId, Ending>();
  #timer: NodeJS.Timeout | null = null;

  /** @param onStored - an ending has reached the store after all. */
  constructor(store: Store, emit: (event: LabEvent) => void, onStored: (runId: RunId) => void) {
    this.#store = store;
    this.#emit = emit;
    this.#onStored = onStored;
  }

  /** Writes an unplanned ending into the run's log; stores the ending if its training could not. */
  note(runId: RunId, ending: Ending): void {
    this.#late.set(runId, ending);
    try {
      this.#storeEndings();
    } catch (error) {
      if (!(error instanceof LabError)) console.error(`The end of run ${runId} could not be stored yet:`, error);
      this.#timer ??= setInterval(() => this.#retry(), retryMs).unref();
    }
  }

  /** Stores what could not be stored before, and says so. @throws LabError WORKSPACE_UNWRITABLE if the disk still does not take it. */
  storeLate(): void {
    const late = [...this.#late.keys()];
    this.#storeEndings();
    late.forEach(this.#onStored);
  }

  #storeEndings(): void {
    for (const [runId, ending] of this.#late) {
      this.#storeEnding(runId, ending);
      this.#late.delete(runId);
    }
    this.#stopRetrying();
  }

  #storeEnding(runId: RunId, { state, reason }: Ending): void {
    if (this.#store.read.runs.one(runId)?.state === 'running') this.#store.write.end(runId, state, reason);
    const line = { at: new Date().toISOString(), ...lineOfEnd(state, reason) };
    this.#store.write.log(runId, line);
    this.#emit({ type: 'logged', runId, line });
  }

  /** Tries a last time; the next start of the lab calls a run interrupted that is still running then. */
  close(): void {
    this.#stopRetrying();
    try {
      this.#storeEndings();
    } catch (error) {
      if (!(error instanceof LabError)) console.error('The end of a run could not be stored:', error);
    }
  }

  #retry(): void {
    try {
      this.storeLate();
    } catch {
      // the next time, then
    }
  }

  #stopRetrying(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
