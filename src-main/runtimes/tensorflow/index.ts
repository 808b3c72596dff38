export { cacheFolder } from '../cacheFolder.ts';
export { findTensorflow, type FoundTensorflow, type ReadyTensorflow } from './find.ts';
export { findGpu } from './gpu.ts';
export { installTensorflow, type InstallOptions } from './install.ts';
