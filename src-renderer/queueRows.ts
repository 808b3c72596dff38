import { counted } from '../shared/counted.ts';
import type { RunId, RunSummary } from '../shared/run.ts';
import { formatDuration, formatSoon } from './format.ts';

/** Neighbours in the queue that belong to one experiment. */
export interface QueueSection {
  readonly key: string;
  readonly name: string;
  readonly runs: readonly RunSummary[];
}

/** Runs in their order, under the experiment of each stretch. */
export const queueSections = (runs: readonly RunSummary[]): QueueSection[] => {
  const sections: { key: string; name: string; experimentId: number; runs: RunSummary[] }[] = [];
  for (const run of runs) {
    const last = sections.at(-1);
    if (last?.experimentId === run.experimentId) last.runs.push(run);
    else {
      const { experimentId, experimentName: name } = run;
      sections.push({ key: `${experimentId}-${run.id}`, name, experimentId, runs: [run] });
    }
  }
  return sections;
};

/** What runs take together: what is known of it, and of how many nothing is. */
export interface TimeLeft {
  readonly ms: number;
  readonly unknown: number;
}

export const timeLeft = (runs: readonly RunSummary[], leftMs: ReadonlyMap<RunId, number | null>): TimeLeft => {
  const each = runs.map(({ id }) => leftMs.get(id) ?? null);
  const known = each.filter((ms) => ms !== null);
  return { ms: known.reduce((sum, ms) => sum + ms, 0), unknown: each.length - known.length };
};

/**
 * "all runs done about 23:40 (1 h 20 min)"; without a time of day where nothing trains.
 * @param held - how many more wait for the user, and are not counted.
 */
export const doneText = ({ ms, unknown }: TimeLeft, isMoving: boolean, now: number, held: number): string => {
  if (ms === 0) return unknown === 0 ? '' : 'how long they take is not known yet';
  const least = unknown === 0 ? '' : `, and ${counted(unknown, 'run')} of unknown length`;
  if (!isMoving) return `${formatDuration(ms)} of training${least}`;
  const who = held === 0 ? 'all runs' : `all but ${counted(held, 'run')}`;
  return `${unknown === 0 ? `${who} done about` : 'not done before'} ${formatSoon(now + ms, now)} (${formatDuration(ms)}${least})`;
};

/**
 * When runs are expected to start, as far as what stands before them is known.
 * @param coming - the runs that train one after another, those that train now first.
 * @param after - what takes a time that is not known before the first of them starts ("after the speeds"); null: nothing.
 */
export const startTexts = (
  coming: readonly Pick<RunSummary, 'id' | 'state'>[],
  leftMs: ReadonlyMap<RunId, number | null>,
  now: number,
  after: string | null,
): ReadonlyMap<RunId, string> => {
  const texts = new Map<RunId, string>();
  const first = coming[0];
  if (after !== null && first?.state === 'queued') return texts.set(first.id, after);
  let ms = 0;
  for (const { id } of coming) {
    texts.set(id, `about ${formatSoon(now + ms, now)}`);
    const left = leftMs.get(id) ?? null;
    if (left === null) break;
    ms += left;
  }
  return texts;
};
