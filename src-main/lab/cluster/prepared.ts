import { z } from 'zod';

/** What the lab's program on a cluster's host says of the engine there, on a line of its own among what it printed besides. */
const preparedSchema = z.union([z.strictObject({ bindingPath: z.string() }), z.strictObject({ problem: z.string() })]);
type Prepared = z.infer<typeof preparedSchema>;

const mark = 'esam-lab prepared ';

export const preparedLine = (prepared: Prepared): string => `${mark}${JSON.stringify(prepared)}`;

export const preparedIn = (text: string): Prepared => {
  const line = text.split('\n').findLast((each) => each.startsWith(mark));
  return line === undefined
    ? { problem: `the lab's program there said nothing of it: ${text.trim().slice(-300)}` }
    : preparedSchema.parse(JSON.parse(line.slice(mark.length)));
};

/** Has TensorFlow on this machine, installed where it is not; of several labs at once, one installs. */
export const prepareTensorflow = async (variant: string): Promise<Prepared> => {
  const { signal } = new AbortController();
  try {
    const { installTensorflow } = await import('../../runtimes/tensorflow/index.ts'); // jobs that train need none of it
    const kind = variant === 'gpu' ? 'gpu' : 'cpu';
    const { bindingPath } = await installTensorflow({ variant: kind, signal, onProgress: () => undefined });
    return { bindingPath };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};
