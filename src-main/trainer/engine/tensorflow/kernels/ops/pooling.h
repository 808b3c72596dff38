#pragma once
// Average pooling of whole images as TensorFlow ops: x [B,H,W,C] → y [B,1,1,C], C a multiple of `lanes`, float32 or bfloat16.
#include "../maths/globalPooling.h"
#include "tensorflow.h"

namespace {

const char* const poolingMisfit = "The lab's average pooling takes x [B,H,W,C], C a multiple of a vector's length, and back dy [B,1,1,C].";

template <typename T>
void computeAveragePool(Call& call, const NoSettings&) {
  const TF_Tensor* const x = call.input(0);
  if (TF_NumDims(x) != 4 || TF_Dim(x, 3) % lanes != 0) call.refuse(poolingMisfit);
  const globalPooling::Images images{TF_Dim(x, 0), TF_Dim(x, 1) * TF_Dim(x, 2), static_cast<int>(TF_Dim(x, 3))};
  globalPooling::means(dataOf<T>(x), call.output<T>(0, {images.count, 1, 1, images.channels}), images);
}

struct AveragePoolGradSettings {
  explicit AveragePoolGradSettings(const Attributes& attributes) {
    attributes.read("height", height);
    attributes.read("width", width);
  }
  /** Of x. */
  int32_t height = 0, width = 0;
};

template <typename T>
void computeAveragePoolGrad(Call& call, const AveragePoolGradSettings& settings) {
  const TF_Tensor* const dy = call.input(0);
  const auto [height, width] = settings;
  if (TF_NumDims(dy) != 4 || TF_Dim(dy, 1) != 1 || TF_Dim(dy, 2) != 1 || TF_Dim(dy, 3) % lanes != 0 || height < 1 || width < 1) {
    call.refuse(poolingMisfit);
  }
  const globalPooling::Images images{TF_Dim(dy, 0), int64_t(height) * width, static_cast<int>(TF_Dim(dy, 3))};
  globalPooling::meansGradient(dataOf<T>(dy), call.output<T>(0, {images.count, height, width, images.channels}), images);
}

template <typename T>
void registerPoolingOf(const Registry& registry) {
  registry.kernel<T, NoSettings, computeAveragePool<T>>("EsamGlobalAveragePool");
  registry.kernel<T, AveragePoolGradSettings, computeAveragePoolGrad<T>>("EsamGlobalAveragePoolGrad");
}

void registerPooling(const Registry& registry) {
  registry.op({"EsamGlobalAveragePool", {"x: T"}, {"y: T"}, {}});
  registry.op({"EsamGlobalAveragePoolGrad", {"dy: T"}, {"dx: T"}, {"height: int", "width: int"}});
  registerPoolingOf<float>(registry);
  registerPoolingOf<Bfloat16>(registry);
}

}  // namespace
