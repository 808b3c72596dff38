#pragma once
// What becomes of a convolution's outputs before they are stored, while they are still in registers: one pass over memory fewer.
#include "vectors.h"

/** Nothing. */
struct AsTheyAre {
  /** Gives `use` what becomes of a value of the channels from `channel` on, by its place. */
  template <typename Use>
  ALWAYS_INLINE void with(int, const Use& use) const {
    use([](Vec value, int64_t) { return value; });
  }
  /** Asks for what lies at a place and will soon be needed. */
  void fetch(int64_t) const {}
};

/** Something as large as the outputs, added to them. */
template <typename T>
struct Added {
  const T* added;

  template <typename Use>
  ALWAYS_INLINE void with(int, const Use& use) const {
    use([from = added](Vec value, int64_t at) { return value + load(from + at); });
  }
  void fetch(int64_t at) const { prefetch(added + at); }
};

/** Batch normalisation with given statistics, (value − mean)·factor + offset; then what may follow it: max(that + residual, 0). */
template <typename T>
struct Normalised {
  /** All [C]. */
  const float *mean, *factor, *offset;
  /** As large as the outputs; null where nothing is added. */
  const T* residual;
  bool isRelu;

  template <typename Use>
  ALWAYS_INLINE void with(int channel, const Use& use) const {
    const auto normalised = [shift = load(mean + channel), scale = load(factor + channel), rest = load(offset + channel)](Vec value) {
      return (value - shift) * scale + rest;
    };
    const auto sum = [&normalised, added = residual](Vec value, int64_t at) { return normalised(value) + load(added + at); };
    const auto positive = [](Vec value) { return value <= Vec{} ? Vec{} : value; };
    // Decided once for many values.
    if (residual != nullptr && isRelu) use([&](Vec value, int64_t at) { return positive(sum(value, at)); });
    else if (residual != nullptr) use(sum);
    else if (isRelu) use([&](Vec value, int64_t) { return positive(normalised(value)); });
    else use([&](Vec value, int64_t) { return normalised(value); });
  }
  void fetch(int64_t at) const {
    if (residual != nullptr) prefetch(residual + at);
  }
};
