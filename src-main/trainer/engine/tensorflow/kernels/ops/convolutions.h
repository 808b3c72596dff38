#pragma once
// 3×3 convolutions with one zero around as TensorFlow ops: x [B,H,W,I], kernel [3,3,I,O] in float32, y [B,⌈H/stride⌉,⌈W/stride⌉,O].
// Stride is 1 or 2; I and O are multiples of `lanes`; x, y and their gradients are float32 or bfloat16, the arithmetic is float32, but that of
// bfloat16 the products' factors are rounded once more where the processor multiplies pairs of them (maths/words.h).
#include <type_traits>
#include <vector>

#include "normalizations.h"
#include "tensorflow.h"
#include "../maths/directConvolution.h"
#include "../maths/winogradFilter.h"
#include "../maths/winogradGradient.h"

namespace {

const char* const misfit =
    "The lab's convolution takes images of four axes and a kernel [3,3,I,O] that fits them, I and O multiples of a vector's length, stride 1 or 2.";

struct ConvolutionSettings {
  int32_t stride = 0, height = 0, width = 0;
  ConvolutionSettings(TF_OpKernelConstruction* construction, TF_Status* status) {
    TF_OpKernelConstruction_GetAttrInt32(construction, "stride", &stride, status);
    TF_OpKernelConstruction_GetAttrInt32(construction, "height", &height, status);
    TF_OpKernelConstruction_GetAttrInt32(construction, "width", &width, status);
  }
  /** Height and width are those of x. */
  bool fits(const TF_Tensor* tensor, bool isInput) const {
    if ((stride != 1 && stride != 2) || TF_NumDims(tensor) != 4 || TF_Dim(tensor, 3) % lanes != 0) return false;
    const int divisor = isInput ? 1 : stride;
    return TF_Dim(tensor, 1) == winograd::parts(height, divisor) && TF_Dim(tensor, 2) == winograd::parts(width, divisor);
  }
};

int side(const TF_Tensor* tensor, int axis) { return static_cast<int>(TF_Dim(tensor, axis)); }

/**
 * y = x filtered; with `isBackward` x is dy, and y becomes the gradient of what was filtered.
 * @param makeEnding - of the outputs' number of channels, and room for as many floats.
 */
template <typename T, bool isBackward, typename MakeEnding>
void convolve(Call& call, const ConvolutionSettings& settings, const MakeEnding& makeEnding) {
  const TF_Tensor *x = call.input(0), *kernel = call.input(1);
  if (!settings.fits(x, !isBackward) || TF_NumDims(kernel) != 4 || side(kernel, 0) != 3 || side(kernel, 1) != 3 ||
      side(kernel, 2) % lanes != 0 || side(kernel, 3) % lanes != 0 || side(x, 3) != side(kernel, isBackward ? 3 : 2)) {
    call.refuse(misfit);
  }
  const int inputs = side(x, 3), outputs = side(kernel, isBackward ? 2 : 3);
  const winograd::Images wide{side(x, 0), settings.height, settings.width};
  const winograd::Images narrow{wide.count, winograd::parts(wide.height, settings.stride), winograd::parts(wide.width, settings.stride)};
  const winograd::Images from = isBackward ? narrow : wide, to = isBackward ? wide : narrow;
  T* const y = call.output<T>(0, {to.count, to.height, to.width, outputs});
  const winograd::Filter weights{dataOf<float>(kernel), inputs, outputs, isBackward};
  std::vector<float> room(outputs);
  const auto ending = makeEnding(to, outputs, room.data());
  const auto filter = [&](auto scheme) {
    const winograd::Filtering<decltype(scheme), T, decltype(ending)> filtering(dataOf<T>(x), weights, y, from, to, ending);
    return filtering.run(call.scratch(filtering.sharedLength()));
  };
  const bool isDone = settings.stride == 1 ? filter(Unmoved()) : filter(std::conditional_t<isBackward, Doubling, Halving>());
  if (!isDone) throw std::bad_alloc();
}

template <typename T, bool isBackward>
void computeConvolution(Call& call, const ConvolutionSettings& settings) {
  convolve<T, isBackward>(call, settings, [](const winograd::Images&, int, float*) { return AsTheyAre(); });
}

struct NormalisedSettings : ConvolutionSettings {
  NormalisedSettings(TF_OpKernelConstruction* construction, TF_Status* status) : ConvolutionSettings(construction, status) {
    TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &epsilon, status);
    TF_OpKernelConstruction_GetAttrBool(construction, "relu", &isRelu, status);
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
    if (residual != nullptr && TF_TensorElementCount(residual) != int64_t(to.count) * to.height * to.width * channels) {
      call.refuse(normalizationMisfit);
    }
    inferenceFactors(scale, variance, settings.epsilon, channels, factor);
    const T* const added = residual == nullptr ? nullptr : dataOf<T>(residual);
    return Normalised<T>{mean, factor, offset, added, settings.isRelu != 0};
  });
}

