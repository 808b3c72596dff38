import { ZodError } from 'zod';

/** Rows that could not be read, each once: what it is ("Run 7"), and what about it is not understood. */
export class NotUnderstood {
  readonly #found = new Map<string, string>();

  /** Reads rows one by one; one that is not understood is noted and left out. Nothing is rewritten. */
  rows<Row, T>(rows: readonly Row[], nameOf: (row: Row) => string, read: (row: Row) => T): T[] {
    return rows.flatMap((row) => {
      const value = this.row(row, nameOf, read);
      return value === null ? [] : [value];
    });
  }

  row<Row, T>(row: Row, nameOf: (row: Row) => string, read: (row: Row) => T): T | null {
    try {
      return read(row);
    } catch (error) {
      this.#found.set(nameOf(row), foundIn(error));
      return null;
    }
  }

  /** Why this is left out; null where it is not. */
  reasonOf(name: string): string | null {
    return this.#found.get(name) ?? null;
  }

  /** A sentence each. */
  sentences(): string[] {
    return [...this.#found].map(([name, found]) => sentenceOf(name, found));
  }
}

/** What is said of something that is left out. */
export const sentenceOf = (name: string, found: string): string =>
  `${name} is left out, and stays in the database as it is: this version of the lab does not understand ${found}. ` +
  'It was written by a newer version, or is damaged: open it with that version, or restore a backup.';

const foundIn = (error: unknown): string => {
  if (error instanceof SyntaxError) return 'its text, which is no JSON';
  if (!(error instanceof ZodError)) return error instanceof Error ? error.message : String(error);
  const [issue] = error.issues;
  const path = (issue?.path.map(String).join('.') ?? '').replace(/^(?:config|experiment)\.?/, '');
  if (issue?.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `"${path === '' ? key : `${path}.${key}`}"`);
    return `its setting ${keys.join(', ')}`;
  }
  return `"${path}" (${issue?.message ?? 'invalid'})`;
};
