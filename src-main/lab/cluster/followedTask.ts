import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { TrainingEvent } from '../../../shared/jobs/train.ts';
import type { LogLine } from '../../../shared/run.ts';
import { readRegular } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';
import type { Checkpoints } from '../checkpoints.ts';
import { Recording } from '../jobs/recording.ts';
import type { Ending } from '../jobs/recording.ts';
import type { LiveJob } from '../store/clusterJobs.ts';
import type { Store } from '../store/index.ts';
import { assignmentSchema, attemptFolderOf, jobFolderNames, lastAttempt, spoolOf, taskFolderOf } from './jobFolder.ts';
import { isEnd, readSpool } from './spool.ts';
import type { SpoolRecord } from './spool.ts';

export interface FollowParts {
  readonly store: Store;
  readonly checkpoints: Checkpoints;
  /** Kept with the run. */
  readonly place: string;
  /** Hears of events that the store holds. */
  readonly onStored: (events: readonly TrainingEvent[]) => void;
}

/** A checkpoint that was told and is not there is waited for so many looks: shared disks show files late. */
const mostLooks = 20;

/**
 * What a task tells of its run, from its spools into the store: each event once and in order, however often the lab is closed or killed in
 * between. Of several attempts the newest counts: once it has begun, what an older one still writes is left alone.
 */
export class FollowedTask {
  readonly #job: LiveJob;
  readonly #parts: FollowParts;
  readonly #folder: string;
  #recording: Recording | null = null;
  #attempt: number;
  #offset = 0;
  #sequence = 0;
  #looks = 0;
  /** The last attempt made room; another one will go on. */
  #hasLeft = false;
  #hasProgressed = false;
  #ending: Ending | null = null;

  constructor(job: LiveJob, parts: FollowParts) {
    this.#job = job;
    this.#parts = parts;
    this.#folder = taskFolderOf(job.submission, job.task);
    this.#attempt = Math.max(1, job.attempt);
  }

  get ending(): Ending | null {
    return this.#ending;
  }

