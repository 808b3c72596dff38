#pragma once
// Products of matrices whose sums stay in registers: never inlined, where their surroundings would take some. The right one lies in
// panels of `panel` columns.
#include "vectors.h"

constexpr int panel = 2 * lanes;
#if defined(__AVX2__) && !defined(__AVX512F__)
constexpr int registerRows = 6;  // of 16 registers
#else
constexpr int registerRows = 12;  // of 32
#endif
/** Rows of an outer product; a vector is as long or a multiple of it. */
constexpr int outerRows = lanes == 16 ? 8 : 4;

/** out[r] = Σ over d of left[r][d]·right[d], each out[r] one panel wide. */
template <int rows>
static __attribute__((noinline)) void innerProduct(const float* left, int64_t leftStride, const float* right, int depth,
                                                   float* out) {
  Vec sums[rows][2];
#pragma GCC unroll 12
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
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++) {
    store(out + r * panel, sums[r][0]);
    store(out + r * panel + lanes, sums[r][1]);
  }
}

/** The same for at most `most` rows. */
template <int most>
static inline void fewInnerProducts(int rows, const float* left, int64_t leftStride, const float* right, int depth, float* out) {
  if constexpr (most > 0) {
    if (rows == most) return innerProduct<most>(left, leftStride, right, depth, out);
    fewInnerProducts<most - 1>(rows, left, leftStride, right, depth, out);
  }
}

/** The same for any number of rows. */
static inline void innerProducts(int rows, const float* left, int64_t leftStride, const float* right, int depth, float* out) {
  int r = 0;
  for (; r + registerRows <= rows; r += registerRows) {
    innerProduct<registerRows>(left + r * leftStride, leftStride, right, depth, out + r * panel);
  }
  fewInnerProducts<registerRows - 1>(rows - r, left + r * leftStride, leftStride, right, depth, out + r * panel);
}

/**
 * out[r] = Σ over d of left[d][r]·right[d] for `outerRows` rows, on top of what is there if `adds`; left[d] is one vector after the other.
 */
template <bool adds>
static __attribute__((noinline)) void outerProduct(const float* left, const float* right, int depth, float* out,
                                                   int64_t outStride) {
  Vec sums[outerRows][2];
#pragma GCC unroll 8
  for (int r = 0; r < outerRows; r++) {
    sums[r][0] = adds ? load(out + r * outStride) : Vec{};
    sums[r][1] = adds ? load(out + r * outStride + lanes) : Vec{};
  }
  for (int d = 0; d < depth; d++) {
    const Vec first = load(right + d * panel), second = load(right + d * panel + lanes);
#pragma GCC unroll 8
    for (int r = 0; r < outerRows; r++) {
      const Vec factor = all(left[d * lanes + r]);
      sums[r][0] += factor * first;
      sums[r][1] += factor * second;
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < outerRows; r++) {
    store(out + r * outStride, sums[r][0]);
    store(out + r * outStride + lanes, sums[r][1]);
  }
}
