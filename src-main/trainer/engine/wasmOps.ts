import { withFusedRelu } from './fusedRelu.ts';
import type { Ops } from './ops.ts';
import { activationOps } from './wasm/activationOps.ts';
import { batchNormOps } from './wasm/batchNormOps.ts';
import { classificationOps } from './wasm/classificationOps.ts';
import { convolutionOps } from './wasm/convolutionOps.ts';
import { elementwiseOps } from './wasm/elementwiseOps.ts';
import { layerNormOps } from './wasm/layerNormOps.ts';
import { matrixOps } from './wasm/matrixOps.ts';
import type { Variant } from './wasm/module.ts';
import { openOperands } from './wasm/operands.ts';
import { openPool } from './wasm/pool.ts';
import { poolingOps } from './wasm/poolingOps.ts';
import { reductionOps } from './wasm/reductionOps.ts';
import { shapeOps } from './wasm/shapeOps.ts';

/**
 * The op table on own WebAssembly kernels (SIMD, threads), which need nothing but npm. Every op is done when it returns; results
 * are the same bits in every run and with any number of threads.
 * @param options - threads: 0 = one a core; variant: the fastest that V8 can run, if not said.
 */
export const wasmOps = (options: { readonly threads?: number; readonly variant?: Variant } = {}): Ops => {
  const pool = openPool(options.threads ?? 0, options.variant);
  const operands = openOperands(pool);
  const { accounts, upload, download, dispose, constant, clear } = operands;

  return withFusedRelu({
    name: `WebAssembly ${pool.variant} (CPU, ${pool.threads} ${pool.threads === 1 ? 'thread' : 'threads'})`,
    device: 'CPU',
    threads: pool.threads,
    oneDnn: null,
    counters: accounts.counters,
    upload,
    download,
    dispose,
    constant,
    synchronize() {
      // Every op is done when it returns.
    },
    close() {
      clear();
      pool.close();
    },
    ...convolutionOps(operands),
    ...batchNormOps(operands),
    ...layerNormOps(operands),
    ...activationOps(operands),
    ...poolingOps(operands),
    ...matrixOps(operands),
    ...shapeOps(operands),
    ...elementwiseOps(operands),
    ...reductionOps(operands),
    ...classificationOps(operands),
  });
};
