// The kernels for AVX-512 with VNNI: tiles of 14 rows and 32 columns, 28 of 32 registers.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#define NAME(x) avx512_##x
#define HAS_AVX512
#define TILE_ROWS 14
#define TILE_VECTORS 2

#define to_bfloat16 generic_bfloat16
#include "generic_dots.h"

INLINE v16f dot_i8(v16f sum, v16u b, word a) {
  return (v16f)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32((int)a), (__m512i)b);
}

#include "matrix_body.h"
#include "transformer_body.h"
#pragma clang attribute pop
#endif
