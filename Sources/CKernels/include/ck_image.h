// Resampling of 8-bit RGB pictures, exact in fixed point: every instruction set gives the same
// bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "ck_cpu.h"

enum { CK_WEIGHT_BITS = 22 };  // weights are fractions of 2^22

/// How each position of an output axis is a weighted sum of neighbors on the input axis.
typedef struct {
  size_t outputs;
  size_t taps;             // neighbors per output, the same for all: unused ones weigh 0
  const int32_t *first;    // [outputs] the first neighbor; first + taps never exceeds the input
  const int32_t *weights;  // [outputs][taps]
} ck_resampling;

/// Resamples each of `rows` rows of RGB pixels: `source` holds `stride` bytes a row and ends at
/// `source_end`, `out` is packed, 3 · outputs bytes a row.
void ck_resample_columns(ck_level level, const uint8_t *source, size_t stride,
                         const uint8_t *source_end, size_t rows, const ck_resampling *by,
                         uint8_t *out);

/// Writes red, green and blue of `count` pixels to planes that begin `plane` floats apart: what
/// `values`, 256 for each colour, has for each byte.
void ck_separate_colours(const uint8_t *pixels, size_t count, const float *values, float *out,
                         size_t plane);

/// Resamples each byte column of packed rows of `row_bytes` bytes.
void ck_resample_rows(ck_level level, const uint8_t *source, size_t row_bytes,
                      const ck_resampling *by, uint8_t *out);
