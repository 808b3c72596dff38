import type { QuerySubject } from '../query/fields.ts';
import type { GroupMeans } from '../result.ts';

/** What a cell holds, before it is written for people; null: there is nothing. */
export type CellValue = number | string | null;

/** How values are written, on screen and on a terminal. */
export type CellKind = 'bytes' | 'count' | 'duration' | 'percent' | 'setting' | 'speed' | 'text' | 'time';

/** Runs that differ only in their seed, as a row of the list. */
export interface GroupSubject {
  /** Those that are shown, never none; the first speaks for what they have in common. */
  readonly subjects: readonly [QuerySubject, ...QuerySubject[]];
  /** Of all its runs, shown or not. */
  readonly runCount: number;
  readonly finishedCount: number;
  /** The lab's means over those that finished; null where none has, or they were not read yet. */
  readonly results: GroupMeans | null;
}

/** A column of the list of runs. */
export interface RunColumn {
  readonly id: string;
  readonly header: string;
  readonly unit?: string;
  /** One sentence: what it tells. */
  readonly help: string;
  readonly kind: CellKind;
  readonly ofRun: (subject: QuerySubject) => CellValue;
  readonly ofGroup: (group: GroupSubject) => CellValue;
  /** Sample standard deviation beside a mean. */
  readonly sdOfGroup?: (group: GroupSubject) => number | null;
  /** Where the value alone says too little. */
  readonly runText?: (subject: QuerySubject) => string;
  readonly groupText?: (group: GroupSubject) => string;
}

/** The one value that all of a group's runs have; "3 different" where they have several. */
export const inCommon =
  (of: (subject: QuerySubject) => CellValue) =>
  ({ subjects }: GroupSubject): CellValue => {
    const values = new Set(subjects.map(of).filter((value) => value !== null));
    const [only = null] = values;
    return values.size > 1 ? `${values.size} different` : only;
  };

/** The largest of a group's runs; null where none has a value. */
export const largest =
  (of: (subject: QuerySubject) => CellValue) =>
  ({ subjects }: GroupSubject): CellValue =>
    subjects.map(of).reduce((most, value) => (compareValues(value, most) > 0 || most === null ? value : most), null);

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const compareValues = (a: CellValue, b: CellValue): number => {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return words.compare(a, b);
  return typeof a === 'number' ? -1 : 1;
};

/** Of a sort: numbers by size, words by the alphabet, and whatever has no value last, whichever way round. */
export const compareCells = (a: CellValue, b: CellValue, isDescending: boolean): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return isDescending ? compareValues(b, a) : compareValues(a, b);
};
