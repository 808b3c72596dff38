import { buildKernels } from './module.ts';

// Part of the build: `node src-main/trainer/engine/wasm/build.ts` compiles the kernels where they are stale.
buildKernels();
