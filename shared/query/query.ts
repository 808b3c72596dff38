import { nearText } from '../nearest.ts';
import type { RunSummary } from '../run.ts';
import { settingEntries, settingText } from '../settings/index.ts';
import { fieldsNamed, namesNear, runFields, type QueryField, type QuerySubject } from './fields.ts';

const operators = ['!=', '<=', '>=', '≠', '≤', '≥', ':', '=', '<', '>'] as const;
type Operator = (typeof operators)[number];

/** A part of a query; all parts must hold. */
export interface QueryPart {
  /** As it was written. */
  readonly text: string;
  readonly isNot: boolean;
  /** What is asked for by name; none: a word is looked for in everything. */
  readonly fields: readonly QueryField[];
  readonly operator: Operator;
  /** Any of them will do. */
  readonly wanted: readonly string[];
}

export interface Query {
  readonly parts: readonly QueryPart[];
  readonly matches: (subject: QuerySubject) => boolean;
  /** What of it is not understood, in sentences; those parts are left out. */
  readonly problems: readonly string[];
  /** Comparisons without a value, in sentences: still being typed, or forgotten. They are left out. */
  readonly unfinished: readonly string[];
  /** Whether a list that this is asked of shows it: what is archived or in the trash only where the query names that. */
  readonly finds: (subject: QuerySubject) => boolean;
}

/**
 * Reads a query such as `method:esam β>0.5 state:finished,stopped -tag:draft "weight decay":0.001`. Parts are separated by blanks, and
 * all must hold; `-` before one turns it round; commas separate alternatives; `*` at a value's end stands for anything; a bare word is
 * looked for in everything that is said of a run.
 */
export const parseQuery = (text: string): Query => {
  const problems: string[] = [];
  const unfinished: string[] = [];
  const parts = tokensOf(text).flatMap((token) => {
    const part = partOf(token);
    if (typeof part === 'string') problems.push(part);
    if (part === null) unfinished.push(`“${token}” says nothing of what is wanted.`);
    return part === null || typeof part === 'string' ? [] : [part];
  });
  const asksFor = (what: string): boolean =>
    parts.some(
      ({ fields, isNot, wanted }) => fields.length > 0 && !isNot && wanted.some((each) => each.toLowerCase() === what),
    );
  const [asksForArchived, asksForTrashed] = [asksFor('archived'), asksFor('trashed')];
  const matches = (subject: QuerySubject): boolean => parts.every((part) => isFoundBy(part, subject));
  return {
    ...{ parts, problems, unfinished, matches },
    finds: (subject) =>
      (!subject.annotation.archived || asksForArchived) &&
      (subject.isTrashed !== true || asksForTrashed) &&
      matches(subject),
  };
};

/** Whether a part of a query lets a run pass. */
export const isFoundBy = (part: QueryPart, subject: QuerySubject): boolean => holds(part, subject) !== part.isNot;

/** Blanks around a comparison belong to it, blanks in quotation marks to the value. */
const tokensOf = (text: string): string[] => {
  const joined = text.replace(/"[^"]*"?|\s*(?:!=|<=|>=|[<>≤≥≠=])\s*/g, (part) =>
    part.startsWith('"') ? part : part.trim(),
  );
  return joined.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
};

/** A name, a comparison and what follows; the name may stand in quotation marks. Nothing of a bare word. */
export const comparisonOf = (body: string): { name: string; operator: Operator; value: string } | null => {
  const [, name = '', found = '', value = ''] = /^("[^"]+"|[^":=<>≤≥≠!]+)(!=|<=|>=|[:=<>≤≥≠])(.*)$/s.exec(body) ?? [];
  const operator = operators.find((each) => each === found);
  return operator === undefined ? null : { name: unquoted(name), operator, value };
};

