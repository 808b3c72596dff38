import { fieldsNamed, queryFields, runFields, settingFields, type QueryField, type QuerySubject } from './fields.ts';

const operators = ['!=', '<=', '>=', '≠', '≤', '≥', ':', '=', '<', '>'] as const;
type Operator = (typeof operators)[number];
const operatorOf = (text: string): Operator | undefined => operators.find((operator) => operator === text);

/** A part of a query; all parts must hold. */
type Term =
  | { readonly kind: 'word'; readonly isNot: boolean; readonly word: string }
  | {
      readonly kind: 'field';
      readonly isNot: boolean;
      readonly fields: readonly QueryField[];
      readonly operator: Operator;
      /** Any of them will do. */
      readonly wanted: readonly string[];
    };

export interface Query {
  readonly matches: (subject: QuerySubject) => boolean;
  /** What of it is not understood, in sentences; those parts are left out. */
  readonly problems: readonly string[];
  /** Whether a list that this is asked of shows it: what is archived or in the trash only where the query names that. */
  readonly finds: (subject: QuerySubject) => boolean;
}

/**
 * Reads a query such as `method:esam β>0.5 state:finished,stopped -tag:draft "weight decay"`. Parts are separated by blanks, and all must
 * hold; `-` before one turns it round; commas separate alternatives; `*` at a value's end stands for anything; a bare word is looked
 * for in everything that is said of a run.
 */
export const parseQuery = (text: string): Query => {
  const problems: string[] = [];
  const terms = tokensOf(text).flatMap((token) => {
    const term = termOf(token);
    if (typeof term === 'string') problems.push(term);
    return term === null || typeof term === 'string' ? [] : [term];
  });
  const asksFor = (what: string): boolean =>
    terms.some(
      (term) => term.kind === 'field' && !term.isNot && term.wanted.some((wanted) => wanted.toLowerCase() === what),
    );
  const [asksForArchived, asksForTrashed] = [asksFor('archived'), asksFor('trashed')];
  const matches = (subject: QuerySubject): boolean => terms.every((term) => holds(term, subject) !== term.isNot);
  return {
    problems,
    matches,
    finds: (subject) =>
      (!subject.annotation.archived || asksForArchived) &&
      (subject.isTrashed !== true || asksForTrashed) &&
      matches(subject),
  };
};

/** Blanks around a comparison belong to it, blanks in quotation marks to the value. */
const tokensOf = (text: string): string[] => {
  const joined = text.replace(/"[^"]*"?|\s*(?:!=|<=|>=|[<>≤≥≠=])\s*/g, (part) =>
    part.startsWith('"') ? part : part.trim(),
  );
  return joined.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
};

/** @returns a sentence where it is not understood, null where it says nothing yet. */
const termOf = (token: string): Term | string | null => {
  const isNot = token.startsWith('-') && token.length > 1;
  const body = isNot ? token.slice(1) : token;
  const [, name = '', found = '', value = ''] = /^([^":=<>≤≥≠!]+)(!=|<=|>=|[:=<>≤≥≠])(.*)$/s.exec(body) ?? [];
  const operator = operatorOf(found);
  if (operator === undefined) {
    const word = unquoted(body).toLowerCase();
    return word === '' ? null : { kind: 'word', isNot, word };
  }
  const fields = fieldsNamed(name);
  if (fields.length === 0) return `There is no “${name}” to ask for${likeName(name)}`;
  const wanted = (value.match(/(?:[^,"]|"[^"]*"?)+/g) ?? []).map(unquoted).filter((each) => each !== '');
  if (wanted.length === 0) return null;
  const isOrder = '<>≤≥'.includes(operator.charAt(0));
  const odd = isOrder ? wanted.find((each) => numberOf(each) === null) : undefined;
  if (odd !== undefined) return `${name} ${operator} needs a number; “${odd}” is none.`;
  return { kind: 'field', isNot, fields, operator, wanted };
};

const unquoted = (text: string): string => text.replaceAll('"', '').trim();

/** A name that begins alike, as a proposal. */
const likeName = (name: string): string => {
  const start = name.toLowerCase().slice(0, 3);
  const near = queryFields.flatMap(({ names }) => names.filter((each) => each.toLowerCase().startsWith(start)));
  return near[0] === undefined ? '.' : `; did you mean ${near[0]}?`;
};

/** "95%" is 0.95. */
const numberOf = (text: string): number | null => {
  const [, digits = '', percent] = /^([+-]?[\d.]+(?:e[+-]?\d+)?)\s*(%?)$/i.exec(text.replace('−', '-')) ?? [];
  const number = Number(digits);
  if (digits === '' || !Number.isFinite(number)) return null;
  return percent === '%' ? number / 100 : number;
};

const holds = (term: Term, subject: QuerySubject): boolean => {
  if (term.kind === 'word') return textOf(subject).includes(term.word);
  const { fields, operator, wanted } = term;
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
const wordsOf = (fields: readonly QueryField[], subject: QuerySubject): string =>
  fields
    .flatMap((field) => field.read(subject).filter((value) => typeof value === 'string'))
    .join(' ')
    .toLowerCase();

/** Everything that is said of a run; only the settings' values, as their names are in every run. */
const textOf = (subject: QuerySubject): string => {
  const { run } = subject;
  const ofSettings = settingWords.get(run.groupHash) ?? wordsOf(settingFields, subject);
  settingWords.set(run.groupHash, ofSettings);
  return `${wordsOf(runFields, subject)} ${ofSettings} seed ${run.config.seed} run ${run.id}`;
};
