#pragma once
// 3×3 convolutions of stride 1 with one zero around, by Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray 2016): 36 products for
// what takes 144. The points 0, ±5/8, ±3/2, ∞ keep the rounding error at a few times that of the direct sum (0, ±1, ±2, ∞: twice that).
#include <algorithm>
#include <atomic>
#include <cstring>

#include "threads.h"
#include "vectors.h"

namespace winograd {

constexpr int tileSide = 4, patchSide = 6, points = 36;
constexpr float a = 0.625f, b = 1.5f, aa = a * a, bb = b * b;
constexpr float weightZero = 1 / (aa * bb), weightA = 1 / (2 * aa * (aa - bb)), weightB = 1 / (2 * bb * (bb - aa));

/** Columns of a panel of a product, and rows of which the sums stay in registers. */
constexpr int panel = 2 * lanes;
#if defined(__AVX2__) && !defined(__AVX512F__)
constexpr int registerRows = 6;  // of 16 registers
#else
constexpr int registerRows = 12;  // of 32
#endif

/** Bᵀ·d: six values of the input at the six points. */
static inline void inputPoints(const Vec (&d)[6], Vec (&out)[6]) {
  out[0] = (aa * bb) * d[0] + (d[4] - (aa + bb) * d[2]);
  out[5] = (aa * bb) * d[1] + (d[5] - (aa + bb) * d[3]);
  const Vec evenA = d[4] - bb * d[2], oddA = d[3] - bb * d[1];
  const Vec evenB = d[4] - aa * d[2], oddB = d[3] - aa * d[1];
  out[1] = evenA + a * oddA;
  out[2] = evenA - a * oddA;
  out[3] = evenB + b * oddB;
  out[4] = evenB - b * oddB;
}

/** Aᵀ·m: from the six points to four values of the output. */
static inline void outputValues(const Vec (&m)[6], Vec (&out)[4]) {
  const Vec sumA = m[1] + m[2], differenceA = m[1] - m[2];
  const Vec sumB = m[3] + m[4], differenceB = m[3] - m[4];
  out[0] = m[0] + (sumA + sumB);
  out[1] = a * differenceA + b * differenceB;
  out[2] = aa * sumA + bb * sumB;
  out[3] = (a * aa) * differenceA + ((b * bb) * differenceB + m[5]);
}

/** A·d: four values of the output's gradient at the six points. */
static inline void outputPoints(const Vec (&d)[4], Vec (&out)[6]) {
  const Vec evenA = d[0] + aa * d[2], oddA = d[1] + aa * d[3];
  const Vec evenB = d[0] + bb * d[2], oddB = d[1] + bb * d[3];
  out[0] = d[0];
  out[1] = evenA + a * oddA;
  out[2] = evenA - a * oddA;
  out[3] = evenB + b * oddB;
  out[4] = evenB - b * oddB;
  out[5] = d[3];
}

/** G·g: three values of the filter at the six points, with their weights. */
static inline void filterPoints(const Vec (&g)[3], Vec (&out)[6]) {
  out[0] = weightZero * g[0];
  const Vec evenA = weightA * (g[0] + aa * g[2]), oddA = (weightA * a) * g[1];
  const Vec evenB = weightB * (g[0] + bb * g[2]), oddB = (weightB * b) * g[1];
  out[1] = evenA + oddA;
  out[2] = evenA - oddA;
  out[3] = evenB + oddB;
  out[4] = evenB - oddB;
  out[5] = g[2];
}

/** Gᵀ·m: from the six points to three values of the filter's gradient. */
static inline void filterValues(const Vec (&m)[6], Vec (&out)[3]) {
  const Vec sumA = weightA * (m[1] + m[2]), differenceA = weightA * (m[1] - m[2]);
  const Vec sumB = weightB * (m[3] + m[4]), differenceB = weightB * (m[3] - m[4]);
  out[0] = weightZero * m[0] + (sumA + sumB);
  out[1] = a * differenceA + b * differenceB;
  out[2] = aa * sumA + (bb * sumB + m[5]);
}

/** Applies a transform of n values to m along both axes of a square that `read` gives and `write` takes, by row and column. */
template <int n, int m, void (*along)(const Vec (&)[n], Vec (&)[m]), typename Read, typename Write>
static inline __attribute__((always_inline)) void bothAxes(const Read& read, const Write& write) {
  Vec half[m][n];
#pragma GCC unroll 9
  for (int row = 0; row < n; row++) {
    Vec line[n], result[m];
#pragma GCC unroll 9
    for (int column = 0; column < n; column++) line[column] = read(row, column);
    along(line, result);
#pragma GCC unroll 9
    for (int column = 0; column < m; column++) half[column][row] = result[column];
  }
#pragma GCC unroll 9
  for (int column = 0; column < m; column++) {
    Vec result[m];
    along(half[column], result);
#pragma GCC unroll 9
    for (int row = 0; row < m; row++) write(row, column, result[row]);
  }
}

/** Where a tile lies: image, and the first row and column of its outputs. */
struct Grid {
  int batch, height, width, tilesHigh, tilesWide;
  Grid(int batch, int height, int width)
      : batch(batch), height(height), width(width), tilesHigh((height + 3) / 4), tilesWide((width + 3) / 4) {}
  int count() const { return batch * tilesHigh * tilesWide; }
  struct Place {
    int image, row, column;
  };
  Place place(int tile) const {
    const int inImage = tile % (tilesHigh * tilesWide);
    return {tile / (tilesHigh * tilesWide), inImage / tilesWide * 4, inImage % tilesWide * 4};
  }
};

/** Loads side × side pixels from (row, column) on, zeros outside of the image. */
template <int side, typename T>
struct Window {
  const T* pixels[side][side];
  Window(const T* x, const Grid& grid, Grid::Place at, int offset, int channels, const T* zeros) {
    for (int i = 0; i < side; i++)
      for (int j = 0; j < side; j++) {
        const int row = at.row + offset + i, column = at.column + offset + j;
        const bool isInside = row >= 0 && row < grid.height && column >= 0 && column < grid.width;
        const int64_t pixel = (int64_t(at.image) * grid.height + row) * grid.width + column;
        pixels[i][j] = isInside ? x + pixel * channels : zeros;
      }
  }
};

/** rows × panel sums over `depth`: out[r] = Σ left[r][d]·right[d]. */
template <int rows>
static inline void product(const float* left, int64_t leftStride, const float* right, int depth, float* out, int64_t outStride) {
  Vec sums[rows][2];
  for (int r = 0; r < rows; r++) sums[r][0] = sums[r][1] = Vec{};
  for (int d = 0; d < depth; d++) {
    const Vec first = load(right + d * panel), second = load(right + d * panel + lanes);
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
      const Vec factor = all(left[r * leftStride + d]);
      sums[r][0] += factor * first;
      sums[r][1] += factor * second;
    }
  }
  for (int r = 0; r < rows; r++) {
    store(out + r * outStride, sums[r][0]);
    store(out + r * outStride + lanes, sums[r][1]);
  }
}

