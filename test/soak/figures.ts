import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What must not grow with the number of kills. */
export interface Figures {
  /** Of the lab: resident memory, open files and sockets, threads. */
  readonly memoryMb: number;
  readonly handles: number;
  readonly threads: number;
  readonly databaseMb: number;
  /** SQLite's log beside it. */
  readonly logMb: number;
  /** What lies in the temporary folder, of notes about files that are being written, and under temporary names in the workspace. */
  readonly temporaries: number;
  /** That the store holds, of all runs. */
  readonly epochs: number;
}

export interface Folders {
  readonly workspace: string;
  /** The processes' own TMPDIR. */
  readonly temporary: string;
  /** Their own XDG_STATE_HOME. */
  readonly state: string;
}

const megabytes = (file: string): number => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) / 1e6;
const allIn = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String);

/** Files under temporary names. */
export const litterIn = (workspace: string): string[] =>
  allIn(workspace).filter((name) => /\.part|\.import-/.test(name));

/** @param lab - its process id, while it runs. */
export const figuresOf = (lab: number, { workspace, temporary, state }: Folders, epochs: number): Figures => {
  const status = readFileSync(`/proc/${lab}/status`, 'utf8');
  const numberAt = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    memoryMb: (numberAt('VmRSS') * 1024) / 1e6,
    handles: readdirSync(`/proc/${lab}/fd`).length,
    threads: numberAt('Threads'),
    databaseMb: megabytes(join(workspace, 'lab.db')),
    logMb: megabytes(join(workspace, 'lab.db-wal')),
    temporaries: [temporary, state].flatMap(allIn).length + litterIn(workspace).length,
    epochs,
  };
};

export const figuresText = (figures: Figures): string =>
  `lab ${figures.memoryMb.toFixed(0)} MB, ${figures.handles} handles, ${figures.threads} threads; database ${figures.databaseMb.toFixed(2)} MB ` +
  `+ ${figures.logMb.toFixed(1)} MB, ${figures.epochs} epochs; ${figures.temporaries} temporary files`;

/** The rest is noise of a garbage collector and of a trainer that is just starting. */
const allowed = { memoryMb: 40, handles: 4, threads: 2, logMb: 8, temporaries: 3, databaseBytesPerEpoch: 200 };

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** What grew from the second quarter to the last one, in sentences; the first quarter fills caches. The database may grow with the epochs. */
export const growth = (samples: readonly Figures[]): string[] => {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return [];
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  const flat = (['memoryMb', 'handles', 'threads', 'logMb', 'temporaries'] as const).flatMap((name) => {
    const [before, after] = [early, late].map((each) => middle(each.map((figures) => figures[name])));
    return before !== undefined && after !== undefined && after - before > allowed[name]
      ? [`${name} grew from ${before.toFixed(1)} to ${after.toFixed(1)} within one lab.`]
      : [];
  });
  const [first, last] = [early[0], late.at(-1)];
  if (first === undefined || last === undefined || last.epochs <= first.epochs) return flat;
  const perEpoch = (1e6 * (last.databaseMb - first.databaseMb)) / (last.epochs - first.epochs);
  const before = (1e6 * first.databaseMb) / first.epochs;
  return perEpoch > before + allowed.databaseBytesPerEpoch
    ? [...flat, `The database grew by ${perEpoch.toFixed(0)} bytes an epoch, ${before.toFixed(0)} at first.`]
    : flat;
};
