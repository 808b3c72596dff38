import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ZodError } from 'zod';
import type { ZodType } from 'zod';
import { readRegular } from '../files/readRegular.ts';

export interface FoundFiles<T> {
  readonly found: readonly T[];
  /** What is wrong with those that are left out, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Reads all files of a folder that comes with the app (*.json), in the order of their names. One that cannot be read or is not understood leaves
 * the others.
 * @param called - what a file holds, and what all of them do.
 */
export const readResourceFiles = <T extends object>(
  folder: string,
  schema: ZodType<T>,
  called: { readonly one: string; readonly all: string },
): FoundFiles<T> => {
  const read = (name: string): T | string => {
    try {
      return schema.parse(JSON.parse(readRegular(join(folder, name)).toString('utf8')));
    } catch (error) {
      return `The ${called.one} ${name} is left out: ${foundIn(error)}. Install the app again, or correct the file.`;
    }
  };
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const all = names.sort().map(read);
    return {
      found: all.filter((each) => typeof each !== 'string'),
      problems: all.filter((each) => typeof each === 'string'),
    };
  } catch (error) {
    return { found: [], problems: [`The ${called.all} cannot be read (${foundIn(error)}). Install the app again.`] };
  }
};

const foundIn = (error: unknown): string => {
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    return `it is not understood at "${issue?.path.join('.') ?? ''}" (${issue?.message ?? 'invalid'})`;
  }
  if (error instanceof SyntaxError) return 'it is no JSON';
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code !== 'ENOTFILE' ? `the system refused it, ${String(error.code)}` : error.message;
};