template <int rows>
static inline void lastProduct(int count, const float* left, int64_t leftStride, const float* right, int depth, float* out, int64_t outStride) {
  if constexpr (rows > 0) {
    if (count == rows) product<rows>(left, leftStride, right, depth, out, outStride);
    else lastProduct<rows - 1>(count, left, leftStride, right, depth, out, outStride);
  }
}

/** Every kernel [3,3,I,O] at the 36 points, in panels [O/panel][36][I][panel]; of O and I swapped and the filter turned where `forInput`. */
static inline int64_t panelsLength(int depth, int columns) { return int64_t((columns + panel - 1) / panel) * points * depth * panel; }

static void filterPanels(const float* kernel, int depth, int columns, float* panels) {
  const int panelCount = (columns + panel - 1) / panel;
  parallelFor(panelCount * ((depth + 15) / 16), [&](int task) {
    const int panelIndex = task % panelCount, firstDepth = task / panelCount * 16;
    for (int d = firstDepth; d < std::min(depth, firstDepth + 16); d++)
      for (int part = 0; part < 2; part++) {
        const int column = panelIndex * panel + part * lanes;
        const float* const from = kernel + int64_t(d) * columns + column;
        float* const to = panels + (int64_t(panelIndex) * points * depth + d) * panel + part * lanes;
        const bool isInside = column < columns;
        bothAxes<3, 6, filterPoints>(
            [&](int i, int j) { return isInside ? load(from + int64_t(3 * i + j) * depth * columns) : Vec{}; },
            [&](int i, int j, Vec value) { store(to + int64_t(6 * i + j) * depth * panel, value); });
      }
  });
}

