// As for AVX-512, with its bfloat16 products.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16"))), apply_to = function)
#define NAME(x) avx512bf16_##x
#define HAS_AVX512
#define TILE_ROWS 14
#define TILE_VECTORS 2

#include "vector.h"

#define dot_bf16 vector_dot_bf16
INLINE v16f vector_dot_bf16(v16f sum, v16u b, word a) {
  return (v16f)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32((int)a), (__m512bh)b);
}

INLINE v16h to_bfloat16(v16f x) { return (v16h)_mm512_cvtneps_pbh((__m512)x); }

INLINE v16f dot_i8(v16f sum, v16u b, word a) {
  return (v16f)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32((int)a), (__m512i)b);
}

#include "matrix_body.h"
#include "transformer_body.h"
#pragma clang attribute pop
#endif
