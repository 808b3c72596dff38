import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** What the lab's own kernels are compiled for; the first that a processor has is the best for it. */
export interface InstructionSet {
  readonly id: string;
  readonly title: string;
  /** For ops/kernels.cc, which only runs where `module.cc` has found the instructions. */
  readonly flags: readonly string[];
  /** For module.cc, which runs on any processor. */
  readonly moduleFlags: readonly string[];
}

const avx2 = ['-mavx2', '-mfma', '-mf16c'];
const avx512 = ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', ...avx2];
const avx512Bfloat16 = [...avx512, '-mavx512bf16'];
const setsByProcessor: Readonly<Record<string, readonly InstructionSet[]>> = {
  x64: [
    {
      id: 'amx',
      title: 'AVX-512 and AMX',
      flags: [...avx512Bfloat16, '-mamx-tile', '-mamx-bf16'],
      moduleFlags: ['-DKERNELS_NEED_AVX512', '-DKERNELS_NEED_BFLOAT16', '-DKERNELS_NEED_AMX'],
    },
    {
      id: 'avx512bf16',
      title: 'AVX-512 with bfloat16',
      flags: avx512Bfloat16,
      moduleFlags: ['-DKERNELS_NEED_AVX512', '-DKERNELS_NEED_BFLOAT16'],
    },
    { id: 'avx512', title: 'AVX-512', flags: avx512, moduleFlags: ['-DKERNELS_NEED_AVX512'] },
    { id: 'avx2', title: 'AVX2', flags: avx2, moduleFlags: [] },
  ],
  arm64: [{ id: 'neon', title: 'NEON', flags: [], moduleFlags: [] }],
};

/** Those of this machine's kind of processor, best first. */
export const instructionSets = setsByProcessor[process.arch] ?? [];

/** A module's file name; it lies beside the binding. */
export const moduleFile = ({ id }: InstructionSet): string => `esamKernels-${id}.node`;

/** The lab's own kernels for TensorFlow on a CPU. */
export interface FoundKernels {
  /** Modules for Node that register the kernels with TensorFlow once the binding is loaded: one per instruction set, best first. */
  readonly modules: readonly { readonly title: string; readonly path: string }[];
  /** Why some or all are not there, in sentences; null when all are. */
  readonly reason: string | null;
}

/** Kept beside the binding when something could not be built. */
const recordSchema = z.object({ reason: z.string() });
export type KernelsRecord = z.infer<typeof recordSchema>;
export const kernelsRecord = 'kernels.json';

const readReason = async (folder: string): Promise<string | null> => {
  try {
    const { reason } = recordSchema.parse(JSON.parse(await readFile(join(folder, kernelsRecord), 'utf8')));
    return `${reason} To try again with another compiler, delete ${folder} and install TensorFlow again.`;
  } catch {
    return null;
  }
};

/** The kernels that lie beside a binding. */
export const findKernels = async (bindingPath: string): Promise<FoundKernels> => {
  const folder = dirname(bindingPath);
  const modules = instructionSets
    .map((set) => ({ title: set.title, path: join(folder, moduleFile(set)) }))
    .filter(({ path }) => existsSync(path));
  if (modules.length === instructionSets.length && modules.length > 0) return { modules, reason: null };
  const files = instructionSets.map(moduleFile).join(' and ');
  const nothing = files === '' ? `There are none for ${process.arch}.` : `${files} should lie in ${folder}.`;
  return { modules, reason: (await readReason(folder)) ?? nothing };
};
