#pragma once
// Batch normalisation of x [N,C], in training and back, with what may follow it: y = max(normalised + residual, 0). Memory bounds it, so
// everything happens in two passes: one for sums over the rows, one over the elements. C is a multiple of `lanes`; tensors are float32 or
// bfloat16, arithmetic is float32, sums of many rows are float64.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "threads.h"
#include "vectors.h"

namespace batchNorm {

typedef double Wide __attribute__((vector_size(8 * lanes)));

static inline Wide widened(Vec value) { return __builtin_convertvector(value, Wide); }
static inline Wide& wide(double* at) { return *reinterpret_cast<Wide*>(at); }

/** Rows in parts and chunks that the shape alone determines: no sum depends on which thread computed what. */
struct Rows {
  Rows(int64_t count, int channels)
      : count(count), channels(channels), chunk(std::max(8, 4096 / channels)),
        perPart(std::max(4 * chunk, (count + mostParts - 1) / mostParts)),
        parts(static_cast<int>(std::max<int64_t>(1, (count + perPart - 1) / perPart))) {}

  static constexpr int64_t mostParts = 64;
  const int64_t count;
  const int channels;
  /** Few enough to be read twice from the first-level cache. */
  const int64_t chunk;
  const int64_t perPart;
  const int parts;

  int64_t first(int part) const { return part * perPart; }
  int64_t of(int part) const { return std::min(perPart, count - first(part)); }
  /** Doubles [parts][2][C] that the sums of the parts take. */
  int64_t sumsLength() const { return 2 * static_cast<int64_t>(parts) * channels; }

