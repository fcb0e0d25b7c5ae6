// Resampling in plain C, and the choice between it and the vector kernels.
#include "image.h"

static void columns(const uint8_t *source, size_t stride, size_t rows, const ck_resampling *by,
                    uint8_t *out) {
  for (size_t y = 0; y < rows; y++)
    for (size_t x = 0; x < by->outputs; x++)
      ck_resample_pixel(source + y * stride + 3 * (size_t)by->first[x],
                        by->weights + x * by->taps, by->taps, out + 3 * (y * by->outputs + x));
}

void ck_separate_colours(const uint8_t *pixels, size_t count, const float *values, float *out,
                         size_t plane) {
  for (size_t i = 0; i < count; i++)
    for (size_t colour = 0; colour < 3; colour++)
      out[colour * plane + i] = values[256 * colour + pixels[3 * i + colour]];
}

enum { BLOCK = 64 };  // bytes whose sums stay in registers or the first-level cache

static void rows(const uint8_t *source, size_t row_bytes, const ck_resampling *by, uint8_t *out) {
  for (size_t y = 0; y < by->outputs; y++) {
    const uint8_t *from = source + (size_t)by->first[y] * row_bytes;
    const int32_t *weights = by->weights + y * by->taps;
    for (size_t i = 0; i < row_bytes; i += BLOCK) {
      size_t count = row_bytes - i < BLOCK ? row_bytes - i : BLOCK;
      int32_t sums[BLOCK] = {0};
      for (size_t t = 0; t < by->taps; t++)
        for (size_t j = 0; j < count; j++) sums[j] += from[t * row_bytes + i + j] * weights[t];
      for (size_t j = 0; j < count; j++) out[y * row_bytes + i + j] = ck_round_byte(sums[j]);
    }
  }
}

void ck_resample_columns(ck_level level, const uint8_t *source, size_t stride,
                         const uint8_t *source_end, size_t row_count, const ck_resampling *by,
                         uint8_t *out) {
#if defined(__x86_64__)
  if (level >= CK_AVX512)
    return ck_resample_columns_avx512(source, stride, source_end, row_count, by, out);
  if (level >= CK_AVX2)
    return ck_resample_columns_avx2(source, stride, source_end, row_count, by, out);
#endif
  (void)level, (void)source_end;
  columns(source, stride, row_count, by, out);
}

void ck_resample_rows(ck_level level, const uint8_t *source, size_t row_bytes,
                      const ck_resampling *by, uint8_t *out) {
#if defined(__x86_64__)
  if (level >= CK_AVX512) return ck_resample_rows_avx512(source, row_bytes, by, out);
  if (level >= CK_AVX2) return ck_resample_rows_avx2(source, row_bytes, by, out);
#endif
  (void)level;
  rows(source, row_bytes, by, out);
}
