import { createRequire } from 'node:module';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';

/** TensorFlow reads this while it loads: errors alone, no remarks about the processor. */
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';

/** Where the tests find TensorFlow's compiled binding. @throws Error where there is none: no test of the engine is ever skipped. */
export const tensorflowBinding = async (): Promise<string> => {
  const found = await findTensorflow();
  if (found.state === 'ready') return found.bindingPath;
  throw new Error(`The engine's tests need TensorFlow, which is ${found.state}: ${found.reason}`);
};

/** How many tensors TensorFlow's binding itself counts in this process. */
export const tensorsInTensorflow = (bindingPath: string): number => {
  const native = createRequire(import.meta.url)(bindingPath) as { getNumOfTensors(): number };
  return native.getNumOfTensors();
};
