// As for AVX-512, with its half precision: for processors that multiply bfloat16 slowly or not at
// all.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi2,avx512fp16"))), apply_to = function)
#define NAME(x) avx512fp16_##x
#define HAS_AVX512
#define TILE_ROWS 14
#define TILE_VECTORS 2

#define to_bfloat16 generic_bfloat16
#define to_float16 vector_float16
#define dot_f16 vector_dot_f16
#define add_f16 vector_add_f16
#include "generic_dots.h"
#include "ck_matrix.h"

/// Nearest halves; what is too large becomes the largest.
INLINE v16h vector_float16(v16f x) {
  const float largest = 65504;
  return (v16h)_mm512_cvtps_ph((__m512)MIN(MAX(x, (v16f)-largest), (v16f)largest),
                               _MM_FROUND_TO_NEAREST_INT);
}

/// Pairs of halves: even and odd factors are added up apart.
INLINE v16f vector_dot_f16(v16f sum, v16u b, word a) {
  return (v16f)_mm512_fmadd_ph((__m512h)_mm512_set1_epi32((int)a), (__m512h)b, (__m512h)sum);
}

/// Adds the sums of a row's pairs to 32 floats.
INLINE void vector_add_f16(const v16f sums[2], float *out) {
  typedef uint16_t v32h __attribute__((ext_vector_type(32)));
  __m512i a = (__m512i)sums[0], b = (__m512i)sums[1];
  __m512h halves = (__m512h)_mm512_mask_blend_epi16(0xaaaaaaaa, a, b);  // a0 b1 a2 b3 …
  __m512h others = (__m512h)_mm512_shrdi_epi32(a, b, 16);               // a1 b0 a3 b2 …
  v32h mixed = (v32h)_mm512_add_ph(halves, others);                     // a b a b …
  v16h parts[2] = {mixed.even, mixed.odd};
  UNROLL for (int i = 0; i < 2; i++) {
    v16f wide = (v16f)_mm512_cvtph_ps((__m256i)parts[i]);
    STORE(out + i * LANES, wide * CK_F16_UNIT + LOAD(out + i * LANES));
  }
}

INLINE v16f dot_i8(v16f sum, v16u b, word a) {
  return (v16f)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32((int)a), (__m512i)b);
}

#include "matrix_body.h"
#include "transformer_body.h"
#pragma clang attribute pop
#endif
