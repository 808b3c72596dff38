#pragma once
// 3×3 convolutions with one zero around by Winograd's minimal filtering in tiles, on the schemes of transforms.h. NHWC and HWIO.
#include <atomic>
#include <cstring>

#include "products.h"
#include "threads.h"
#include "transforms.h"

namespace winograd {

constexpr int filterPoints = filterValues * filterValues;

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }
static inline int parts(int whole, int part) { return (whole + part - 1) / part; }
static inline int wholePanels(int columns) { return parts(columns, panel) * panel; }

/** Transforms a square that `read` gives along both axes, and gives `write` the result. */
template <int n, int m, void (*along)(const Vec*, Vec*), typename Read, typename Write>
static ALWAYS_INLINE void bothAxes(const Read& read, const Write& write) {
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

/** Images of height × width pixels. */
struct Images {
  int count, height, width;
};

/** The outputs cut into squares; those at the lower and right edge may lie partly outside. */
template <typename Scheme>
struct Tiles {
  const Images outputs;
  const int high, wide, count;
  explicit Tiles(Images outputs)
      : outputs(outputs),
        high(parts(outputs.height, Scheme::outputSide)),
        wide(parts(outputs.width, Scheme::outputSide)),
        count(outputs.count * high * wide) {}
  struct Place {
    int image, row, column;
  };
  Place at(int tile) const {
    const int inImage = tile % (high * wide);
    return {tile / (high * wide), inImage / wide * Scheme::outputSide, inImage % wide * Scheme::outputSide};
  }
};

/** The pixels of a square, those outside of the image zeros. */
template <int side, typename T>
struct Window {
  const T* pixels[side][side];
  Window(const T* x, Images images, int image, int firstRow, int firstColumn, int channels, const T* zeros) {
    for (int i = 0; i < side; i++) {
      for (int j = 0; j < side; j++) {
        const int row = firstRow + i, column = firstColumn + j;
        const bool isInside = row >= 0 && row < images.height && column >= 0 && column < images.width;
        const int64_t pixel = (int64_t(image) * images.height + row) * images.width + column;
        pixels[i][j] = isInside ? x + pixel * channels : zeros;
      }
    }
  }
};

/** Floats of a filter's values for `depth` channels in and `columns` out: [panels][36][depth][panel]. */
static inline int64_t panelsLength(int depth, int columns) { return int64_t(filterPoints) * depth * wholePanels(columns); }

/** Brings `panel` columns of kernel [3,3,depth,columns] from `column` on into that form, for some of the depth: zeros where there is none. */
template <typename Scheme>
static void filterPanel(const float* kernel, int depth, int columns, int column, int firstDepth, int lastDepth, float* to) {
  for (int d = firstDepth; d < lastDepth; d++) {
    for (int half = 0; half < panel; half += lanes) {
      const bool isInside = column + half < columns;
      const float* const from = kernel + int64_t(d) * columns + column + half;
      float* const place = to + int64_t(d) * panel + half;
      bothAxes<3, filterValues, Scheme::filter>(
          [&](int i, int j) { return isInside ? load(from + int64_t(3 * i + j) * depth * columns) : Vec{}; },
          [&](int i, int j, Vec value) { store(place + int64_t(filterValues * i + j) * depth * panel, value); });
    }
  }
}

/** kernel [3,3,inputs,outputs] → [3,3,outputs,inputs], turned by 180°: what goes back from the outputs to the inputs. */
static void turnRound(const float* kernel, int inputs, int outputs, float* turned) {
  const int blocks = parts(inputs, 16);
  parallelFor(9 * blocks, [&](int task) {
    const int tap = task / blocks, first = task % blocks * 16;
    const float* const from = kernel + int64_t(tap) * inputs * outputs;
    float* const to = turned + int64_t(8 - tap) * inputs * outputs;
    for (int o = 0; o < outputs; o++) {
      for (int i = first; i < smaller(inputs, first + 16); i++) to[int64_t(o) * inputs + i] = from[int64_t(i) * outputs + o];
    }
  });
}

/** Every thread as many, and few enough that their products stay in the cache. */
static int tilesPerTask(int count, int products) {
  const int most = larger(12, 48 * 36 / (products * products) / 12 * 12);
  const int rounds = parts(count, most * threadCount());
  return parts(count, rounds * threadCount());
}

/** y [.., columns] = x [.., depth] filtered by kernel [3,3,depth,columns]. */
template <typename Scheme, typename T>
class Filtering {
 public:
  Filtering(const T* x, const float* kernel, T* y, Images images, Images filtered, int depth, int columns)
      : x(x), kernel(kernel), y(y), images(images), tiles(filtered), depth(depth), columns(columns) {}

  /** Floats that all threads share. */
  int64_t sharedLength() const { return goesByPanels() ? products * stride(tiles.count, depth) : panelsLength(depth, columns); }

  /** @returns false where there is no memory. */
  bool run(float* shared) const {
    std::atomic<bool> hasMemory{true};
    const auto scratch = [&](int64_t length) {
      float* const memory = threadScratch(length);
      if (memory == nullptr) hasMemory.store(false);
      return memory;
    };
    if (goesByPanels()) runByPanels(shared, scratch);
    else runByTiles(shared, scratch);
    return hasMemory.load();
  }

 private:
  static constexpr int side = Scheme::products, products = side * side, depthPerTask = 16, tilesPerTransform = 8;

  /** Filters that take more room than the inputs: every thread then makes its own panels, uses each once for all tiles, and forgets it. */
  bool goesByPanels() const {
    return int64_t(filterPoints) * columns > int64_t(products) * tiles.count && parts(columns, panel) >= 4 * threadCount();
  }

  /** Floats from one product of `count` tiles to the next; the 16 keeps those of a tile out of one set of the cache. */
  static int64_t stride(int count, int width) { return int64_t(count) * width + 16; }

  template <typename Scratch>
  void runByTiles(float* panels, const Scratch& scratch) const {
    const int panelCount = parts(columns, panel);
    parallelFor(panelCount * parts(depth, depthPerTask), [&](int task) {
      const int index = task % panelCount, first = task / panelCount * depthPerTask;
      filterPanel<Scheme>(kernel, depth, columns, index * panel, first, smaller(depth, first + depthPerTask),
                          panels + int64_t(index) * filterPoints * depth * panel);
    });
    const int block = tilesPerTask(tiles.count, side);
    parallelFor(parts(tiles.count, block), [&](int task) {
      float* const values = scratch(products * (stride(block, depth) + stride(block, panel)) + depth);
      if (values == nullptr) return;
      float* const sums = values + products * stride(block, depth);
      const int first = task * block, count = smaller(block, tiles.count - first);
      transformInputs(first, count, values, stride(block, depth), sums + products * stride(block, panel));
      for (int column = 0; column < columns; column += panel) {
        filterTiles(first, count, values, stride(block, depth), panels + int64_t(column) * filterPoints * depth, sums, column);
      }
    });
  }

  template <typename Scratch>
  void runByPanels(float* values, const Scratch& scratch) const {
    const int64_t all = stride(tiles.count, depth);
    parallelFor(parts(tiles.count, tilesPerTransform), [&](int task) {
      float* const zeros = scratch(depth);
      if (zeros == nullptr) return;
      const int first = task * tilesPerTransform;
      transformInputs(first, smaller(tilesPerTransform, tiles.count - first), values + int64_t(first) * depth, all, zeros);
    });
    parallelFor(parts(columns, panel), [&](int task) {
      float* const filter = scratch(panelsLength(depth, panel) + products * stride(tiles.count, panel));
      if (filter == nullptr) return;
      filterPanel<Scheme>(kernel, depth, columns, task * panel, 0, depth, filter);
      filterTiles(0, tiles.count, values, all, filter, filter + panelsLength(depth, panel), task * panel);
    });
  }

  /** Products' values [products][count][depth] of tiles. @param zeros - room for `depth` of them. */
  void transformInputs(int first, int count, float* values, int64_t valuesStride, float* room) const {
    T* const zeros = reinterpret_cast<T*>(room);
    std::memset(zeros, 0, sizeof(T) * depth);
    for (int t = 0; t < count; t++) {
      const auto at = tiles.at(first + t);
      const Window<Scheme::inputSide, T> window(x, images, at.image, Scheme::firstInput(at.row),
                                                Scheme::firstInput(at.column), depth, zeros);
      for (int channel = 0; channel < depth; channel += lanes) {
        float* const to = values + int64_t(t) * depth + channel;
        bothAxes<Scheme::inputSide, side, Scheme::inputs>(
            [&](int i, int j) { return load(window.pixels[i][j] + channel); },
            [&](int i, int j, Vec value) { store(to + (side * i + j) * valuesStride, value); });
      }
    }
  }

  /** The outputs of tiles in the panel from `column` on. @param sums - room for [products][count][panel]. */
  void filterTiles(int first, int count, const float* values, int64_t valuesStride, const float* filter, float* sums, int column) const {
    const Images& filtered = tiles.outputs;
    const int64_t sumStride = stride(count, panel);
    for (int p = 0; p < products; p++) {
      const int point = filterValues * Scheme::filterOf(p / side) + Scheme::filterOf(p % side);
      innerProducts(count, values + p * valuesStride, depth, filter + int64_t(point) * depth * panel, depth, sums + p * sumStride);
    }
    for (int t = 0; t < count; t++) {
      const auto at = tiles.at(first + t);
      const int rows = filtered.height - at.row, pixels = filtered.width - at.column;
      for (int half = 0; half < panel && column + half < columns; half += lanes) {
        const float* const from = sums + t * panel + half;
        T* const to = y + ((int64_t(at.image) * filtered.height + at.row) * filtered.width + at.column) * columns + column + half;
        bothAxes<side, Scheme::outputSide, Scheme::outputs>(
            [&](int i, int j) { return load(from + (side * i + j) * sumStride); },
            [&](int i, int j, Vec value) {
              if (i < rows && j < pixels) store(to + (int64_t(i) * filtered.width + j) * columns, value);
            });
      }
    }
  }

  const T* const x;
  const float* const kernel;
  T* const y;
  const Images images;
  const Tiles<Scheme> tiles;
  const int depth, columns;
};

/** How the gradient of a filter is divided among the threads: by input channels where there are many, else by tiles. */
struct GradPlan {
  int channelParts, tileParts;
  explicit GradPlan(int inputs)
      : channelParts(larger(1, smaller(threadCount(), inputs / 128))), tileParts(parts(threadCount(), channelParts)) {}
  /** Floats for the sums of every part of the tiles: [tileParts][36][inputs][outputs in whole panels]. */
  int64_t sumsLength(int inputs, int outputs) const { return int64_t(tileParts) * filterPoints * inputs * wholePanels(outputs); }
};

/**
 * The gradient [3,3,inputs,outputs] of a filter, from x [.., inputs] and the gradient dy [.., outputs] of what it made of that.
 * @param sums - of the plan's length. @returns false where there is no memory.
 */
template <typename Scheme, typename T>
static bool filterGradient(const T* x, const T* dy, float* grad, float* sums, const GradPlan& plan, Images images,
                           Images filtered, int inputs, int outputs) {
  constexpr int side = Scheme::products, products = side * side;
  const Tiles<Scheme> tiles(filtered);
  const int columns = wholePanels(outputs), groups = inputs / lanes;
  // The sums pass through the cache once a block: the more of them, the larger the block.
  const int block = larger(32, smaller(128, inputs * columns / 2048)) * 36 / products;
  const int64_t partLength = int64_t(filterPoints) * inputs * columns;
  std::atomic<bool> hasMemory{true};
  parallelFor(plan.channelParts * plan.tileParts, [&](int task) {
    const int channelPart = task % plan.channelParts, tilePart = task / plan.channelParts;
    const int firstChannel = groups * channelPart / plan.channelParts * lanes;
    const int channels = groups * (channelPart + 1) / plan.channelParts * lanes - firstChannel;
    const int firstTile = int64_t(tiles.count) * tilePart / plan.tileParts;
    const int lastTile = int64_t(tiles.count) * (tilePart + 1) / plan.tileParts;
    const int64_t stride = int64_t(block) * channels + 16, gradStride = int64_t(block) * columns + 16;
    float* const values = threadScratch(products * (stride + gradStride) + larger(inputs, outputs));
    if (values == nullptr) {
      hasMemory.store(false);
      return;
    }
    float* const grads = values + products * stride;
    T* const zeros = reinterpret_cast<T*>(grads + products * gradStride);
    std::memset(zeros, 0, sizeof(T) * larger(inputs, outputs));
    float* const ownSums = sums + tilePart * partLength + int64_t(firstChannel) * columns;
    if (firstTile == lastTile) {
      for (int point = 0; point < filterPoints; point++) {
        std::memset(ownSums + int64_t(point) * inputs * columns, 0, sizeof(float) * channels * columns);
      }
    }
    for (int start = firstTile; start < lastTile; start += block) {
      const int count = smaller(block, lastTile - start);
      for (int t = 0; t < count; t++) {
        const auto at = tiles.at(start + t);
        const Window<Scheme::inputSide, T> window(x + firstChannel, images, at.image, Scheme::firstInput(at.row),
                                                  Scheme::firstInput(at.column), inputs, zeros);
        for (int channel = 0; channel < channels; channel += lanes) {
          float* const to = values + int64_t(channel) * block + t * lanes;
          bothAxes<Scheme::inputSide, side, Scheme::inputs>(
              [&](int i, int j) { return load(window.pixels[i][j] + channel); },
              [&](int i, int j, Vec value) { store(to + (side * i + j) * stride, value); });
        }
        const Window<Scheme::outputSide, T> gradWindow(dy, filtered, at.image, at.row, at.column, outputs, zeros);
        for (int column = 0; column < columns; column += lanes) {
          const bool isInside = column < outputs;
          float* const to = grads + (int64_t(column / panel) * block + t) * panel + column % panel;
          bothAxes<Scheme::outputSide, side, Scheme::outputGrads>(
              [&](int i, int j) { return isInside ? load(gradWindow.pixels[i][j] + column) : Vec{}; },
              [&](int i, int j, Vec value) { store(to + (side * i + j) * gradStride, value); });
        }
      }
      for (int p = 0; p < products; p++) {
        const int point = filterValues * Scheme::filterOf(p / side) + Scheme::filterOf(p % side);
        const bool isFirst = start == firstTile && p / side < filterValues && p % side < filterValues;
        const auto product = isFirst ? outerProduct<false> : outerProduct<true>;
        for (int column = 0; column < columns; column += panel) {
          const float* const right = grads + p * gradStride + int64_t(column) * block;
          for (int channel = 0; channel < channels; channel += outerRows) {
            const float* const left = values + p * stride + int64_t(channel / lanes) * lanes * block + channel % lanes;
            product(left, right, count, ownSums + (int64_t(point) * inputs + channel) * columns + column, columns);
          }
        }
      }
    }
  });
  if (!hasMemory.load()) return false;
  parallelFor(inputs, [&](int channel) {
    for (int column = 0; column < outputs; column += lanes) {
      bothAxes<filterValues, 3, Scheme::filterGrads>(
          [&](int i, int j) {
            const float* const from = sums + (int64_t(filterValues * i + j) * inputs + channel) * columns + column;
            Vec sum = load(from);
            for (int part = 1; part < plan.tileParts; part++) sum += load(from + part * partLength);
            return sum;
          },
          [&](int i, int j, Vec value) { store(grad + (int64_t(3 * i + j) * inputs + channel) * outputs + column, value); });
    }
  });
  return true;
}

}  // namespace winograd
