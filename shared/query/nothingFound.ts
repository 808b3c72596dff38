import { counted } from '../counted.ts';
import { nearest, nearText } from '../nearest.ts';
import { valuesOf } from './complete.ts';
import { namesNear, runFields, type QueryField, type QuerySubject } from './fields.ts';
import { isFoundBy, type Query, type QueryPart } from './query.ts';

const most = 6;

/**
 * Why a query finds nothing, in sentences: which part no run meets, with what there is instead, or that what it finds is put away.
 * Empty where there are no runs, or the query finds some.
 */
export const nothingFound = (query: Query, subjects: readonly QuerySubject[]): string[] => {
  if (subjects.length === 0 || subjects.some(query.finds)) return [];
  const hidden = subjects.filter(query.matches);
  if (hidden.length > 0) return putAway(hidden);
  const unmet = query.parts.filter((part) => !subjects.some((subject) => isFoundBy(part, subject)));
  if (unmet.length === 0) return ['Each part finds runs, but none has all of them.'];
  return unmet.map((part) => whyNone(part, subjects));
};

const putAway = (hidden: readonly QuerySubject[]): string[] => {
  const trashed = hidden.filter(({ isTrashed }) => isTrashed === true).length;
  const archived = hidden.length - trashed;
  return [
    ...(archived === 0 ? [] : [`In the archive it finds ${counted(archived, 'run')}: add is:archived.`]),
    ...(trashed === 0 ? [] : [`In the trash it finds ${counted(trashed, 'run')}: add is:trashed.`]),
  ];
};

const whyNone = ({ text, isNot, fields, wanted }: QueryPart, subjects: readonly QuerySubject[]): string => {
  if (isNot) return `${text} leaves out every run.`;
  const [word = ''] = wanted;
  if (fields.length === 0) return `Nothing that is said of a run has “${word}” in it${wordsLike(word, subjects)}.`;
  const values = valuesOf(fields, subjects);
  if (values.length === 0) return `No run has ${text}: none has a value for ${fields[0]?.names[0] ?? text}.`;
  return `No run has ${text}; there ${valueWords(fields, values, word)}.`;
};

/** As keys, or as values that can be asked for by one. */
const wordsLike = (word: string, subjects: readonly QuerySubject[]): string => {
  const values = runFields
    .filter(({ names: [name = ''] }) => ['method', 'state', 'tag', 'data'].includes(name))
    .flatMap((field) => valuesOf([field], subjects).map(String));
  const near = [...namesNear(word).map((name) => `${name}:`), ...nearest(word, values)];
  return near.length === 0 ? '' : `; ${nearText(near)}`;
};

/** Few as they are, the nearest of many; from where to where numbers go. */
const valueWords = (fields: readonly QueryField[], values: readonly (number | string)[], wanted: string): string => {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const isFraction = fields.some((field) => field.isFraction === true);
  const inWords = (value: number | string): string =>
    isFraction && typeof value === 'number' ? `${Number((100 * value).toFixed(2))}%` : String(value);
  if (numbers.length > most && numbers.length === values.length)
    return `are ${inWords(numbers[0] ?? 0)} to ${inWords(numbers.at(-1) ?? 0)}`;
  const [one, ...more] = numbers.length === values.length ? numbers : values;
  if (more.length === 0) return `is only ${inWords(one ?? '')}`;
  if (more.length < most) return `are ${[one ?? '', ...more].map(inWords).join(', ')}`;
  const texts = values.map(String);
  const near = nearest(wanted, texts, most);
  return `are ${(near.length > 0 ? near : texts.slice(0, most)).join(', ')} and others`;
};
