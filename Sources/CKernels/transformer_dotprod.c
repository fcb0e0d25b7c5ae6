// The kernels for ARM's sums of four products of bytes: sdot, which takes signed bytes only, so
// that the bytes of rows, which are unsigned, count 128 less.
#if defined(__aarch64__)
#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define NAME(x) dotprod_##x
#define TILE_ROWS 6
#define TILE_VECTORS 1
#define ROW_SHIFT 128
#define to_bfloat16 generic_bfloat16

#include "vector.h"

INLINE v16f dot_i8(v16f sum, v16u b, word a) {
  int8x16_t row = vreinterpretq_s8_u32(vdupq_n_u32(a ^ 0x80808080)), columns[4];
  int32x4_t totals[4];
  memcpy(columns, &b, sizeof b);
  memcpy(totals, &sum, sizeof sum);
  UNROLL for (int i = 0; i < 4; i++) totals[i] = vdotq_s32(totals[i], columns[i], row);
  memcpy(&sum, totals, sizeof sum);
  return sum;
}

#include "matrix_body.h"
#include "transformer_body.h"
#pragma clang attribute pop
#endif
