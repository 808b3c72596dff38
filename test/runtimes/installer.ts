import { LabError } from '../../shared/errors.ts';
import { installTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';

/** Installs TensorFlow in a process of its own; says each step and the end as lines of JSON. Its argument is the free space. */
const say = (line: unknown): void => console.log(JSON.stringify(line));
const space = process.argv[2];
try {
  const found = await installTensorflow({
    variant: 'cpu',
    signal: new AbortController().signal,
    onProgress: say,
    ...(space !== undefined && { measureSpace: () => Promise.resolve(Number(space)) }),
  });
  say({ ready: found.bindingPath, kernels: found.kernels });
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  say({ refused: error.code, message: error.message });
}
