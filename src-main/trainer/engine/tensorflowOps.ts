import { withFusedRelu } from './fusedRelu.ts';
import { type DataType, type MaxPooling, type Ops, type Tensor } from './ops.ts';
import { averagePoolOps } from './tensorflow/averagePoolOps.ts';
import { batchNormOps } from './tensorflow/batchNormOps.ts';
import { openTensorFlow, type Attribute, type Handle, type TensorFlow } from './tensorflow/binding.ts';
import { convolutionOps } from './tensorflow/convolutionOps.ts';
import { fusedBatchNormOps } from './tensorflow/fusedBatchNormOps.ts';
import { maxPoolGradient } from './tensorflow/maxPoolGrad.ts';
import { usesOneDnn } from './tensorflow/oneDnn.ts';
import { loadOwnKernels } from './tensorflow/ownKernels.ts';
import { ownUpdateOps } from './tensorflow/ownUpdateOps.ts';
import { tokenOps } from './tensorflow/tokenOps.ts';
import { updateOps } from './tensorflow/updateOps.ts';
import { winogradOps } from './tensorflow/winogradOps.ts';

const side = (tensor: { readonly shape: readonly number[] }, axis: number): number => {
  const size = tensor.shape.at(axis);
  if (size === undefined) throw new Error(`Shape [${tensor.shape.join()}] has no axis ${axis}.`);
  return size;
};

/**
 * The op table on TensorFlow's kernels, called by name (NHWC).
 * @param bindingPath - the compiled binding; the lab's own kernels lie beside it.
 * @param settings.ownKernels - whether to use those where they are there. @param settings.instructions - as in loadOwnKernels.
 */
