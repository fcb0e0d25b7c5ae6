#include "ck_distance.h"

#include "distance_rows.h"

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

#define HALF 0
#define OWN_CODE_KERNELS 0
#define NAME(x) x##_portable
#include "distance_body.h"
#define CODE_SCORES NAME(code_scores)
#define CODE_L2S NAME(code_l2s)
static const ck_distance portable = TABLE;

#if defined(__x86_64__)
#include <immintrin.h>

#undef HALF
#define HALF 1
#undef NAME
#define NAME(x) x##_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "distance_body.h"
#pragma clang attribute pop
static const ck_distance avx2 = TABLE;

#undef NAME
#define NAME(x) x##_avx512
#undef OWN_CODE_KERNELS
#define OWN_CODE_KERNELS 1
#undef CODE_SCORES
#define CODE_SCORES vnni_code_scores
#undef CODE_L2S
#define CODE_L2S vnni_code_l2s
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,f16c"))), \
    apply_to = function)
#include "distance_body.h"
#include "distance_vnni.h"
#pragma clang attribute pop
static const ck_distance avx512 = TABLE;
#endif

const ck_distance *ck_distance_kernels(ck_level level) {
#if defined(__x86_64__)
  if (level >= CK_AVX512) return &avx512;
  if (level == CK_AVX2) return &avx2;
#endif
  (void)level;
  return &portable;
}
