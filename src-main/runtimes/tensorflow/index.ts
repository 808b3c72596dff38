export { findTensorflow, type FoundTensorflow, type ReadyTensorflow } from './find.ts';
export { findGpu } from './gpu.ts';
export { installTensorflow } from './install.ts';
export type { FoundKernels } from './kernelModules.ts';
