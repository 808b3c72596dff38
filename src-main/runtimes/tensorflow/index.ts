export { findTensorflow, type FoundTensorflow, type ReadyTensorflow } from './find.ts';
export { findGpu } from './gpu.ts';
export { installTensorflow } from './install.ts';
export type { Kernels } from './kernelModules.ts';
