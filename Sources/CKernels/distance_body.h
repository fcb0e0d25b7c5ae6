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
    for (uint32_t i = 0; i < ahead; i++) prefetch_row(rows, ids[i]);                      \
    for (uint32_t i = 0; i < count; i++) {                                                \
      if (i + 4 < count) prefetch_row(rows, ids[i + 4]);                                  \
      out[i] = NAME(FUNCTION##_##LOAD)(query, (const TYPE *)row_at(rows, ids[i]), n);     \
    }                                                                                     \
  }

#define KERNELS(TYPE, LOAD) \
  DOT(TYPE, LOAD) L2(TYPE, LOAD) ROWS(dot, TYPE, LOAD) ROWS(l2, TYPE, LOAD)
KERNELS(float, f32)
KERNELS(uint16_t, f16)
KERNELS(uint16_t, bf16)

static inline void NAME(code_values)(const ck_codes *codes, uint32_t id, uint32_t n,
                                     uint8_t *values) {
  NAME(unsplit)(row_at(&codes->upper, id), row_at(&codes->lower, id), n, values);
}

// Products with, and distances from, what codes and residuals stand for.
#define FINE_SCORES(FUNCTION)                                                              \
  static void NAME(fine_##FUNCTION##s)(const ck_codes *codes, const ck_fine_query *query,  \
                                       uint32_t n, float scale, const uint32_t *ids,       \
                                       uint32_t count, float *out) {                       \
    const uint32_t ahead = RESIDUALS_AHEAD;                                                \
    float x[MAX_CODE_BYTES], values[MAX_CODE_BYTES], unit = query->step / 256;             \
    for (uint32_t i = 0; i < ahead && i < count; i++) prefetch_residual(codes, ids[i]);    \
    for (uint32_t i = 0; i < n; i++)                                                       \
      x[i] = unit * (float)(256 * query->high[i] + query->low[i]);                         \
    for (uint32_t i = 0; i < count; i++) {                                                 \
      if (i + ahead < count) prefetch_residual(codes, ids[i + ahead]);                     \
      NAME(fine_values)(row_at(&codes->upper, ids[i]), row_at(&codes->lower, ids[i]),      \
                        residual_at(codes, ids[i]), step_at(codes, ids[i]), scale,         \
                        2 * codes->upper.bytes, n, values);                                \
      out[i] = NAME(FUNCTION##_f32)(x, values, n);                                         \
    }                                                                                      \
  }
#if !OWN_CODE_KERNELS
FINE_SCORES(dot)
#endif
FINE_SCORES(l2)

static float NAME(dot)(const float *a, const float *b, uint32_t n) {
  return NAME(dot_f32)(a, b, n);
}

// |a - b|² = |a|² + |b|² - 2 a.b, with the norms that are stored. A code becomes signed by flipping
// its top bit; the other one's excess of 128 is taken off through the sum of the first. Returns all
// of that but |b|² and the product.
#if !OWN_CODE_KERNELS
static int32_t NAME(signed_code)(const ck_codes *codes, uint32_t row, uint32_t n, int8_t *values) {
  NAME(code_values)(codes, row, n, (uint8_t *)values);
  int32_t total = 0;
  for (uint32_t i = 0; i < n; i++) {
    values[i] = (int8_t)((uint8_t)values[i] ^ 0x80);
    total += values[i];
  }
  if (has_inner_norms(codes)) total -= clear_inner_norm(values, n);
  return norm_at(codes, row) + 256 * total;
}

// Products of a half of a code with the query: of 4 by 8 bits, so that 16 hold the sum of eight.
#if !OWN_HALF_DOT
static inline int32_t NAME(half_dot)(const uint8_t *bytes, const int8_t *query, uint32_t half) {
  enum { LANES = 16 };
  int32_t sum = 0;
  for (uint32_t start = 0; start < half; start += 4 * LANES) {
    int16_t lanes[LANES] = {0};
    for (uint32_t j = start; j < start + 4 * LANES; j += LANES)
      for (uint32_t k = 0; k < LANES; k++) {
        int16_t first = bytes[j + k] & 0x0F, second = bytes[j + k] >> 4;
        lanes[k] = (int16_t)(lanes[k] + first * query[j + k] + second * query[half + j + k]);
      }
    for (uint32_t k = 0; k < LANES; k++) sum += lanes[k];
  }
  return sum;
}
#endif

static inline int32_t NAME(code_dot)(const ck_codes *codes, uint32_t id, const int8_t *query,
                                     uint32_t n) {
  return 16 * NAME(half_dot)(row_at(&codes->upper, id), query, n / 2)
      + NAME(half_dot)(row_at(&codes->lower, id), query, n / 2);
}

static void NAME(code_scores)(const ck_codes *codes, const int8_t *query, uint32_t n,
                              float weight, const uint32_t *ids, uint32_t count, int32_t *out) {
  for (uint32_t i = 0; i < 4 && i < count; i++) prefetch_code(codes, ids[i]);
  for (uint32_t i = 0; i < count; i++) {
    if (i + 4 < count) prefetch_code(codes, ids[i + 4]);
    out[i] = weighted_norm(codes, weight, ids[i]) - NAME(code_dot)(codes, ids[i], query, n);
  }
}

static inline void NAME(subtract_half_dots)(const ck_rows *rows, const int8_t *query, uint32_t n,
                                            int32_t unit, const uint32_t *ids, uint32_t count,
                                            int32_t *scores) {
  for (uint32_t i = 0; i < 4 && i < count; i++) prefetch_row(rows, ids[i]);
  for (uint32_t i = 0; i < count; i++) {
    if (i + 4 < count) prefetch_row(rows, ids[i + 4]);
    scores[i] -= unit * NAME(half_dot)(row_at(rows, ids[i]), query, n / 2);
  }
}

static void NAME(coarse_scores)(const ck_codes *codes, const int8_t *query, uint32_t n,
                                float weight, const uint32_t *ids, uint32_t count, int32_t *out) {
  for (uint32_t i = 0; i < count; i++) out[i] = weighted_norm(codes, weight, ids[i]);
  NAME(subtract_half_dots)(&codes->upper, query, n, 16, ids, count, out);
}

static void NAME(refine_scores)(const ck_codes *codes, const int8_t *query, uint32_t n,
                                const uint32_t *ids, uint32_t count, int32_t *scores) {
  NAME(subtract_half_dots)(&codes->lower, query, n, 1, ids, count, scores);
}

static uint32_t NAME(code_l2s)(const ck_codes *codes, const int8_t *values, int32_t base,
                               uint32_t n, const uint32_t *ids, uint32_t count, int32_t near,
                               int32_t *out) {
  for (uint32_t i = 0; i < count; i++) prefetch_code(codes, ids[i]);
  for (uint32_t i = 0; i < count; i++) {
    out[i] = base + norm_at(codes, ids[i]) - 2 * NAME(code_dot)(codes, ids[i], values, n);
    if (out[i] < near) return i + 1;
  }
  return count;
}

static bool NAME(is_near)(const ck_codes *codes, uint32_t row, uint32_t n, const int8_t *values,
                          const int32_t *bases, uint32_t count, int32_t near) {
  int32_t norm = norm_at(codes, row);
  for (uint32_t i = 0; i < count; i++) {
    int32_t dot = NAME(code_dot)(codes, row, values + (uint64_t)i * n, n);
    if (bases[i] + norm - 2 * dot < near) return true;
  }
  return false;
}
#endif

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

static ck_fine_query NAME(quantise)(const float *x, const float *mean, float share, float floor,
                                    uint32_t n, int8_t *high, int8_t *low, float *norm) {
  SUM_PRAGMA
  float step = NAME(reach)(x, mean, share, n) / 127;
  step = step > floor ? step : floor;
  float inverse = 256 / step;
  int32_t sum = 0;
  float squares = 0;
  for (uint32_t i = 0; i < n; i++) {
    // Both bytes as one number, rounded without a branch on its sign.
    float value = (x[i] - share * mean[i]) * inverse;
    int32_t both = (int32_t)(value + 98304.5f) - 98304, code = (both + 128) >> 8;
    squares += (float)code * (float)code;
    sum += both;
    high[i] = (int8_t)code;
    low[i] = (int8_t)both;
  }
  *norm = squares;
  return (ck_fine_query){high, low, step, sum};
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
    .dot = NAME(dot),                                                                       \
    .dots = {NAME(rows_dot_f32), NAME(rows_dot_f16), NAME(rows_dot_bf16)},                  \
    .l2s = {NAME(rows_l2_f32), NAME(rows_l2_f16), NAME(rows_l2_bf16)},                      \
    .fine_dots = NAME(fine_dots), .fine_l2s = NAME(fine_l2s),                               \
    .code_scores = NAME(code_scores), .coarse_scores = NAME(coarse_scores),                 \
    .refine_scores = NAME(refine_scores), .signed_code = NAME(signed_code),                 \
    .code_l2s = NAME(code_l2s), .is_near = NAME(is_near), .encode = NAME(encode),           \
    .encode_residual = NAME(encode_residual), .fine_values = NAME(fine_values),             \
    .values = NAME(unsplit), .quantise = NAME(quantise), .reach = NAME(reach),              \
    .rotate = NAME(rotate), .unrotate = NAME(unrotate),                                     \
    .pack = {NAME(pack_f32), NAME(pack_f16), NAME(pack_bf16)},                              \
    .unpack = {NAME(unpack_f32), NAME(unpack_f16), NAME(unpack_bf16)},                      \
  }
