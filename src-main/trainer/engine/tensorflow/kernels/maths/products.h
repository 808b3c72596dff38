#pragma once
// Products of matrices of words (words.h) whose sums stay in registers: never inlined, where their surroundings would take some. The right
// one lies in panels of `panel` columns. Depths count words.
#include "matrixUnit.h"

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

/**
 * out[r] = Σ over d of left[r][d]·right[d], each out[r] as wide as `vectors` of a panel's two, on top of what is there if `adds`.
 */
template <int rows, bool adds, int vectors = 2, typename Left>
static __attribute__((noinline)) void multiply(Left left, const typename Left::Word* right, int depth, float* out, int64_t outStride) {
  Vec sums[rows][vectors];
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) sums[r][v] = adds ? load(out + r * outStride + v * lanes) : Vec{};
  }
  for (int d = 0; d < depth; d++) {
    Vec columns[vectors];
    for (int v = 0; v < vectors; v++) columns[v] = load(right + d * panel + v * lanes);
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
      const auto word = left.at(r, d);
      const Vec factor = everywhere(word);
      for (int v = 0; v < vectors; v++) sums[r][v] = plusProduct(sums[r][v], factor, columns[v], word);
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) store(out + r * outStride + v * lanes, sums[r][v]);
  }
}

/** The same for at most `most` rows. */
template <int most, int vectors, typename Word>
static inline void fewRows(int rows, LeftRows<Word> left, const Word* right, int depth, float* out) {
  if constexpr (most > 0) {
    if (rows == most) return multiply<most, false, vectors>(left, right, depth, out, panel);
    fewRows<most - 1, vectors>(rows, left, right, depth, out);
  }
}

/** The same for any number of rows, to out[rows][panel]; reads and writes up to a multiple of `rowsAtOnce` of them. */
template <int vectors, typename Word>
static inline void multiplyRows(int rows, LeftRows<Word> left, const Word* right, int depth, float* out) {
  if constexpr (hasMatrixUnit<Word>) {
    if (depth % squareSide == 0) {
      for (int r = 0; r < rows; r += 2 * squareSide) {
        const LeftSquares<Word> squares{left.first + r * left.stride, left.stride, squareSide * left.stride, squareSide};
        multiplySquares<false, vectors>(rows - r > squareSide, squares, right, depth, out + r * panel, panel);
      }
      return;
    }
  }
  int r = 0;
  for (; r + registerRows <= rows; r += registerRows) {
    const LeftRows<Word> block{left.first + r * left.stride, left.stride};
    multiply<registerRows, false, vectors>(block, right, depth, out + r * panel, panel);
  }
  fewRows<registerRows - 1, vectors>(rows - r, LeftRows<Word>{left.first + r * left.stride, left.stride}, right, depth, out + r * panel);
}
