#pragma once
// Means of whole images x [N,P,C] over their P pixels, and back. C is a multiple of `lanes`; tensors are float32 or bfloat16, sums float32.
#include "batchNorm.h"

namespace globalPooling {

struct Images {
  const int64_t count, pixels;
  const int channels;

  template <typename Task>  // task(image)
  void forEach(const Task& task) const {
    const int parts = static_cast<int>(std::min<int64_t>(count, 4 * threadCount()));
    parallelFor(parts, [&](int part) {
      for (int64_t image = count * part / parts; image < count * (part + 1) / parts; image++) task(image);
    });
  }
};

/** y [N,C]. */
template <typename T>
static void means(const T* x, T* y, const Images& images) {
  const float share = 1.0f / images.pixels;
  images.forEach([&](int64_t image) {
    batchNorm::forChannels(images.channels, [&](int channel, auto width) {
      Vec sums[width] = {};
      const T* from = x + image * images.pixels * images.channels + channel;
      for (int64_t pixel = 0; pixel < images.pixels; pixel++, from += images.channels) {
        for (int v = 0; v < width; v++) sums[v] += load(from + v * lanes);
      }
      for (int v = 0; v < width; v++) store(y + image * images.channels + channel + v * lanes, sums[v] * all(share));
    });
  });
}

/** dx [N,P,C] of dy [N,C]. */
template <typename T>
static void meansGradient(const T* dy, T* dx, const Images& images) {
  const float share = 1.0f / images.pixels;
  images.forEach([&](int64_t image) {
    batchNorm::forChannels(images.channels, [&](int channel, auto width) {
      Vec shares[width];
      for (int v = 0; v < width; v++) shares[v] = load(dy + image * images.channels + channel + v * lanes) * all(share);
      T* to = dx + image * images.pixels * images.channels + channel;
      for (int64_t pixel = 0; pixel < images.pixels; pixel++, to += images.channels) {
        for (int v = 0; v < width; v++) store(to + v * lanes, shares[v]);
      }
    });
  });
}

}  // namespace globalPooling
