import type { ShellApi } from '../shared/shellApi.ts';

/** What the desktop, or a browser in its place, did not do; its message is made for the user. */
export class ShellRefusal extends Error {
  override readonly name = 'ShellRefusal';
}

type Call = (...input: readonly unknown[]) => Promise<unknown>;

/** The same shell; what it refuses is told from faults of the window's own. */
export const refusingShell = (shell: ShellApi): ShellApi => {
  const calls = Object.entries(shell).map(([name, call]: [string, Call]) => {
    const told: Call = async (...input) => {
      try {
        return await call(...input);
      } catch (error) {
        throw new ShellRefusal(error instanceof Error ? error.message : String(error), { cause: error });
      }
    };
    return [name, told];
  });
  return Object.fromEntries(calls) as ShellApi;
};
