// What the host and the kernels agree on. This file is TypeScript and AssemblyScript at once: the host imports it too.

/** Addresses of the pool's words, each on a cache line of its own. */
export const signalAddress = 4096;
export const remainingAddress = 4160;
export const doneAddress = 4224;
export const kernelAddress = 4288;
export const countAddress = 4292;
export const closingAddress = 4352;
export const failedAddress = 4416;
/** Written, never read. */
export const resultAddress = 4424;
/** The arguments of the kernel under way: each lies there twice, as a whole number and as a float. */
export const argumentsAddress = 4480;
export const floatArgumentsAddress = 4736;
export const argumentCount = 64;
/** Where tensors begin. */
export const heapAddress = 8192;
/** Bytes behind each allocation that kernels may read (never write) past its end. */
export const slackBytes = 64;

/** Rows and columns of a matrix product's tile in registers. */
export const tileRows = 4;
export const tileColumns = 8;
/** Elements of an elementwise kernel's task. */
export const stripElements = 32768;

export const operationAdd = 0;
export const operationSubtract = 1;
export const operationMultiply = 2;
export const operationDivide = 3;

export const typeFloat32 = 0;
export const typeInt32 = 1;
export const typeInt64 = 2;
export const typeUint8 = 3;
export const typeBool = 4;
