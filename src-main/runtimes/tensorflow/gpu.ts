import { runCommand } from '../command.ts';

export interface Gpu {
  readonly name: string;
  /** Null where the driver does not tell. */
  readonly memoryBytes: number | null;
}

/** The first NVIDIA GPU whose driver answers, else null. */
export const findGpu = async (): Promise<Gpu | null> => {
  const query = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
  const { code, stdout } = await runCommand('nvidia-smi', query, { timeoutMs: 2_000 });
  return code === 0 ? readGpu(stdout) : null;
};

/** @param text - a line for each GPU: its name, and its memory in MiB ("NVIDIA H100 PCIe, 81559"). */
export const readGpu = (text: string): Gpu | null => {
  const line = text.split('\n')[0] ?? '';
  const comma = line.lastIndexOf(',');
  const name = line.slice(0, comma).trim();
  if (name === '') return null;
  const mebibytes = Number(line.slice(comma + 1));
  return { name, memoryBytes: Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : null };
};
