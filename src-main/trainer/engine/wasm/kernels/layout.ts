// What the host and the kernels agree on. This file is TypeScript and AssemblyScript at once: the host imports it too.

/** Addresses of the pool's words, each on a cache line of its own, and of the arguments of the kernel under way. */
export const signalAddress = 4096;
export const remainingAddress = 4160;
export const doneAddress = 4224;
export const kernelAddress = 4288;
export const countAddress = 4292;
export const closingAddress = 4352;
export const failedAddress = 4416;
/** Written, never read. */
export const resultAddress = 4424;
export const argumentsAddress = 4480;
/** Where tensors begin. */
export const heapAddress = 8192;
/** Bytes behind each allocation that kernels may read (never write) past its end. */
export const slackBytes = 64;

/** Rows and columns of a matrix product's tile in registers. */
export const tileRows = 4;
export const tileColumns = 8;
/** Elements of an elementwise kernel's task. */
export const stripElements = 32768;

export const kernelConvolve = 0;
export const kernelPack = 1;
export const kernelFilterGrad = 2;
export const kernelFilterGradSum = 3;
export const kernelMultiplyMatrices = 4;
export const kernelChannelMoments = 5;
export const kernelNormalise = 6;
export const kernelBatchNormSums = 7;
export const kernelBatchNormInputGrad = 8;
export const kernelRelu = 9;
export const kernelReluGrad = 10;
export const kernelSqrt = 11;
export const kernelScaleAdd = 12;
export const kernelBinary = 13;
export const kernelCast = 14;
export const kernelSums = 15;
export const kernelGather = 16;
export const kernelMomentumUpdate = 17;
export const kernelMaxPool = 18;
export const kernelMaxPoolGrad = 19;
export const kernelAveragePool = 20;
export const kernelAveragePoolGrad = 21;
export const kernelCopyBox = 22;
export const kernelLayerNorm = 23;
export const kernelLayerNormInputGrad = 24;
export const kernelGelu = 25;
export const kernelGeluGrad = 26;
export const kernelSoftmax = 27;
export const kernelSoftmaxGrad = 28;

export const operationAdd = 0;
export const operationSubtract = 1;
export const operationMultiply = 2;
export const operationDivide = 3;

export const typeFloat32 = 0;
export const typeInt32 = 1;
export const typeInt64 = 2;
export const typeUint8 = 3;
export const typeBool = 4;