  template <typename Task>  // task(first row, number of rows, part)
  void forEachPart(const Task& task) const {
    parallelFor(parts, [&](int part) { task(first(part), of(part), part); });
  }
};

/** What a channel's elements are normalised with: (x − mean)·factor + offset; all [C]. */
struct Affine {
  const float *mean, *factor, *offset;
};

template <typename T>
static inline Vec normalised(const T* x, const Affine& affine, int channel) {
  return (load(x) - load(affine.mean + channel)) * load(affine.factor + channel) + load(affine.offset + channel);
}

/** Calls step(first channel, vectors) for all channels, four vectors at a time where there are as many. */
template <typename Step>
static inline void forChannels(int channels, const Step& step) {
  int channel = 0;
  for (; channel + 4 * lanes <= channels; channel += 4 * lanes) step(channel, std::integral_constant<int, 4>());
  for (; channel < channels; channel += lanes) step(channel, std::integral_constant<int, 1>());
}

/** Merges mean and squared deviations of `rows` further rows into those of `before` rows. @see Chan, Golub & LeVeque 1983, eq. 2.1 */
static inline void merge(double* mean, double* squares, double before, double rows, Wide newMean, Wide newSquares) {
  const Wide delta = newMean - wide(mean);
  const double share = rows / (before + rows);
  wide(mean) += delta * share;
  wide(squares) += newSquares + delta * delta * (before * share);
}

/** Mean and Σ(x − mean)² of each channel, float64 [C] each, left at the front of `sums` [parts][2][C]. */
template <typename T>
static inline void moments(const T* x, const Rows& rows, double* sums) {
  const int channels = rows.channels;
  rows.forEachPart([&](int64_t first, int64_t count, int part) {
    double* const mean = sums + 2 * static_cast<int64_t>(part) * channels;
    std::fill(mean, mean + 2 * channels, 0.0);
    for (int64_t row = 0; row < count; row += rows.chunk) {
      const int64_t chunk = std::min(rows.chunk, count - row);
      const T* const from = x + (first + row) * channels;
      forChannels(channels, [&](int channel, auto vectors) {
        constexpr int width = decltype(vectors)::value;
        Vec total[width] = {}, squares[width] = {};
        for (int64_t at = 0; at < chunk; at++) {
          for (int v = 0; v < width; v++) total[v] += load(from + at * channels + channel + v * lanes);
        }
        for (int v = 0; v < width; v++) total[v] *= 1.0f / chunk;
        for (int64_t at = 0; at < chunk; at++) {
          for (int v = 0; v < width; v++) {
            const Vec deviation = load(from + at * channels + channel + v * lanes) - total[v];
            squares[v] += deviation * deviation;
          }
        }
        for (int v = 0; v < width; v++) {
          double* const to = mean + channel + v * lanes;
          merge(to, to + channels, row, chunk, widened(total[v]), widened(squares[v]));
        }
      });
    }
  });
  for (int part = 1; part < rows.parts; part++) {
    double* const mean = sums + 2 * static_cast<int64_t>(part) * channels;
    for (int channel = 0; channel < channels; channel += lanes) {
      merge(sums + channel, sums + channels + channel, rows.first(part), rows.of(part), wide(mean + channel),
            wide(mean + channels + channel));
    }
  }
}

/** y = normalised (+ residual), below 0 as 0 where `isRelu`; not-a-number stays one. */
template <bool isRelu, bool hasResidual, typename T>
static inline void normalise(const T* x, const T* residual, T* y, const Rows& rows, const Affine& affine) {
  rows.forEachPart([&](int64_t first, int64_t count, int) {
    for (int64_t row = first; row < first + count; row++) {
      for (int channel = 0; channel < rows.channels; channel += lanes) {
        const int64_t at = row * rows.channels + channel;
        Vec value = normalised(x + at, affine, channel);
        if (hasResidual) value += load(residual + at);
        if (isRelu) value = value <= Vec{} ? Vec{} : value;
        store(y + at, value);
      }
    }
  });
}

/** Where dy goes back through the ReLU: everywhere, or where the output was positive, which x tells, or y itself. */
enum class Passing { everywhere, byInput, byOutput };

template <Passing passing, typename T>
static inline Vec passed(const T* dy, const T* x, const T* y, const Affine& affine, int channel) {
  const Vec gradient = load(dy);
  if (passing == Passing::byInput) return normalised(x, affine, channel) > Vec{} ? gradient : Vec{};
  if (passing == Passing::byOutput) return load(y) > Vec{} ? gradient : Vec{};
  return gradient;
}

/**
 * Σ dy and Σ dy·(x − mean) of each channel, over what passes the ReLU, left at the front of `sums` [parts][2][C].
 * @param passedOn - where what passes is written to; used by `byOutput` alone.
 */
template <Passing passing, typename T>
static inline void gradientSums(const T* dy, const T* x, const T* y, T* passedOn, const Rows& rows, const Affine& affine,
                                double* sums) {
  const int channels = rows.channels;
  rows.forEachPart([&](int64_t first, int64_t count, int part) {
    double* const sum = sums + 2 * static_cast<int64_t>(part) * channels;
    std::fill(sum, sum + 2 * channels, 0.0);
    for (int64_t row = 0; row < count; row += rows.chunk) {
      const int64_t chunk = std::min(rows.chunk, count - row), start = (first + row) * channels;
      forChannels(channels, [&](int channel, auto vectors) {
        constexpr int width = decltype(vectors)::value;
        Vec total[width] = {}, products[width] = {};
        for (int64_t at = start + channel; at < start + chunk * channels; at += channels) {
          for (int v = 0; v < width; v++) {
            const int64_t here = at + v * lanes;
            const Vec gradient = passed<passing>(dy + here, x + here, y + here, affine, channel + v * lanes);
            if (passing == Passing::byOutput) store(passedOn + here, gradient);
            total[v] += gradient;
            products[v] += gradient * (load(x + here) - load(affine.mean + channel + v * lanes));
          }
        }
        for (int v = 0; v < width; v++) {
          wide(sum + channel + v * lanes) += widened(total[v]);
          wide(sum + channels + channel + v * lanes) += widened(products[v]);
        }
      });
    }
  });
  for (int part = 1; part < rows.parts; part++) {
    const double* const more = sums + 2 * static_cast<int64_t>(part) * channels;
    for (int at = 0; at < 2 * channels; at++) sums[at] += more[at];
  }
}

/** dx = factor·(dy − meanDy − (x − mean)·slope) of what passes the ReLU; meanDy and slope are [C]. */
template <Passing passing, typename T>
static inline void inputGradient(const T* dy, const T* x, T* dx, const Rows& rows, const Affine& affine,
                                 const float* meanDy, const float* slope) {
  rows.forEachPart([&](int64_t first, int64_t count, int) {
    for (int64_t row = first; row < first + count; row++) {
      for (int channel = 0; channel < rows.channels; channel += lanes) {
        const int64_t at = row * rows.channels + channel;
        const Vec gradient = passed<passing, T>(dy + at, x + at, nullptr, affine, channel);
        const Vec centred = load(x + at) - load(affine.mean + channel);
        store(dx + at,
              load(affine.factor + channel) * (gradient - load(meanDy + channel) - centred * load(slope + channel)));
      }
    }
  });
}

}  // namespace batchNorm
