#pragma once
// 3×3 convolutions with one zero around, and 1×1 ones, as TensorFlow ops: x [B,H,W,I], kernel [3,3,I,O] or [1,1,I,O] in float32,
// y [B,⌈H/stride⌉,⌈W/stride⌉,O]. Stride is 1 or 2; I and O are multiples of `lanes`, or I at most four with 3×3 and stride 1; x, y and their gradients are float32 or bfloat16, the arithmetic is float32, but that of
// bfloat16 the products' factors are rounded once more where the processor multiplies pairs of them (maths/words.h).
#include <type_traits>
#include <vector>

#include "normalizations.h"
#include "tensorflow.h"
#include "../maths/directConvolution.h"
#include "../maths/pointConvolution.h"
#include "../maths/winogradFilter.h"
#include "../maths/winogradGradient.h"

namespace {

const char* const misfit =
    "The lab's convolution takes images of four axes and a kernel [3,3,I,O] or [1,1,I,O] that fits them, I and O multiples of a vector's length "
    "(I also one to four with 3×3 and stride 1), stride 1 or 2.";

struct ConvolutionSettings {
  int32_t stride = 0, height = 0, width = 0;
  explicit ConvolutionSettings(const Attributes& attributes) {
    attributes.read("stride", stride);
    attributes.read("height", height);
    attributes.read("width", width);
  }
  /** Height and width are those of x. */
  bool fits(const TF_Tensor* tensor, bool isInput) const {
    return TF_NumDims(tensor) == 4 && TF_Dim(tensor, 3) % lanes == 0 && hasSidesOf(tensor, isInput);
  }
  bool hasSidesOf(const TF_Tensor* tensor, bool isInput) const {
    if ((stride != 1 && stride != 2) || TF_NumDims(tensor) != 4) return false;
    const int divisor = isInput ? 1 : stride;
    return TF_Dim(tensor, 1) == winograd::parts(height, divisor) && TF_Dim(tensor, 2) == winograd::parts(width, divisor);
  }
};

int side(const TF_Tensor* tensor, int axis) { return static_cast<int>(TF_Dim(tensor, axis)); }

/** Few channels in, so that direct sums are the fastest. */
bool isDirect(const TF_Tensor* x, int side, int stride) {
  return side == 3 && stride == 1 && TF_Dim(x, 3) > 0 && TF_Dim(x, 3) <= direct::mostInputs;
}

/**
 * y = x filtered; with `isBackward` x is dy, and y becomes the gradient of what was filtered.
 * @param makeEnding - of the outputs' number of channels, and room for as many floats.
 */
template <typename T, bool isBackward, typename MakeEnding>
void convolve(Call& call, const ConvolutionSettings& settings, const MakeEnding& makeEnding) {
  const TF_Tensor *x = call.input(0), *kernel = call.input(1);
  const int taps = TF_NumDims(kernel) == 4 ? side(kernel, 0) : 0, stride = settings.stride;
  if (!settings.hasSidesOf(x, !isBackward) || (taps != 3 && taps != 1) || side(kernel, 1) != taps ||
      side(x, 3) != side(kernel, isBackward ? 3 : 2)) {
    call.refuse(misfit);
  }
  const int inputs = side(x, 3), outputs = side(kernel, isBackward ? 2 : 3);
  const bool isFew = !isBackward && isDirect(x, taps, stride);
  if ((inputs % lanes != 0 && !isFew) || outputs % lanes != 0) call.refuse(misfit);
  const winograd::Images wide{side(x, 0), settings.height, settings.width};
  const winograd::Images narrow{wide.count, winograd::parts(wide.height, stride), winograd::parts(wide.width, stride)};
  const winograd::Images from = isBackward ? narrow : wide, to = isBackward ? wide : narrow;
  const T* const pixels = dataOf<T>(x);
  const float* const weights = dataOf<float>(kernel);
  T* const y = call.output<T>(0, {to.count, to.height, to.width, outputs});
  std::vector<float> room(outputs);
  const auto ending = makeEnding(to, outputs, room.data());
  const auto filter = [&](auto scheme) {
    const winograd::Filtering<decltype(scheme), T, decltype(ending)> filtering(pixels, {weights, inputs, outputs, isBackward}, y, from, to, ending);
    return filtering.run(call.scratch(filtering.sharedLength()));
  };
  bool isDone;
  if (taps == 1) {
    float* const panels = call.scratch(points::panelsLength(inputs, outputs));
    isDone = points::convolve<isBackward>(pixels, weights, y, wide, stride, inputs, outputs, panels, ending);
  } else if (isFew) isDone = direct::convolve(pixels, weights, y, wide, inputs, outputs, ending);
  else isDone = stride == 1 ? filter(Unmoved()) : filter(std::conditional_t<isBackward, Doubling, Halving>());
  if (!isDone) throw std::bad_alloc();
}

template <typename T>
void computeConvolution(Call& call, const ConvolutionSettings& settings) {
  convolve<T, false>(call, settings, [](const winograd::Images&, int, float*) { return AsTheyAre(); });
}

/** A tensor as large as the outputs. */
template <typename T>
const T* likeOutputs(Call& call, const TF_Tensor* tensor, const winograd::Images& to, int channels, const char* otherwise) {
  if (TF_TensorElementCount(tensor) != int64_t(to.count) * to.height * to.width * channels) call.refuse(otherwise);
  return dataOf<T>(tensor);
}

template <typename T>
void computeInputGrad(Call& call, const ConvolutionSettings& settings) {
  if (call.inputCount() == 2) {
    return convolve<T, true>(call, settings, [](const winograd::Images&, int, float*) { return AsTheyAre(); });
  }
  convolve<T, true>(call, settings, [&](const winograd::Images& to, int channels, float*) {
    return Added<T>{likeOutputs<T>(call, call.input(2), to, channels, misfit)};
  });
}

struct NormalisedSettings : ConvolutionSettings {
  explicit NormalisedSettings(const Attributes& attributes) : ConvolutionSettings(attributes) {
    attributes.read("epsilon", epsilon);
    attributes.read("relu", isRelu);
  }
  float epsilon = 0;
  unsigned char isRelu = 0;
};

/** A convolution and, with given statistics, the batch normalisation of it in one. */
template <typename T>
void computeNormalised(Call& call, const NormalisedSettings& settings) {
  convolve<T, false>(call, settings, [&](const winograd::Images& to, int channels, float* factor) {
    const float* vectors[4];
    for (int index = 0; index < 4; index++) {
      const TF_Tensor* const vector = call.input(index + 2);
      if (TF_TensorElementCount(vector) != channels) call.refuse(normalizationMisfit);
      vectors[index] = dataOf<float>(vector);
    }
    const auto [scale, offset, mean, variance] = vectors;
    const TF_Tensor* const residual = call.inputCount() > 6 ? call.input(6) : nullptr;
    inferenceFactors(scale, variance, settings.epsilon, channels, factor);
    const T* const added = residual == nullptr ? nullptr : likeOutputs<T>(call, residual, to, channels, normalizationMisfit);
    return Normalised<T>{mean, factor, offset, added, settings.isRelu != 0};
  });
}

struct FilterGradSettings : ConvolutionSettings {
  explicit FilterGradSettings(const Attributes& attributes) : ConvolutionSettings(attributes) {
    attributes.read("taps", taps);
  }
  /** Of the kernel along each side. */
  int32_t taps = 0;
};

template <typename T>
void computeFilterGrad(Call& call, const FilterGradSettings& settings) {
  const TF_Tensor *x = call.input(0), *dy = call.input(1);
  const int taps = settings.taps;
  const bool isFew = settings.hasSidesOf(x, true) && isDirect(x, taps, settings.stride);
  if ((taps != 3 && taps != 1) || (!isFew && !settings.fits(x, true)) || !settings.fits(dy, false) || side(x, 0) != side(dy, 0)) {
    call.refuse(misfit);
  }
  const int inputs = side(x, 3), outputs = side(dy, 3);
  const winograd::Images images{side(x, 0), side(x, 1), side(x, 2)}, filtered{side(dy, 0), side(dy, 1), side(dy, 2)};
  float* const grad = call.output<float>(0, {taps, taps, inputs, outputs});
  const T *pixels = dataOf<T>(x), *gradients = dataOf<T>(dy);
  bool isDone;
  if (isFew) {
    float* const sums = call.scratch(direct::filterSumsLength(images, inputs, outputs));
    isDone = direct::filterGradient(pixels, gradients, grad, sums, images, inputs, outputs);
  } else if (taps == 1) {
    const winograd::GradPlan plan(inputs);
    float* const sums = call.scratch(points::sumsLength(plan, inputs, outputs));
    isDone = points::filterGradient(pixels, gradients, grad, sums, plan, images, settings.stride, inputs, outputs);
  } else {
    const winograd::GradPlan plan(inputs);
    float* const sums = call.scratch(plan.sumsLength(inputs, outputs));
    const auto gradient = settings.stride == 1 ? winograd::filterGradient<Unmoved, T> : winograd::filterGradient<Halving, T>;
    isDone = gradient(pixels, gradients, grad, sums, plan, images, filtered, inputs, outputs);
  }
  if (!isDone) throw std::bad_alloc();
}

template <typename T>
void registerConvolutionKernels(const Registry& registry) {
  registry.kernel<T, ConvolutionSettings, computeConvolution<T>>("EsamConv2D");
  registry.kernel<T, ConvolutionSettings, computeInputGrad<T>>("EsamConv2DInputGrad");
  registry.kernel<T, NormalisedSettings, computeNormalised<T>>("EsamConv2DNormalised");
  registry.kernel<T, FilterGradSettings, computeFilterGrad<T>>("EsamConv2DFilterGrad");
}

void registerConvolutions(const Registry& registry) {
  const auto settings = {"stride: int", "height: int", "width: int"};
  registry.op({"EsamConv2D", {"x: T", "kernel: float"}, {"y: T"}, settings});
  registry.op({"EsamConv2DNormalised",
               {"x: T", "kernel: float", "scale: float", "offset: float", "mean: float", "variance: float", "residual: N * T"},
               {"y: T"},
               {"stride: int", "height: int", "width: int", "N: int >= 0", "epsilon: float", "relu: bool"}});
  registry.op({"EsamConv2DInputGrad",
               {"dy: T", "kernel: float", "added: N * T"},
               {"dx: T"},
               {"stride: int", "height: int", "width: int", "N: int >= 0"}});
  registry.op({"EsamConv2DFilterGrad", {"x: T", "dy: T"}, {"grad: float"}, {"stride: int", "height: int", "width: int", "taps: int"}});
  registerConvolutionKernels<float>(registry);
  registerConvolutionKernels<Bfloat16>(registry);
}

}  // namespace
