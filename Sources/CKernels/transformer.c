#include "ck_transformer.h"

#define DECLARE(level) \
  extern const ck_matrix level##_ck_matrix; \
  extern const ck_transformer level##_ck_transformer;

DECLARE(portable)
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
DECLARE(avx512bf16)
DECLARE(avx512fp16)
#define CHOOSE(kind)                                          \
  switch (level) {                                            \
    case CK_PORTABLE: return &portable_##kind;                \
    case CK_AVX2: return &avx2_##kind;                        \
    case CK_AVX512: return &avx512_##kind;                    \
    case CK_AVX512_BF16: return &avx512bf16_##kind;           \
    case CK_AVX512_FP16: return &avx512fp16_##kind;           \
  }
#elif defined(__aarch64__)
DECLARE(dotprod)
#define CHOOSE(kind) \
  if (level == CK_DOTPROD) return &dotprod_##kind;
#else
#define CHOOSE(kind) (void)level;
#endif

const ck_matrix *ck_matrix_kernels(ck_level level) {
  CHOOSE(ck_matrix)
  return &portable_ck_matrix;
}

const ck_transformer *ck_transformer_kernels(ck_level level) {
  CHOOSE(ck_transformer)
  return &portable_ck_transformer;
}

size_t ck_attention_scratch(size_t keys, size_t head_columns) {
  const size_t tallest = 14;  // rows of the largest tile
  size_t padded_keys = (keys + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
  size_t padded_columns = (head_columns + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
  return (padded_keys * head_columns + padded_columns * keys + CK_PANEL * head_columns +
          tallest * padded_keys) *
         sizeof(float);
}