export const tensorflowOps = (
  bindingPath: string,
  settings: { readonly ownKernels: boolean; readonly instructions?: string },
): Ops => {
  const tensorflow: TensorFlow = openTensorFlow(bindingPath);
  const instructions =
    tensorflow.usesGpu || !settings.ownKernels ? null : loadOwnKernels(bindingPath, settings.instructions);
  const { one, run, dispose, using, attribute, integers, constant, keep } = tensorflow;
  const T = attribute.type('T', 'float32');
  const typed = (tensor: Tensor): Attribute => attribute.type('T', tensor.dataType);
  const nhwc = attribute.string('data_format', 'NHWC');

  const poolingAttributes = (x: Tensor, { size, stride, padding = 0 }: MaxPooling): Attribute[] => [
    typed(x),
    attribute.int('ksize', [1, size, size, 1]),
    attribute.int('strides', [1, stride, stride, 1]),
    attribute.string('padding', padding === 0 ? 'VALID' : 'EXPLICIT'),
    ...(padding === 0 ? [] : [attribute.int('explicit_paddings', [0, 0, padding, padding, padding, padding, 0, 0])]),
    nhwc,
  ];

  const sum = (x: Tensor): Handle =>
    one(
      'Sum',
      [T, attribute.type('Tidx', 'int32'), attribute.bool('keep_dims', false)],
      x,
      integers(x.shape.map((_, axis) => axis)),
    );

  const cast = (a: Tensor, dataType: DataType): Handle =>
    one('Cast', [attribute.type('SrcT', a.dataType), attribute.type('DstT', dataType)], a);

  const reshape = (x: Tensor, shape: readonly number[]): Handle =>
    one('Reshape', [typed(x), attribute.type('Tshape', 'int32')], x, integers(shape));

  const device = tensorflow.usesGpu ? 'GPU' : 'CPU';
  const ops = withFusedRelu({
    name: `TensorFlow ${tensorflow.version} (${device}${instructions === null ? '' : `, own kernels on ${instructions}`})`,
    device,
    threads: tensorflow.threads,
    oneDnn: usesOneDnn(tensorflow),
    counters: tensorflow.counters,
    upload: tensorflow.upload,
    download: tensorflow.download,
    dispose,
    constant,
    synchronize() {
      using(one('AddV2', [T], constant(0), constant(0)), tensorflow.download);
    },
    close: tensorflow.close,

    ...convolutionOps(tensorflow),

    ...fusedBatchNormOps(tensorflow),

    relu: (x) => one('Relu', [typed(x)], x),
    reluGrad: (dy, y) => one('ReluGrad', [typed(dy)], dy, y),

    maxPool: (x, pooling) => one('MaxPool', poolingAttributes(x, pooling), x),
    maxPoolGrad: maxPoolGradient(tensorflow, poolingAttributes),
    averagePool: (x, pooling) => one('AvgPool', poolingAttributes(x, pooling), x),
    averagePoolGrad: (dy, inputShape, pooling) =>
      one('AvgPoolGrad', poolingAttributes(dy, pooling), integers(inputShape), dy),

    matMul: (a, b, transposeA, transposeB) =>
      one('MatMul', [T, attribute.bool('transpose_a', transposeA), attribute.bool('transpose_b', transposeB)], a, b),
    biasAdd: (x, bias) => one('BiasAdd', [typed(x), nhwc], x, bias),
    biasAddGrad: (dy) => one('BiasAddGrad', [typed(dy), nhwc], dy),
    reshape,
    ...tokenOps(tensorflow),

    softmaxCrossEntropy(logits, labels, smoothing) {
      const classes = side(logits, 1);
      const pair = ([losses, logitsGrad]: Handle[]) => {
        if (losses === undefined || logitsGrad === undefined) throw new Error('The loss kernel gave too few outputs.');
        return { losses, logitsGrad };
      };
      if (smoothing === 0) {
        const attributes = [T, attribute.type('Tlabels', 'int64')];
        return pair(run('SparseSoftmaxCrossEntropyWithLogits', attributes, [logits, labels], 2));
      }
      const oneHot = one(
        'OneHot',
        [T, attribute.type('TI', 'int64'), attribute.int('axis', -1)],
        labels,
        integers([classes], []),
        constant(1 - smoothing + smoothing / classes),
        constant(smoothing / classes),
      );
      return using(oneHot, (targets) => pair(run('SoftmaxCrossEntropyWithLogits', [T], [logits, targets], 2)));
    },
    isCorrect(logits, labels) {
      const first = keep('int64: 1', () => cast(integers([1], []), 'int64'));
      return using(one('InTopKV2', [attribute.type('T', 'int64')], logits, labels, first), (hit) =>
        cast(hit, 'float32'),
      );
    },

    add: (a, b) => one('AddV2', [typed(a)], a, b),
    subtract: (a, b) => one('Sub', [typed(a)], a, b),
    multiply: (a, b) => one('Mul', [typed(a)], a, b),
    divide: (a, b) => one('RealDiv', [typed(a)], a, b),
    sqrt: (a) => one('Sqrt', [T], a),
    cast,
    scaleAdd: (x, factor, y) => using(one('Mul', [T], x, factor), (scaled) => one('AddV2', [T], scaled, y)),
    sum,
    squaredNorm(tensors) {
      const halves = tensors.map((tensor) => one('L2Loss', [T], tensor));
      const half = one('AddN', [attribute.int('N', halves.length), T], ...halves);
      halves.forEach(dispose);
      return using(half, (value) => one('Mul', [T], value, constant(2)));
    },

    gather: (x, indices) =>
      one(
        'GatherV2',
        [
          attribute.type('Tparams', x.dataType),
          attribute.type('Tindices', 'int32'),
          attribute.type('Taxis', 'int32'),
          attribute.int('batch_dims', 0),
        ],
        x,
        indices,
        integers([0], []),
      ),
    topK(values, k) {
      const [largest, indices] = run('TopKV2', [T, attribute.bool('sorted', true)], [values, integers([k], [])], 2);
      if (largest === undefined || indices === undefined) throw new Error('TopKV2 gave too few outputs.');
      dispose(largest);
      return indices;
    },

    ...updateOps(tensorflow),
  });
  if (instructions === null) return ops;
  const normalising = { ...ops, ...batchNormOps(tensorflow, ops) };
  return {
    ...normalising,
    ...winogradOps(tensorflow, normalising),
    ...averagePoolOps(tensorflow, ops),
    ...ownUpdateOps(tensorflow),
  };
};
