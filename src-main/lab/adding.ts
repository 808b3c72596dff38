import { LabError } from '../../shared/errors.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { LabOutput } from '../../shared/labApi.ts';
import type { RunId } from '../../shared/run.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import type { Store } from './store/index.ts';
import { chunksOf, inTurns } from './turns.ts';

/** Rows in one transaction: a few milliseconds' work, between which others are answered. */
export const rowsAtOnce = 250;

/** Puts experiments into the queue, one after another, each whole or not at all. */
export class Adding {
  readonly #store: Store;
  readonly #emit: (event: LabEvent) => void;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(store: Store, emit: (event: LabEvent) => void) {
    this.#store = store;
    this.#emit = emit;
  }

  /** Does what adds something once all that was asked for before is done: what it looks at is not changed by others half way. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** To be called in order. @throws LabError where nothing was added. */
  async add(
    experiment: Experiment,
    configs: readonly RunConfig[],
    place: string | null,
  ): Promise<LabOutput<'enqueue'>> {
    const [first, ...others] = [...chunksOf(configs, rowsAtOnce)];
    const { write } = this.#store;
    const added = write.addExperiment(experiment, first ?? [], place, others.length === 0);
    if (others.length === 0) return added;
    const runIds = [...added.runIds];
    const told = (done: number | null): void =>
      this.#emit({
        type: 'enqueueProgressed',
        progress: done === null ? null : { added: done, runs: configs.length },
      });
    try {
      this.#know(runIds);
      for await (const chunk of inTurns(others)) {
        if (this.#isClosed)
          throw new LabError('RUN_STATE', 'The lab was closed while it queued runs; none of them was queued.');
        told(runIds.length);
        const ids = write.addMore(added.experimentId, chunk, place, chunk === others.at(-1));
        this.#know(ids);
        runIds.push(...ids);
      }
      return { ...added, runIds };
    } catch (error) {
      write.removeArriving();
      throw error;
    } finally {
      told(null);
    }
  }

  /** Takes back what is half added. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
  }

  /** Once they appear, all are asked for at once; a few at a time they hold nobody up. */
  #know(ids: readonly RunId[]): void {
    this.#store.read.runs.some(ids);
  }
}
