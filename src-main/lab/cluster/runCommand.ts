import { execFile } from 'node:child_process';
import type { SlurmSettings } from '../../../shared/places.ts';
import { quoted } from './quoted.ts';

/** Runs a command where Slurm's are. @returns its stdout. @throws CommandFailed */
export type RunCommand = (command: string, args: readonly string[]) => Promise<string>;

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  /** Nobody answered: what was asked may have been done nevertheless. */
  readonly isUnanswered: boolean;

  constructor(message: string, isUnanswered: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isUnanswered = isUnanswered;
  }
}

const limitMs = 60_000;
/** Slurm shortens long lists of tasks unless it is told not to. */
const wholeLists = 'SLURM_BITSTR_LEN';

interface Failure {
  /** Exit code; a system's word where the command could not be started; null where it was killed. */
  readonly code: string | number | null;
  readonly said: string;
  readonly error: Error;
}

const execute = (
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  explain: (failure: Failure) => CommandFailed,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...environment }, timeout: limitMs, maxBuffer: 64_000_000 };
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = stderr.trim().replace(/^\w+: (?:error: )?/gm, '');
      if (error.killed === true)
        return reject(new CommandFailed(`${program} gave no answer in ${limitMs / 1000} s`, true, { cause: error }));
      reject(explain({ code: error.code ?? null, said: said === '' ? error.message : said, error }));
    });
    child.stdin?.end();
  });

/** On this machine. */
const runHere: RunCommand = (command, args) =>
  execute(command, args, { [wholeLists]: '0' }, ({ code, said, error }) => {
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

/** With the user's own ssh, and what stands in its configuration: alias, key, port, jump host, a connection that is kept. */
const runOver =
  (host: string): RunCommand =>
  (command, args) => {
    // A login shell's PATH: clusters put Slurm's commands there by their profile.
    const words = ['env', `${wholeLists}=0`, command, ...args].map(quoted).join(' ');
    return execute('ssh', [...sshOptions, host, `bash -lc ${quoted(words)}`], {}, ({ code, said, error }) => {
      if (code === 'ENOENT') return new CommandFailed('there is no ssh here', true, { cause: error });
      if (code === sshFailed)
        return new CommandFailed(`${host} cannot be reached by ssh: ${said}`, true, { cause: error });
      const isMissing = code === notFound;
      return new CommandFailed(isMissing ? `there is no ${command} on ${host}` : said, isMissing, { cause: error });
    });
  };

/** Where the settings of a place say that Slurm is. */
export const runAt =
  (settings: () => Pick<SlurmSettings, 'host'>): RunCommand =>
  (command, args) => {
    const { host } = settings();
    return host === null ? runHere(command, args) : runOver(host)(command, args);
  };
