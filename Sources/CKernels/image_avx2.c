// Resampling with AVX2: vpmaddwd sums two products of 16 bits exactly.
//
// A weight is high · 2^11 + low, both of 16 bits, so two such sums, shifted and added, are the
// exact weighted sum.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#include "image.h"

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

enum { LOW_BITS = 11, ROWS = 4 };

typedef struct {
  __m256i high, low;
} pair;

static inline pair multiply_add(pair sums, __m256i values, pair weights) {
  return (pair){_mm256_add_epi32(sums.high, _mm256_madd_epi16(values, weights.high)),
                _mm256_add_epi32(sums.low, _mm256_madd_epi16(values, weights.low))};
}

static inline __m256i combined(pair sums) {
  return _mm256_add_epi32(_mm256_slli_epi32(sums.high, LOW_BITS), sums.low);
}

static inline uint32_t two(int32_t a, int32_t b) {
  return (uint32_t)(uint16_t)a | (uint32_t)(uint16_t)b << 16;
}

/// The weights of taps 0 and 1 in the lower lane, of taps 2 and 3 in the upper one.
static inline pair quad_weights(const int32_t *weights, size_t count) {
  __m128i mask = _mm_cmpgt_epi32(_mm_set1_epi32((int)count), _mm_setr_epi32(0, 1, 2, 3));
  __m128i all = _mm_maskload_epi32(weights, mask);
  __m128i high = _mm_srai_epi32(all, LOW_BITS);
  __m128i low = _mm_and_si128(all, _mm_set1_epi32((1 << LOW_BITS) - 1));
  __m256i packed = _mm256_castsi128_si256(_mm_packs_epi32(high, low));
  return (pair){
      _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1)),
      _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3))};
}

/// 4 rows of one output column. 4 pixels are read as 16 bytes and shuffled to 16-bit pairs of one
/// colour: R0 R1 G0 G1 B0 B1 in the lower lane, pixels 2 and 3 in the upper one.
static inline void column(const uint8_t *source, size_t stride, size_t rows,
                          const int32_t *weights, size_t taps, uint8_t *out, size_t out_stride) {
  const __m256i by_colour = _mm256_setr_epi8(
      0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,
      6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  pair sums[ROWS];
  const uint8_t *at[ROWS];
  memset(sums, 0, sizeof sums);
#pragma unroll
  for (size_t r = 0; r < ROWS; r++) at[r] = source + (r < rows ? r : rows - 1) * stride;
  for (size_t t = 0; t < taps; t += 4) {
    pair w = quad_weights(weights + t, taps - t < 4 ? taps - t : 4);
#pragma unroll
    for (size_t r = 0; r < ROWS; r++) {
      __m128i pixels = _mm_loadu_si128((const __m128i *)(at[r] + 3 * t));
      __m256i values = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(pixels), by_colour);
      sums[r] = multiply_add(sums[r], values, w);
    }
  }
#pragma unroll
  for (size_t r = 0; r < ROWS; r++) {
    if (r == rows) break;
    __m256i sum = combined(sums[r]);
    __m128i all = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    all = _mm_srai_epi32(_mm_add_epi32(all, _mm_set1_epi32(1 << (CK_WEIGHT_BITS - 1))),
                         CK_WEIGHT_BITS);
    all = _mm_packs_epi32(all, all);
    uint32_t packed = (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(all, all));
    memcpy(out + r * out_stride, &packed, 3);
  }
}

void ck_resample_columns_avx2(const uint8_t *source, size_t stride, const uint8_t *source_end,
                              size_t rows, const ck_resampling *by, uint8_t *out) {
  size_t quads = (by->taps + 3) / 4;
  for (size_t y = 0; y < rows; y += ROWS) {
    size_t count = rows - y < ROWS ? rows - y : ROWS;
    for (size_t x = 0; x < by->outputs; x++) {
      const uint8_t *from = source + y * stride + 3 * (size_t)by->first[x];
      const int32_t *weights = by->weights + x * by->taps;
      uint8_t *to = out + 3 * (y * by->outputs + x);
      // The last load takes 16 bytes, four more than its pixels have.
      size_t reach = (count - 1) * stride + 12 * quads + 4;
      if (reach <= (size_t)(source_end - from)) {
        column(from, stride, count, weights, by->taps, to, 3 * by->outputs);
      } else {
        for (size_t r = 0; r < count; r++)
          ck_resample_pixel(from + r * stride, weights, by->taps, to + 3 * r * by->outputs);
      }
    }
  }
}

/// 32 byte columns of one output row. Bytes of 2 rows are interleaved and widened, so that a dword
/// holds the taps of one column; the final packs undo the order that interleaving makes.
static inline void row(const uint8_t *source, size_t row_bytes, const int32_t *weights,
                       size_t taps, uint8_t *out) {
  const __m256i zero = _mm256_setzero_si256();
  pair sums[4];
  memset(sums, 0, sizeof sums);
  for (size_t t = 0; t < taps; t += 2) {
    int32_t a = weights[t], b = t + 1 < taps ? weights[t + 1] : 0;
    int32_t mask = (1 << LOW_BITS) - 1;
    pair w = {_mm256_set1_epi32((int32_t)two(a >> LOW_BITS, b >> LOW_BITS)),
              _mm256_set1_epi32((int32_t)two(a & mask, b & mask))};
    const uint8_t *next = source + (t + (t + 1 < taps)) * row_bytes;
    __m256i upper = _mm256_loadu_si256((const __m256i *)(source + t * row_bytes));
    __m256i lower = _mm256_loadu_si256((const __m256i *)next);
    __m256i low = _mm256_unpacklo_epi8(upper, lower), high = _mm256_unpackhi_epi8(upper, lower);
    sums[0] = multiply_add(sums[0], _mm256_unpacklo_epi8(low, zero), w);
    sums[1] = multiply_add(sums[1], _mm256_unpackhi_epi8(low, zero), w);
    sums[2] = multiply_add(sums[2], _mm256_unpacklo_epi8(high, zero), w);
    sums[3] = multiply_add(sums[3], _mm256_unpackhi_epi8(high, zero), w);
  }
  __m256i result[4];
  for (int i = 0; i < 4; i++)
    result[i] = _mm256_srai_epi32(
        _mm256_add_epi32(combined(sums[i]), _mm256_set1_epi32(1 << (CK_WEIGHT_BITS - 1))),
        CK_WEIGHT_BITS);
  __m256i packed = _mm256_packus_epi16(_mm256_packs_epi32(result[0], result[1]),
                                       _mm256_packs_epi32(result[2], result[3]));
  _mm256_storeu_si256((__m256i *)out, packed);
}

void ck_resample_rows_avx2(const uint8_t *source, size_t row_bytes, const ck_resampling *by,
                           uint8_t *out) {
  for (size_t y = 0; y < by->outputs; y++) {
    const uint8_t *from = source + (size_t)by->first[y] * row_bytes;
    const int32_t *weights = by->weights + y * by->taps;
    uint8_t *to = out + y * row_bytes;
    size_t i = 0;
    for (; i + 32 <= row_bytes; i += 32) row(from + i, row_bytes, weights, by->taps, to + i);
    for (; i < row_bytes; i++) {
      int32_t sum = 0;
      for (size_t t = 0; t < by->taps; t++) sum += from[t * row_bytes + i] * weights[t];
      to[i] = ck_round_byte(sum);
    }
  }
}

#pragma clang attribute pop
#endif
