#pragma once
// Batch normalisation of x [N,C], in training and back, with what may follow it: y = max(normalised + residual, 0). Memory bounds it, so
// everything happens in two passes: one for sums over the rows, one over the elements. C is a multiple of `lanes`; tensors are float32 or
// bfloat16, arithmetic is float32, sums of many rows are float64. Results are streamed past the caches: an activation rarely fits, and
// to read its place in before it is overwritten costs a third more traffic.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "../threads/threads.h"
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
    parallelFor(parts, [&](int part) {
      task(first(part), of(part), part);
      finishStreams();
    });
  }
};

/** What a channel's elements are normalised with: (x − mean)·factor + offset; all [C]. */
struct Affine {
  const float *mean, *factor, *offset;
};

/** Constants of `width` vectors of channels, in registers. */
template <int width>
struct Loaded {
  Loaded(const float* from, int channel) {
    for (int v = 0; v < width; v++) at[v] = load(from + channel + v * lanes);
  }
  Vec operator[](int v) const { return at[v]; }
  Vec at[width];
};

template <int width>
struct LoadedAffine {
  LoadedAffine(const Affine& affine, int channel)
      : mean(affine.mean, channel), factor(affine.factor, channel), offset(affine.offset, channel) {}
  Vec normalised(Vec x, int v) const { return (x - mean[v]) * factor[v] + offset[v]; }
  const Loaded<width> mean, factor, offset;
};

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

/**
 * Calls step(first element, past the last, first channel, vectors) for each chunk and four vectors of channels: their constants stay in
 * registers, and memory is read in a row.
 */
template <typename Step>
static inline void forChunks(const Rows& rows, int64_t first, int64_t count, const Step& step) {
  for (int64_t row = first; row < first + count; row += rows.chunk) {
    const int64_t end = std::min(first + count, row + rows.chunk) * rows.channels;
    forChannels(rows.channels, [&](int channel, auto vectors) {
      step(row * rows.channels + channel, end, channel, vectors);
    });
  }
}

/** y = normalised (+ residual), below 0 as 0 where `isRelu`; not-a-number stays one. */
template <bool isRelu, bool hasResidual, typename T>
static inline void normalise(const T* x, const T* residual, T* y, const Rows& rows, const Affine& constants) {
  rows.forEachPart([&](int64_t first, int64_t count, int) {
    forChunks(rows, first, count, [&](int64_t start, int64_t end, int channel, auto vectors) {
      constexpr int width = decltype(vectors)::value;
      const LoadedAffine<width> affine(constants, channel);
      for (int64_t row = start; row < end; row += rows.channels) {
        for (int v = 0; v < width; v++) {
          const int64_t at = row + v * lanes;
          Vec value = affine.normalised(load(x + at), v);
          if (hasResidual) value += load(residual + at);
          if (isRelu) value = value <= Vec{} ? Vec{} : value;
          stream(y + at, value);
        }
      }
    });
  });
}

/** Where dy goes back through the ReLU: everywhere, or where the output was positive, which x tells, or y itself. */
enum class Passing { everywhere, byInput, byOutput };

/** dy where `output`, what the ReLU got or gave, is positive. (Not `?:`: of that GCC makes a masked load, at half the speed.) */
static inline Vec passed(Vec dy, Vec output) { return (Vec)((Bits)dy & (Bits)(output > Vec{})); }

/** Adds the sums [2][C] of all parts to those of the first. */
static inline void addParts(double* sums, int parts, int channels) {
  for (int part = 1; part < parts; part++) {
    const double* const more = sums + 2 * static_cast<int64_t>(part) * channels;
    for (int at = 0; at < 2 * channels; at++) sums[at] += more[at];
  }
}

/**
 * Σ dy and Σ dy·(x − mean) of each channel, over what passes the ReLU, left at the front of `sums` [parts][2][C].
 * @param passedOn - where what passes is written to; used by `byOutput` alone.
 */
template <Passing passing, typename T>
static inline void gradientSums(const T* dy, const T* x, const T* y, T* passedOn, const Rows& rows,
                                const Affine& constants, double* sums) {
  const int channels = rows.channels;
  rows.forEachPart([&](int64_t first, int64_t count, int part) {
    double* const sum = sums + 2 * static_cast<int64_t>(part) * channels;
    std::fill(sum, sum + 2 * channels, 0.0);
    forChunks(rows, first, count, [&](int64_t start, int64_t end, int channel, auto vectors) {
      constexpr int width = decltype(vectors)::value;
      const LoadedAffine<width> affine(constants, channel);
      Vec total[width] = {}, products[width] = {};
      for (int64_t row = start; row < end; row += channels) {
        for (int v = 0; v < width; v++) {
          const int64_t at = row + v * lanes;
          const Vec input = load(x + at);
          Vec gradient = load(dy + at);
          if (passing == Passing::byInput) gradient = passed(gradient, affine.normalised(input, v));
          if (passing == Passing::byOutput) {
            gradient = passed(gradient, load(y + at));
            stream(passedOn + at, gradient);
          }
          total[v] += gradient;
          products[v] += gradient * (input - affine.mean[v]);
        }
      }
      for (int v = 0; v < width; v++) {
        double* const to = sum + channel + v * lanes;
        wide(to) += widened(total[v]);
        wide(to + channels) += widened(products[v]);
      }
    });
  });
  addParts(sums, rows.parts, channels);
}

/** dx = factor·(dy − meanDy − (x − mean)·slope) of what passes the ReLU, by input or everywhere; meanDy and slope are [C]. */
template <Passing passing, typename T>
static inline void inputGradient(const T* dy, const T* x, T* dx, const Rows& rows, const Affine& constants,
                                 const float* meanDy, const float* slope) {
  rows.forEachPart([&](int64_t first, int64_t count, int) {
    forChunks(rows, first, count, [&](int64_t start, int64_t end, int channel, auto vectors) {
      constexpr int width = decltype(vectors)::value;
      const LoadedAffine<width> affine(constants, channel);
      const Loaded<width> shift(meanDy, channel), tilt(slope, channel);
      for (int64_t row = start; row < end; row += rows.channels) {
        for (int v = 0; v < width; v++) {
          const int64_t at = row + v * lanes;
          const Vec input = load(x + at);
          Vec gradient = load(dy + at);
          if (passing == Passing::byInput) gradient = passed(gradient, affine.normalised(input, v));
          stream(dx + at, affine.factor[v] * (gradient - shift[v] - (input - affine.mean[v]) * tilt[v]));
        }
      }
    });
  });
}

}  // namespace batchNorm
