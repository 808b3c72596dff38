import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { inFileWords } from '../../src-main/files/fileFailures.ts';
import { temporaryFolder } from '../lab/fixtures/labs.ts';
import { faultCodes, withFault } from './faultyFiles.ts';

/** What an operation that was cut short may not leave. */
export const unfinished = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.part|\.import-|\.bundle-/.test(name));

/** A sentence that says what was found and what to do, with no path and no stack. */
export const expectWords = (error: unknown): void => {
  const said = inFileWords(error);
  expect(said, String(error)).toBeInstanceOf(LabError);
  if (!(said instanceof LabError)) return;
  const sentence = said.message.replace(/ \(Import of [^)]*\)$/, ''); // where the user's own choice lies
  expect(sentence).toMatch(/^[^\n]+\.$/);
  expect(sentence).not.toMatch(/\/tmp\/|\bat .*:\d+:\d+|injected/);
};

/** What a failure leaves waiting would wait for ever. */
const tooLong = (what: string): Promise<never> =>
  new Promise((_, reject) => setTimeout(() => reject(new Error(`It did not end (${what}).`)), 60_000).unref());

interface Scenario<T> {
  readonly prepare: (folder: string) => void | Promise<void>;
  readonly work: (folder: string) => T | Promise<T>;
  /** What must be true however the work ended. */
  readonly check: (folder: string, outcome: T | null) => void | Promise<void>;
}

/**
 * Has the n-th file operation fail, for every n, until the work has no n-th. The codes take turns, beginning with another one each time
 * round; with ESAM_LAB_EVERY_FAULT each n meets all four.
 */
export const everyFault = async <T>({ prepare, work, check }: Scenario<T>): Promise<number> => {
  for (let at = 1; ; at++) {
    const codes = process.env['ESAM_LAB_EVERY_FAULT'] === undefined ? [faultCodes[at % 4] ?? 'EIO'] : faultCodes;
    for (const code of codes) {
      const folder = temporaryFolder();
      await prepare(folder);
      const { trace, outcome, error } = await withFault({ folder, at, code }, () =>
        Promise.race([work(folder), tooLong(`${code}, operation ${String(at)}`)]),
      );
      const where = `${code} in ${trace[at - 1] ?? 'nothing'}`;
      try {
        if (error !== null) expectWords(error);
        await check(folder, outcome);
      } catch (problem) {
        throw new Error(`${where} (operation ${String(at)}): ${String(problem)}`, { cause: problem });
      }
      if (trace.length < at) return at - 1;
    }
  }
};
