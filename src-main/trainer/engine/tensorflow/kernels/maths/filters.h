#pragma once
// 3×3 filters brought into the form in which Winograd's filtering multiplies with them, panel by panel.
#include "tiles.h"

namespace winograd {

/** Words from one of the 36 values of a panel's filters to the next: [depth][panel], and what keeps them out of one set of the caches. */
static inline int64_t pointLength(int depth) { return int64_t(depth) * panel + 16; }
static inline int64_t panelLength(int depth) { return filterPoints * pointLength(depth); }
/** Words of a filter's values for `depth` words of channels in and `columns` out: [panels][36][depth][panel]. */
static inline int64_t panelsLength(int depth, int columns) { return panelLength(depth) * parts(columns, panel); }

/** Two vectors into one row of pairs: a₀ b₀ a₁ b₁ …, whose halves are `low` and `high`. */
static ALWAYS_INLINE void interleave(Vec a, Vec b, Vec& low, Vec& high) {
#if defined(__clang__)
  for (int l = 0; l < lanes / 2; l++) {
    low[2 * l] = a[l], low[2 * l + 1] = b[l];
    high[2 * l] = a[lanes / 2 + l], high[2 * l + 1] = b[lanes / 2 + l];
  }
#else
  Bits lower, upper;
  for (int l = 0; l < lanes; l++) {
    lower[l] = l / 2 + l % 2 * lanes;
    upper[l] = lower[l] + lanes / 2;
  }
  low = __builtin_shuffle(a, b, lower);
  high = __builtin_shuffle(a, b, upper);
#endif
}

/** Rows become columns: as often as the lanes halve, the upper half of the rows goes between those of the lower one. */
static ALWAYS_INLINE void transpose(Vec* rows) {
#pragma GCC unroll 4
  for (int size = lanes; size > 1; size /= 2) {
    Vec mixed[lanes];
#pragma GCC unroll 8
    for (int row = 0; row < lanes / 2; row++) interleave(rows[row], rows[row + lanes / 2], mixed[2 * row], mixed[2 * row + 1]);
#pragma GCC unroll 16
    for (int row = 0; row < lanes; row++) rows[row] = mixed[row];
  }
}

/**
 * A kernel [3,3,depth,columns]; or, where `isTurned`, one [3,3,columns,depth] whose way back from its outputs (depth) to its inputs
 * (columns) this is: turned by 180°.
 */
struct Filter {
  const float* kernel;
  int depth, columns;
  bool isTurned;

  /** The nine taps of `lanes` channels of the depth, each for `lanes` columns. */
  void read(int firstDepth, int firstColumn, Vec (*taps)[9]) const {
    for (int tap = 0; tap < 9; tap++) {
      Vec rows[lanes];
      if (isTurned) {
        const float* const from = kernel + (int64_t(8 - tap) * columns + firstColumn) * depth + firstDepth;
        for (int row = 0; row < lanes; row++) rows[row] = load(from + int64_t(row) * depth);
        transpose(rows);
      } else {
        const float* const from = kernel + (int64_t(tap) * depth + firstDepth) * columns + firstColumn;
        for (int row = 0; row < lanes; row++) rows[row] = load(from + int64_t(row) * columns);
      }
      for (int row = 0; row < lanes; row++) taps[row][tap] = rows[row];
    }
  }

  /** Brings a panel from `column` on into the products' form, for some whole vectors of the depth: zeros where there is none. */
  template <typename Scheme, typename Word>
  void panelOf(int column, int first, int last, Word* to) const {
    const int64_t pointStride = pointLength(depth / perWord<Word>);
    for (int block = first; block < last; block += lanes) {
      for (int half = 0; half < panel; half += lanes) {
        Vec taps[lanes][9];
        if (column + half < columns) read(block, column + half, taps);
        else std::memset(taps, 0, sizeof taps);
        for (int d = 0; d < lanes; d += perWord<Word>) {
          Word* const place = to + int64_t((block + d) / perWord<Word>) * panel + half;
          storeWords<Word, filterValues>(
              [&](int next, const auto& write) {
                bothAxes<3, filterValues, Scheme::filter>([&](int i, int j) { return taps[d + next][3 * i + j]; }, write);
              },
              [&](int i, int j) { return place + (filterValues * i + j) * pointStride; });
        }
      }
    }
  }
};

}  // namespace winograd
