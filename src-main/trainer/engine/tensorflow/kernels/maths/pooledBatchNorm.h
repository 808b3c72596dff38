#pragma once
// Batch normalisation, ReLU and max-pooling by 2 in one: what is pooled away is never stored, forward or back. As batchNorm.h, whose
// statistics it takes.
#include "batchNorm.h"

namespace batchNorm {

/** Squares of 2 × 2 pixels side by side; of images of odd sides the last row and column lie in none. */
struct Windows {
  int64_t images;
  int height, width, channels;

  int high() const { return height / 2; }
  int wide() const { return width / 2; }
  /** From a pixel of a window to the one below. */
  int64_t below() const { return int64_t(width) * channels; }

  /** Rows of windows, in parts that the shape alone determines: no sum depends on which thread computed what. */
  int64_t bands() const { return images * high(); }
  int64_t perPart() const { return (bands() + Rows::mostParts - 1) / Rows::mostParts; }
  int parts() const { return static_cast<int>((bands() + perPart() - 1) / perPart()); }
  int64_t sumsLength() const { return 2 * static_cast<int64_t>(parts()) * channels; }

  /** Calls band(first pixel's place in x, first window's place in y, part, whether no windows follow in the image) for each. */
  template <typename Band>
  void forEachBand(const Band& band) const {
    parallelFor(parts(), [&](int part) {
      const int64_t end = std::min(bands(), (part + 1) * perPart());
      for (int64_t index = part * perPart(); index < end; index++) {
        const int64_t image = index / high(), row = index % high();
        band((image * height + 2 * row) * below(), index * wide() * channels, part, row + 1 == high());
      }
      finishStreams();
    });
  }
};

/** The largest of a window, if it is positive: what the ReLU lets through. Of equal ones the first, row by row. */
struct Largest {
  Vec output = {}, input = {};
  /** Its number, 1 to 4; 0 where none is positive. */
  Bits number = {};

  template <typename T, int width>
  static ALWAYS_INLINE Largest of(const T* window, int64_t right, int64_t below, const LoadedAffine<width>& affine, int v) {
    Largest largest;
    const T* const pixels[4] = {window, window + right, window + below, window + below + right};
    for (uint32_t number = 1; number <= 4; number++) {
      const Vec input = load(pixels[number - 1]), output = affine.normalised(input, v);
      const auto isLarger = output > largest.output;
      largest.output = isLarger ? output : largest.output;
      largest.input = isLarger ? input : largest.input;
      largest.number = isLarger ? number - Bits{} : largest.number;
    }
    return largest;
  }
};

/** y [B,⌊H/2⌋,⌊W/2⌋,C]; not-a-number that comes last in its window stays one (with the batch's statistics a channel is all of it). */
template <typename T>
static inline void normalisePooled(const T* x, T* y, const Windows& windows, const Affine& constants) {
  const int channels = windows.channels;
  windows.forEachBand([&](int64_t first, int64_t firstWindow, int, bool) {
    forChannels(channels, [&](int channel, auto vectors) {
      constexpr int width = decltype(vectors)::value;
      const LoadedAffine<width> affine(constants, channel);
      const T* from = x + first + channel;
      T* to = y + firstWindow + channel;
      for (int window = 0; window < windows.wide(); window++, from += 2 * channels, to += channels) {
        for (int v = 0; v < width; v++) {
          Vec largest = {};
          for (const T* pixel : {from, from + channels, from + windows.below(), from + windows.below() + channels}) {
            const Vec value = affine.normalised(load(pixel + v * lanes), v);
            largest = value <= largest ? largest : value;
          }
          store(to + v * lanes, largest);
        }
      }
    });
  });
}

/** Σ dy and Σ dy·(x − mean) of each channel, over what passes pooling and ReLU, left at the front of `sums` [parts][2][C]. */
template <typename T>
static inline void pooledGradientSums(const T* dy, const T* x, const Windows& windows, const Affine& constants, double* sums) {
  const int channels = windows.channels;
  std::fill(sums, sums + windows.sumsLength(), 0.0);
  windows.forEachBand([&](int64_t first, int64_t firstWindow, int part, bool) {
    double* const sum = sums + 2 * static_cast<int64_t>(part) * channels;
    forChannels(channels, [&](int channel, auto vectors) {
      constexpr int width = decltype(vectors)::value;
      const LoadedAffine<width> affine(constants, channel);
      Vec total[width] = {}, products[width] = {};
      const T* from = x + first + channel;
      const T* gradients = dy + firstWindow + channel;
      for (int window = 0; window < windows.wide(); window++, from += 2 * channels, gradients += channels) {
        for (int v = 0; v < width; v++) {
          const Largest largest = Largest::of(from + v * lanes, channels, windows.below(), affine, v);
          const Vec gradient = passed(load(gradients + v * lanes), largest.output);
          total[v] += gradient;
          products[v] += gradient * (largest.input - affine.mean[v]);
        }
      }
      for (int v = 0; v < width; v++) {
        double* const to = sum + channel + v * lanes;
        wide(to) += widened(total[v]);
        wide(to + channels) += widened(products[v]);
      }
    });
  });
  addParts(sums, windows.parts(), channels);
}

/** dx = factor·(dy − meanDy − (x − mean)·slope) of what passes pooling and ReLU; meanDy and slope are [C]. */
template <typename T>
static inline void pooledInputGradient(const T* dy, const T* x, T* dx, const Windows& windows, const Affine& constants,
                                       const float* meanDy, const float* slope) {
  const int channels = windows.channels;
  const int64_t below = windows.below();
  windows.forEachBand([&](int64_t first, int64_t firstWindow, int, bool isLast) {
    forChannels(channels, [&](int channel, auto vectors) {
      constexpr int width = decltype(vectors)::value;
      const LoadedAffine<width> affine(constants, channel);
      const Loaded<width> shift(meanDy, channel), tilt(slope, channel);
      const auto gradientAt = [&](int64_t place, Vec gradient, int v) {
        stream(dx + place, affine.factor[v] * (gradient - shift[v] - (load(x + place) - affine.mean[v]) * tilt[v]));
      };
      for (int window = 0; window < windows.wide(); window++) {
        const int64_t place = first + channel + 2 * int64_t(window) * channels;
        const T* const gradients = dy + firstWindow + int64_t(window) * channels + channel;
        for (int v = 0; v < width; v++) {
          const int64_t at = place + v * lanes;
          const Bits number = Largest::of(x + at, channels, below, affine, v).number;
          const Vec gradient = load(gradients + v * lanes);
          const auto passing = [&](uint32_t of) { return (Vec)((Bits)gradient & (Bits)(number == of)); };
          gradientAt(at, passing(1), v);
          gradientAt(at + channels, passing(2), v);
          gradientAt(at + below, passing(3), v);
          gradientAt(at + below + channels, passing(4), v);
        }
      }
      // What lies in no window.
      const auto without = [&](int row, int firstColumn) {
        for (int64_t at = first + row * below + int64_t(firstColumn) * channels + channel; at < first + (row + 1) * below; at += channels) {
          for (int v = 0; v < width; v++) gradientAt(at + v * lanes, Vec{}, v);
        }
      };
      for (int row = 0; row < 2; row++) without(row, 2 * windows.wide());
      if (isLast && windows.height % 2 == 1) without(2, 0);
    });
  });
}

}  // namespace batchNorm
