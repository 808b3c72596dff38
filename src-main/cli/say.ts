import { terminalText } from '../../shared/terminalText.ts';

/** A line for a person; never on stdout, which belongs to results. */
export const say = (text: string): void => void process.stderr.write(`${terminalText(text)}\n`);

/** A result on stdout. Waits until it is written: the process exits soon after. */
export const print = (text: string): Promise<void> =>
  new Promise((resolve) => void process.stdout.write(`${terminalText(text)}\n`, () => resolve()));
