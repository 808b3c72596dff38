#pragma once
// What becomes of a convolution's outputs before they are stored, while they are still in registers: one pass over memory fewer.
#include "vectors.h"

/** Nothing. */
struct AsTheyAre {
  /** For the channels from `channel` on. */
  auto of(int) const {
    return [](Vec value, int64_t) { return value; };
  }
};

/** Batch normalisation with given statistics, (value − mean)·factor + offset; then what may follow it: max(that + residual, 0). */
template <typename T>
struct Normalised {
  /** All [C]. */
  const float *mean, *factor, *offset;
  /** As large as the outputs; null where nothing is added. */
  const T* residual;
  bool isRelu;

  auto of(int channel) const {
    return [=, shift = load(mean + channel), scale = load(factor + channel), rest = load(offset + channel)](Vec value, int64_t at) {
      Vec result = (value - shift) * scale + rest;
      if (residual != nullptr) result += load(residual + at);
      if (isRelu) result = result <= Vec{} ? Vec{} : result;
      return result;
    };
  }
};
