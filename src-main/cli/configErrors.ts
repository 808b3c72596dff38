import { z } from 'zod';
import { LabError } from '../../shared/errors.ts';
import { fieldWords, readsOn } from '../../shared/fieldWords.ts';
import { valueAt } from '../../shared/valueAt.ts';

/**
 * Parses what a user wrote.
 * @param what - how the message calls it, such as the file's name.
 * @throws LabError CONFIG_INVALID with every wrong field by its path, in words.
 */
export const parseConfig = <T>(schema: z.ZodType<T>, value: unknown, what: string): T => {
  const parsed = schema.safeParse(value, { error: fieldWords });
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const path = nameOf(issue.path.map(String), value);
    return readsOn(issue.message) ? `  ${path} ${issue.message}` : `  ${path}: ${issue.message}`;
  });
  throw new LabError('CONFIG_INVALID', `${what} is no valid configuration; correct these fields:\n${lines.join('\n')}`);
};

/** A field by its path; an axis by the setting that it changes, which is what the user wrote. */
const nameOf = (path: readonly string[], value: unknown): string => {
  const [first, index = ''] = path;
  const setting = first === 'axes' ? valueAt(value, `axes.${index}.path`) : undefined;
  if (typeof setting === 'string') return `axis ${setting}`;
  return path.length === 0 ? 'the configuration' : path.join('.');
};