/** @returns a sentence where it is not understood, null where it says nothing yet. */
const partOf = (text: string): QueryPart | string | null => {
  const isNot = text.startsWith('-') && text.length > 1;
  const body = isNot ? text.slice(1) : text;
  const comparison = comparisonOf(body);
  if (comparison === null) {
    const word = unquoted(body).toLowerCase();
    return word === '' ? null : { text, isNot, fields: [], operator: ':', wanted: [word] };
  }
  const { name, operator, value } = comparison;
  const fields = fieldsNamed(name);
  if (fields.length === 0) return `There is no “${name}” to ask for; ${namesLike(name)}.`;
  const wanted = (value.match(/(?:[^,"]|"[^"]*"?)+/g) ?? []).map(unquoted).filter((each) => each !== '');
  if (wanted.length === 0) return null;
  const isOrder = '<>≤≥'.includes(operator.charAt(0));
  const odd = isOrder ? wanted.find((each) => numberOf(each) === null) : undefined;
  if (odd !== undefined) return `${name} ${operator} needs a number; “${odd}” is none.`;
  return { text, isNot, fields, operator, wanted };
};

const unquoted = (text: string): string => text.replaceAll('"', '').trim();

const namesLike = (name: string): string => {
  const near = namesNear(name);
  if (near.length > 0) return nearText(near);
  return `there are ${runFields.map(({ names: [first] }) => first).join(', ')}, and every setting by its name`;
};

/** "95%" is 0.95. */
const numberOf = (text: string): number | null => {
  const [, digits = '', percent] = /^([+-]?[\d.]+(?:e[+-]?\d+)?)\s*(%?)$/i.exec(text.replace('−', '-')) ?? [];
  const number = Number(digits);
  if (digits === '' || !Number.isFinite(number)) return null;
  return percent === '%' ? number / 100 : number;
};

const holds = ({ fields, operator, wanted }: QueryPart, subject: QuerySubject): boolean => {
  if (fields.length === 0) return wanted.some((word) => textOf(subject).includes(word));
  return fields.some((field) => {
    const values = field.read(subject);
    if (values.length === 0) return false;
    const isAny = values.some((value) => wanted.some((each) => isMet(field, value, operator, each)));
    return operator === '!=' || operator === '≠' ? !isAny : isAny;
  });
};

/** Of "!=": whether it is equal. */
const isMet = (field: QueryField, value: number | string, operator: Operator, wanted: string): boolean => {
  if (typeof value === 'string') return isText(field, value.toLowerCase(), wanted.toLowerCase());
  const parsed = numberOf(wanted);
  if (parsed === null) return false;
  // An accuracy above 1 can only be meant in percent.
  const number = field.isFraction === true && parsed > 1 ? parsed / 100 : parsed;
  const isEqual = Math.abs(value - number) <= 1e-9 * Math.max(Math.abs(value), Math.abs(number));
  switch (operator) {
    case '<':
      return value < number && !isEqual;
    case '>':
      return value > number && !isEqual;
    case '<=':
    case '≤':
      return value < number || isEqual;
    case '>=':
    case '≥':
      return value > number || isEqual;
    default:
      return isEqual;
  }
};

const isText = ({ isPart }: QueryField, value: string, wanted: string): boolean => {
  if (wanted.endsWith('*')) return value.startsWith(wanted.slice(0, -1));
  return isPart === true ? value.includes(wanted) : value === wanted;
};

/** A hash names one configuration for ever, so none is put into words twice. */
const settingWords = new Map<string, string>();
/** Thousands of configurations share most of their parts, and so these parts' words. */
const partWords = new WeakMap<object, string>();

/** The values of a part's settings, in words and raw; numbers say nothing without a name. */
const wordsOfPart = (name: string, part: unknown): string => {
  const key = typeof part === 'object' ? part : null;
  const known = key === null ? undefined : partWords.get(key);
  if (known !== undefined) return known;
  const words = settingEntries({ [name]: part })
    .flatMap(([path, value]) => (typeof value === 'number' ? [] : [settingText(path, value), String(value)]))
    .join(' ');
  if (key !== null) partWords.set(key, words);
  return words;
};

const wordsOfSettings = ({ groupHash, config }: RunSummary): string => {
  const known = settingWords.get(groupHash);
  if (known !== undefined) return known;
  const words = Object.entries(config).map(([name, part]) => wordsOfPart(name, part));
  const text = words.join(' ').toLowerCase();
  settingWords.set(groupHash, text);
  return text;
};

const wordsOfRun = (subject: QuerySubject): string =>
  runFields
    .flatMap((field) => field.read(subject).filter((value) => typeof value === 'string'))
    .join(' ')
    .toLowerCase();

/** Every word of a query, and every letter that is typed, asks all subjects; each is put into words once. */
const texts = new WeakMap<QuerySubject, string>();

/** Everything that is said of a run; only the settings' values, as their names are in every run. */
export const textOf = (subject: QuerySubject): string => {
  const known = texts.get(subject);
  if (known !== undefined) return known;
  const { run } = subject;
  const text = `${wordsOfRun(subject)} ${wordsOfSettings(run)} seed ${run.config.seed} run ${run.id}`;
  texts.set(subject, text);
  return text;
};
