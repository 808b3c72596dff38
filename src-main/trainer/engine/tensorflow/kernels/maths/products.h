#pragma once
// Products of matrices of words (words.h) whose sums stay in registers: never inlined, where their surroundings would take some. The right
// one lies in panels of `panel` columns. Depths count words.
#include "words.h"

constexpr int panel = 2 * lanes;
#if defined(__AVX2__) && !defined(__AVX512F__)
constexpr int registerRows = 6;  // of 16 registers
#else
constexpr int registerRows = 12;  // of 32
#endif
/** Rows of a product of `LeftColumns`; a vector is as long or a multiple of it. */
constexpr int columnRows = lanes == 16 ? 8 : 4;

/** The left matrix, its rows one after the other. */
template <typename W>
struct LeftRows {
  using Word = W;
  const Word* first;
  int64_t stride;
  Word at(int row, int64_t d) const { return first[row * stride + d]; }
};

/** The left matrix, for each d one vector with the values of the rows. */
template <typename W>
struct LeftColumns {
  using Word = W;
  const Word* first;
  Word at(int row, int64_t d) const { return first[d * lanes + row]; }
};

/** out[r] = Σ over d of left[r][d]·right[d], each out[r] one panel wide, on top of what is there if `adds`. */
template <int rows, bool adds, typename Left>
static __attribute__((noinline)) void multiply(Left left, const typename Left::Word* right, int depth, float* out, int64_t outStride) {
  Vec sums[rows][2];
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++) {
    sums[r][0] = adds ? load(out + r * outStride) : Vec{};
    sums[r][1] = adds ? load(out + r * outStride + lanes) : Vec{};
  }
  for (int d = 0; d < depth; d++) {
    const Vec first = load(right + d * panel), second = load(right + d * panel + lanes);
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
      const auto word = left.at(r, d);
      const Vec factor = everywhere(word);
      sums[r][0] = plusProduct(sums[r][0], factor, first, word);
      sums[r][1] = plusProduct(sums[r][1], factor, second, word);
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++) {
    store(out + r * outStride, sums[r][0]);
    store(out + r * outStride + lanes, sums[r][1]);
  }
}

/** The same for at most `most` rows. */
template <int most, typename Word>
static inline void fewRows(int rows, LeftRows<Word> left, const Word* right, int depth, float* out) {
  if constexpr (most > 0) {
    if (rows == most) return multiply<most, false>(left, right, depth, out, panel);
    fewRows<most - 1>(rows, left, right, depth, out);
  }
}

/** The same for any number of rows, to out[rows][panel]. */
template <typename Word>
static inline void multiplyRows(int rows, LeftRows<Word> left, const Word* right, int depth, float* out) {
  int r = 0;
  for (; r + registerRows <= rows; r += registerRows) {
    multiply<registerRows, false>(LeftRows<Word>{left.first + r * left.stride, left.stride}, right, depth, out + r * panel, panel);
  }
  fewRows<registerRows - 1>(rows - r, LeftRows<Word>{left.first + r * left.stride, left.stride}, right, depth, out + r * panel);
}
