#pragma once
// 3×3 convolutions with one zero around of images of few channels, as a network's first one, by direct sums: there is too little to multiply
// for Winograd's filtering to save any, and what counts is that the outputs are written once. NHWC and HWIO.
#include <algorithm>
#include <type_traits>

#include "endings.h"
#include "tiles.h"

namespace direct {

using winograd::Images;
constexpr int mostInputs = 4;

/** Rows of all the images, in parts that the shape alone determines: no sum depends on which thread computed what. */
struct ImageRows {
  explicit ImageRows(Images images)
      : count(int64_t(images.count) * images.height), perPart((count + mostParts - 1) / mostParts),
        parts(static_cast<int>((count + perPart - 1) / std::max<int64_t>(1, perPart))) {}
  static constexpr int64_t mostParts = 64;
  const int64_t count, perPart;
  const int parts;
};

/** The three rows of pixels that a row of outputs reads, as floats with zeros around: [3][width + 2][inputs]. */
struct Neighbours {
  static int64_t length(const Images& images, int inputs) { return int64_t(3) * (images.width + 2) * inputs; }

  template <typename T>
  static void read(const T* x, const Images& images, int64_t index, int inputs, float* to) {
    const int row = static_cast<int>(index % images.height);
    const int values = images.width * inputs;
    for (int i = -1; i <= 1; i++, to += values + 2 * inputs) {
      std::fill(to, to + values + 2 * inputs, 0.0f);
      if (row + i < 0 || row + i >= images.height) continue;
      const T* const from = x + (index + i) * values;
      for (int at = 0; at < values; at++) to[inputs + at] = asFloat(from[at]);
    }
  }

