#pragma once
// Vectors of the widest kind that this file is compiled for, and storage in float32 or bfloat16.
#include <cstdint>
#include <cstring>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

/** For what is unrolled into the loops of a kernel: compilers give up on inlining it by themselves. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

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

static ALWAYS_INLINE Vec all(float value) { return value - Vec{}; }

static ALWAYS_INLINE Vec load(const float* from) { return *reinterpret_cast<const LooseVec*>(from); }
static ALWAYS_INLINE void store(float* to, Vec value) { *reinterpret_cast<LooseVec*>(to) = value; }

static ALWAYS_INLINE Vec load(const Bfloat16* from) {
  return (Vec)(__builtin_convertvector(*reinterpret_cast<const LooseHalves*>(from), Bits) << 16);
}
/** Rounds to nearest, ties to even; not-a-number stays one. (The processor's own instruction takes numbers below 2⁻¹²⁶ for zeros.) */
static ALWAYS_INLINE void store(Bfloat16* to, Vec value) {
#if defined(__AVX512BF16__)
  const __m256bh rounded = _mm512_cvtneps_pbh((__m512)value);
  std::memcpy(to, &rounded, sizeof rounded);
#else
  const Bits bits = (Bits)value;
  const Bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Bits quiet = (bits >> 16) | 0x40;
  const auto isNumber = value == value;
  *reinterpret_cast<LooseHalves*>(to) = __builtin_convertvector(isNumber ? rounded : quiet, Halves);
#endif
}

// Asking for the line of the cache with an address, before it is needed: what is only read comes into the second level, for the first one
// is full of what is being worked on. Without the empty assembly GCC takes a function that does nothing
// else for one that does nothing, and leaves out its calls.
static ALWAYS_INLINE void prefetch(const void* at) {
  __builtin_prefetch(at, 0, 2);
  asm volatile("");
}
static ALWAYS_INLINE void prefetchToWrite(void* at) {
  __builtin_prefetch(at, 1);
  asm volatile("");
}

/** Stores floats past the caches, at a multiple of the vector's own size (TensorFlow's tensors start at one of 64 bytes). */
static inline void stream(float* to, Vec value) {
#if defined(__AVX512F__)
  _mm512_stream_ps(to, (__m512)value);
#elif defined(__AVX2__)
  _mm256_stream_ps(to, (__m256)value);
#else
  store(to, value);
#endif
}
static inline void stream(Bfloat16* to, Vec value) { store(to, value); }
/** Makes what a thread has streamed visible to those it tells of it. */
static inline void finishStreams() {
#if defined(__AVX2__)
  _mm_sfence();
#endif
}
