// The distance kernels in plain C, compiled once per instruction set by distance.c. The includer
// defines NAME(x), the suffix of the level, HALF, whether f16 converts in hardware, and
// OWN_CODE_KERNELS, whether the level brings its own kernels for codes. The pragma lets the
// compiler take sums in any order, and so vectorise them; integers need no permission.

#define SUM_PRAGMA _Pragma("clang fp reassociate(on) contract(fast)")

static inline float NAME(f16)(uint16_t h) {
#if HALF
  _Float16 value;
  memcpy(&value, &h, 2);
  return (float)value;
#else
  // Shift exponent and mantissa into place and rescale: right for subnormals too.
  uint32_t bits = (uint32_t)(h & 0x7FFF) << 13;
  float value;
  memcpy(&value, &bits, 4);
  value *= 0x1p112f;
  return h & 0x8000 ? -value : value;
#endif
}

static inline float NAME(bf16)(uint16_t h) {
  uint32_t bits = (uint32_t)h << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline float NAME(f32)(float x) { return x; }
static inline float NAME(code)(uint8_t x) { return (float)((int)x - 128); }

#define DOT(TYPE, LOAD)                                                                   \
  static inline float NAME(dot_##LOAD)(const float *a, const TYPE *b, uint32_t n) {       \
    SUM_PRAGMA                                                                            \
    float sum = 0;                                                                        \
    for (uint32_t i = 0; i < n; i++) sum += a[i] * NAME(LOAD)(b[i]);                      \
    return sum;                                                                           \
  }

#define L2(TYPE, LOAD)                                                                    \
  static inline float NAME(l2_##LOAD)(const float *a, const TYPE *b, uint32_t n) {        \
    SUM_PRAGMA                                                                            \
    float sum = 0;                                                                        \
    for (uint32_t i = 0; i < n; i++) {                                                    \
      float d = a[i] - NAME(LOAD)(b[i]);                                                  \
      sum += d * d;                                                                       \
    }                                                                                     \
    return sum;                                                                           \
  }

// Rows are fetched four ahead of the one that is scored.
#define ROWS(FUNCTION, TYPE, LOAD)                                                        \
  static void NAME(rows_##FUNCTION##_##LOAD)(const ck_rows *rows, const float *query,     \
                                             uint32_t n, const uint32_t *ids,             \
                                             uint32_t count, float *out) {                \
    uint32_t ahead = count < 4 ? count : 4;                                               \
    for (uint32_t i = 0; i < ahead; i++) prefetch(row_at(rows, ids[i]), n * sizeof(TYPE)); \
    for (uint32_t i = 0; i < count; i++) {                                                \
      if (i + 4 < count) prefetch(row_at(rows, ids[i + 4]), n * sizeof(TYPE));            \
      out[i] = NAME(FUNCTION##_##LOAD)(query, (const TYPE *)row_at(rows, ids[i]), n);     \
    }                                                                                     \
  }

#define KERNELS(TYPE, LOAD) DOT(TYPE, LOAD) L2(TYPE, LOAD) ROWS(dot, TYPE, LOAD) ROWS(l2, TYPE, LOAD)
KERNELS(float, f32)
KERNELS(uint16_t, f16)
KERNELS(uint16_t, bf16)
DOT(uint8_t, code)
ROWS(dot, uint8_t, code)

static float NAME(dot)(const float *a, const float *b, uint32_t n) {
  return NAME(dot_f32)(a, b, n);
}
static float NAME(l2)(const float *a, const float *b, uint32_t n) { return NAME(l2_f32)(a, b, n); }

#if !OWN_CODE_KERNELS
// u8 x s8 through 16-bit products and 32-bit sums: nothing can saturate.
static inline int32_t NAME(code_dot)(const uint8_t *code, const int8_t *query, uint32_t n) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (int32_t)code[i] * query[i];
  return sum;
}

static void NAME(code_scores)(const ck_rows *rows, const int8_t *query, uint32_t n, float weight,
                              const uint32_t *ids, uint32_t count, int32_t *out) {
  uint32_t ahead = count < 4 ? count : 4;
  for (uint32_t i = 0; i < ahead; i++) prefetch(row_at(rows, ids[i]), n);
  for (uint32_t i = 0; i < count; i++) {
    if (i + 4 < count) prefetch(row_at(rows, ids[i + 4]), n);
    int32_t norm = weight == 0 ? 0 : (int32_t)(weight * (float)norm_at(rows, ids[i]));
    out[i] = norm - NAME(code_dot)(row_at(rows, ids[i]), query, n);
  }
}

static inline int32_t NAME(code_l2)(const uint8_t *a, const uint8_t *b, uint32_t n) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    int32_t d = (int32_t)a[i] - b[i];
    sum += d * d;
  }
  return sum;
}