 private:
  static float asFloat(float value) { return value; }
  static float asFloat(Bfloat16 value) {
    const uint32_t bits = uint32_t(value.bits) << 16;
    float number;
    std::memcpy(&number, &bits, sizeof number);
    return number;
  }
};

/** Calls step(first channel, vectors) for all channels, two vectors at a time, at last one where one is left. */
template <typename Step>
static inline void forPanels(int channels, const Step& step) {
  int channel = 0;
  for (; channel + panel <= channels; channel += panel) step(channel, std::integral_constant<int, 2>());
  if (channel < channels) step(channel, std::integral_constant<int, 1>());
}

/**
 * `pixels` outputs beside each other, some vectors of channels each. Never inlined, where its surroundings would take of the registers.
 * @param from - the first one's window in the first row. @param place - of the first one's first channel, which is `channel`.
 */
template <int pixels, int vectors, typename Count, typename T, typename Ending>
static __attribute__((noinline)) void outputsAt(const float* from, int64_t rowLength, Count count, const float* kernel, int outputs, T* y,
                                                int64_t place, int channel, const Ending& ending) {
  const int inputs = count;
  Vec sums[pixels][vectors];
#pragma GCC unroll 6
  for (int p = 0; p < pixels; p++) {
    for (int v = 0; v < vectors; v++) sums[p][v] = Vec{};
  }
  for (int i = 0; i < 3; i++) {
// Not unrolled: the compiler would share pixels between taps, and run out of registers.
#pragma GCC unroll 1
    for (int k = 0; k < 3 * inputs; k++) {
      Vec taps[vectors];
      for (int v = 0; v < vectors; v++) taps[v] = load(kernel + (int64_t(3 * i) * inputs + k) * outputs + v * lanes);
#pragma GCC unroll 6
      for (int p = 0; p < pixels; p++) {
        const Vec value = all(from[i * rowLength + p * inputs + k]);
        for (int v = 0; v < vectors; v++) sums[p][v] += value * taps[v];
      }
    }
  }
#pragma GCC unroll 2
  for (int v = 0; v < vectors; v++) {
    ending.with(channel + v * lanes, [&](const auto& end) {
#pragma GCC unroll 6
      for (int p = 0; p < pixels; p++) {
        const int64_t at = place + int64_t(p) * outputs + v * lanes;
        store(y + at, end(sums[p][v], at));
      }
    });
  }
}

/** See `convolve`. @param inputs - an int, or a constant. */
template <typename Count, typename T, typename Ending>
static bool convolveOf(const T* x, const float* kernel, T* y, Images images, Count inputs, int outputs, const Ending& ending) {
  const ImageRows rows(images);
  const int64_t rowLength = int64_t(images.width + 2) * inputs;
  std::atomic<bool> hasMemory{true};
  parallelFor(rows.parts, [&](int part) {
    float* const pixels = threadScratch(Neighbours::length(images, inputs));
    if (pixels == nullptr) return hasMemory.store(false);
    for (int64_t row = part * rows.perPart; row < std::min(rows.count, (part + 1) * rows.perPart); row++) {
      Neighbours::read(x, images, row, inputs, pixels);
      forPanels(outputs, [&](int channel, auto vectors) {
        constexpr int width = decltype(vectors)::value;
        const int64_t place = row * images.width * outputs + channel;
        const auto some = [&](int column, auto count) {
          outputsAt<decltype(count)::value, width>(pixels + column * inputs, rowLength, inputs, kernel + channel, outputs, y,
                                                   place + int64_t(column) * outputs, channel, ending);
        };
        int column = 0;
        for (; column + 6 <= images.width; column += 6) some(column, std::integral_constant<int, 6>());
        for (; column + 4 <= images.width; column += 4) some(column, std::integral_constant<int, 4>());
        for (; column < images.width; column++) some(column, std::integral_constant<int, 1>());
      });
    }
  });
  return hasMemory.load();
}

/**
 * y [.., outputs] = x [.., inputs] filtered by kernel [3,3,inputs,outputs], and what `ending` makes of it; outputs are a multiple of `lanes`,
 * inputs `mostInputs` at most. One is known to the compiler: its pixels lie so close that finding them would count.
 * @returns false where there is no memory.
 */
template <typename T, typename Ending = AsTheyAre>
static bool convolve(const T* x, const float* kernel, T* y, Images images, int inputs, int outputs, const Ending& ending = {}) {
  if (inputs == 1) return convolveOf(x, kernel, y, images, std::integral_constant<int, 1>(), outputs, ending);
  return convolveOf(x, kernel, y, images, inputs, outputs, ending);
}

/** Floats for the sums of every part: [parts][3,3,inputs,outputs]. */
static inline int64_t filterSumsLength(Images images, int inputs, int outputs) {
  return int64_t(ImageRows(images).parts) * 9 * inputs * outputs;
}

/** Adds to the sums of one row of a filter's taps, some vectors of channels, what a row of outputs gives. */
template <int taps, int vectors, typename T>
static inline void addRow(const float* from, int inputs, const T* dy, int width, int outputs, float* sums) {
  Vec own[taps][vectors] = {};
  for (int column = 0; column < width; column++) {
    Vec gradients[vectors];
    for (int v = 0; v < vectors; v++) gradients[v] = load(dy + int64_t(column) * outputs + v * lanes);
#pragma GCC unroll 3
    for (int k = 0; k < taps; k++) {
      const Vec value = all(from[column * inputs + k]);
      for (int v = 0; v < vectors; v++) own[k][v] += value * gradients[v];
    }
  }
  for (int k = 0; k < taps; k++) {
    for (int v = 0; v < vectors; v++) {
      float* const to = sums + int64_t(k) * outputs + v * lanes;
      store(to, load(to) + own[k][v]);
    }
  }
}

/** The gradient [3,3,inputs,outputs] of a filter. @param sums - of filterSumsLength. @returns false where there is no memory. */
template <typename T>
static bool filterGradient(const T* x, const T* dy, float* grad, float* sums, Images images, int inputs, int outputs) {
  const ImageRows rows(images);
  const int64_t rowLength = int64_t(images.width + 2) * inputs, taps = int64_t(9) * inputs * outputs;
  std::atomic<bool> hasMemory{true};
  parallelFor(rows.parts, [&](int part) {
    float* const pixels = threadScratch(Neighbours::length(images, inputs));
    if (pixels == nullptr) return hasMemory.store(false);
    float* const own = sums + part * taps;
    std::fill(own, own + taps, 0.0f);
    for (int64_t row = part * rows.perPart; row < std::min(rows.count, (part + 1) * rows.perPart); row++) {
      Neighbours::read(x, images, row, inputs, pixels);
      forPanels(outputs, [&](int channel, auto vectors) {
        constexpr int width = decltype(vectors)::value;
        const T* const gradients = dy + row * images.width * outputs + channel;
        for (int i = 0; i < 3; i++) {
          for (int k = 0; k < 3 * inputs; k += 3) {
            float* const to = own + (int64_t(3 * i) * inputs + k) * outputs + channel;
            addRow<3, width>(pixels + i * rowLength + k, inputs, gradients, images.width, outputs, to);
          }
        }
      });
    }
  });
  if (!hasMemory.load()) return false;
  for (int64_t at = 0; at < taps; at++) {
    double sum = 0;
    for (int part = 0; part < rows.parts; part++) sum += sums[part * taps + at];
    grad[at] = static_cast<float>(sum);
  }
  return true;
}

}  // namespace direct
