#pragma once
// Products of squares of words, where the processor has a unit for them (AMX): 16 rows of 16 pairs with 16 pairs of 16 columns in one
// instruction. Sums are float32, within a square those of first and of second values apart; denormals are zeros (Intel's manual, TDPBF16PS).
#include "words.h"

/** Whether squares of such words can be multiplied, by a thread that has a `MatrixUnit`. */
template <typename Word>
constexpr bool hasMatrixUnit = false;
/** Rows of a square, and its words along the sum. */
constexpr int squareSide = 16;
/** Rows that are multiplied together, whether they are all there or not. */
template <typename Word>
constexpr int rowsAtOnce = hasMatrixUnit<Word> ? squareSide : 1;

/** The thread's own unit, ready for squares as long as this lives. */
template <typename Word>
struct MatrixUnit {};

/** The left matrix: of a square the rows, the square below, and the next one along the sum lie so many words on. */
template <typename Word>
struct LeftSquares {
  const Word* first;
  int64_t row, below, along;
};

/**
 * Products of one square of rows, or of two, below one another, with `vectors` of a panel's two: to `out`, on top of what is there if `adds`.
 * @param right - a panel. @param depth - words, a multiple of a square's side.
 */
template <bool adds, int vectors, typename Word>
static void multiplySquares(bool areTwo, LeftSquares<Word> left, const Word* right, int depth, float* out, int64_t outStride);

#if defined(__AMX_BF16__)
template <>
constexpr bool hasMatrixUnit<Pair> = true;

template <>
struct MatrixUnit<Pair> {
  MatrixUnit() {
    struct alignas(64) {
      uint8_t palette = 1, start = 0, reserved[14] = {};
      uint16_t bytesOfRows[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } const whole;
    _tile_loadconfig(&whole);
  }
  ~MatrixUnit() { _tile_release(); }
  MatrixUnit(const MatrixUnit&) = delete;
  MatrixUnit& operator=(const MatrixUnit&) = delete;
};

template <bool adds, int vectors, typename Word>
static __attribute__((noinline)) void multiplySquares(bool areTwo, LeftSquares<Word> left, const Word* right, int depth, float* out,
                                                      int64_t outStride) {
  constexpr int64_t wordSize = sizeof(Word);
  const int64_t outBytes = outStride * sizeof(float);
  float* const below = out + squareSide * outStride;
  asm volatile("" ::: "memory");  // compilers do not know that loading squares reads memory: what was stored is stored
  if (adds) {
    _tile_loadd(0, out, outBytes);
    if (vectors == 2) _tile_loadd(1, out + lanes, outBytes);
    if (areTwo) _tile_loadd(2, below, outBytes);
    if (areTwo && vectors == 2) _tile_loadd(3, below + lanes, outBytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int d = 0; d < depth; d += squareSide) {
    const Word* const words = left.first + d / squareSide * left.along;
    _tile_loadd(6, right + d * panel, panel * wordSize);
    if (vectors == 2) _tile_loadd(7, right + d * panel + lanes, panel * wordSize);
    _tile_loadd(4, words, left.row * wordSize);
    _tile_dpbf16ps(0, 4, 6);
    if (vectors == 2) _tile_dpbf16ps(1, 4, 7);
    if (!areTwo) continue;
    _tile_loadd(5, words + left.below, left.row * wordSize);
    _tile_dpbf16ps(2, 5, 6);
    if (vectors == 2) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, out, outBytes);
  if (vectors == 2) _tile_stored(1, out + lanes, outBytes);
  if (!areTwo) return;
  _tile_stored(2, below, outBytes);
  if (vectors == 2) _tile_stored(3, below + lanes, outBytes);
}
#endif
