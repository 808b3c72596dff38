#pragma once
// What Winograd's filtering works on: images cut into tiles, each with the window of pixels that it reads, transformed along both axes.
#include <atomic>
#include <cstring>

#include "products.h"
#include "../threads/threads.h"
#include "transforms.h"

namespace winograd {

constexpr int filterPoints = filterValues * filterValues;

static constexpr int smaller(int a, int b) { return a < b ? a : b; }
static constexpr int larger(int a, int b) { return a > b ? a : b; }
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

/** Which of the filter's 36 values the product in row and column of a tile's square of products takes. */
template <typename Scheme>
static inline int filterPointOf(int row, int column) {
  return filterValues * Scheme::filterOf(row) + Scheme::filterOf(column);
}

/** Images of height × width pixels. */
struct Images {
  int count, height, width;
  /** With so many channels, of so many bytes each. */
  int64_t bytes(int channels, size_t each) const { return int64_t(count) * height * width * channels * int64_t(each); }
};

/** More bytes of outputs than any cache keeps until they are read. */
constexpr int64_t uncachedBytes = 21 << 20;

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
  /** Of a tile that is not there: whatever it reads lies outside of the image. */
  Place nowhere() const { return {0, -Scheme::inputSide, 0}; }
  /** The tile that follows a place. */
  Place after(Place at) const {
    at.column += Scheme::outputSide;
    if (at.column < outputs.width) return at;
    at.column = 0;
    at.row += Scheme::outputSide;
    if (at.row < outputs.height) return at;
    return {at.image + 1, 0, 0};
  }
  Place at(int tile) const {
    const int inImage = tile % (high * wide);
    return {tile / (high * wide), inImage / wide * Scheme::outputSide, inImage % wide * Scheme::outputSide};
  }
};

/** The pixels of a square, those outside of the image zeros. */
template <int side, typename T>
struct Window {
  const T* pixels[side][side];
  Window() = default;
  Window(const T* x, Images images, int image, int firstRow, int firstColumn, int channels, const T* zeros) {
    if (firstRow >= 0 && firstColumn >= 0 && firstRow + side <= images.height && firstColumn + side <= images.width) {
      const T* line = x + ((int64_t(image) * images.height + firstRow) * images.width + firstColumn) * channels;
      for (int i = 0; i < side; i++, line += int64_t(images.width) * channels) {
        for (int j = 0; j < side; j++) pixels[i][j] = line + j * channels;
      }
      return;
    }
    int64_t across[side];
    bool isAcross[side];
    for (int j = 0; j < side; j++) {
      across[j] = int64_t(firstColumn + j) * channels;
      isAcross[j] = firstColumn + j >= 0 && firstColumn + j < images.width;
    }
    for (int i = 0; i < side; i++) {
      const int row = firstRow + i;
      const bool isInside = row >= 0 && row < images.height;
      const int64_t start = (int64_t(image) * images.height + row) * images.width * channels;
      for (int j = 0; j < side; j++) pixels[i][j] = isInside && isAcross[j] ? x + (start + across[j]) : zeros;
    }
  }
};

/** The rows of tiles lie far apart, so that no processor foresees what will be needed: it is asked for so many tiles before. */
constexpr int tilesAhead = 2;

/** Calls fetch(place) for every line of the cache in which some channels of a square's pixels lie, also of those that are outside. */
template <int side, typename T, typename Fetch>
static inline void forLines(const Images& images, int image, int firstRow, int firstColumn, int channels, int firstChannel, int lastChannel,
                            const Fetch& fetch) {
  constexpr int line = 64 / int(sizeof(T));
  const bool isWhole = lastChannel - firstChannel == channels;  // pixels then follow each other
  const int pixels = isWhole ? 1 : side, length = isWhole ? side * channels : lastChannel - firstChannel;
  for (int i = 0; i < side; i++) {
    for (int j = 0; j < pixels; j++) {
      const int64_t pixel = (int64_t(image) * images.height + firstRow + i) * images.width + firstColumn + j;
      for (int offset = 0; offset < length; offset += line) fetch(pixel * channels + firstChannel + offset);
    }
  }
}

/** The same for what a tile reads and those to the left and above of it do not: that has been read before. */
template <typename Scheme, typename T, typename Place, typename Fetch>
static inline void forNewInputs(const Images& images, const Place& at, int channels, int firstChannel, int lastChannel, const Fetch& fetch) {
  constexpr int fresh = Scheme::inputStep, known = Scheme::inputSide - fresh;
  forLines<fresh, T>(images, at.image, Scheme::firstInput(at.row) + known, Scheme::firstInput(at.column) + known, channels, firstChannel,
                     lastChannel, fetch);
}

}  // namespace winograd
