#pragma once
// What a step does with whole tensors of float32 of any shape, as TensorFlow ops.
#include <vector>

#include "../maths/updates.h"
#include "tensorflow.h"

namespace {

const char* const updateMisfit = "The lab's updates take float32 tensors of the same number of elements, and settings of one element each.";

/** An input as long as another one. */
const float* likewise(Call& call, int index, const TF_Tensor* like) {
  const TF_Tensor* const tensor = call.input(index);
  if (TF_TensorElementCount(tensor) != TF_TensorElementCount(like)) call.refuse(updateMisfit);
  return dataOf<float>(tensor);
}

float scalar(Call& call, int index) {
  const TF_Tensor* const tensor = call.input(index);
  if (TF_TensorElementCount(tensor) != 1) call.refuse(updateMisfit);
  return *dataOf<float>(tensor);
}

struct MomentumSettings {
  explicit MomentumSettings(const Attributes& attributes) {
    attributes.read("nesterov", isNesterov);
  }
  unsigned char isNesterov = 0;
};

void computeMomentum(Call& call, const MomentumSettings& settings) {
  const TF_Tensor* const parameter = call.input(0);
  const float *velocity = likewise(call, 1, parameter), *gradient = likewise(call, 2, parameter);
  const updates::Momentum how{scalar(call, 3), scalar(call, 4), scalar(call, 5), settings.isNesterov != 0};
  float *const newParameter = call.outputLike<float>(0, parameter), *const newVelocity = call.outputLike<float>(1, parameter);
  updates::momentum(dataOf<float>(parameter), velocity, gradient, newParameter, newVelocity, TF_TensorElementCount(parameter), how);
}

void computeScaledSum(Call& call, const NoSettings&) {
  const TF_Tensor* const x = call.input(0);
  const float factor = scalar(call, 1), *y = likewise(call, 2, x);
  updates::scaledSum(dataOf<float>(x), factor, y, call.outputLike<float>(0, x), TF_TensorElementCount(x));
}

void computeSquaredNorm(Call& call, const NoSettings&) {
  double sum = 0;
  for (int index = 0; index < call.inputCount(); index++) {
    const TF_Tensor* const x = call.input(index);
    const int64_t length = TF_TensorElementCount(x);
    sum += updates::squaredNorm(dataOf<float>(x), length, reinterpret_cast<double*>(call.scratch(2 * updates::tasks(length))));
  }
  *call.output<float>(0, {}) = static_cast<float>(sum);
}

void registerUpdates(const Registry& registry) {
  registry.op({"EsamMomentum",
               {"parameter: T", "velocity: T", "gradient: T", "learning_rate: T", "momentum: T", "weight_decay: T"},
               {"new_parameter: T", "new_velocity: T"},
               {"nesterov: bool"}});
  registry.op({"EsamScaledSum", {"x: T", "factor: T", "y: T"}, {"sum: T"}, {}});
  registry.op({"EsamSquaredNorm", {"tensors: N * T"}, {"norm: T"}, {"N: int >= 1"}});
  registry.kernel<float, MomentumSettings, computeMomentum>("EsamMomentum");
  registry.kernel<float, NoSettings, computeScaledSum>("EsamScaledSum");
  registry.kernel<float, NoSettings, computeSquaredNorm>("EsamSquaredNorm");
}

}  // namespace
