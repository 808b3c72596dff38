import { analysisWork } from '../../../shared/analyses/index.ts';
import type { AnalysisSummary } from '../../../shared/analyses/record.ts';
import { LabError } from '../../../shared/errors.ts';
import { analyseJob, type AnalyseEvent, type AnalyseInput } from '../../../shared/jobs/analyse.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import { JobProcess, type JobLimits } from '../jobs/jobProcess.ts';
import type { StoredAnalysis } from '../store/analyses.ts';
import type { Store } from '../store/index.ts';
import type { TrainerLauncher } from '../trainers.ts';
import { timeLeft } from './timeLeft.ts';

export interface AnalysesParts {
  readonly store: Store;
  readonly launcher: TrainerLauncher;
  readonly limits: JobLimits;
  /** What a trainer needs for it. @throws LabError where the run, its checkpoint, its data or the engine is not there. */
  readonly inputOf: (analysis: StoredAnalysis) => Promise<AnalyseInput>;
  /** A run trains: analyses wait for its end. */
  readonly isBusy: () => boolean;
  /** Analyse these alone; null = all that wait. */
  readonly only: ReadonlySet<number> | null;
  readonly emit: (event: LabEvent) => void;
}

interface Active {
  readonly id: number;
  readonly job: JobProcess<AnalyseInput, AnalyseEvent>;
  /** Since its checkpoint and examples are there. */
  startedMs: number;
  readonly rowsBefore: number;
}

/**
 * Analyses checkpoints, one after another and never while a run trains. Each row is stored, then acknowledged, then told; what was cut short
 * goes on at its next row.
 */
export class Analyses {
  readonly #parts: AnalysesParts;
  #active: Active | null = null;
  #isClosed = false;
  #pumped: Promise<void> | null = null;

  constructor(parts: AnalysesParts) {
    this.#parts = parts;
  }

  /** Looks for work; called whenever there may be some. */
  wake(): void {
    this.#pumped ??= this.#pump().finally(() => (this.#pumped = null));
  }

  /** Settles when none is under way. */
  async idle(): Promise<void> {
    await this.#active?.job.closed;
  }

  /** Puts one into the queue. @returns its number. */
  add(asked: Pick<StoredAnalysis, 'runId' | 'fileName' | 'epoch' | 'settings'>): number {
    const id = this.#parts.store.write.analyses.insert({ ...asked, rowCount: analysisWork(asked.settings).rows });
    this.#changed(id);
    return id;
  }

