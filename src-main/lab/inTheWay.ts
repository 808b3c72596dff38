import type { LabErrorCode } from '../../shared/errors.ts';
import type { RunSummary } from '../../shared/run.ts';
import type { Ending } from './jobs/recording.ts';

/** What stands in the way of the next run just as much. */
const ofAll: readonly LabErrorCode[] = ['ENGINE_MISSING', 'ENGINE_BROKEN', 'WORKSPACE_UNWRITABLE'];
/** What does so where the next run is on the same data set. */
const ofDataset: readonly LabErrorCode[] = ['DATASET_CORRUPT', 'DATASET_NOT_FOUND'];

/** Tells whether the next run would meet what ended one: then each of the waiting ones would fail in turn. */
export class InTheWay {
  /** Groups of which a run has met the end of the memory. */
  readonly #tooLarge = new Set<string>();
  /** Trainers in a row that never came up: one may have been killed, two have a reason that stays. */
  #lostTrainers = 0;

  /** Of a run that could not even start. */
  isMetByAll(code: LabErrorCode): boolean {
    return ofAll.includes(code);
  }

  /** @param next - the run that would start now; undefined: none waits. */
  isMet(run: RunSummary, { code, state, reason }: Ending, next: RunSummary | undefined): boolean {
    const isLost = code === 'TRAINER_LOST';
    this.#lostTrainers = isLost ? this.#lostTrainers + 1 : 0;
    if (code === undefined || reason === null) return false;
    if (code === 'OUT_OF_MEMORY') {
      this.#tooLarge.add(run.groupHash);
      return next !== undefined && this.#tooLarge.has(next.groupHash);
    }
    if (isLost) return state === 'failed' || this.#lostTrainers > 1;
    const isSameData = next?.config.dataset.id === run.config.dataset.id;
    return this.isMetByAll(code) || (ofDataset.includes(code) && isSameData);
  }

  /** The user has the queue go on: what stood in the way may be gone. */
  forget(): void {
    this.#tooLarge.clear();
  }
}
