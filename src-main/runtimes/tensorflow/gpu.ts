import { runCommand } from '../command.ts';

/** Name of the first NVIDIA GPU whose driver answers, else null. */
export const findGpu = async (): Promise<string | null> => {
  const result = await runCommand('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { timeoutMs: 10_000 });
  return result.code === 0 ? (result.stdout.split('\n')[0]?.trim() ?? '') || null : null;
};
