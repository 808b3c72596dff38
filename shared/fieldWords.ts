import type { z } from 'zod';
import { distance } from './nearest.ts';

/**
 * What is wrong with a field, in words, after its label ("must be more than 0"), or as a sentence of its own; to be given to a schema's
 * `parse` as `error`. Undefined where a schema says it by itself.
 */
export const fieldWords = (issue: z.core.$ZodRawIssue): string | undefined => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin !== 'number' && issue.origin !== 'int') return undefined;
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${String(issue.minimum)}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${String(issue.maximum)} characters`;
      if (issue.origin === 'array') return `must hold at most ${String(issue.maximum)} values`;
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${String(issue.maximum)}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`;
    case 'invalid_union':
      return Array.isArray(issue.options) ? `must be ${oneOf(issue.options)}` : 'must be a value of another kind';
    case 'unrecognized_keys':
      return `knows no ${oneOf(issue.keys)}${nearest(issue)}`;
    default:
      return undefined;
  }
};

const kinds: Readonly<Record<string, string>> = {
  ...{ int: 'a whole number', number: 'a number', string: 'a text', boolean: 'true or false' },
  ...{ array: 'a list', object: 'settings in braces' },
};

/** A value as it was written. */
export const quoted = (value: unknown): string => (typeof value === 'string' ? `“${value}”` : JSON.stringify(value));

const oneOf = (values: readonly unknown[]): string => {
  const texts = values.map(quoted);
  return [texts.slice(0, -1).join(', '), texts.at(-1)].filter((text) => text !== '').join(' or ');
};

/** What a key that is not known may have been meant to be. */
const nearest = ({ keys, inst }: z.core.$ZodRawIssue<z.core.$ZodIssueUnrecognizedKeys>): string => {
  const known = inst !== undefined && 'shape' in inst ? Object.keys((inst as z.ZodObject).shape) : [];
  const [key = ''] = keys;
  const [near] = known.toSorted((a, b) => distance(key, a) - distance(key, b));
  return keys.length !== 1 || near === undefined || distance(key, near) > 2 ? '' : `; near it is “${near}”`;
};

/** Whether words read on from a label. */
export const readsOn = (words: string): boolean => /^(must|is|knows) /.test(words);
