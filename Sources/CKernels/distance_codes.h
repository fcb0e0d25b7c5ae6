// What codes are made of, in plain C, compiled once per instruction set by distance.c, before
// distance_body.h. The upper four bits of the components and the lower four lie apart. In either
// half, byte j holds component j in its lower bits and component n/2 + j in its upper ones. The
// upper half alone is a coarser code of half the size.

static inline void NAME(split)(const uint8_t *values, uint32_t n, uint8_t *restrict upper,
                               uint8_t *restrict lower) {
  uint32_t half = n / 2;
  for (uint32_t j = 0; j < half; j++) {
    uint8_t a = values[j], b = values[half + j];
    upper[j] = (uint8_t)(a >> 4 | (b & 0xF0));
    lower[j] = (uint8_t)((a & 0x0F) | b << 4);
  }
}

static void NAME(unsplit)(const uint8_t *upper, const uint8_t *lower, uint32_t n,
                          uint8_t *restrict values) {
  uint32_t half = n / 2;
  for (uint32_t j = 0; j < half; j++) {
    uint8_t high = upper[j], low = lower[j];
    values[j] = (uint8_t)(high << 4 | (low & 0x0F));
    values[half + j] = (uint8_t)((high & 0xF0) | low >> 4);
  }
}

static int32_t NAME(encode)(const float *x, const float *mean, float inverse_scale, uint32_t n,
                            uint32_t padded, uint8_t *upper, uint8_t *lower) {
  uint8_t values[MAX_CODE_BYTES];
  int32_t norm = 0;
  for (uint32_t i = 0; i < n; i++) {
    float value = (x[i] - mean[i]) * inverse_scale;
    value = value > 127.0f ? 127.0f : value < -127.0f ? -127.0f : value;
    int32_t code = (int32_t)(value + 384.5f) - 384;  // rounds, without a branch on the sign
    norm += code * code;
    values[i] = (uint8_t)(code + 128);
  }
  memset(values + n, 128, padded - n);
  NAME(split)(values, padded, upper, lower);
  return norm;
}

static float NAME(encode_residual)(const float *x, const float *mean, float scale, uint32_t n,
                                   uint32_t padded, const uint8_t *upper, const uint8_t *lower,
                                   uint8_t *residual) {
  uint8_t values[MAX_CODE_BYTES];
  float inverse = 1 / scale, first = CLIPPED_FROM * scale, most = 0;
  NAME(unsplit)(upper, lower, padded, values);
  for (uint32_t i = 0; i < n; i++) {
    float left = (x[i] - mean[i]) * inverse - (float)((int32_t)values[i] - 128);
    float byte = 256 * left + 128;
    byte = byte > 255.0f ? 255.0f : byte < 0.0f ? 0.0f : byte;
    residual[i] = (uint8_t)(int32_t)byte;
  }
  memset(residual + n, 0, -n % 64);
  for (uint32_t i = 0; i < n; i++) {
    float beyond = fabsf(x[i] - mean[i]) - first;
    if (is_clipped(values[i]) && beyond > most) most = beyond;
  }
  float step = most / 255;
  for (uint32_t i = 0; i < n; i++) {
    if (!is_clipped(values[i])) continue;
    float count = step > 0 ? (fabsf(x[i] - mean[i]) - first) / step + 0.5f : 0;
    residual[i] = count > 255.0f ? 255 : count > 0.0f ? (uint8_t)count : 0;
  }
  return step;
}

// Components that are not clipped are linear in code and residual; the others are looked for by
// blocks.
static void NAME(fine_values)(const uint8_t *upper, const uint8_t *lower, const uint8_t *residual,
                              const uint8_t *step, float scale, uint32_t padded, uint32_t n,
                              float *dst) {
  enum { BLOCK = 64 };
  uint8_t values[MAX_CODE_BYTES];
  float unit = scale / 256;
  NAME(unsplit)(upper, lower, padded, values);
  if (!residual) {
    for (uint32_t i = 0; i < n; i++) dst[i] = scale * (float)((int32_t)values[i] - 128);
    return;
  }
  for (uint32_t start = 0; start < n; start += BLOCK) {
    bool any = false;
    for (uint32_t i = start; i < start + BLOCK; i++) {
      dst[i] = unit * ((float)(256 * (int32_t)values[i] + residual[i]) - MIDDLE);
      any |= is_clipped(values[i]);
    }
    if (!any) continue;
    float beyond;
    memcpy(&beyond, step, 4);
    for (uint32_t i = start; i < start + BLOCK; i++) {
      if (!is_clipped(values[i])) continue;
      float size = CLIPPED_FROM * scale + beyond * residual[i];
      dst[i] = values[i] > 128 ? size : -size;
    }
  }
}

// Sums and differences of sixteen components at each of `radix` places, first of those half of them
// apart, then a quarter, and so on: all in registers.
static inline __attribute__((always_inline)) void NAME(stages)(float *x, uint32_t stride,
                                                               uint32_t radix, float scale) {
  typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));
  lanes v[8];
  for (uint32_t k = 0; k < radix; k++) v[k] = *(const lanes *)(x + k * stride);
  for (uint32_t step = radix / 2; step > 0; step /= 2)
    for (uint32_t k = 0; k < radix; k++) {
      if (k & step) continue;
      lanes a = v[k], b = v[k + step];
      v[k] = a + b;
      v[k + step] = a - b;
    }
  for (uint32_t k = 0; k < radix; k++) *(lanes *)(x + k * stride) = v[k] * scale;
}

// Sums and differences of components 16 and more apart, in a block of a power of two.
static inline void NAME(butterflies)(float *x, uint32_t n) {
  float scale = 1;
  for (uint32_t step = n / 2; step >= 16; step /= 2) scale *= 0.70710678f;
  for (uint32_t width = n; width >= 32;) {
    uint32_t radix = width < 128 ? width / 16 : 8, stride = width / radix;
    float unit = stride == 16 ? scale : 1;
    for (uint32_t start = 0; start < n; start += width)
      for (uint32_t i = start; i < start + stride; i += 16)
        switch (radix) {
          case 8: NAME(stages)(x + i, stride, 8, unit); break;
          case 4: NAME(stages)(x + i, stride, 4, unit); break;
          default: NAME(stages)(x + i, stride, 2, unit);
        }
    width = stride;
  }
}

static inline uint32_t NAME(block)(uint32_t n) { return 1u << (31 - __builtin_clz(n)); }

// Another order and other signs, then butterflies in the first and in the last block.
static void NAME(rotate)(const float *restrict x, uint32_t n, const uint32_t *restrict order,
                         const float *restrict signs, float *restrict dst) {
  uint32_t block = NAME(block)(n);
  for (uint32_t i = 0; i < n; i++) dst[i] = x[(int32_t)order[i]] * signs[i];
  NAME(butterflies)(dst, block);
  if (block < n) NAME(butterflies)(dst + n - block, block);
}

// The same backwards.
static void NAME(unrotate)(float *x, uint32_t n, const uint32_t *order, const float *signs,
                           float *dst) {
  uint32_t block = NAME(block)(n);
  if (block < n) NAME(butterflies)(x + n - block, block);
  NAME(butterflies)(x, block);
  for (uint32_t i = 0; i < n; i++) dst[order[i]] = x[i] * signs[i];
}
