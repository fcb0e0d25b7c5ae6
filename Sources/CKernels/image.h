// What the instruction sets' resampling kernels share.
#pragma once
#include "ck_image.h"

/// Rounds a weighted sum to a byte.
static inline uint8_t ck_round_byte(int32_t sum) {
  int32_t value = (sum + (1 << (CK_WEIGHT_BITS - 1))) >> CK_WEIGHT_BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/// One output pixel in plain C: also where a vector load would pass the end of the source.
static inline void ck_resample_pixel(const uint8_t *source, const int32_t *weights, size_t taps,
                                     uint8_t *out) {
  int32_t sums[3] = {0};
  for (size_t t = 0; t < taps; t++)
    for (int c = 0; c < 3; c++) sums[c] += source[3 * t + c] * weights[t];
  for (int c = 0; c < 3; c++) out[c] = ck_round_byte(sums[c]);
}

#if defined(__x86_64__)
void ck_resample_columns_avx2(const uint8_t *source, size_t stride, const uint8_t *source_end,
                              size_t rows, const ck_resampling *by, uint8_t *out);
void ck_resample_rows_avx2(const uint8_t *source, size_t row_bytes, const ck_resampling *by,
                           uint8_t *out);
void ck_resample_columns_avx512(const uint8_t *source, size_t stride, const uint8_t *source_end,
                                size_t rows, const ck_resampling *by, uint8_t *out);
void ck_resample_rows_avx512(const uint8_t *source, size_t row_bytes, const ck_resampling *by,
                             uint8_t *out);
#endif