  /**
   * @returns those that it ended, and those that had ended before.
   * @throws LabError RUN_NOT_FOUND, and none is ended.
   */
  cancel(ids: readonly number[]): { cancelled: AnalysisSummary[]; ended: AnalysisSummary[] } {
    const found = ids.map((id) => this.#found(id));
    const going = found.filter(({ endedAt }) => endedAt === null);
    for (const { id } of going) this.#end(id, 'cancelled', 'Cancelled by you; the rows that were there are kept.');
    if (going.some(({ id }) => this.#active?.id === id)) this.#active?.job.cancel('It was cancelled.');
    const ended = found.filter(({ endedAt }) => endedAt !== null);
    return {
      cancelled: going.map(({ id }) => this.summaryOf(this.#found(id))),
      ended: ended.map((each) => this.summaryOf(each)),
    };
  }

  /**
   * Puts one that ended without all its rows back into the queue.
   * @throws LabError RUN_NOT_FOUND, RUN_STATE where nothing of it is left to do.
   */
  resume(id: number): void {
    const { state, rowsDone, rowCount } = this.#found(id);
    if (state === 'queued' || state === 'running') return;
    if (rowsDone === rowCount) throw new LabError('RUN_STATE', `Analysis ${id} has all of its ${rowCount} rows.`);
    if (this.#active?.id === id)
      throw new LabError('RUN_STATE', `Analysis ${id} is just ending; try again in a moment.`);
    this.#parts.store.write.analyses.state(id, 'queued');
    this.#changed(id);
  }

  /** With what is left of it at its present pace: rows of one analysis can take a pass or hundreds. */
  summaryOf(analysis: StoredAnalysis): AnalysisSummary {
    return { ...analysis, msLeft: this.#msLeft(analysis) };
  }

  /** Ends what runs; it goes on at its next row when the lab is opened again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#active?.job.cancel('The lab was closed.');
    await this.#pumped;
  }

  #found(id: number): StoredAnalysis {
    const found = this.#parts.store.read.analyses.one(id);
    if (found === null) throw new LabError('RUN_NOT_FOUND', `There is no analysis ${id} in this workspace.`);
    return found;
  }

  #msLeft({ id, settings, rowsDone }: StoredAnalysis): number | null {
    if (this.#active?.id !== id) return null;
    const { startedMs, rowsBefore } = this.#active;
    return timeLeft(settings, rowsBefore, rowsDone, performance.now() - startedMs);
  }

  #next(): StoredAnalysis | undefined {
    const { store, isBusy, only } = this.#parts;
    if (this.#isClosed || isBusy()) return undefined;
    return store.read.analyses.all().find(({ id, state }) => state === 'queued' && (only === null || only.has(id)));
  }

  async #pump(): Promise<void> {
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#analyse(next);
    } catch (error) {
      console.error('The analyses stopped:', error);
    }
  }

  async #analyse(analysis: StoredAnalysis): Promise<void> {
    const { id, rowsDone } = analysis;
    const { store, launcher, limits, inputOf } = this.#parts;
    let input: AnalyseInput;
    try {
      input = await inputOf(analysis);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      this.#end(id, 'failed', error.message);
      return;
    }
    if (this.#next()?.id !== id) return; // cancelled meanwhile, or a run has begun
    store.write.analyses.state(id, 'running');
    const job = new JobProcess(analyseJob, input, {
      ...{ launcher, limits, device: input.config.device },
      onEvent: (event) => this.#take(id, event),
      onTaken: ({ type }) => {
        if (type !== 'opened') this.#changed(id);
      },
      onBreak: ({ reason, cause }) => this.#broke(id, rowsDone, cause === 'gone', reason),
    });
    this.#active = { id, job, startedMs: performance.now(), rowsBefore: rowsDone };
    this.#changed(id);
    await job.closed;
    this.#active = null;
    this.#changed(id);
  }

  #take(id: number, event: AnalyseEvent): void {
    const { analyses } = this.#parts.store.write;
    if (event.type === 'opened') {
      if (this.#active?.id === id) this.#active.startedMs = performance.now();
    } else if (event.type === 'row') analyses.row(id, event.place, event.row);
    else if (event.type === 'done') analyses.state(id, 'finished');
    else if (event.type === 'failed') analyses.state(id, 'failed', event.message);
    else analyses.state(id, 'cancelled', 'Stopped before its end; the rows that were there are kept.');
  }

  /** A process that died goes on in another one, as long as each brings a row. */
  #broke(id: number, rowsBefore: number, isGone: boolean, reason: string): void {
    const { read, write } = this.#parts.store;
    const found = read.analyses.one(id);
    if (found?.state !== 'running') return;
    const goesOn = this.#isClosed || (isGone && found.rowsDone > rowsBefore);
    if (goesOn) write.analyses.state(id, 'queued');
    else write.analyses.state(id, 'failed', `The analysis was cut short. ${reason}`);
  }

  #end(id: number, state: 'cancelled' | 'failed', reason: string): void {
    this.#parts.store.write.analyses.state(id, state, reason);
    this.#changed(id);
  }

  #changed(id: number): void {
    const found = this.#parts.store.read.analyses.one(id);
    if (found !== null) this.#parts.emit({ type: 'analysisChanged', analysis: this.summaryOf(found) });
  }
}
