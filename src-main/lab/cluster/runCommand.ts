import { execFile } from 'node:child_process';
import type { SlurmSettings } from '../../../shared/places.ts';
import { pathOfText } from '../../files/byteNames.ts';
import { leash } from '../../processes/leash.ts';
import { quoted } from './quoted.ts';

/** Runs a command where Slurm's are, for a minute unless told otherwise. @returns its stdout. @throws CommandFailed */
export type RunCommand = (command: string, args: readonly string[], limitMs?: number) => Promise<string>;

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  /** Nobody answered: what was asked may have been done nevertheless. */
  readonly isUnanswered: boolean;

  constructor(message: string, isUnanswered: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isUnanswered = isUnanswered;
  }
}

const usualLimitMs = 60_000;
/** Slurm shortens long lists of tasks unless it is told not to. */
const wholeLists = 'SLURM_BITSTR_LEN';

interface Failure {
  /** Exit code; a system's word where the command could not be started; null where it was killed. */
  readonly code: string | number | null;
  readonly said: string;
  readonly error: Error;
}

interface Execution {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: Buffer;
  /** 0: it ends by itself, or with this process. */
  readonly limitMs?: number | undefined;
}

const execute = (
  program: string,
  args: readonly string[],
  { environment = {}, cwd, input, limitMs = usualLimitMs }: Execution,
  explain: (failure: Failure) => CommandFailed,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...environment }, cwd, timeout: limitMs, maxBuffer: 64_000_000 };
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = stderr.trim().replace(/^\w+: (?:error: )?/gm, '');
      if (error.killed === true)
        return reject(
          new CommandFailed(`${program} gave no answer in ${String(limitMs / 1000)} s`, true, { cause: error }),
        );
      reject(explain({ code: error.code ?? null, said: said === '' ? error.message : said, error }));
    });
    if (limitMs === 0) child.once('close', leash(child.pid)); // it may be long under way
    child.stdin?.on('error', () => undefined); // it ended before it had read everything, and says why
    child.stdin?.end(input);
  });

/** On this machine. */
const runHere: RunCommand = (command, args, limitMs) =>
  execute(command, args, { environment: { [wholeLists]: '0' }, limitMs }, ({ code, said, error }) => {
    const isMissing = code === 'ENOENT';
    return new CommandFailed(isMissing ? `there is no ${command} here` : said, isMissing, { cause: error });
  });

/** A connection that is dead is given up in a minute, and nothing asks for a password that nobody would hear. */
export const sshOptions = [
  ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20'],
  ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3'],
] as const;

/** What ssh itself ends with, whatever it was to run. */
const sshFailed = 255;
const notFound = 127;

/** What a login shell prints by itself, such as a greeting with numbers in it, comes before this. */
const answerBelow = 'esam-lab: the answer is below';

const withoutGreeting = (said: string): string => {
  const at = said.indexOf(`${answerBelow}\n`);
  return at < 0 ? said : said.slice(at + answerBelow.length + 1);
};

/** With the user's own ssh, and what stands in its configuration: alias, key, port, jump host, a connection that is kept. */
const runOver =
  (host: string): RunCommand =>
  async (command, args, limitMs) => {
    // A login shell's PATH: clusters put Slurm's commands there by their profile.
    const words = ['env', `${wholeLists}=0`, command, ...args].map(quoted).join(' ');
    const line = `printf '%s\\n' ${quoted(answerBelow)}; exec ${words}`;
    const said = await execute(
      'ssh',
      [...sshOptions, host, `bash -lc ${quoted(line)}`],
      { limitMs },
      ({ code, said, error }) => {
        if (code === 'ENOENT') return new CommandFailed('there is no ssh here', true, { cause: error });
        if (code === sshFailed)
          return new CommandFailed(`${host} cannot be reached by ssh: ${said}`, true, { cause: error });
        const isMissing = code === notFound && said.includes(command);
        return new CommandFailed(isMissing ? `there is no ${command} on ${host}` : said, isMissing, { cause: error });
      },
    );
    return withoutGreeting(said);
  };

/** Where the settings of a place say that Slurm is. */
export const runAt =
  (settings: () => Pick<SlurmSettings, 'host'>): RunCommand =>
  (command, args, limitMs) => {
    const { host } = settings();
    return host === null ? runHere(command, args, limitMs) : runOver(host)(command, args, limitMs);
  };

export interface Copying {
  /** Where relative paths begin. */
  readonly cwd?: string;
  /** Paths beneath the source, to be copied with their folders; absent: all of it. */
  readonly only?: readonly string[];
}

/** What rsync ends with where files went while it looked; and where some could not be copied, the others were. */
const harmless: readonly unknown[] = [23, 24];
/** Ends of rsync that are the connection's. */
const unanswered: readonly unknown[] = [10, 12, 30, 35, sshFailed];

/**
 * Copies by rsync over the same ssh; what it has copied of a file is kept for the next time.
 * @returns what could not be copied, or null.
 * @throws CommandFailed
 */
export const copyFiles = async (
  host: string,
  args: readonly string[],
  { cwd, only }: Copying,
): Promise<string | null> => {
  const ssh = ['ssh', ...sshOptions].join(' ');
  const list = only === undefined ? [] : ['--recursive', '--from0', '--files-from=-'];
  const all = ['--times', '--perms', '--secluded-args', '--timeout=60', `--rsh=${ssh}`, ...list, ...args];
  const input = Buffer.concat(only?.flatMap((path) => [Buffer.from(pathOfText(path)), Buffer.of(0)]) ?? []);
  try {
    await execute('rsync', all, { limitMs: 0, input, ...(cwd !== undefined && { cwd }) }, ({ code, said, error }) => {
      if (code === 'ENOENT') return new CommandFailed('there is no rsync here', true, { cause: error });
      if (harmless.includes(code)) return new Incomplete(said, false, { cause: error });
      const isMissing = /rsync: (?:command )?not found/.test(said);
      const why = isMissing ? `there is no rsync on ${host}` : `files cannot be copied from or to ${host}: ${said}`;
      return new CommandFailed(why, isMissing || unanswered.includes(code), { cause: error });
    });
    return null;
  } catch (error) {
    if (error instanceof Incomplete) return error.message;
    throw error;
  }
};

/** All but some files were copied. */
class Incomplete extends CommandFailed {}
