// Resampling with AVX-512 VNNI: vpdpbusd sums four products of a byte and a signed byte exactly.
//
// A weight of 24 bits is three signed digits to the base 256, so three such sums, shifted and
// added, are the exact weighted sum: 3 instructions for 4 taps of 16 values.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#include "image.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))), apply_to = function)

/// The digits of 16 weights: three times 16 signed bytes, the lowest digit first.
static inline void digits_of(const int32_t *weights, size_t count, __m128i digits[3]) {
  __mmask16 mask = count < 16 ? (__mmask16)((1u << count) - 1) : (__mmask16)0xffff;
  __m512i rest = _mm512_maskz_loadu_epi32(mask, weights);
  for (int d = 0; d < 3; d++) {
    digits[d] = _mm512_cvtepi32_epi8(rest);
    rest = _mm512_srai_epi32(_mm512_sub_epi32(rest, _mm512_cvtepi8_epi32(digits[d])), 8);
  }
}

static inline __m512i combined(const __m512i sums[3]) {
  return _mm512_add_epi32(sums[0], _mm512_add_epi32(_mm512_slli_epi32(sums[1], 8),
                                                    _mm512_slli_epi32(sums[2], 16)));
}

enum { ROWS = 8 };  // share the digits of a weight; their sums fill 24 registers

/// Up to 8 rows of one output column. 16 pixels are 48 bytes; their dwords are spread so that each
/// 128-bit lane has 4 pixels, and shuffled so that each dword has 4 values of one colour.
static inline void column(const uint8_t *source, size_t stride, size_t rows,
                          const int32_t *weights, size_t taps, uint8_t *out, size_t out_stride) {
  __m512i spread = _mm512_setr_epi32(0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 9, 10, 11, 0);
  __asm__("" : "+v"(spread));  // hides the constant: else clang makes seven shuffles of one
  const __m512i lanes = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  const __m512i by_colour = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1));
  __m512i sums[ROWS][3];
  const uint8_t *at[ROWS];
#pragma unroll
  for (size_t r = 0; r < ROWS; r++) {
    at[r] = source + (r < rows ? r : rows - 1) * stride;
    for (int d = 0; d < 3; d++) sums[r][d] = _mm512_setzero_si512();
  }
  for (size_t t = 0; t < taps; t += 16) {
    size_t count = taps - t < 16 ? taps - t : 16;
    __mmask64 bytes = (1ull << (3 * count)) - 1;
    __m128i digits[3];
    __m512i wide[3];
    digits_of(weights + t, count, digits);
    for (int d = 0; d < 3; d++)
      wide[d] = _mm512_permutexvar_epi32(lanes, _mm512_castsi128_si512(digits[d]));
#pragma unroll
    for (size_t r = 0; r < ROWS; r++) {
      __m512i pixels = _mm512_maskz_loadu_epi8(bytes, at[r] + 3 * t);
      pixels = _mm512_shuffle_epi8(_mm512_permutexvar_epi32(spread, pixels), by_colour);
      for (int d = 0; d < 3; d++) sums[r][d] = _mm512_dpbusd_epi32(sums[r][d], pixels, wide[d]);
    }
  }
#pragma unroll
  for (size_t r = 0; r < ROWS; r++) {
    if (r == rows) break;
    __m512i sum = combined(sums[r]);
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    __m128i all = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    all = _mm_srai_epi32(_mm_add_epi32(all, _mm_set1_epi32(1 << (CK_WEIGHT_BITS - 1))),
                         CK_WEIGHT_BITS);
    all = _mm_max_epi32(all, _mm_setzero_si128());
    uint32_t packed = (uint32_t)_mm_cvtsi128_si32(_mm_cvtusepi32_epi8(all));
    memcpy(out + r * out_stride, &packed, 3);
  }
}

void ck_resample_columns_avx512(const uint8_t *source, size_t stride, const uint8_t *source_end,
                                size_t rows, const ck_resampling *by, uint8_t *out) {
  (void)source_end;  // masked loads never pass it
  for (size_t y = 0; y < rows; y += ROWS) {
    size_t count = rows - y < ROWS ? rows - y : ROWS;
    for (size_t x = 0; x < by->outputs; x++)
      column(source + y * stride + 3 * (size_t)by->first[x], stride, count,
             by->weights + x * by->taps, by->taps, out + 3 * (y * by->outputs + x),
             3 * by->outputs);
  }
}

/// 64 byte columns of one output row. Bytes of 4 rows are interleaved, so that a dword holds the
/// taps of one column; the final packs undo the order that interleaving within lanes makes.
static inline void row(const uint8_t *source, size_t row_bytes, __mmask64 columns,
                       const int32_t *weights, size_t taps, uint8_t *out) {
  __m512i sums[4][3];
  for (int i = 0; i < 4; i++)
    for (int d = 0; d < 3; d++) sums[i][d] = _mm512_setzero_si512();
  for (size_t t = 0; t < taps; t += 16) {
    size_t count = taps - t < 16 ? taps - t : 16;
    __m128i digits[3];
    int32_t quads[3][4];
    digits_of(weights + t, count, digits);
    memcpy(quads, digits, sizeof quads);
    for (size_t q = 0; 4 * q < count; q++) {
      __m512i taken[4];
      for (size_t i = 0; i < 4; i++) {
        __mmask64 mask = 4 * q + i < count ? columns : 0;
        taken[i] = _mm512_maskz_loadu_epi8(mask, source + (t + 4 * q + i) * row_bytes);
      }
      __m512i low01 = _mm512_unpacklo_epi8(taken[0], taken[1]);
      __m512i high01 = _mm512_unpackhi_epi8(taken[0], taken[1]);
      __m512i low23 = _mm512_unpacklo_epi8(taken[2], taken[3]);
      __m512i high23 = _mm512_unpackhi_epi8(taken[2], taken[3]);
      __m512i values[4] = {
          _mm512_unpacklo_epi16(low01, low23), _mm512_unpackhi_epi16(low01, low23),
          _mm512_unpacklo_epi16(high01, high23), _mm512_unpackhi_epi16(high01, high23)};
      for (int d = 0; d < 3; d++) {
        __m512i digit = _mm512_set1_epi32(quads[d][q]);
        for (int i = 0; i < 4; i++) sums[i][d] = _mm512_dpbusd_epi32(sums[i][d], values[i], digit);
      }
    }
  }
  __m512i result[4];
  for (int i = 0; i < 4; i++)
    result[i] = _mm512_srai_epi32(
        _mm512_add_epi32(combined(sums[i]), _mm512_set1_epi32(1 << (CK_WEIGHT_BITS - 1))),
        CK_WEIGHT_BITS);
  __m512i packed = _mm512_packus_epi16(_mm512_packs_epi32(result[0], result[1]),
                                       _mm512_packs_epi32(result[2], result[3]));
  _mm512_mask_storeu_epi8(out, columns, packed);
}

void ck_resample_rows_avx512(const uint8_t *source, size_t row_bytes, const ck_resampling *by,
                             uint8_t *out) {
  for (size_t y = 0; y < by->outputs; y++)
    for (size_t i = 0; i < row_bytes; i += 64) {
      size_t left = row_bytes - i;
      __mmask64 columns = left < 64 ? (1ull << left) - 1 : ~0ull;
      row(source + (size_t)by->first[y] * row_bytes + i, row_bytes, columns,
          by->weights + y * by->taps, by->taps, out + y * row_bytes + i);
    }
}

#pragma clang attribute pop
#endif
