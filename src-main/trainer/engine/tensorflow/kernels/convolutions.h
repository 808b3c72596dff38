#pragma once
// 3×3 convolutions of stride 1 with one zero around (SAME) as TensorFlow ops: x [B,H,W,I], kernel [3,3,I,O] in float32, y [B,H,W,O].
// I and O are multiples of `channelUnit`; x, y and their gradients are float32 or bfloat16, the arithmetic is float32.
#include "tensorflow.h"
#include "winograd.h"

namespace {

constexpr int channelUnit = 16;

const char* const misfit =
    "The lab's convolution takes x [B,H,W,I] and a kernel [3,3,I,O], I and O multiples of 16.";

bool isImage(const TF_Tensor* x) { return TF_NumDims(x) == 4 && TF_Dim(x, 3) % channelUnit == 0; }

bool isKernel(const TF_Tensor* kernel) {
  return TF_NumDims(kernel) == 4 && TF_Dim(kernel, 0) == 3 && TF_Dim(kernel, 1) == 3 &&
         TF_Dim(kernel, 2) % channelUnit == 0 && TF_Dim(kernel, 3) % channelUnit == 0;
}

int side(const TF_Tensor* tensor, int axis) { return static_cast<int>(TF_Dim(tensor, axis)); }

winograd::Grid gridOf(const TF_Tensor* x) { return winograd::Grid(side(x, 0), side(x, 1), side(x, 2)); }

/** y = x filtered; with `isInputGrad` x is dy, and y the gradient of the input. */
template <typename T, bool isInputGrad>
void computeFiltered(Call& call, const NoSettings&) {
  const TF_Tensor *x = call.input(0), *kernel = call.input(1);
  if (!isImage(x) || !isKernel(kernel) || TF_Dim(x, 3) != TF_Dim(kernel, isInputGrad ? 3 : 2)) {
    return call.fail(TF_INVALID_ARGUMENT, misfit);
  }
  const int inputs = side(kernel, isInputGrad ? 3 : 2), outputs = side(kernel, isInputGrad ? 2 : 3);
  const int64_t panelsLength = winograd::panelsLength(inputs, outputs), kernelLength = TF_TensorElementCount(kernel);
  T* const y = call.output<T>(0, {TF_Dim(x, 0), TF_Dim(x, 1), TF_Dim(x, 2), outputs});
  float* const panels = sharedScratch(panelsLength + (isInputGrad ? kernelLength : 0));
  if (y == nullptr) return;
  if (panels == nullptr) return call.failForMemory();
  const float* weights = dataOf<float>(kernel);
  if (isInputGrad) {
    winograd::turned(weights, outputs, inputs, panels + panelsLength);
    weights = panels + panelsLength;
  }
  winograd::filterPanels(weights, inputs, outputs, panels);
  if (!winograd::filtered(dataOf<T>(x), panels, y, gridOf(x), inputs, outputs)) call.failForMemory();
}

template <typename T>
void computeFilterGrad(Call& call, const NoSettings&) {
  const TF_Tensor *x = call.input(0), *dy = call.input(1);
  if (!isImage(x) || !isImage(dy)) return call.fail(TF_INVALID_ARGUMENT, misfit);
  for (int axis = 0; axis < 3; axis++) {
    if (TF_Dim(x, axis) != TF_Dim(dy, axis)) return call.fail(TF_INVALID_ARGUMENT, misfit);
  }
  const int inputs = side(x, 3), outputs = side(dy, 3);
  const winograd::FilterGradPlan plan(inputs, outputs);
  float* const grad = call.output<float>(0, {3, 3, inputs, outputs});
  float* const sums = sharedScratch(plan.scratchLength(inputs));
  if (grad == nullptr) return;
  if (sums == nullptr ||
      !winograd::filterGradient(dataOf<T>(x), dataOf<T>(dy), grad, sums, plan, gridOf(x), inputs, outputs)) {
    call.failForMemory();
  }
}

void registerConvolutions(const Registry& registry) {
  registry.op({"EsamConv2D", {"x: T", "kernel: float"}, {"y: T"}, {}});
  registry.kernel<float, NoSettings, computeFiltered<float, false>>("EsamConv2D");
  registry.kernel<Bfloat16, NoSettings, computeFiltered<Bfloat16, false>>("EsamConv2D");
  registry.op({"EsamConv2DInputGrad", {"dy: T", "kernel: float"}, {"dx: T"}, {}});
  registry.kernel<float, NoSettings, computeFiltered<float, true>>("EsamConv2DInputGrad");
  registry.kernel<Bfloat16, NoSettings, computeFiltered<Bfloat16, true>>("EsamConv2DInputGrad");
  registry.op({"EsamConv2DFilterGrad", {"x: T", "dy: T"}, {"grad: float"}, {}});
  registry.kernel<float, NoSettings, computeFilterGrad<float>>("EsamConv2DFilterGrad");
  registry.kernel<Bfloat16, NoSettings, computeFilterGrad<Bfloat16>>("EsamConv2DFilterGrad");
}

}  // namespace
