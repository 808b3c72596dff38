import { basename, dirname, join, posix } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { SlurmSettings } from '../../../shared/places.ts';
import { cacheFolder } from '../../runtimes/cacheFolder.ts';
import { onceOf, unavailable } from './distantHost.ts';
import type { DistantHost } from './distantHost.ts';
import { plainLabFiles } from './labFiles.ts';
import type { LabFiles } from './labFiles.ts';
import { leastNode, nodeAtHand } from './nodeAtHand.ts';
import { preparedIn } from './prepared.ts';
import { quoted } from './quoted.ts';
import { CommandFailed } from './runCommand.ts';
import type { RunCommand } from './runCommand.ts';

/** TensorFlow is downloaded and its binding compiled. */
const installMs = 3_600_000;

/** Where the app's files and a fetched Node are kept on this machine. */
const cache = (): string => join(cacheFolder(), 'cluster');

/**
 * The lab's own program on a distant host, with its Node, and the engine that it gets there by itself: the same provisioning as here, with
 * the host's way into the internet and one cache for all. Each version of the lab has a folder of its own, so that jobs under way keep theirs.
 */
export const distantLab = (settings: () => SlurmSettings, root: () => string, host: DistantHost, run: RunCommand) => {
  const once = onceOf<string>();
  const refused = (message: string, cause?: unknown): LabError => new LabError('PLACE_REFUSED', message, { cause });

  /** Runs a line of shell on the host, after the lines that jobs begin with. */
  const shell = async (line: string, limitMs?: number): Promise<string> => {
    try {
      return await run('bash', ['-c', [...settings().setup, line].join('\n')], limitMs);
    } catch (error) {
      if (!(error instanceof CommandFailed) || error.isUnanswered) throw unavailable(error);
      throw refused(`The lab cannot be started on ${host.name()}: ${reasonIn(error.message)}`, error);
    }
  };
  const packagesFolder = ({ packagesId }: LabFiles): string => posix.join(root(), 'lab', packagesId);
  const nodeFor = async (lab: LabFiles): Promise<string> => {
    const { node } = settings();
    if (node !== null && node !== '') return node;
    const system = (await host.ask('uname', ['-sm'])).trim().split('\n').at(-1) ?? '';
    const here = await nodeAtHand(system, lab, cache());
    const folder = posix.join(packagesFolder(lab), 'node');
    await host.send(dirname(here), folder, { only: [basename(here)], follow: true });
    return posix.join(folder, basename(here));
  };
  /** A container may be there for jobs only: whether they can start it, they say themselves. */
  const requireNode = async (start: string): Promise<void> => {
    if (settings().container !== '') return;
    const [, version = '', major = ''] = /^v((\d+)\.[\d.]+)$/m.exec(await shell(`${start} --version`)) ?? [];
    if (Number(major) >= leastNode) return;
    throw refused(
      `The Node that ${host.name()} has is ${version === '' ? 'none' : version}; the lab needs ${leastNode}. Name another one: "esam-lab places set slurm node=/path/to/node", or none, and the lab brings its own.`,
    );
  };
  const bring = async (): Promise<string> => {
    const lab = await plainLabFiles(cache());
    const node = await nodeFor(lab);
    const code = posix.join(packagesFolder(lab), lab.codeId);
    await host.send(lab.root, packagesFolder(lab), { only: lab.packages });
    await host.send(lab.root, code, { only: lab.code });
    const start = `${settings().container} ${quoted(node)}`.trim();
    await requireNode(start);
    const cacheThere = quoted(posix.join(root(), 'cache'));
    return `env ESAM_LAB_CACHE=${cacheThere} ${start} ${quoted(posix.join(code, lab.entry))}`;
  };
  /** Brings it. @returns the command that starts it, for a shell. */
  const program = (): Promise<string> => {
    const { container, node } = settings();
    return once(JSON.stringify([host.name(), root(), container, node]), bring);
  };
  /** Runs it on the host itself as jobs start it. */
  const start = async (args: string, limitMs?: number): Promise<string> => shell(`${await program()} ${args}`, limitMs);
  return {
    program,
    start,
    /** Brings TensorFlow. @returns its binding's path there. */
    engine: (): Promise<string> => {
      const variant = settings().gpus > 0 ? 'gpu' : 'cpu';
      return once(JSON.stringify([host.name(), root(), variant]), async () => {
        const prepared = preparedIn(await start(`--prepare ${variant}`, installMs));
        if ('bindingPath' in prepared) return prepared.bindingPath;
        throw refused(
          `TensorFlow cannot be had on ${host.name()}: ${whyNoTensorflow(prepared.problem)} Runs on the WebAssembly engine need none.`,
        );
      });
    },
  };
};

/** The C library that was found missing; undefined: it was not that. */
const missingGlibc = (said: string): string | undefined => /GLIBC_([\d.]+)['’] not found/.exec(said)?.[1];

/** Why TensorFlow is not there, in whole sentences. */
const whyNoTensorflow = (said: string): string => {
  const version = missingGlibc(said);
  return version === undefined
    ? said.replace(/[.\s]*$/, '.')
    : `its C library is older than ${version}, which TensorFlow needs. Name a container that has a newer one ("esam-lab places set slurm container=…").`;
};

/** Why a program does not start, with what to do where that is known. */
const reasonIn = (said: string): string => {
  const version = missingGlibc(said);
  return version === undefined
    ? said
    : `its C library is older than ${version}, which Node needs. Name a container that has a newer one ("esam-lab places set slurm container=…"), or a Node that runs there (node=…).`;
};