/** kernel [3,3,I,O] → [3,3,O,I], turned by 180°. */
static void turned(const float* kernel, int inputs, int outputs, float* out) {
  const int blocks = (inputs + 15) / 16;
  parallelFor(9 * blocks, [&](int task) {
    const int tap = task / blocks, first = task % blocks * 16, last = std::min(inputs, first + 16);
    const float* from = kernel + int64_t(tap) * inputs * outputs;
    float* to = out + int64_t(8 - tap) * inputs * outputs;
    for (int o = 0; o < outputs; o++)
      for (int i = first; i < last; i++) to[int64_t(o) * inputs + i] = from[int64_t(i) * outputs + o];
  });
}

static int tilesPerTask(int count) {
  const int rounds = std::max(1, (count + 48 * threadCount() - 1) / (48 * threadCount()));
  return std::max(1, (count + rounds * threadCount() - 1) / (rounds * threadCount()));
}

/** y[B,H,W,O] = x[B,H,W,I] with the filters of `panels`. */
template <typename T>
static bool filtered(const T* x, const float* panels, T* y, const Grid& grid, int inputs, int outputs) {
  const int count = grid.count(), block = tilesPerTask(count), panelCount = (outputs + panel - 1) / panel;
  const int64_t stride = int64_t(block) * inputs + 16, sumStride = int64_t(block) * panel + 16;
  const int64_t zerosLength = std::max(inputs, lanes);
  std::atomic<bool> hasMemory{true};
  parallelFor((count + block - 1) / block, [&](int task) {
    float* const scratch = threadScratch(points * (stride + sumStride) + zerosLength);
    if (scratch == nullptr) {
      hasMemory.store(false);
      return;
    }
    float *values = scratch, *sums = scratch + points * stride;
    T* zeros = reinterpret_cast<T*>(sums + points * sumStride);
    memset(zeros, 0, sizeof(float) * zerosLength);
    const int first = task * block, tiles = std::min(block, count - first);
    for (int t = 0; t < tiles; t++) {
      const Window<6, T> window(x, grid, grid.place(first + t), -1, inputs, zeros);
      for (int channel = 0; channel < inputs; channel += lanes) {
        float* const to = values + int64_t(t) * inputs + channel;
        bothAxes<6, 6, inputPoints>([&](int i, int j) { return load(window.pixels[i][j] + channel); },
                                    [&](int i, int j, Vec value) { store(to + (6 * i + j) * stride, value); });
      }
    }
    for (int k = 0; k < panelCount; k++) {
      for (int p = 0; p < points; p++) {
        const float* filter = panels + (int64_t(k) * points + p) * inputs * panel;
        int t = 0;
        for (; t + registerRows <= tiles; t += registerRows)
          product<registerRows>(values + p * stride + int64_t(t) * inputs, inputs, filter, inputs, sums + p * sumStride + t * panel, panel);
        lastProduct<registerRows - 1>(tiles - t, values + p * stride + int64_t(t) * inputs, inputs, filter, inputs, sums + p * sumStride + t * panel, panel);
      }
      for (int t = 0; t < tiles; t++) {
        const Grid::Place at = grid.place(first + t);
        const int rows = std::min(4, grid.height - at.row), columns = std::min(4, grid.width - at.column);
        for (int part = 0; part < 2 && k * panel + part * lanes < outputs; part++) {
          const float* const from = sums + t * panel + part * lanes;
          T* const to = y + ((int64_t(at.image) * grid.height + at.row) * grid.width + at.column) * outputs + k * panel + part * lanes;
          bothAxes<6, 4, outputValues>([&](int i, int j) { return load(from + (6 * i + j) * sumStride); },
                                       [&](int i, int j, Vec value) {
                                         if (i < rows && j < columns) store(to + (int64_t(i) * grid.width + j) * outputs, value);
                                       });
        }
      }
    }
  });
  return hasMemory.load();
}

/** rows × panel sums over `depth` on top of `out`: out[r] += Σ left[d][r]·right[d]. */
template <int rows>
static inline void outerProduct(const float* left, int64_t leftStride, const float* right, int depth, float* out, int64_t outStride) {
  Vec sums[rows][2];
  for (int r = 0; r < rows; r++) {
    sums[r][0] = load(out + r * outStride);
    sums[r][1] = load(out + r * outStride + lanes);
  }
  for (int d = 0; d < depth; d++) {
    const Vec first = load(right + d * panel), second = load(right + d * panel + lanes);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
      const Vec factor = all(left[d * leftStride + r]);
      sums[r][0] += factor * first;
      sums[r][1] += factor * second;
    }
  }
  for (int r = 0; r < rows; r++) {
    store(out + r * outStride, sums[r][0]);
    store(out + r * outStride + lanes, sums[r][1]);
  }
}