template <typename T>
void computeFilterGrad(Call& call, const ConvolutionSettings& settings) {
  const TF_Tensor *x = call.input(0), *dy = call.input(1);
  if (!settings.fits(x, true) || !settings.fits(dy, false) || side(x, 0) != side(dy, 0)) {
    call.refuse(misfit);
  }
  const int inputs = side(x, 3), outputs = side(dy, 3);
  const winograd::GradPlan plan(inputs);
  float* const grad = call.output<float>(0, {3, 3, inputs, outputs});
  float* const sums = call.scratch(plan.sumsLength(inputs, outputs));
  const winograd::Images images{side(x, 0), side(x, 1), side(x, 2)}, filtered{side(dy, 0), side(dy, 1), side(dy, 2)};
  const auto gradient = settings.stride == 1 ? winograd::filterGradient<Unmoved, T> : winograd::filterGradient<Halving, T>;
  if (!gradient(dataOf<T>(x), dataOf<T>(dy), grad, sums, plan, images, filtered, inputs, outputs)) throw std::bad_alloc();
}

const char* const directMisfit =
    "The lab's direct convolution takes images of one to four channels and a kernel [3,3,I,O], O a multiple of two vectors' length.";

struct NoSettings {
  NoSettings(TF_OpKernelConstruction*, TF_Status*) {}
};

bool isDirect(const TF_Tensor* x, int64_t outputs) {
  return TF_NumDims(x) == 4 && side(x, 3) > 0 && side(x, 3) <= direct::mostInputs && outputs % (2 * lanes) == 0;
}

template <typename T>
void computeDirect(Call& call, const NoSettings&) {
  const TF_Tensor *x = call.input(0), *kernel = call.input(1);
  if (TF_NumDims(kernel) != 4 || side(kernel, 0) != 3 || side(kernel, 1) != 3 || !isDirect(x, side(kernel, 3)) || side(x, 3) != side(kernel, 2)) {
    call.refuse(directMisfit);
  }
  const winograd::Images images{side(x, 0), side(x, 1), side(x, 2)};
  T* const y = call.output<T>(0, {images.count, images.height, images.width, side(kernel, 3)});
  if (!direct::convolve(dataOf<T>(x), dataOf<float>(kernel), y, images, side(x, 3), side(kernel, 3))) throw std::bad_alloc();
}

template <typename T>
void computeDirectFilterGrad(Call& call, const NoSettings&) {
  const TF_Tensor *x = call.input(0), *dy = call.input(1);
  if (TF_NumDims(dy) != 4 || !isDirect(x, side(dy, 3)) || side(x, 0) != side(dy, 0) || side(x, 1) != side(dy, 1) || side(x, 2) != side(dy, 2)) {
    call.refuse(directMisfit);
  }
  const int inputs = side(x, 3), outputs = side(dy, 3);
  const winograd::Images images{side(x, 0), side(x, 1), side(x, 2)};
  float* const grad = call.output<float>(0, {3, 3, inputs, outputs});
  float* const sums = call.scratch(direct::filterSumsLength(images, inputs, outputs));
  if (!direct::filterGradient(dataOf<T>(x), dataOf<T>(dy), grad, sums, images, inputs, outputs)) throw std::bad_alloc();
}

template <typename T>
void registerConvolutionKernels(const Registry& registry) {
  registry.kernel<T, ConvolutionSettings, computeConvolution<T, false>>("EsamConv2D");
  registry.kernel<T, ConvolutionSettings, computeConvolution<T, true>>("EsamConv2DInputGrad");
  registry.kernel<T, NormalisedSettings, computeNormalised<T>>("EsamConv2DNormalised");
  registry.kernel<T, ConvolutionSettings, computeFilterGrad<T>>("EsamConv2DFilterGrad");
  registry.kernel<T, NoSettings, computeDirect<T>>("EsamDirectConv2D");
  registry.kernel<T, NoSettings, computeDirectFilterGrad<T>>("EsamDirectConv2DFilterGrad");
}

void registerConvolutions(const Registry& registry) {
  const auto settings = {"stride: int", "height: int", "width: int"};
  registry.op({"EsamConv2D", {"x: T", "kernel: float"}, {"y: T"}, settings});
  registry.op({"EsamConv2DNormalised",
               {"x: T", "kernel: float", "scale: float", "offset: float", "mean: float", "variance: float", "residual: N * T"},
               {"y: T"},
               {"stride: int", "height: int", "width: int", "N: int >= 0", "epsilon: float", "relu: bool"}});
  registry.op({"EsamConv2DInputGrad", {"dy: T", "kernel: float"}, {"dx: T"}, settings});
  registry.op({"EsamConv2DFilterGrad", {"x: T", "dy: T"}, {"grad: float"}, settings});
  registry.op({"EsamDirectConv2D", {"x: T", "kernel: float"}, {"y: T"}, {}});
  registry.op({"EsamDirectConv2DFilterGrad", {"x: T", "dy: T"}, {"grad: float"}, {}});
  registerConvolutionKernels<float>(registry);
  registerConvolutionKernels<Bfloat16>(registry);
}

}  // namespace
