import { execFile, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './freePorts.ts';

const run = promisify(execFile);

/** A host that is reached by ssh: a daemon on this machine with a port, keys and a configuration of its own. */
export interface LoopbackHost {
  readonly alias: string;
  /** A folder to come first in PATH: ssh finds its alias, as it would by a user's own configuration. */
  readonly commands: string;
  start(): Promise<void>;
  /** Ends the daemon and every connection. */
  stop(): Promise<void>;
  remove(): void;
}

/** Why there can be no such host here; null: there can. */
export const whyNoHost = async (): Promise<string | null> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'sshd is started as root of a Linux machine.';
  const found = await Promise.all(['sshd', 'ssh', 'rsync'].map((command) => run('which', [command]).catch(() => null)));
  return found.every((each) => each !== null) ? null : 'apt install openssh-server openssh-client rsync';
};

/** Whoever logs in is greeted, with numbers in it. @param environment - what its sessions have. */
export const makeHost = async (environment: Readonly<Record<string, string>>): Promise<LoopbackHost> => {
  const alias = 'loopback';
  const folder = mkdtempSync(join(tmpdir(), 'esam-lab-ssh-'));
  const of = (name: string): string => join(folder, name);
  for (const key of ['host', 'user']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', of(key)]);
  copyFileSync(of('user.pub'), of('authorized'));
  chmodSync(folder, 0o700);
  const [port = 0] = await freePorts(1);
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  writeFileSync(
    of('sshd_config'),
    [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${of('host')}`, `AuthorizedKeysFile ${of('authorized')}`],
      ...[`PidFile ${of('sshd.pid')}`, 'UsePAM no', 'StrictModes no', 'PasswordAuthentication no'],
      ...['PermitRootLogin prohibit-password', 'LogLevel ERROR', `SetEnv ${variables.join(' ')}`, ''],
    ].join('\n'),
  );
  writeFileSync(
    of('config'),
    [
      ...[`Host ${alias}`, 'HostName 127.0.0.1', `Port ${port}`, 'User root', `IdentityFile ${of('user')}`],
      ...['IdentitiesOnly yes', `UserKnownHostsFile ${of('known')}`, 'StrictHostKeyChecking accept-new', ''],
    ].join('\n'),
  );
  const commands = of('commands');
  mkdirSync(commands);
  const { stdout: ssh } = await run('which', ['ssh']);
  writeFileSync(
    join(commands, 'ssh'),
    `#!/bin/sh\ncase "$*" in *rsync*) ;; *) echo 2026; echo 3 jobs of yours wait ;; esac\nexec ${ssh.trim()} -F ${of('config')} "$@"\n`,
    { mode: 0o755 },
  );
  mkdirSync('/run/sshd', { recursive: true }); // as the system's service does
  const { stdout: sshd } = await run('which', ['sshd']);
  let daemon: ReturnType<typeof spawn> | null = null;
  return {
    ...{ alias, commands },
    start: async () => {
      daemon = spawn(sshd.trim(), ['-D', '-e', '-f', of('sshd_config')], { stdio: 'ignore', detached: true });
      for (;;) {
        const answer = await run(join(commands, 'ssh'), [alias, 'true']).catch(() => null);
        if (answer !== null) return;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    stop: async () => {
      const { pid } = daemon ?? {};
      if (daemon === null || pid === undefined) return;
      const closed = new Promise((resolve) => daemon?.once('close', resolve));
      process.kill(-pid, 'SIGKILL');
      await closed;
      daemon = null;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
