import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';
import { type CommandResult, runCommand } from '../command.ts';

/** A Python with pip, ready to be called. */
export interface Pip {
  readonly python: string;
  /** Parameters that make it pip: `-m pip`, or the path of a newer pip's wheel. */
  readonly parameters: readonly string[];
  /** "3.12" */
  readonly pythonVersion: string;
  readonly version: number;
}

const pythonNames = process.platform === 'win32' ? ['py', 'python', 'python3'] : ['python3', 'python'];

/** Neutralises user settings that contradict the calls made here. */
const environment = {
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_NO_INPUT: '1',
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_USER: '0',
  PIP_RETRIES: '2',
  PIP_DEFAULT_TIMEOUT: '20',
};

const advice = (): string =>
  process.platform === 'linux'
    ? 'Install them (on Debian and Ubuntu: "sudo apt-get install python3-pip")'
    : 'Install Python 3 from python.org, which brings pip,';

/**
 * Finds a Python 3 that has pip.
 * @throws LabError INSTALL_NO_PIP
 */
export const findPip = async (signal: AbortSignal): Promise<Pip> => {
  let pythonFound = false;
  for (const python of pythonNames) {
    const { code, stdout } = await runCommand(python, ['-m', 'pip', '--version'], { signal, timeoutMs: 60_000 });
    const parsed = /^pip (\d+(?:\.\d+)?).*\(python (3\.\d+)\)/m.exec(stdout);
    if (code === 0 && parsed?.[1] !== undefined && parsed[2] !== undefined) {
      return { python, parameters: ['-m', 'pip'], version: Number(parsed[1]), pythonVersion: parsed[2] };
    }
    pythonFound ||= (await runCommand(python, ['--version'], { signal, timeoutMs: 30_000 })).code === 0;
  }
  throw new LabError(
    'INSTALL_NO_PIP',
    `${pythonFound ? 'Python was found, but without pip' : 'No Python 3 was found'}; Python's pip is needed to fetch TensorFlow. ` +
      `${advice()} and try again.`,
  );
};

const callPip = (
  pip: Pip,
  parameters: readonly string[],
  options: Parameters<typeof runCommand>[2],
): Promise<CommandResult> =>
  runCommand(pip.python, [...pip.parameters, ...parameters], {
    timeoutMs: 3 * 3_600_000,
    ...options,
    environment: { ...environment, ...options?.environment },
  });

const networkTrouble =
  /NewConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded|name resolution|Name or service not known|unreachable|ProxyError|SSLError|CERTIFICATE|Connection (refused|reset|aborted)|RemoteDisconnected|IncompleteRead/i;

/** @throws LabError INSTALL_NO_NETWORK, INSTALL_NO_SPACE when that is why pip failed. */
const explain = (result: CommandResult): void => {
  const said = result.stdout + result.stderr;
  if (/No space left on device|Errno 28\b/.test(said)) {
    throw new LabError(
      'INSTALL_NO_SPACE',
      'The disk became full while pip downloaded TensorFlow. Free some space and try again.',
    );
  }
  if (result.timedOut || networkTrouble.test(said)) {
    throw new LabError(
      'INSTALL_NO_NETWORK',
      'The Python package index could not be reached, so TensorFlow could not be downloaded. ' +
        'Check the network connection and, where there is one, the proxy (HTTPS_PROXY) or mirror (pip config), then try again.',
    );
  }
};

/** The last pip line that says ERROR, for messages. */
const errorOf = (result: CommandResult): string =>
  result.stderr
    .split('\n')
    .findLast((line) => line.startsWith('ERROR'))
    ?.slice(7) ?? `pip ended with code ${result.code ?? 'none'}`;

const modernPip = 25;

/** The pip as it is, or a newer one run out of its own wheel: older ones download whole wheels to say where they are. */
export const modernise = async (pip: Pip, folder: string, signal: AbortSignal): Promise<Pip> => {
  if (pip.version >= modernPip) return pip;
  await mkdir(folder, { recursive: true });
  const result = await callPip(pip, ['download', '--quiet', '--no-deps', '--dest', folder, 'pip'], { signal });
  const wheel = (await readdir(folder)).find((name) => /^pip-.*\.whl$/.test(name));
  if (result.code === 0 && wheel !== undefined)
    return { ...pip, parameters: [join(folder, wheel, 'pip')], version: modernPip };
  explain(result);
  return pip;
};

