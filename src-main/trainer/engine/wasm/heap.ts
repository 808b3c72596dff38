import { LabError } from '../../../../shared/errors.ts';
import { heapAddress, slackBytes } from './kernels/layout.ts';
import { maximumPages } from './module.ts';

const pageBytes = 65536;
const alignment = 64;

/** Tensors in the kernels' memory: best fit among free blocks that are kept in the order of their addresses. */
export interface Heap {
  /** Bytes handed out now, slack included. */
  readonly usedBytes: number;
  /** @returns the block's address. @throws LabError OUT_OF_MEMORY where 4 GiB or the machine do not suffice. */
  allocate(bytes: number): number;
  free(address: number): void;
}

interface Block {
  address: number;
  bytes: number;
}

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

export const openHeap = (memory: WebAssembly.Memory): Heap => {
  const free: Block[] = [{ address: heapAddress, bytes: memory.buffer.byteLength - heapAddress }];
  const sizes = new Map<number, number>();
  let usedBytes = 0;

  /** The first free block behind an address. */
  const after = (address: number): number => {
    let low = 0;
    let high = free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((free[middle]?.address ?? Infinity) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Puts a block among the free ones, joined with its neighbours. */
  const giveBack = (block: Block): void => {
    const position = after(block.address);
    const before = free[position - 1];
    const next = free[position];
    let { bytes } = block;
    if (next?.address === block.address + bytes) {
      bytes += next.bytes;
      free.splice(position, 1);
    }
    if (before && before.address + before.bytes === block.address) before.bytes += bytes;
    else free.splice(position, 0, { address: block.address, bytes });
  };

  const smallestFitting = (bytes: number): Block | undefined => {
    let best: Block | undefined;
    for (const block of free) {
      if (block.bytes >= bytes && (best === undefined || block.bytes < best.bytes)) best = block;
    }
    return best;
  };

  const grow = (bytes: number): void => {
    const end = memory.buffer.byteLength;
    const last = free.at(-1) ?? { address: end, bytes: 0 };
    const spare = last.address + last.bytes === end ? last.bytes : 0;
    const needed = Math.ceil((bytes - spare) / pageBytes);
    // In larger steps than needed, while there is room.
    const wished = Math.min(Math.max(needed, Math.ceil(end / pageBytes / 8)), maximumPages - end / pageBytes);
    try {
      memory.grow(Math.max(needed, wished));
    } catch (error) {
      throw new LabError(
        'OUT_OF_MEMORY',
        `The WebAssembly engine needs another ${inMegabytes(bytes)} beside the ${inMegabytes(usedBytes)} in use, more than it can have (at most 4 GiB). Try a smaller batch, or the TensorFlow engine.`,
        { cause: error },
      );
    }
    giveBack({ address: end, bytes: memory.buffer.byteLength - end });
  };

  return {
    get usedBytes() {
      return usedBytes;
    },
    allocate(wanted) {
      const bytes = Math.ceil((wanted + slackBytes) / alignment) * alignment;
      let block = smallestFitting(bytes);
      if (block === undefined) {
        grow(bytes);
        block = smallestFitting(bytes);
        if (block === undefined) throw new Error('Memory grew, and still nothing fits.');
      }
      const { address } = block;
      block.address += bytes;
      block.bytes -= bytes;
      if (block.bytes === 0) free.splice(free.indexOf(block), 1);
      sizes.set(address, bytes);
      usedBytes += bytes;
      return address;
    },
    free(address) {
      const bytes = sizes.get(address);
      if (bytes === undefined) throw new Error(`Nothing is allocated at ${address}.`);
      sizes.delete(address);
      usedBytes -= bytes;
      giveBack({ address, bytes });
    },
  };
};
