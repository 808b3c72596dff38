#pragma once
// Batch normalisation as TensorFlow ops: x [B,H,W,C], C a multiple of `lanes`, float32 or bfloat16; everything [C] is float32.
#include "../maths/pooledBatchNorm.h"
#include "tensorflow.h"

namespace {

const char* const normalizationMisfit =
    "The lab's batch normalisation takes x [B,H,W,C], C a multiple of a vector's length, tensors of x's shape and vectors [C].";

struct BatchNormSettings {
  explicit BatchNormSettings(const Attributes& attributes) {
    attributes.read("epsilon", epsilon);
    attributes.read("momentum", momentum);
    attributes.read("relu", isRelu);
    attributes.read("pooled", isPooled);
  }
  float epsilon = 0, momentum = 0;
  unsigned char isRelu = 0, isPooled = 0;
};

struct BatchNormGradSettings {
  explicit BatchNormGradSettings(const Attributes& attributes) {
    attributes.read("relu", isRelu);
    attributes.read("pooled", isPooled);
    attributes.read("frozen", isFrozen);
    attributes.read("input", isInputWanted);
  }
  unsigned char isRelu = 0, isPooled = 0, isFrozen = 0, isInputWanted = 1;
};

bool isNormalizable(const TF_Tensor* x) { return TF_NumDims(x) == 4 && TF_Dim(x, 3) > 0 && TF_Dim(x, 3) % lanes == 0; }

batchNorm::Rows rowsOf(const TF_Tensor* x) {
  return batchNorm::Rows(TF_Dim(x, 0) * TF_Dim(x, 1) * TF_Dim(x, 2), static_cast<int>(TF_Dim(x, 3)));
}

batchNorm::Windows windowsOf(const TF_Tensor* x) {
  const auto side = [&](int axis) { return static_cast<int>(TF_Dim(x, axis)); };
  return {TF_Dim(x, 0), side(1), side(2), side(3)};
}

/** Whether a tensor is as large as x, or as x pooled. */
bool fitsTo(const TF_Tensor* x, const TF_Tensor* tensor, bool isPooled) {
  const batchNorm::Windows windows = windowsOf(x);
  return TF_TensorElementCount(tensor) ==
         (isPooled ? windows.bands() * windows.wide() * windows.channels : TF_TensorElementCount(x));
}

template <typename T>
void normaliseAs(bool isRelu, const T* x, const T* residual, T* y, const batchNorm::Rows& rows,
                 const batchNorm::Affine& affine) {
  if (!isRelu) return batchNorm::normalise<false, false>(x, residual, y, rows, affine);
  if (residual == nullptr) return batchNorm::normalise<true, false>(x, residual, y, rows, affine);
  batchNorm::normalise<true, true>(x, residual, y, rows, affine);
}

void inferenceFactors(const float* scale, const float* variance, float epsilon, int channels, float* factor) {
  for (int channel = 0; channel < channels; channel++) factor[channel] = scale[channel] / std::sqrt(variance[channel] + epsilon);
}

/**
 * y normalised with the batch's statistics (or the given ones), then what is fused; and the running statistics moved towards those, the variance unbiased.
 * `saved` [3,C], for the gradients: mean, 1/√(variance + epsilon), offset.
 */
template <typename T, bool isTraining>
void computeBatchNorm(Call& call, const BatchNormSettings& settings) {
  const TF_Tensor* const x = call.input(0);
  const TF_Tensor* vectors[4];
  for (int index = 0; index < 4; index++) vectors[index] = call.input(index + 1);
  const TF_Tensor* const residual = call.inputCount() > 5 ? call.input(5) : nullptr;
  bool fits = isNormalizable(x);
  for (const TF_Tensor* vector : vectors) fits = fits && TF_TensorElementCount(vector) == TF_Dim(x, 3);
  if (residual != nullptr) fits = fits && !settings.isPooled && TF_TensorElementCount(residual) == TF_TensorElementCount(x);
  if (!fits) call.refuse(normalizationMisfit);

  const batchNorm::Rows rows = rowsOf(x);
  const int channels = rows.channels;
  const float *scale = dataOf<float>(vectors[0]), *offset = dataOf<float>(vectors[1]);
  const float *oldMean = dataOf<float>(vectors[2]), *oldVariance = dataOf<float>(vectors[3]);
  const batchNorm::Windows windows = windowsOf(x);
  T* const y = settings.isPooled ? call.output<T>(0, {windows.images, windows.high(), windows.wide(), channels}) : call.outputLike<T>(0, x);
  double* const sums = reinterpret_cast<double*>(call.scratch(2 * (rows.sumsLength() + 2 * channels)));
  float* const factor = reinterpret_cast<float*>(sums + rows.sumsLength());
  const float* mean = oldMean;
  if (isTraining) {
    float* const runningMean = call.output<float>(1, {channels});
    float* const runningVariance = call.output<float>(2, {channels});
    float* const saved = call.output<float>(3, {3, channels});
    batchNorm::moments(dataOf<T>(x), rows, sums);
    const double unbiased = 1.0 / std::max<int64_t>(1, rows.count - 1);
    for (int channel = 0; channel < channels; channel++) {
      const double squares = sums[channels + channel];
      runningMean[channel] = (1 - settings.momentum) * oldMean[channel] + settings.momentum * sums[channel];
      runningVariance[channel] =
          (1 - settings.momentum) * oldVariance[channel] + settings.momentum * (squares * unbiased);
      saved[channel] = sums[channel];
      saved[channels + channel] = 1 / std::sqrt(squares / rows.count + settings.epsilon);
      saved[2 * channels + channel] = offset[channel];
      factor[channel] = scale[channel] * saved[channels + channel];
    }
    mean = saved;
  } else {
    inferenceFactors(scale, oldVariance, settings.epsilon, channels, factor);
  }
  if (settings.isPooled) return batchNorm::normalisePooled(dataOf<T>(x), y, windows, {mean, factor, offset});
  normaliseAs(settings.isRelu, dataOf<T>(x), residual == nullptr ? nullptr : dataOf<T>(residual), y, rows,
              {mean, factor, offset});
}

/**
 * Gradients, with y for a ReLU after a residual also the residual's: what of dy passes the ReLU. That of x is an empty tensor where it is
 * not wanted.
 */
template <typename T>
void computeBatchNormGrad(Call& call, const BatchNormGradSettings& settings) {
  const TF_Tensor *dy = call.input(0), *x = call.input(1), *scale = call.input(2), *saved = call.input(3);
  const TF_Tensor* const y = call.inputCount() > 4 ? call.input(4) : nullptr;
  if (!isNormalizable(x) || !fitsTo(x, dy, settings.isPooled) ||
      TF_TensorElementCount(scale) != TF_Dim(x, 3) || TF_TensorElementCount(saved) != 3 * TF_Dim(x, 3) ||
      (y != nullptr && TF_TensorElementCount(y) != TF_TensorElementCount(x))) {
    call.refuse(normalizationMisfit);
  }
  const batchNorm::Rows rows = rowsOf(x);
  const int channels = rows.channels;
  const batchNorm::Windows windows = windowsOf(x);
  T* const dx = settings.isInputWanted ? call.outputLike<T>(0, x) : call.output<T>(0, {0});
  float* const scaleGrad = call.output<float>(1, {channels});
  float* const offsetGrad = call.output<float>(2, {channels});
  T* const residualGrad = y == nullptr ? nullptr : call.outputLike<T>(3, x);
  const int64_t sumsLength = settings.isPooled ? windows.sumsLength() : rows.sumsLength();
  double* const sums = reinterpret_cast<double*>(call.scratch(2 * (sumsLength + 2 * channels)));

  float* const factor = reinterpret_cast<float*>(sums + sumsLength);
  float *const meanDy = factor + channels, *const slope = meanDy + channels;
  const float *mean = dataOf<float>(saved), *inverse = mean + channels;
  for (int channel = 0; channel < channels; channel++) factor[channel] = dataOf<float>(scale)[channel] * inverse[channel];
  const batchNorm::Affine affine = {mean, factor, inverse + channels};
  const T *from = dataOf<T>(dy), *input = dataOf<T>(x);

  using batchNorm::Passing;
  if (settings.isPooled) {
    batchNorm::pooledGradientSums(from, input, windows, affine, sums);
  } else if (y != nullptr) {
    batchNorm::gradientSums<Passing::byOutput>(from, input, dataOf<T>(y), residualGrad, rows, affine, sums);
  } else if (settings.isRelu) {
    batchNorm::gradientSums<Passing::byInput, T>(from, input, nullptr, nullptr, rows, affine, sums);
  } else {
    batchNorm::gradientSums<Passing::everywhere, T>(from, input, nullptr, nullptr, rows, affine, sums);
  }
  for (int channel = 0; channel < channels; channel++) {
    const double product = sums[channels + channel], share = settings.isFrozen ? 0 : 1.0 / rows.count;
    offsetGrad[channel] = sums[channel];
    scaleGrad[channel] = product * inverse[channel];
    meanDy[channel] = sums[channel] * share;
    slope[channel] = product * share * inverse[channel] * inverse[channel];
  }
  if (!settings.isInputWanted) return;
  if (settings.isPooled) {
    batchNorm::pooledInputGradient(from, input, dx, windows, affine, meanDy, slope);
  } else if (y != nullptr) {
    batchNorm::inputGradient<Passing::everywhere, T>(residualGrad, input, dx, rows, affine, meanDy, slope);
  } else if (settings.isRelu) {
    batchNorm::inputGradient<Passing::byInput>(from, input, dx, rows, affine, meanDy, slope);
  } else {
    batchNorm::inputGradient<Passing::everywhere>(from, input, dx, rows, affine, meanDy, slope);
  }
}

template <typename T>
void registerNormalizationsOf(const Registry& registry) {
  registry.kernel<T, BatchNormSettings, computeBatchNorm<T, true>>("EsamBatchNorm");
  registry.kernel<T, BatchNormSettings, computeBatchNorm<T, false>>("EsamBatchNormInference");
  registry.kernel<T, BatchNormGradSettings, computeBatchNormGrad<T>>("EsamBatchNormGrad");
}

/** N is 1 where there is a residual, which needs a ReLU after it, and else 0; `pooled`: max-pooling by 2 after a ReLU without one. */
void registerNormalizations(const Registry& registry) {
  registry.op({"EsamBatchNorm",
               {"x: T", "scale: float", "offset: float", "mean: float", "variance: float", "residual: N * T"},
               {"y: T", "running_mean: float", "running_variance: float", "saved: float"},
               {"N: int >= 0", "epsilon: float", "momentum: float", "relu: bool", "pooled: bool"}});
  registry.op({"EsamBatchNormInference",
               {"x: T", "scale: float", "offset: float", "mean: float", "variance: float", "residual: N * T"},
               {"y: T"},
               {"N: int >= 0", "epsilon: float", "momentum: float", "relu: bool", "pooled: bool"}});
  registry.op({"EsamBatchNormGrad",
               {"dy: T", "x: T", "scale: float", "saved: float", "y: N * T"},
               {"dx: T", "scale_grad: float", "offset_grad: float", "residual_grad: N * T"},
               {"N: int >= 0", "relu: bool", "pooled: bool", "frozen: bool", "input: bool"}});
  registerNormalizationsOf<float>(registry);
  registerNormalizationsOf<Bfloat16>(registry);
}

}  // namespace
