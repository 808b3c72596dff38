#pragma once
// What the products of products.h multiply, in words of 32 bits: a float, or where the processor multiplies and adds pairs of bfloat16 (sums
// stay float32) two neighbours along what is summed over.
#include "vectors.h"

/** Columns of a product's right matrix that lie together. */
constexpr int panel = 2 * lanes;

/** Two neighbours: first·first + second·second is one step of a sum. */
struct alignas(4) Pair {
  Bfloat16 first, second;
};

/** How many values along the sum lie in one word. */
template <typename Word>
constexpr int perWord = 1;

static ALWAYS_INLINE Vec everywhere(float word) { return all(word); }
static ALWAYS_INLINE Vec plusProduct(Vec sum, Vec left, Vec right, float) { return sum + left * right; }
/** Stores values that follow each other along the sum. */
static ALWAYS_INLINE void storeAlong(float* to, Vec values) { store(to, values); }

/** What products of values that come and go in T multiply. */
template <typename T>
struct WordOf {
  using type = float;
};

#if defined(__AVX512BF16__)
template <>
constexpr int perWord<Pair> = 2;

template <>
struct WordOf<Bfloat16> {
  using type = Pair;
};

/** The words of a vector, in the type that every vector has. */
static ALWAYS_INLINE Vec load(const Pair* from) { return load(reinterpret_cast<const float*>(from)); }
static ALWAYS_INLINE Vec everywhere(Pair word) {
  int bits;
  std::memcpy(&bits, &word, sizeof bits);
  return (Vec)_mm512_set1_epi32(bits);
}
static ALWAYS_INLINE Vec plusProduct(Vec sum, Vec left, Vec right, Pair) {
  return (Vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)left, (__m512bh)right);
}
static ALWAYS_INLINE void storeAlong(Pair* to, Vec values) { store(reinterpret_cast<Bfloat16*>(to), values); }
/** Stores a word for each lane, of its two values. */
static ALWAYS_INLINE void storePairs(Pair* to, Vec first, Vec second) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3,
                                         18, 2, 17, 1, 16, 0);
  const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
  _mm512_storeu_si512(to, _mm512_permutexvar_epi16(order, halves));
}
#endif

/**
 * Stores words of squares of n × n vectors, of which transform(index, write) gives each of a word's values to write(row, column, vector),
 * at place(row, column).
 */
template <typename Word, int n, typename Transform, typename Place>
static ALWAYS_INLINE void storeWords(const Transform& transform, const Place& place) {
  if constexpr (perWord<Word> == 1) {
    transform(0, [&](int i, int j, Vec value) { store(place(i, j), value); });
  } else {
    Vec firsts[n * n];
    transform(0, [&](int i, int j, Vec value) { firsts[n * i + j] = value; });
    transform(1, [&](int i, int j, Vec value) { storePairs(place(i, j), firsts[n * i + j], value); });
  }
}