/** What is asked for: a requirement, with the tags of the platform it is for. */
export interface Wanted {
  readonly requirement: string;
  readonly platformTags: readonly string[];
  /** Whether the packages it needs come along. */
  readonly dependencies: boolean;
}

/** A wheel as the index offers it. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  /** Null only for files of a local index that gives none. */
  readonly sha256: string | null;
}

const reportSchema = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string(), version: z.string() }),
      download_info: z.object({
        url: z.string(),
        archive_info: z.object({ hashes: z.object({ sha256: z.string().optional() }).optional() }).optional(),
      }),
    }),
  ),
});

/** TensorFlow has a wheel per Python; the library inside is the same, so any will do. The machine's own goes first. */
const pythonVersions = (own: string): string[] => [...new Set([own, '3.13', '3.12', '3.11', '3.10'])];

const selection = (wanted: Wanted, pythonVersion: string): string[] => [
  ...['--only-binary=:all:', '--implementation', 'cp', '--python-version', pythonVersion],
  ...['--abi', `cp${pythonVersion.replace('.', '')}`, '--abi', 'abi3', '--abi', 'none'],
  ...wanted.platformTags.flatMap((tag) => ['--platform', tag]),
  ...(wanted.dependencies ? [] : ['--no-deps']),
];

const notOffered = (wanted: Wanted, reason: string): LabError =>
  new LabError('INSTALL_FAILED', `pip could not get ${wanted.requirement} for ${wanted.platformTags[0]}: ${reason}`);

/**
 * Asks pip, and so the user's own index, where the wheels are, without downloading them.
 * @throws LabError INSTALL_NO_NETWORK, INSTALL_FAILED
 */
export const resolveWheels = async (
  pip: Pip,
  wanted: Wanted,
  folder: string,
  signal: AbortSignal,
): Promise<Wheel[]> => {
  await mkdir(folder, { recursive: true });
  const report = join(folder, 'report.json');
  let reason = '';
  for (const pythonVersion of pythonVersions(pip.pythonVersion)) {
    const fixed = [
      'install',
      '--dry-run',
      '--ignore-installed',
      '--use-feature=fast-deps',
      '--target',
      join(folder, 'none'),
    ];
    const parameters = [...fixed, '--report', report, ...selection(wanted, pythonVersion), wanted.requirement];
    const result = await callPip(pip, parameters, { signal, environment: { TMPDIR: folder } });
    if (result.code === 0) {
      return reportSchema.parse(JSON.parse(await readFile(report, 'utf8'))).install.map((item) => ({
        ...item.metadata,
        url: item.download_info.url,
        sha256: item.download_info.archive_info?.hashes?.sha256 ?? null,
      }));
    }
    explain(result);
    reason = errorOf(result);
  }
  throw notOffered(wanted, reason);
};

const folderBytes = async (folder: string): Promise<number> => {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) bytes += (await stat(path).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
};

/**
 * Lets pip download the wheels by itself, with whatever proxies, certificates and credentials it is set up for; pip checks the
 * index's checksums. The bytes reported are those in its temporary folder.
 * @returns paths of the wheels.
 * @throws LabError INSTALL_NO_NETWORK, INSTALL_NO_SPACE, INSTALL_FAILED
 */
export const downloadWithPip = async (
  pip: Pip,
  wanted: Wanted,
  folder: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<string[]> => {
  const wheels = join(folder, 'wheels');
  await mkdir(wheels, { recursive: true });
  const timer = setInterval(() => void folderBytes(folder).then(onBytes, () => undefined), 500);
  let reason = '';
  try {
    for (const pythonVersion of pythonVersions(pip.pythonVersion)) {
      const fixed = ['download', '--quiet', '--no-cache-dir', '--dest', wheels];
      const parameters = [...fixed, ...selection(wanted, pythonVersion), wanted.requirement];
      const result = await callPip(pip, parameters, { signal, environment: { TMPDIR: folder } });
      if (result.code === 0) return (await readdir(wheels)).map((name) => join(wheels, name));
      if (/DO NOT MATCH THE HASHES|expected sha256/i.test(result.stderr)) {
        throw new LabError(
          'INSTALL_CHECKSUM',
          `The download of ${wanted.requirement} does not have the checksum the package index gives.`,
        );
      }
      explain(result);
      reason = errorOf(result);
    }
    throw notOffered(wanted, reason);
  } finally {
    clearInterval(timer);
  }
};
