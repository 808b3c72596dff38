#pragma once
// The gradient of a 3×3 filter by Winograd's minimal filtering in tiles: the transpose of winogradFilter.h.
#include "filters.h"

namespace winograd {

/** How the gradient of a filter is divided among the threads: by input channels where there are many, else by tiles. */
struct GradPlan {
  int channelParts, tileParts;
  explicit GradPlan(int inputs)
      : channelParts(larger(1, smaller(threadCount(), inputs / 128))), tileParts(parts(threadCount(), channelParts)) {}
  /** Floats for the sums of every part of the tiles: [tileParts][panels of outputs][36][inputs][panel]. */
  int64_t sumsLength(int inputs, int outputs) const { return tileParts * panelsLength(inputs, outputs); }
};

/** Channels whose sums become taps together. */
constexpr int channelsPerTask = 16;

/** Of a last panel that is half empty, only the other half. */
template <int vectors, typename Word>
static auto productOf(bool isFirst) {
  return isFirst ? multiply<columnRows, false, vectors, LeftColumns<Word>> : multiply<columnRows, true, vectors, LeftColumns<Word>>;
}

template <int vectors, typename Word>
static auto squaresOf(bool isFirst) {
  return isFirst ? multiplySquares<false, vectors, Word> : multiplySquares<true, vectors, Word>;
}

/** Exchanges rows and columns of words. */
template <typename Word>
static inline void transposeSquare(Word* square) {
  Vec rows[lanes];
  for (int row = 0; row < lanes; row++) rows[row] = load(square + row * lanes);
  transpose(rows);
  for (int row = 0; row < lanes; row++) store(reinterpret_cast<float*>(square + row * lanes), rows[row]);
}

/**
 * The gradient [3,3,inputs,outputs] of a filter, from x [.., inputs] and the gradient dy [.., outputs] of what it made of that.
 * @param sums - of the plan's length. @returns false where there is no memory.
 */
template <typename Scheme, typename T, typename Word = typename WordOf<T>::type>
static bool filterGradient(const T* x, const T* dy, float* grad, float* sums, const GradPlan& plan, Images images,
                           Images filtered, int inputs, int outputs) {
  constexpr int side = Scheme::products, products = side * side;
  const Tiles<Scheme> tiles(filtered);
  const int columns = wholePanels(outputs), groups = inputs / lanes;
  // The sums pass through the cache once a block: the more of them, and the faster the products, the larger the block.
  constexpr int together = perWord<Word>;  // tiles
  const int words = (hasMatrixUnit<Word> ? 128 : larger(32, smaller(128, inputs * columns / 512))) / together, block = words * together;
  const int64_t partLength = panelsLength(inputs, outputs);
  /** Place of the sums of one of the 36 values for a panel's columns and a channel. */
  const auto sumsAt = [=](int point, int column, int channel) {
    return column / panel * panelLength(inputs) + point * pointLength(inputs) + channel * panel;
  };
  const bool isFar = images.bytes(inputs, sizeof(T)) + filtered.bytes(outputs, sizeof(T)) > nearBytes();
  std::atomic<bool> hasMemory{true};
  parallelFor(plan.channelParts * plan.tileParts, [&](int task) {
    const int channelPart = task % plan.channelParts, tilePart = task / plan.channelParts;
    const int firstChannel = groups * channelPart / plan.channelParts * lanes;
    const int channels = groups * (channelPart + 1) / plan.channelParts * lanes - firstChannel;
    const int firstTile = int64_t(tiles.count) * tilePart / plan.tileParts;
    const int lastTile = int64_t(tiles.count) * (tilePart + 1) / plan.tileParts;
    [[maybe_unused]] const MatrixUnit<Word> unit;
    const int64_t stride = int64_t(words) * channels + 16, gradStride = int64_t(words) * columns + 16;
    Word* const values = reinterpret_cast<Word*>(threadScratch(products * (stride + gradStride) + larger(inputs, outputs)));
    if (values == nullptr) {
      hasMemory.store(false);
      return;
    }
    Word* const grads = values + products * stride;
    T* const zeros = reinterpret_cast<T*>(grads + products * gradStride);
    std::memset(zeros, 0, sizeof(T) * larger(inputs, outputs));
    float* const ownSums = sums + tilePart * partLength + firstChannel * panel;
    if (firstTile == lastTile) {
      for (int column = 0; column < columns; column += panel) {
        for (int point = 0; point < filterPoints; point++) {
          std::memset(ownSums + sumsAt(point, column, 0), 0, sizeof(float) * channels * panel);
        }
      }
    }
    for (int start = firstTile; start < lastTile; start += block) {
      const int count = smaller(block, lastTile - start), wordCount = parts(count, together * rowsAtOnce<Word>) * rowsAtOnce<Word>;
      for (int word = 0; word < wordCount; word++) {
        Window<Scheme::inputSide, T> windows[together];
        Window<Scheme::outputSide, T> gradWindows[together];
        for (int next = 0; next < together; next++) {
          const int t = word * together + next;
          const auto at = t < count ? tiles.at(start + t) : tiles.nowhere();
          windows[next] = {x + firstChannel, images, at.image, Scheme::firstInput(at.row), Scheme::firstInput(at.column), inputs, zeros};
          gradWindows[next] = {dy, filtered, at.image, at.row, at.column, outputs, zeros};
          if (!isFar) continue;
          const auto soon = tiles.at(start + t + tilesAhead);
          forNewInputs<Scheme, T>(images, soon, inputs, firstChannel, firstChannel + channels, [&](int64_t place) { prefetch(x + place); });
          forLines<Scheme::outputSide, T>(filtered, soon.image, soon.row, soon.column, outputs, 0, outputs,
                                          [&](int64_t place) { prefetch(dy + place); });
        }
        for (int channel = 0; channel < channels; channel += lanes) {
          Word* const to = values + int64_t(channel) * words + word * lanes;
          storeWords<Word, side>(
              [&](int next, const auto& write) {
                bothAxes<Scheme::inputSide, side, Scheme::inputs>(
                    [&](int i, int j) { return load(windows[next].pixels[i][j] + channel); }, write);
              },
              [&](int i, int j) { return to + (side * i + j) * stride; });
        }
        for (int column = 0; column < outputs; column += lanes) {
          Word* const to = grads + (int64_t(column / panel) * words + word) * panel + column % panel;
          storeWords<Word, side>(
              [&](int next, const auto& write) {
                bothAxes<Scheme::outputSide, side, Scheme::outputGrads>(
                    [&](int i, int j) { return load(gradWindows[next].pixels[i][j] + column); }, write);
              },
              [&](int i, int j) { return to + (side * i + j) * gradStride; });
        }
      }
      for (int p = 0; p < products; p++) {
        const int point = filterPointOf<Scheme>(p / side, p % side);
        const bool isFirst = start == firstTile && p / side < filterValues && p % side < filterValues;
        if constexpr (hasMatrixUnit<Word>) {
          Word* const left = values + p * stride;
          for (int channel = 0; channel < channels; channel += lanes) {
            for (int word = 0; word < wordCount; word += squareSide) transposeSquare(left + int64_t(channel) * words + word * lanes);
          }
          for (int column = 0; column < columns; column += panel) {
            const auto addProduct = outputs - column > lanes ? squaresOf<2, Word>(isFirst) : squaresOf<1, Word>(isFirst);
            const Word* const right = grads + p * gradStride + int64_t(column) * words;
            for (int channel = 0; channel < channels; channel += 2 * lanes) {
              const LeftSquares<Word> squares{left + int64_t(channel) * words, squareSide, int64_t(lanes) * words, squareSide * squareSide};
              addProduct(channels - channel > lanes, squares, right, wordCount, ownSums + sumsAt(point, column, channel), panel);
            }
          }
          continue;
        }
        for (int column = 0; column < columns; column += panel) {
          const auto addProduct = outputs - column > lanes ? productOf<2, Word>(isFirst) : productOf<1, Word>(isFirst);
          const Word* const right = grads + p * gradStride + int64_t(column) * words;
          for (int channel = 0; channel < channels; channel += columnRows) {
            const LeftColumns<Word> left{values + p * stride + int64_t(channel / lanes) * lanes * words + channel % lanes};
            float* const to = ownSums + sumsAt(point, column, channel);
            for (int row = columnRows; row < 2 * columnRows; row++) {  // those of the next product
              prefetchToWrite(to + row * panel);
              prefetchToWrite(to + row * panel + lanes);
            }
            addProduct(left, right, wordCount, to, panel);
          }
        }
      }
    }
  });
  if (!hasMemory.load()) return false;
  parallelFor(parts(columns, panel) * parts(inputs, channelsPerTask), [&](int task) {
    const int first = task / parts(columns, panel) * channelsPerTask, column = task % parts(columns, panel) * panel;
    for (int channel = first; channel < smaller(inputs, first + channelsPerTask); channel++) {
      for (int half = 0; half < panel && column + half < outputs; half += lanes) {
        bothAxes<filterValues, 3, Scheme::filterGrads>(
            [&](int i, int j) {
              const float* const from = sums + sumsAt(filterValues * i + j, column, channel) + half;
              Vec sum = load(from);
              for (int part = 1; part < plan.tileParts; part++) sum += load(from + part * partLength);
              return sum;
            },
            [&](int i, int j, Vec value) { store(grad + (int64_t(3 * i + j) * inputs + channel) * outputs + column + half, value); });
      }
    }
  });
  return true;
}

}  // namespace winograd
