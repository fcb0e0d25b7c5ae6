#include "ck_distance.h"

#include <math.h>

#include "distance_rows.h"

#if defined(__aarch64__)
#define HALF 1
#else
#define HALF 0

// f32 to f16 where the processor cannot: nearest, ties to even, overflow to infinity.
static inline uint16_t half_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  bits &= 0x7FFFFFFF;
  if (bits >= 0x47800000) return sign | (bits > 0x7F800000 ? 0x7E00 : 0x7C00);
  if (bits < 0x38800000) {
    // Subnormal: adding 0.5 lets the addition itself round at the right bit.
    float magnitude;
    memcpy(&magnitude, &bits, 4);
    magnitude += 0.5f;
    memcpy(&bits, &magnitude, 4);
    return sign | (uint16_t)(bits - 0x3F000000);
  }
  bits += 0xC8000FFF + (bits >> 13 & 1);
  return sign | (uint16_t)(bits >> 13);
}
#endif

#define OWN_CODE_KERNELS 0
#define OWN_HALF_DOT 0
#define NAME(x) x##_portable
#include "distance_codes.h"
#include "distance_body.h"
static const ck_distance portable = TABLE;

#if defined(__x86_64__)
#include <immintrin.h>

#undef HALF
#define HALF 1
#undef NAME
#define NAME(x) x##_avx2
#undef OWN_HALF_DOT
#define OWN_HALF_DOT 1
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
static inline int32_t half_dot_avx2(const uint8_t *bytes, const int8_t *query, uint32_t half) {
  const __m256i mask = _mm256_set1_epi8(0x0F), ones = _mm256_set1_epi16(1);
  __m256i sum = _mm256_setzero_si256();
  for (uint32_t j = 0; j < half; j += 32) {
    __m256i some = _mm256_loadu_si256((const __m256i *)(bytes + j));
    __m256i a = _mm256_loadu_si256((const __m256i *)(query + j));
    __m256i b = _mm256_loadu_si256((const __m256i *)(query + half + j));
    a = _mm256_maddubs_epi16(_mm256_and_si256(some, mask), a);
    b = _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(some, 4), mask), b);
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_add_epi16(a, b), ones));
  }
  __m128i half_sum =
      _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  half_sum = _mm_add_epi32(half_sum, _mm_shuffle_epi32(half_sum, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(half_sum, _mm_shuffle_epi32(half_sum, 0xB1)));
}
#include "distance_codes.h"
#include "distance_body.h"
#pragma clang attribute pop
static const ck_distance avx2 = TABLE;

#undef NAME
#define NAME(x) x##_avx512
#undef OWN_CODE_KERNELS
#define OWN_CODE_KERNELS 1
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,f16c"))), \
    apply_to = function)
#include "distance_codes.h"
#include "distance_body.h"
#include "distance_vnni.h"
#pragma clang attribute pop
static const ck_distance avx512 = TABLE;
#elif defined(__aarch64__)
#include <arm_neon.h>

#undef NAME
#define NAME(x) x##_dotprod
#undef OWN_HALF_DOT
#define OWN_HALF_DOT 1
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
static inline int32_t half_dot_dotprod(const uint8_t *bytes, const int8_t *query, uint32_t half) {
  const uint8x16_t mask = vdupq_n_u8(0x0F);
  int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
  for (uint32_t j = 0; j < half; j += 32)
    for (uint32_t k = 0; k < 2; k++) {
      uint8x16_t some = vld1q_u8(bytes + j + 16 * k);
      int8x16_t a = vld1q_s8(query + j + 16 * k), b = vld1q_s8(query + half + j + 16 * k);
      sums[k] = vdotq_s32(sums[k], vreinterpretq_s8_u8(vandq_u8(some, mask)), a);
      sums[2 + k] = vdotq_s32(sums[2 + k], vreinterpretq_s8_u8(vshrq_n_u8(some, 4)), b);
    }
  return vaddvq_s32(vaddq_s32(vaddq_s32(sums[0], sums[1]), vaddq_s32(sums[2], sums[3])));
}
#include "distance_codes.h"
#include "distance_body.h"
#pragma clang attribute pop
static const ck_distance dotprod = TABLE;
#endif

const ck_distance *ck_distance_kernels(ck_level level) {
#if defined(__x86_64__)
  if (level >= CK_AVX512) return &avx512;
  if (level == CK_AVX2) return &avx2;
#elif defined(__aarch64__)
  if (level == CK_DOTPROD) return &dotprod;
#endif
  (void)level;
  return &portable;
}