/** kernelGrad[3,3,I,O] of Σ y·dy for y = x filtered. `sums` holds parts × 36 × I × (O in whole panels). */
struct FilterGradPlan {
  int channelParts, tileParts, columns;
  FilterGradPlan(int inputs, int outputs) {
    columns = (outputs + panel - 1) / panel * panel;
    channelParts = std::max(1, std::min(threadCount(), inputs / 128));
    tileParts = (threadCount() + channelParts - 1) / channelParts;
  }
  int64_t scratchLength(int inputs) const { return int64_t(tileParts) * points * inputs * columns; }
};

template <typename T>
static bool filterGradient(const T* x, const T* dy, float* kernelGrad, float* sums, const FilterGradPlan& plan, const Grid& grid, int inputs, int outputs) {
  const int count = grid.count(), columns = plan.columns, block = std::max(32, std::min(128, inputs * columns / 2048));
  const int64_t partLength = int64_t(points) * inputs * columns;
  std::atomic<bool> hasMemory{true};
  parallelFor(plan.channelParts * plan.tileParts, [&](int task) {
    const int channelPart = task % plan.channelParts, tilePart = task / plan.channelParts;
    const int groups = inputs / lanes;
    const int firstChannel = groups * channelPart / plan.channelParts * lanes, channels = groups * (channelPart + 1) / plan.channelParts * lanes - firstChannel;
    const int firstTile = int64_t(count) * tilePart / plan.tileParts, lastTile = int64_t(count) * (tilePart + 1) / plan.tileParts;
    const int64_t stride = int64_t(block) * channels + 16, gradStride = int64_t(block) * columns + 16;
    const int64_t zerosLength = std::max(inputs, columns);
    float* const scratch = threadScratch(points * (stride + gradStride) + zerosLength);
    if (scratch == nullptr) {
      hasMemory.store(false);
      return;
    }
    float *values = scratch, *grads = scratch + points * stride;
    T* zeros = reinterpret_cast<T*>(grads + points * gradStride);
    memset(zeros, 0, sizeof(float) * zerosLength);
    float* part = sums + tilePart * partLength;
    for (int p = 0; p < points; p++) memset(part + (int64_t(p) * inputs + firstChannel) * columns, 0, sizeof(float) * channels * columns);
    for (int start = firstTile; start < lastTile; start += block) {
      const int tiles = std::min(block, lastTile - start);
      for (int t = 0; t < tiles; t++) {
        const Grid::Place at = grid.place(start + t);
        const Window<6, T> window(x, grid, at, -1, inputs, zeros);
        for (int channel = 0; channel < channels; channel += lanes) {
          float* const to = values + int64_t(t) * channels + channel;
          bothAxes<6, 6, inputPoints>([&](int i, int j) { return load(window.pixels[i][j] + firstChannel + channel); },
                                      [&](int i, int j, Vec value) { store(to + (6 * i + j) * stride, value); });
        }
        const Window<4, T> gradWindow(dy, grid, at, 0, outputs, zeros);
        for (int column = 0; column < columns; column += lanes) {
          float* const to = grads + int64_t(column / panel) * block * panel + t * panel + column % panel;
          const bool isInside = column < outputs;
          bothAxes<4, 6, outputPoints>(
              [&](int i, int j) { return isInside ? load(gradWindow.pixels[i][j] + column) : Vec{}; },
              [&](int i, int j, Vec value) { store(to + (6 * i + j) * gradStride, value); });
        }
      }
      for (int p = 0; p < points; p++)
        for (int column = 0; column < columns; column += panel)
          for (int channel = 0; channel < channels; channel += 8)
            outerProduct<8>(values + p * stride + channel, channels, grads + p * gradStride + int64_t(column / panel) * block * panel, tiles,
                            part + (int64_t(p) * inputs + firstChannel + channel) * columns + column, columns);
    }
  });
  if (!hasMemory.load()) return false;
  parallelFor(inputs, [&](int channel) {
    for (int column = 0; column < outputs; column += lanes) {
      bothAxes<6, 3, filterValues>(
          [&](int i, int j) {
            const float* const from = sums + (int64_t(6 * i + j) * inputs + channel) * columns + column;
            Vec sum = load(from);
            for (int part = 1; part < plan.tileParts; part++) sum += load(from + part * partLength);
            return sum;
          },
          [&](int i, int j, Vec value) {
            store(kernelGrad + (int64_t(3 * i + j) * inputs + channel) * outputs + column, value);
          });
    }
  });
  return true;
}

}  // namespace winograd
