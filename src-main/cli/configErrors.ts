import { z } from 'zod';
import { LabError } from '../../shared/errors.ts';

/**
 * Parses what a user wrote.
 * @param what - how the message calls it, such as the file's name.
 * @throws LabError CONFIG_INVALID with every wrong field by its path, in words.
 */
export const parseConfig = <T>(schema: z.ZodType<T>, value: unknown, what: string): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    return `  ${path === '' ? 'the whole' : path}: ${issue.message}`;
  });
  throw new LabError('CONFIG_INVALID', `${what} is no valid configuration; correct these fields:\n${lines.join('\n')}`);
};
