#pragma once
// Vectors of the widest kind that this file is compiled for, and storage in float32 or bfloat16.
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX2__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

typedef float Vec __attribute__((vector_size(4 * lanes)));
typedef float LooseVec __attribute__((vector_size(4 * lanes), aligned(4), may_alias));
typedef uint32_t Bits __attribute__((vector_size(4 * lanes)));
typedef uint16_t Halves __attribute__((vector_size(2 * lanes)));
typedef uint16_t LooseHalves __attribute__((vector_size(2 * lanes), aligned(2), may_alias));

/** bfloat16: the upper half of a float32. */
struct Bfloat16 {
  uint16_t bits;
};

static inline Vec all(float value) { return value - Vec{}; }

static inline Vec load(const float* from) { return *reinterpret_cast<const LooseVec*>(from); }
static inline void store(float* to, Vec value) { *reinterpret_cast<LooseVec*>(to) = value; }

static inline Vec load(const Bfloat16* from) {
  return (Vec)(__builtin_convertvector(*reinterpret_cast<const LooseHalves*>(from), Bits) << 16);
}
/** Rounds to nearest, ties to even; not-a-number stays one. */
static inline void store(Bfloat16* to, Vec value) {
  const Bits bits = (Bits)value;
  const Bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Bits quiet = (bits >> 16) | 0x40;
  const auto isNumber = value == value;
  *reinterpret_cast<LooseHalves*>(to) = __builtin_convertvector(isNumber ? rounded : quiet, Halves);
}
