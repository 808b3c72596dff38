import { elementCount, type DataType, type OpCounters, type Tensor } from './ops.ts';

/** Of TensorFlow's variables (`resource`) only names are held: what is in them counts while a handle on it is alive. */
const bytesPerElement: Readonly<Record<DataType | 'resource', number>> = {
  float32: 4,
  bfloat16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
  resource: 0,
};

export const elementBytes = (dataType: DataType): number => bytesPerElement[dataType];

const bytesOf = ({ shape, dataType }: Tensor): number => elementCount(shape) * elementBytes(dataType);

/** Counters, and what an engine tells them. */
export interface Accounts {
  readonly counters: OpCounters;
  ran(kernel: string): void;
  uploaded(bytes: number, isFloat: boolean): void;
  /** A handle came into being, or ended. */
  made(tensor: Tensor): void;
  gone(tensor: Tensor): void;
  /** All handles ended at once. */
  closed(): void;
}

export const openAccounts = (): Accounts => {
  const counters: OpCounters = {
    kernels: 0,
    byKernel: new Map(),
    uploadedFloatBytes: 0,
    uploadedBytes: 0,
    handles: 0,
    bytes: 0,
    peakBytes: 0,
  };
  return {
    counters,
    ran(kernel) {
      counters.kernels++;
      counters.byKernel.set(kernel, (counters.byKernel.get(kernel) ?? 0) + 1);
    },
    uploaded(bytes, isFloat) {
      counters.uploadedBytes += bytes;
      if (isFloat) counters.uploadedFloatBytes += bytes;
    },
    made(tensor) {
      counters.handles++;
      counters.bytes += bytesOf(tensor);
      counters.peakBytes = Math.max(counters.peakBytes, counters.bytes);
    },
    gone(tensor) {
      counters.handles--;
      counters.bytes -= bytesOf(tensor);
    },
    closed() {
      counters.handles = 0;
      counters.bytes = 0;
    },
  };
};
