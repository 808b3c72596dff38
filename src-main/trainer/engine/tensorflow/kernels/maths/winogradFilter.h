#pragma once
// 3×3 convolutions with one zero around, and their way back to the inputs, by Winograd's minimal filtering in tiles, on the schemes of
// transforms.h. NHWC and HWIO.
#include "endings.h"
#include "filters.h"

namespace winograd {

/** Few enough that their products stay in the cache. */
template <typename Word>
static constexpr int mostTiles(int products) {
  constexpr int together = hasMatrixUnit<Word> ? squareSide : 12;
  return larger(together, 48 * 36 / (products * products) / together * together);
}

/** Every thread as many. */
static int tilesPerTask(int count, int most) {
  const int rounds = parts(count, most * threadCount());
  return parts(count, rounds * threadCount());
}

/** y [.., columns] = x [.., depth] filtered, and what `Ending` makes of it. */
template <typename Scheme, typename T, typename Ending = AsTheyAre, typename Word = typename WordOf<T>::type>
class Filtering {
 public:
  Filtering(const T* x, Filter filter, T* y, Images images, Images filtered, Ending ending = {})
      : x(x), filter(filter), y(y), images(images), tiles(filtered), ending(ending), depth(filter.depth),
        words(depth / perWord<Word>), columns(filter.columns),
        isFar(images.bytes(depth, sizeof(T)) + filtered.bytes(columns, sizeof(T)) > nearBytes()),
        isStreamed(sizeof(Vec) == 64 && filtered.bytes(columns, sizeof(T)) > uncachedBytes) {}

  /** Floats that all threads share. */
  int64_t sharedLength() const { return goesByPanels() ? products * stride(tiles.count, words) : panelsLength(words, columns); }

  /** @returns false where there is no memory. */
  bool run(float* shared) const {
    std::atomic<bool> hasMemory{true};
    const auto scratch = [&](int64_t length) {
      float* const memory = threadScratch(length);
      if (memory == nullptr) hasMemory.store(false);
      return memory;
    };
    if (goesByPanels()) runByPanels(reinterpret_cast<Word*>(shared), scratch);
    else runByTiles(reinterpret_cast<Word*>(shared), scratch);
    return hasMemory.load();
  }

 private:
  static constexpr int side = Scheme::products, products = side * side, depthPerTask = 16, tilesPerTransform = 8;

  /** Filters that take more room than the inputs: every thread then makes its own panels, uses each once for all tiles, and forgets it. */
  bool goesByPanels() const {
    return int64_t(filterPoints) * columns > int64_t(products) * tiles.count && parts(columns, panel) >= 4 * threadCount();
  }

  /** Floats from one product of `count` tiles to the next; the 16 keeps those of a tile out of one set of the cache. */
  static int64_t stride(int count, int width) { return int64_t(parts(count, rowsAtOnce<Word>)) * rowsAtOnce<Word> * width + 16; }
  static constexpr int most = mostTiles<Word>(side);

  template <typename Scratch>
  void runByTiles(Word* panels, const Scratch& scratch) const {
    const int panelCount = parts(columns, panel);
    parallelFor(panelCount * parts(depth, depthPerTask), [&](int task) {
      const int index = task % panelCount, first = task / panelCount * depthPerTask;
      filter.panelOf<Scheme>(index * panel, first, smaller(depth, first + depthPerTask),
                             panels + index * panelLength(words));
    });
    const int block = tilesPerTask(tiles.count, most);
    parallelFor(parts(tiles.count, block), [&](int task) {
      float* const sums = scratch(products * (stride(block, words) + stride(most, panel)) + depth);
      if (sums == nullptr) return;
      Word* const values = reinterpret_cast<Word*>(sums + products * stride(most, panel));
      [[maybe_unused]] const MatrixUnit<Word> unit;
      const int first = task * block, count = smaller(block, tiles.count - first);
      transformInputs(first, count, values, stride(block, words), values + products * stride(block, words));
      for (int column = 0; column < columns; column += panel) {
        filterTiles<most>(first, count, values, stride(block, words), panels + column / panel * panelLength(words), sums, column);
      }
      finishStreams();
    });
  }

  template <typename Scratch>
  void runByPanels(Word* values, const Scratch& scratch) const {
    const int64_t all = stride(tiles.count, words);
    parallelFor(parts(tiles.count, tilesPerTransform), [&](int task) {
      float* const zeros = scratch(depth);
      if (zeros == nullptr) return;
      const int first = task * tilesPerTransform;
      transformInputs(first, smaller(tilesPerTransform, tiles.count - first), values + int64_t(first) * words, all, zeros);
    });
    parallelFor(parts(columns, panel), [&](int task) {
      float* const sums = scratch(panelsLength(words, panel) + products * stride(tiles.count, panel));
      if (sums == nullptr) return;
      [[maybe_unused]] const MatrixUnit<Word> unit;
      Word* const filtering = reinterpret_cast<Word*>(sums + products * stride(tiles.count, panel));
      filter.panelOf<Scheme>(task * panel, 0, depth, filtering);
      filterTiles<0>(0, tiles.count, values, all, filtering, sums, task * panel);
      finishStreams();
    });
  }

