#pragma once
// 1×1 convolutions of every `stride`-th pixel, as shortcuts that change the shape: products of matrices. NHWC and [inputs, outputs], both
// multiples of `lanes`.
#include <algorithm>

#include "endings.h"
#include "tiles.h"

namespace points {

using winograd::Images;
using winograd::parts;
using winograd::wholePanels;

/** Pixels whose inputs and outputs stay in the first-level cache. */
constexpr int pixelsPerTask = 48;

/** Where the pixel of the outputs with a number lies in x. */
struct Pixels {
  Pixels(Images images, int stride)
      : images(images), stride(stride), high(parts(images.height, stride)), wide(parts(images.width, stride)),
        count(int64_t(images.count) * high * wide) {}
  int64_t at(int64_t pixel) const {
    const int64_t image = pixel / (high * wide), inImage = pixel % (high * wide);
    return (image * images.height + inImage / wide * stride) * images.width + inImage % wide * stride;
  }
  const Images images;
  const int stride, high, wide;
  const int64_t count;
};

/** Floats of a kernel in panels: [panels][inputs][panel]. */
static inline int64_t panelsLength(int inputs, int outputs) { return int64_t(inputs) * wholePanels(outputs); }

static inline void toPanels(const float* kernel, int inputs, int outputs, float* panels) {
  for (int input = 0; input < inputs; input++) {
    for (int column = 0; column < wholePanels(outputs); column += lanes) {
      float* const to = panels + (int64_t(column / panel) * inputs + input) * panel + column % panel;
      store(to, column < outputs ? load(kernel + int64_t(input) * outputs + column) : Vec{});
    }
  }
}

/**
 * y [.., outputs] = x [.., inputs] times kernel [inputs, outputs] at every `stride`-th pixel, and what `ending` makes of it.
 * @param panels - of panelsLength. @returns false where there is no memory.
 */
template <typename T, typename Ending = AsTheyAre>
static bool convolve(const T* x, const float* kernel, T* y, Images images, int stride, int inputs, int outputs, float* panels,
                     const Ending& ending = {}) {
  const Pixels pixels(images, stride);
  toPanels(kernel, inputs, outputs, panels);
  std::atomic<bool> hasMemory{true};
  parallelFor(static_cast<int>((pixels.count + pixelsPerTask - 1) / pixelsPerTask), [&](int task) {
    float* const values = threadScratch(int64_t(pixelsPerTask) * (inputs + panel));
    if (values == nullptr) return hasMemory.store(false);
    float* const sums = values + int64_t(pixelsPerTask) * inputs;
    const int64_t first = int64_t(task) * pixelsPerTask;
    const int count = static_cast<int>(std::min<int64_t>(pixelsPerTask, pixels.count - first));
    for (int p = 0; p < count; p++) {
      const T* const from = x + pixels.at(first + p) * inputs;
      for (int channel = 0; channel < inputs; channel += lanes) store(values + int64_t(p) * inputs + channel, load(from + channel));
    }
    for (int column = 0; column < outputs; column += panel) {
      const LeftRows<float> left{values, inputs};
      const float* const right = panels + int64_t(column) * inputs;
      // Of a last panel that is half empty, only the other half.
      if (outputs - column > lanes) multiplyRows<2>(count, left, right, inputs, sums);
      else multiplyRows<1>(count, left, right, inputs, sums);
      for (int half = 0; half < panel && column + half < outputs; half += lanes) {
        const auto end = ending.of(column + half);
        for (int p = 0; p < count; p++) {
          const int64_t place = (first + p) * outputs + column + half;
          store(y + place, end(load(sums + p * panel + half), place));
        }
      }
    }
  });
  return hasMemory.load();
}

}  // namespace points
