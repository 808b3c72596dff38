import { readFileSync } from 'node:fs';
import { LabError } from '../../../shared/errors.ts';
import { runCommand } from '../command.ts';

/** What a part of the lab needs from the system. */
export type SystemNeed = 'electron' | 'display' | 'browser' | 'compiler' | 'pip' | 'packer';

const parse = (text: string): Map<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [, key, value] = /^(\w+)="?(.*?)"?$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );

const release = (): Map<string, string> => {
  try {
    return parse(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return new Map();
  }
};

/** Debian 13 and Ubuntu 24.04 renamed libraries when their time_t grew to 64 bits. */
const isTime64 = (os: ReadonlyMap<string, string>): boolean => {
  const major = Number(os.get('VERSION_ID')?.split('.')[0] ?? Infinity);
  return (os.get('ID') === 'debian' && major >= 13) || (os.get('ID') === 'ubuntu' && major >= 24);
};

/** Names of the Debian packages for these needs, under the names of this release. */
export const debianPackages = (needs: Iterable<SystemNeed>, os: ReadonlyMap<string, string> = release()): string[] => {
  const suffix = isTime64(os) ? 't64' : '';
  const packages: Record<SystemNeed, string[]> = {
    electron: [`libgtk-3-0${suffix}`, 'libnss3', `libasound2${suffix}`, 'libgbm1', 'libxss1'],
    display: ['xvfb', 'xauth'], // xvfb-run needs xauth, which xvfb only recommends
    browser: ['chromium'],
    compiler: ['g++'],
    pip: ['python3-pip'],
    packer: ['squashfs-tools'],
  };
  return [...new Set(needs)].flatMap((need) => packages[need]);
};

const isDebianFamily = (os: ReadonlyMap<string, string>): boolean =>
  /\b(debian|ubuntu)\b/.test(`${os.get('ID') ?? ''} ${os.get('ID_LIKE') ?? ''}`);

const isRoot = (): boolean => process.getuid?.() === 0;

/** The command that installs what is needed, in words where it is not Debian or Ubuntu. */
export const installCommand = (needs: Iterable<SystemNeed>): string => {
  const os = release();
  const packages = debianPackages(needs, os).join(' ');
  if (isDebianFamily(os)) return `${isRoot() ? '' : 'sudo '}apt-get install ${packages}`;
  return `your package manager: what Debian calls ${packages}`;
};

/**
 * On a continuous-integration machine (root, Debian or Ubuntu, `CI=true`) installs what is needed; anywhere else only says how,
 * for the machine is somebody's own.
 * @throws LabError INSTALL_FAILED with the command to run.
 */
export const provideSystem = async (
  needs: readonly SystemNeed[],
  reasons: readonly string[],
  say: (line: string) => void,
): Promise<void> => {
  if (needs.length === 0) return;
  const command = installCommand(needs);
  const problem = `${reasons.join('\n')}\nInstall what is missing with ${command}`;
  if (!isRoot() || process.env['CI'] !== 'true' || !isDebianFamily(release()))
    throw new LabError('INSTALL_FAILED', problem);
  say(`Installing system packages: ${debianPackages(needs).join(' ')}`);
  const options = { timeoutMs: 20 * 60_000, environment: { DEBIAN_FRONTEND: 'noninteractive' } };
  const patience = ['-q', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300'];
  await runCommand('apt-get', [...patience, 'update'], options);
  const install = [...patience, 'install', '--yes', '--no-install-recommends', ...debianPackages(needs)];
  const result = await runCommand('apt-get', install, options);
  if (result.code !== 0) {
    const said = result.stderr.trim().split('\n').slice(-5).join('\n');
    throw new LabError('INSTALL_FAILED', `${problem}\napt-get could not do it: ${said}`);
  }
};
