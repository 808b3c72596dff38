import type { Pool } from './pool.ts';

/** Memory that an op needs only while it runs. */
export interface Temporaries {
  allocate(bytes: number): number;
  /** As many bytes for each thread (scratchBytes), and 64 more at the end for the tiles of few rows (kernels/convolutions). */
  scratch(bytes: number): { readonly scratch: number; readonly scratchBytes: number };
}

/** Lets `use` allocate memory that is free again afterwards, whatever happens. */
export const withTemporaries = <R>({ heap, threads }: Pool, use: (temporaries: Temporaries) => R): R => {
  const addresses: number[] = [];
  const allocate = (bytes: number): number => {
    const address = heap.allocate(bytes);
    addresses.push(address);
    return address;
  };
  try {
    return use({
      allocate,
      scratch(bytes) {
        const scratchBytes = Math.ceil(bytes / 64) * 64 + 128;
        return { scratch: allocate(scratchBytes * threads), scratchBytes };
      },
    });
  } finally {
    addresses.forEach(heap.free);
  }
};
