// Rows and weights in memory as the kernels of matrices want them.
#pragma once
#include "check.h"

static inline size_t element_bytes(ck_format format) {
  return format == CK_F32 ? 4 : format == CK_I8 ? 1 : 2;
}

/// Bytes of a row of `columns` numbers, in whole CK_ROW_BYTES.
static inline size_t padded_bytes(ck_format format, size_t columns) {
  return rounded_up(columns * element_bytes(format), CK_ROW_BYTES);
}

/// Rows of floats, so far apart, in floats.
static inline size_t row_stride(size_t columns) { return rounded_up(columns, CK_PANEL) + 16; }

static inline float *spread_rows(const float *x, size_t rows, size_t columns) {
  float *spread = zeros(rows * row_stride(columns) * sizeof *spread);
  for (size_t row = 0; row < rows; row++)
    memcpy(spread + row * row_stride(columns), x + row * columns, columns * sizeof *x);
  return spread;
}

static inline ck_operand empty_operand(ck_format format, size_t rows, size_t columns) {
  size_t stride = padded_bytes(format, rounded_up(columns, CK_PANEL));
  return (ck_operand){format, rows, padded_bytes(format, columns) / CK_GROUP_BYTES, stride,
                      zeros(rows * stride), zeros(rows * sizeof(float)),
                      zeros(rows * sizeof(int32_t))};
}

/// What 16 bits mean, as bfloat16 or half precision.
static inline double half_value(ck_format format, uint16_t bits) {
  if (format == CK_F16) {
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double size = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits >> 15 ? -size : size;
  }
  uint32_t word = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

/// A number of a row of floats or of 16 bits.
static inline double element(ck_format format, const void *row, size_t i) {
  return format == CK_F32 ? ((const float *)row)[i]
                          : half_value(format, ((const uint16_t *)row)[i]);
}

/// The number that an operand holds.
static inline double operand_value(const ck_operand *a, size_t row, size_t column) {
  const char *from = (const char *)a->data + row * a->stride;
  if (a->format != CK_I8) return element(a->format, from, column);
  return (double)a->scales[row] * (((const uint8_t *)from)[column] - a->zeros[row]);
}