static void NAME(code_l2s)(const ck_rows *rows, uint32_t row, uint32_t n, const uint32_t *ids,
                           uint32_t count, int32_t *out) {
  const uint8_t *code = row_at(rows, row);
  for (uint32_t i = 0; i < count; i++) prefetch(row_at(rows, ids[i]), n);
  for (uint32_t i = 0; i < count; i++) out[i] = NAME(code_l2)(code, row_at(rows, ids[i]), n);
}
#endif

static int32_t NAME(encode)(const float *x, const float *mean, float inverse_scale, uint32_t n,
                            uint8_t *dst) {
  int32_t norm = 0;
  for (uint32_t i = 0; i < n; i++) {
    float value = (x[i] - mean[i]) * inverse_scale;
    value = value > 127.0f ? 127.0f : value < -127.0f ? -127.0f : value;
    int32_t code = (int32_t)(value + 384.5f) - 384;  // rounds, without a branch on the sign
    norm += code * code;
    dst[i] = (uint8_t)(code + 128);
  }
  return norm;
}

// Floats without their sign order as integers do, and integer maxima vectorise.
static float NAME(reach)(const float *x, const float *mean, float share, uint32_t n) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < n; i++) {
    float value = x[i] - share * mean[i];
    uint32_t bits;
    memcpy(&bits, &value, 4);
    bits &= 0x7FFFFFFF;
    most = bits > most ? bits : most;
  }
  float reach;
  memcpy(&reach, &most, 4);
  return reach;
}

static float NAME(quantise)(const float *x, const float *mean, float share, float floor,
                            uint32_t n, int8_t *dst, int32_t *norm) {
  float step = NAME(reach)(x, mean, share, n) / 127;
  step = step > floor ? step : floor;
  float inverse = 1 / step;
  int32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    float value = (x[i] - share * mean[i]) * inverse;
    value = value > 127.0f ? 127.0f : value < -127.0f ? -127.0f : value;
    int32_t code = (int32_t)(value + 384.5f) - 384;
    sum += code * code;
    dst[i] = (int8_t)code;
  }
  *norm = sum;
  return step;
}

static void NAME(pack_f32)(const float *src, uint32_t n, void *dst) { memcpy(dst, src, n * 4u); }
static void NAME(unpack_f32)(const void *src, uint32_t n, float *dst) { memcpy(dst, src, n * 4u); }

static void NAME(pack_f16)(const float *src, uint32_t n, void *dst) {
  uint16_t *out = dst;
  for (uint32_t i = 0; i < n; i++) {
#if HALF
    _Float16 value = (_Float16)src[i];
    memcpy(out + i, &value, 2);
#else
    out[i] = half_bits(src[i]);
#endif
  }
}

static void NAME(unpack_f16)(const void *src, uint32_t n, float *dst) {
  const uint16_t *in = src;
  for (uint32_t i = 0; i < n; i++) dst[i] = NAME(f16)(in[i]);
}

static void NAME(pack_bf16)(const float *src, uint32_t n, void *dst) {
  uint16_t *out = dst;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, src + i, 4);
    out[i] = (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
  }
}

static void NAME(unpack_bf16)(const void *src, uint32_t n, float *dst) {
  const uint16_t *in = src;
  for (uint32_t i = 0; i < n; i++) dst[i] = NAME(bf16)(in[i]);
}

#define TABLE                                                                               \
  {                                                                                         \
    .dot = NAME(dot), .l2 = NAME(l2),                                                       \
    .dots = {NAME(rows_dot_f32), NAME(rows_dot_f16), NAME(rows_dot_bf16)},                  \
    .l2s = {NAME(rows_l2_f32), NAME(rows_l2_f16), NAME(rows_l2_bf16)},                      \
    .code_dots = NAME(rows_dot_code), .code_scores = CODE_SCORES, .code_l2s = CODE_L2S,     \
    .encode = NAME(encode), .quantise = NAME(quantise), .reach = NAME(reach), .pack = {NAME(pack_f32), NAME(pack_f16), NAME(pack_bf16)},      \
    .unpack = {NAME(unpack_f32), NAME(unpack_f16), NAME(unpack_bf16)},                      \
  }
