import { fieldsNamed, queryFields, type QuerySubject } from './fields.ts';
import { parseQuery } from './query.ts';

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
  const [, name = '', operator = '', values = ''] = /^([^":=<>≤≥≠!]+)(!=|[:=])(.*)$/s.exec(body) ?? [];
  if (operator === '') return body === '' ? [] : names(head + sign, body);
  const typed = values.split(',').at(-1) ?? '';
  const kept = head + sign + name + operator + values.slice(0, values.length - typed.length);
  const wanted = typed.replaceAll('"', '').toLowerCase();
  const [field] = fieldsNamed(name);
  return valuesOf(name, subjects)
    .filter((value) => value.toLowerCase().startsWith(wanted) && value.toLowerCase() !== wanted)
    .slice(0, most)
    .map((value) => ({ text: `${kept}${quoted(value)} `, offer: value, help: field?.help ?? '' }));
};

const names = (kept: string, typed: string): Completion[] => {
  const start = typed.toLowerCase();
  const found = queryFields.flatMap(({ names: all, help, read: _ }) => {
    const offer = all[0];
    const isMeant = all.some((each) => each.toLowerCase().startsWith(start));
    return isMeant && offer !== undefined ? [{ text: `${kept}${offer}:`, offer, help }] : [];
  });
  return [...new Map(found.map((each) => [each.offer, each])).values()].slice(0, most);
};

/** The commonest first. */
const valuesOf = (name: string, subjects: readonly QuerySubject[]): string[] => {
  const fields = fieldsNamed(name);
  const counts = new Map<string, number>();
  for (const subject of subjects) {
    for (const field of fields) {
      const [first, ...more] = field.read(subject);
      // A setting's or a method's other ways of being written are not offered; several tags are.
      const all = name.startsWith('tag') || name === 'is' ? [first, ...more] : [first];
      for (const value of all) if (value !== undefined) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
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
