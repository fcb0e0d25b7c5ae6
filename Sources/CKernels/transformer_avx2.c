// The kernels for AVX2 and FMA: tiles of 6 rows and 16 columns, 12 of 16 registers.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(x) avx2_##x
#define TILE_ROWS 6
#define TILE_VECTORS 1
#define to_bfloat16 generic_bfloat16

#include "generic_dots.h"

/// Even and odd bytes as 16-bit halves, which vpmaddwd multiplies and adds in pairs.
INLINE v16f dot_i8(v16f sum, v16u b, word a) {
  typedef long long v4q __attribute__((vector_size(32)));
  __m256i even = _mm256_set1_epi32((int)(a & 0x00ff00ff));
  __m256i odd = _mm256_set1_epi32((int)(a >> 8 & 0x00ff00ff));
  v4q halves[2], totals[2];
  memcpy(halves, &b, sizeof b);
  memcpy(totals, &sum, sizeof sum);
  UNROLL for (int i = 0; i < 2; i++) {
    __m256i low = _mm256_srai_epi16(_mm256_slli_epi16((__m256i)halves[i], 8), 8);
    __m256i high = _mm256_srai_epi16((__m256i)halves[i], 8);
    __m256i products = _mm256_add_epi32(_mm256_madd_epi16(even, low), _mm256_madd_epi16(odd, high));
    totals[i] = (v4q)_mm256_add_epi32((__m256i)totals[i], products);
  }
  memcpy(&sum, totals, sizeof sum);
  return sum;
}

#include "matrix_body.h"
#include "transformer_body.h"
#pragma clang attribute pop
#endif
