import { fieldsNamed, nameKey, queryFields, type QueryField, type QuerySubject } from './fields.ts';
import { comparisonOf, parseQuery } from './query.ts';

export interface Completion {
  /** What the query becomes up to the caret. */
  readonly text: string;
  /** The part that is offered. */
  readonly offer: string;
  readonly help: string;
}

const most = 8;
const quoted = (value: string): string => (/[\s,"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value);

/** What may stand where the caret is: names of fields, then the values that runs have. @param before - the query up to the caret. */
export const completionsOf = (before: string, subjects: readonly QuerySubject[]): Completion[] => {
  const token = /(?:[^\s"]|"[^"]*"?)*$/.exec(before)?.[0] ?? '';
  const head = before.slice(0, before.length - token.length);
  const [, sign = '', body = ''] = /^(-?)(.*)$/s.exec(token) ?? [];
  const comparison = comparisonOf(body);
  if (comparison === null) return body === '' ? [] : names(head + sign, body);
  const { name, operator, value: values } = comparison;
  if (!isEquality(operator)) return [];
  const typed = values.split(',').at(-1) ?? '';
  const kept = before.slice(0, before.length - typed.length);
  const wanted = typed.replaceAll('"', '').toLowerCase();
  const fields = fieldsNamed(name);
  return valuesOf(fields, subjects)
    .map(String)
    .filter((value) => value.toLowerCase().startsWith(wanted) && value.toLowerCase() !== wanted)
    .slice(0, most)
    .map((value) => ({ text: `${kept}${quoted(value)} `, offer: value, help: fields[0]?.help ?? '' }));
};

const isEquality = (operator: string): boolean => [':', '=', '!=', '≠'].includes(operator);

const names = (kept: string, typed: string): Completion[] => {
  const start = nameKey(typed.replaceAll('"', ''));
  if (start === '') return [];
  const found = queryFields.flatMap(({ names: all, help, read: _ }) => {
    const offer = all[0];
    const isMeant = all.some((each) => nameKey(each).startsWith(start));
    return isMeant && offer !== undefined ? [{ text: `${kept}${offer}:`, offer, help }] : [];
  });
  const offers = [...new Map(found.map((each) => [each.offer, each])).values()];
  // What is typed already is meant before what goes on.
  const isWhole = ({ offer }: Completion): boolean => nameKey(offer) === start;
  return offers.toSorted((a, b) => Number(isWhole(b)) - Number(isWhole(a))).slice(0, most);
};

/** The values that runs have of these fields, the commonest first. */
export const valuesOf = (fields: readonly QueryField[], subjects: readonly QuerySubject[]): (number | string)[] => {
  const counts = new Map<number | string, number>();
  for (const subject of subjects) {
    for (const field of fields) {
      const [first, ...more] = field.read(subject);
      // A setting's or a method's other ways of being written are not offered; several tags are.
      const all = field.isList === true ? [first, ...more] : [first];
      for (const value of all) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([value]) => value);
};

/**
 * Whether a query that finds nothing is one that is being written: it is not understood, ends in a comparison, or ends in the beginning of
 * a name or a value that runs have.
 */
export const isHalfTyped = (text: string, subjects: readonly QuerySubject[]): boolean =>
  parseQuery(text).problems.length > 0 || /[:=<>≤≥≠]\s*$/.test(text) || completionsOf(text, subjects).length > 0;
