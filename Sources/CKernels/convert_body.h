// Rows of floats to the formats of operands and weights; compiled once per instruction set.
#include "ck_matrix.h"
#include "vector.h"

typedef uint8_t v16b __attribute__((ext_vector_type(16)));
typedef v16b v16b_memory __attribute__((aligned(1), may_alias));

/// 16 floats rounded to a format of 16 bits.
INLINE v16h NAME(halves)(ck_format format, v16f x) {
#ifdef to_float16
  if (format == CK_F16) return to_float16(x);
#endif
  (void)format;
  return to_bfloat16(x);
}

/// What the right-hand factor of a product is multiplied with.
INLINE float NAME(unit)(ck_format format) { return format == CK_F16 ? 1 / CK_F16_UNIT : 1; }

INLINE void NAME(round_halves)(ck_format format, float unit, const float *x, size_t count,
                               uint16_t *out) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    *(v16h_memory *)(out + i) = NAME(halves)(format, LOAD(x + i) * unit);
  for (; i < count; i++) {
    float last[LANES] = {x[i] * unit};
    out[i] = NAME(halves)(format, LOAD(last))[0];
  }
}

/// Symmetric codes of a column of weights: value ≈ scale · code, |code| ≤ 127.
INLINE void NAME(quantise_signed)(const float *x, size_t count, int8_t *out, float *scale,
                                  int32_t *sum) {
  size_t whole = count / LANES * LANES;
  float ends[LANES] = {};
  for (size_t i = whole; i < count; i++) ends[i - whole] = x[i];
  v16f magnitudes = __builtin_elementwise_abs(LOAD(ends));
  for (size_t i = 0; i < whole; i += LANES)
    magnitudes = MAX(magnitudes, __builtin_elementwise_abs(LOAD(x + i)));
  float most = vector_largest(magnitudes), inverse = most > 0 ? 127 / most : 0;
  v16i total = {};
  for (size_t i = 0; i < count; i += LANES) {
    v16i codes = round_to_integers(LOAD(i < whole ? x + i : ends) * inverse);
    v16b bytes = __builtin_convertvector((v16u)codes, v16b);
    total += codes;
    memcpy(out + i, &bytes, i < whole ? LANES : count - whole);
  }
  *scale = most / 127;
  *sum = vector_total(total);
}

/// The affine map of a row with these extremes onto the codes 0...255; zero is a code.
INLINE void NAME(code_range)(float least, float most, float *scale, int32_t *zero) {
  least = least < 0 ? least : 0;
  most = most > 0 ? most : 0;
  *scale = most > least ? (most - least) / 255 : 1;
  *zero = (int32_t)(-least / *scale + 0.5f);
}

INLINE void NAME(store_codes)(v16f x, float inverse, int32_t zero, uint8_t *out) {
  v16i codes = round_to_integers(x * inverse + (float)zero);
  codes = MIN(MAX(codes, (v16i)0), (v16i)255);
  *(v16b_memory *)out = __builtin_convertvector((v16u)codes, v16b);
}

INLINE size_t NAME(element_bytes)(ck_format format) {
  return format == CK_F32 ? 4 : format == CK_I8 ? 1 : 2;
}

/// Writes lanes [i, i + 16) of a row of floats or of 16 bits.
INLINE void NAME(store_as)(ck_format format, void *row, size_t i, v16f x) {
  if (format == CK_F32)
    STORE((float *)row + i, x);
  else
    *(v16h_memory *)((uint16_t *)row + i) = NAME(halves)(format, x);
}

/// One row of an operand from `columns` floats, whose vector of 16 may be read whole.
INLINE void NAME(convert_row)(const float *x, size_t columns, const ck_operand *out, size_t row) {
  char *to = (char *)out->data + row * out->stride;
  size_t vectors = (columns + LANES - 1) / LANES;
  if (out->format == CK_I8) {
    v16f least = {}, most = {};
    for (size_t v = 0; v < vectors; v++) {
      least = MIN(least, LOAD(x + v * LANES));
      most = MAX(most, LOAD(x + v * LANES));
    }
    NAME(code_range)(-vector_largest(-least), vector_largest(most), &out->scales[row],
                     &out->zeros[row]);
    float inverse = 1 / out->scales[row];
    for (size_t v = 0; v < vectors; v++)
      NAME(store_codes)(LOAD(x + v * LANES), inverse, out->zeros[row], (uint8_t *)to + v * LANES);
  } else {
    for (size_t v = 0; v < vectors; v++)
      NAME(store_as)(out->format, to, v * LANES, LOAD(x + v * LANES));
  }
  size_t used = vectors * LANES * NAME(element_bytes)(out->format);
  size_t all = out->groups * CK_GROUP_BYTES;
  if (used < all) memset(to + used, 0, all - used);
}