  /** A checkpoint was kept since the submission: another one would go on from there. */
  get hasProgressed(): boolean {
    return this.#hasProgressed;
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  get hasBegun(): boolean {
    return this.#recording !== null;
  }

  /** Epochs that are kept. */
  get epochs(): number {
    return this.#recording?.epochs ?? 0;
  }

  /** Stores what is new. @returns whether there was anything. @throws LabError WORKSPACE_UNWRITABLE */
  async read(): Promise<boolean> {
    let isNews = false;
    while (this.#ending === null) {
      const { records, ends } = readSpool(this.#path(), this.#offset, this.#sequence);
      if (records.length === 0) {
        if (!this.#isFollowed()) break;
        // What the former attempt told last may have come just before the new one began.
        if (readSpool(this.#path(), this.#offset, this.#sequence).records.length > 0) continue;
        this.#attempt++;
        [this.#offset, this.#sequence, this.#recording, this.#hasLeft] = [0, 0, null, false];
        continue;
      }
      const taken = this.#take(records);
      isNews ||= taken > 0;
      this.#sequence += taken;
      this.#offset = ends[taken - 1] ?? this.#offset;
      if (taken < records.length) break; // the rest waits for a checkpoint's file
      await setImmediate();
    }
    return isNews;
  }

  #path(): string {
    return spoolOf(this.#folder, this.#attempt);
  }

  /** A newer attempt tells something. */
  #isFollowed(): boolean {
    if (lastAttempt(this.#folder) <= this.#attempt) return false;
    return readSpool(spoolOf(this.#folder, this.#attempt + 1), 0, 0).records.length > 0;
  }

  /** @returns how many of them are stored now, or were. */
  #take(records: readonly SpoolRecord[]): number {
    const { store, onStored } = this.#parts;
    const { runId } = this.#job;
    const known = this.#attempt === this.#job.attempt ? this.#job.sequence : 0;
    const old = records.filter(({ sequence }) => sequence <= known);
    old.forEach((record) => this.#recall(record));
    const fresh = this.#availableOf(records.slice(old.length));
    const [last] = fresh.slice(-1);
    if (last === undefined) return old.length;
    const told: TrainingEvent[] = [];
    store.write.jobs.take(runId, () => {
      for (const record of fresh) this.#store(record, told);
      return { attempt: this.#attempt, sequence: last.sequence, isOver: this.#ending !== null };
    });
    onStored(told);
    return old.length + fresh.length;
  }

  /** Up to the first checkpoint whose file is still to come; those before it are brought into the workspace. */
  #availableOf(records: readonly SpoolRecord[]): readonly SpoolRecord[] {
    const dropped = new Set(records.flatMap((record) => (record.kind === 'dropped' ? record.fileNames : [])));
    for (const [index, record] of records.entries()) {
      if (record.kind !== 'event' || record.event.type !== 'checkpointed') continue;
      const { checkpoint } = record.event;
      const folder = join(attemptFolderOf(this.#folder, this.#attempt), jobFolderNames.checkpoints);
      const isThere = this.#parts.checkpoints.adopt(this.#job.runId, folder, checkpoint);
      if (isThere || dropped.has(checkpoint.fileName)) continue;
      if (++this.#looks < mostLooks) return records.slice(0, index);
    }
    return records;
  }

  #recall(record: SpoolRecord): void {
    if (record.kind === 'began') this.#begin(record, true);
    if (record.kind === 'left') this.#hasLeft = true;
    if (record.kind !== 'event') return;
    this.#recording?.recall(record.event);
    this.#hasProgressed ||= record.event.type === 'checkpointed';
  }

  #begin({ isResuming }: Extract<SpoolRecord, { kind: 'began' }>, isAgain: boolean): Recording {
    const { runId } = this.#job;
    const { store, onStored } = this.#parts;
    const config = store.read.runs.one(runId)?.config;
    if (config === undefined) throw new Error(`Run ${runId} is gone while its job goes on.`);
    const add = (event: TrainingEvent): void => onStored([event]);
    const dataset = this.#dataset();
    this.#recording = new Recording({ runId, config, dataset, isResuming, isAgain }, store.write, add);
    return this.#recording;
  }

  /** The data set that it trains on; null where the disk is away. */
  #dataset(): DatasetInfo | null {
    try {
      const text = readRegular(join(this.#folder, jobFolderNames.assignment)).toString('utf8');
      return assignmentSchema.parse(JSON.parse(text)).dataset;
    } catch {
      return null;
    }
  }

  #store(record: SpoolRecord, told: TrainingEvent[]): void {
    const { write, read } = this.#parts.store;
    const { runId } = this.#job;
    switch (record.kind) {
      case 'began': {
        const run = read.runs.one(runId);
        if (run?.state === 'queued') write.start(runId, this.#parts.place);
        this.#begin(record, run?.startedAt !== null || run.epochsDone > 0);
        const again = this.#attempt > 1 ? `, for the ${ordinal(this.#attempt)} time` : '';
        return this.#log('info', `Its job began on ${record.host}${again}.`, told, record.at);
      }
      case 'dropped': {
        // Where only a copy of the folder is seen, it is still there.
        const attempt = attemptFolderOf(this.#folder, this.#attempt);
        record.fileNames.forEach((name) => remove('checkpoint', attempt, jobFolderNames.checkpoints, name));
        return;
      }
      case 'left':
        this.#hasLeft = true;
        return this.#log('info', `${record.reason} A checkpoint is kept, and it goes on from there.`, told);
      case 'broke':
        return this.#end(this.#recording?.broken(record.how) ?? { state: 'interrupted', reason: record.how.reason });
      case 'event':
        return this.#storeEvent(record, told);
    }
  }

  #storeEvent(record: Extract<SpoolRecord, { kind: 'event' }>, told: TrainingEvent[]): void {
    const { checkpoints } = this.#parts;
    const { runId } = this.#job;
    const { event, nonFinite } = record;
    if (event.type === 'checkpointed' && !checkpoints.has(runId, event.checkpoint)) return; // dropped meanwhile
    if (event.type === 'resumed') checkpoints.dropAfter(runId, event);
    const ending = this.#recording?.store(event, nonFinite) ?? null;
    this.#hasProgressed ||= event.type === 'checkpointed';
    told.push(event);
    if (ending !== null && isEnd(record)) this.#end(ending);
  }

  #end(ending: Ending): void {
    const { write } = this.#parts.store;
    write.end(this.#job.runId, ending.state, ending.reason);
    this.#ending = ending;
  }

  #log(level: LogLine['level'], text: string, told: TrainingEvent[], at = new Date().toISOString()): void {
    const line = { at, level, text };
    this.#parts.store.write.log(this.#job.runId, line);
    told.push({ type: 'logged', line });
  }
}

const ordinal = (count: number): string => (count === 2 ? 'second' : count === 3 ? 'third' : `${count}th`);