  /** Products' values [products][count][words] of tiles. @param room - for `depth` zeros. */
  void transformInputs(int first, int count, Word* values, int64_t valuesStride, void* room) const {
    T* const zeros = static_cast<T*>(room);
    std::memset(zeros, 0, sizeof(T) * depth);
    auto at = tiles.at(first), next = tiles.at(first + tilesAhead);
    for (int t = 0; t < count; t++, at = tiles.after(at), next = tiles.after(next)) {
      const Window<Scheme::inputSide, T> window(x, images, at.image, Scheme::firstInput(at.row),
                                                Scheme::firstInput(at.column), depth, zeros);
      if (isFar) {
        forNewInputs<Scheme, T>(images, next, depth, 0, depth, [&](int64_t place) { prefetch(x + place); });
      }
      for (int channel = 0; channel < depth; channel += lanes) {
        Word* const to = values + int64_t(t) * words + channel / perWord<Word>;
        bothAxes<Scheme::inputSide, side, Scheme::inputs>(
            [&](int i, int j) { return load(window.pixels[i][j] + channel); },
            [&](int i, int j, Vec value) { storeAlong(to + (side * i + j) * valuesStride, value); });
      }
    }
  }

  /**
   * The outputs of tiles in the panel from `column` on. @tparam known - the most of `count`, where that is known: addresses then are constants.
   * @param sums - room for [products][known or count][panel].
   */
  template <int known>
  void filterTiles(int first, int count, const Word* values, int64_t valuesStride, const Word* filtering, float* sums,
                   int column) const {
    const Images& filtered = tiles.outputs;
    const int64_t sumStride = stride(known > 0 ? known : count, panel);
    for (int p = 0; p < products; p++) {
      const int point = filterPointOf<Scheme>(p / side, p % side);
      const LeftRows<Word> left{values + p * valuesStride, words};
      const Word* const right = filtering + point * pointLength(words);
      // Of a last panel that is half empty, only the other half.
      if (columns - column > lanes) multiplyRows<2>(count, left, right, words, sums + p * sumStride);
      else multiplyRows<1>(count, left, right, words, sums + p * sumStride);
    }
    auto at = tiles.at(first), next = tiles.at(first + tilesAhead);
    for (int t = 0; t < count; t++, at = tiles.after(at), next = tiles.after(next)) {
      const int rows = filtered.height - at.row, pixels = filtered.width - at.column;
      if (isFar) {
        forLines<Scheme::outputSide, T>(filtered, next.image, next.row, next.column, columns, column, smaller(columns, column + panel),
                                        [&](int64_t place) {
                                          if (!isStreamed) prefetchToWrite(y + place);
                                          ending.fetch(place);
                                        });
      }
      for (int half = 0; half < panel && column + half < columns; half += lanes) {
        const float* const from = sums + t * panel + half;
        const int64_t corner = ((int64_t(at.image) * filtered.height + at.row) * filtered.width + at.column) * columns + column + half;
        ending.with(column + half, [&](const auto& end) {
          const auto finish = [&](auto isWhole) {
            bothAxes<side, Scheme::outputSide, Scheme::outputs>(
                [&](int i, int j) { return load(from + (side * i + j) * sumStride); },
                [&](int i, int j, Vec value) {
                  if (!isWhole && (i >= rows || j >= pixels)) return;
                  const int64_t place = corner + (int64_t(i) * filtered.width + j) * columns;
                  if (isStreamed) stream(y + place, end(value, place));
                  else store(y + place, end(value, place));
                });
          };
          if (rows >= Scheme::outputSide && pixels >= Scheme::outputSide) finish(std::true_type{});
          else finish(std::false_type{});
        });
      }
    }
  }

  const T* const x;
  const Filter filter;
  T* const y;
  const Images images;
  const Tiles<Scheme> tiles;
  const Ending ending;
  /** `words`: of a pixel's channels, `depth` many. */
  const int depth, words, columns;
  /**
   * Inputs and outputs are asked for ahead of time; outputs that are too many for any cache go past them, where a vector is a whole line of it:
   * halves of lines, each stored at another time, would go to memory one by one.
   */
  const bool isFar, isStreamed;
};

}  // namespace winograd
