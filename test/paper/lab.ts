import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { z } from 'zod';
import { deviceStatusSchema } from '../../shared/device.ts';

const entry = resolve(import.meta.dirname, '../../src-main/cli/index.ts');

/** The command line on one workspace. */
export interface CommandLine {
  /** Runs a command; what it says is shown. @returns what it wrote, null where it ended with an error. */
  readonly run: (...args: readonly string[]) => string | null;
  /** What a command tells as JSON. @throws where it ends with an error. */
  readonly asked: <T>(schema: z.ZodType<T>, ...args: readonly string[]) => T;
}

export const commandLine = (workspace: string): CommandLine => {
  const run: CommandLine['run'] = (...args) => {
    const { status, stdout } = spawnSync(process.execPath, [entry, '--workspace', workspace, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 256 * 1024 * 1024,
    });
    return status === 0 ? stdout.toString() : null;
  };
  const asked: CommandLine['asked'] = (schema, ...args) => {
    const text = run('--json', ...args);
    if (text === null) throw new Error(`esam-lab ${args.join(' ')} failed.`);
    return schema.parse(JSON.parse(text));
  };
  return { run, asked };
};

/** Of the last minute, when the work began and when it ended; above the number of cores, other programs ran too. */
type Loads = readonly [begin: number, end: number];

const loadText = ([begin, end]: Loads, cores: number): string => {
  const busy = ': other programs ran too, so believe speeds only where they were measured together';
  return (
    `The load was ${begin.toFixed(1)} at the beginning and ${end.toFixed(1)} at the end, ` +
    `on ${cores} cores${Math.max(begin, end) > cores + 1 ? busy : ''}.`
  );
};

/**
 * Where and when results were made, a sentence or two.
 * @param command - that made them.
 * @param loads - null where they are older than this process.
 */
export const madeBy = ({ asked }: CommandLine, command: string, loads: Loads | null): string => {
  const { cpuModel, cpuCores, memoryBytes, engines } = asked(deviceStatusSchema, 'device');
  const engine = engines.find(({ state }) => state === 'ready')?.version ?? 'an unknown engine';
  const machine = `${cpuModel} × ${cpuCores}, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${engine}`;
  const date = new Date().toISOString().slice(0, 10);
  const load = loads === null ? 'The load of the machine was not noted.' : loadText(loads, cpuCores);
  return `Written by \`${command}\` on ${date}, on ${machine}. ${load}`;
};

/** Writes Markdown in the repository's own format. */
export const writeMarkdown = async (path: string, text: string): Promise<void> => {
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
};
