import { mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { SlurmSettings } from '../../../shared/places.ts';
import { CommandFailed, copyFiles } from './runCommand.ts';
import type { Copying, RunCommand } from './runCommand.ts';

/** Does each thing once; what failed is done again by the next who wants it. */
export const onceOf = <T>() => {
  const known = new Map<string, Promise<T>>();
  return (key: string, work: () => Promise<T>): Promise<T> => {
    const doing = known.get(key) ?? work();
    known.set(key, doing);
    doing.catch(() => known.delete(key));
    return doing;
  };
};

/** Nobody answered, in the lab's words; anything else stays what it is. */
export const unavailable = (error: unknown): unknown =>
  error instanceof CommandFailed
    ? new LabError(
        'PLACE_UNAVAILABLE',
        `${error.message}. Jobs there go on, and nothing that they tell is lost; the lab tries again.`,
        { cause: error },
      )
    : error;

/** Another machine that is reached by the user's own ssh, and what is copied to and from it. All throw LabError PLACE_UNAVAILABLE. */
export const distantHost = (settings: () => SlurmSettings, run: RunCommand) => {
  const once = onceOf<string>();
  const name = (): string => settings().host ?? '';
  const ask: RunCommand = async (...args) => {
    try {
      return await run(...args);
    } catch (error) {
      throw unavailable(error);
    }
  };
  const copy = async (args: readonly string[], copying: Copying): Promise<string | null> => {
    try {
      return await copyFiles(name(), args, copying);
    } catch (error) {
      throw unavailable(error);
    }
  };
  return {
    name,
    ask,
    /** Copies what lies in a folder here into one there. @param how - of these paths beneath it; what links lead to in their place. */
    send: async (
      source: string,
      target: string,
      { only, follow = false }: { readonly only?: readonly string[]; readonly follow?: boolean } = {},
    ): Promise<void> => {
      await once(`${name()}:${target}`, () => ask('mkdir', ['-p', target]));
      const args = ['--recursive', follow ? '--copy-links' : '--links', './', `${name()}:${target}/`];
      const left = await copy(args, { cwd: source, ...(only !== undefined && { only }) });
      if (left === null) return;
      throw new LabError('PLACE_UNAVAILABLE', `Not all could be copied to ${name()}: ${left}. The lab tries again.`);
    },
    /** Copies what these folders there have more than those here of the same names. */
    fetch: async (
      source: string,
      target: string,
      folders: readonly string[],
      but: readonly string[],
    ): Promise<void> => {
      mkdirSync(target, { recursive: true });
      const args = ['--append', '--ignore-missing-args', ...but.map((each) => `--exclude=${each}`)];
      const only = folders.map((folder) => relative(target, folder));
      const left = await copy([...args, `${name()}:${source}/`, `${target}/`], { only });
      if (left !== null) console.error(`Not all could be fetched from ${name()}: ${left}`);
    },
  };
};
export type DistantHost = ReturnType<typeof distantHost>;
