// Vectors of 16 floats in the compiler's own extension: one AVX-512 register, two AVX2, four SSE or
// NEON. Included by files that compile one body for several instruction sets.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Vectors pass between functions that are always inlined: no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { LANES = 16 };
typedef float v16f __attribute__((ext_vector_type(16)));
typedef int32_t v16i __attribute__((ext_vector_type(16)));
typedef uint32_t v16u __attribute__((ext_vector_type(16)));
typedef uint16_t v16h __attribute__((ext_vector_type(16)));
typedef v16f v16f_memory __attribute__((aligned(4), may_alias));
typedef v16u v16u_memory __attribute__((aligned(4), may_alias));
typedef v16h v16h_memory __attribute__((aligned(2), may_alias));
typedef float unaligned_float __attribute__((aligned(1), may_alias));
typedef uint32_t word __attribute__((aligned(1), may_alias));

#define LOAD(p) (*(const v16f_memory *)(p))
#define STORE(p, x) (*(v16f_memory *)(p) = (x))

// Not the compiler's own, which spend instructions on NaNs.
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

// Combines the lanes of a vector in four steps of halves.
#define REDUCE(x, combine)                                                                     \
  x = combine(x, __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); \
  x = combine(x, __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)); \
  x = combine(x, __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)); \
  x = combine(x, __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));

#define ADD(a, b) ((a) + (b))

INLINE float vector_sum(v16f x) {
  REDUCE(x, ADD)
  return x[0];
}

INLINE int32_t vector_total(v16i x) {
  REDUCE(x, ADD)
  return x[0];
}

INLINE float vector_largest(v16f x) {
  REDUCE(x, MAX)
  return x[0];
}

/// 1 / x to about 1e-7 relative.
INLINE v16f vector_reciprocal(v16f x) {
#ifdef HAS_AVX512  // an estimate and a step of Newton's take a quarter of a division's time
  v16f y = (v16f)_mm512_rcp14_ps((__m512)x);
  return y * (2.0f - x * y);
#else
  return 1.0f / x;
#endif
}

/// Nearest integers, ties to even, of numbers below 2^22: adding 1.5 · 2^23 shifts the fraction
/// out.
INLINE v16i round_to_integers(v16f x) { return (v16i)(x + 12582912.0f) - 0x4b400000; }

/// e^x to about 1e-7 relative: 2^n · e^r with |r| ≤ ln2 / 2 and a degree-6 polynomial.
INLINE v16f vector_exp(v16f x) {
  const float magic = 12582912.0f;  // 1.5 · 2^23: adding it rounds to an integer
  x = MIN(MAX(x, (v16f)-87.0f), (v16f)88.0f);
  v16f shifted = x * 1.44269504f + magic;
  v16f n = shifted - magic;
  v16f r = x - n * 0.693359375f + n * 2.12194440e-4f;
  v16f p = r * 1.3888889e-3f + 8.3333333e-3f;
  p = p * r + 4.1666667e-2f;
  p = p * r + 1.6666667e-1f;
  p = p * r + 0.5f;
  p = p * r * r + r + 1.0f;
  return (v16f)((v16i)p + ((v16i)shifted << 23));
}

/// x · sigmoid(1.702 x), the activation of OpenAI's CLIP.
INLINE v16f vector_quick_gelu(v16f x) {
  return x * vector_reciprocal(vector_exp(x * -1.702f) + 1.0f);
}

/// x · Φ(x), with erf as in Abramowitz and Stegun 7.1.26 (error below 1.5e-7).
INLINE v16f vector_gelu(v16f x) {
  v16f z = x * 0.70710678f;
  v16f t = vector_reciprocal(__builtin_elementwise_abs(z) * 0.3275911f + 1.0f);
  v16f p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = (p * t + 0.254829592f) * t;
  v16f erf = __builtin_elementwise_copysign(1.0f - p * vector_exp(-(z * z)), z);
  return x * 0.5f * (erf + 1.0f);
}

/// Nearest bfloat16, ties to even.
INLINE v16h generic_bfloat16(v16f x) {
  v16u bits = (v16u)x;
  return __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, v16h);
}
