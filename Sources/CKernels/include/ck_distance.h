// Inner products and squared distances of one query against rows that lie in blocks.
#pragma once
#include <stdint.h>

#include "ck_cpu.h"

/// Fixed-size records in blocks of memory: record `i` is the one numbered `i % per_block` of block
/// `i / per_block`. `reciprocal` is 2^64 / per_block rounded up, which makes the division one
/// multiplication; `per_block` must be at least 2.
typedef struct {
  const uint8_t *const *blocks;
  uint64_t reciprocal;
  uint32_t per_block;
  uint32_t stride;       // bytes from one record to the next
  uint32_t offset;       // of the first record in its block
  uint32_t norm_offset;  // of the block's int32 norms (codes only)
} ck_rows;

/// Scores `count` rows: out[i] belongs to row ids[i].
typedef void ck_row_scores(const ck_rows *rows, const float *query, uint32_t n,
                           const uint32_t *ids, uint32_t count, float *out);

/// The kernels of one instruction set. Codes are bytes: 128 plus a value from -127 to 127; their
/// length `n` is a multiple of 64, padded with 128 (and queries with 0).
typedef struct {
  /// Inner product, and squared Euclidean distance, of two f32 vectors.
  float (*dot)(const float *a, const float *b, uint32_t n);
  float (*l2)(const float *a, const float *b, uint32_t n);
  /// Inner products and squared Euclidean distances with rows of each format: f32, f16, bf16.
  ck_row_scores *dots[3];
  ck_row_scores *l2s[3];
  /// Inner products of a f32 query with the values of codes.
  ck_row_scores *code_dots;
  /// out[i] = (int)(weight * norm of the row) - (code of the row + 128) . query
  void (*code_scores)(const ck_rows *rows, const int8_t *query, uint32_t n, float weight,
                      const uint32_t *ids, uint32_t count, int32_t *out);
  /// out[i] = squared Euclidean distance between the codes of rows `row` and ids[i].
  void (*code_l2s)(const ck_rows *rows, uint32_t row, uint32_t n, const uint32_t *ids,
                   uint32_t count, int32_t *out);
  /// dst[i] = 128 + clamp(round((x[i] - mean[i]) * inverse_scale)); returns the sum of squares of
  /// the values.
  int32_t (*encode)(const float *x, const float *mean, float inverse_scale, uint32_t n,
                    uint8_t *dst);
  /// dst[i] = round((x[i] - share * mean[i]) / step), where the step, which is returned, is the
  /// greatest of those differences over 127, or `floor` if that is more. `norm` becomes the sum of
  /// squares of dst.
  float (*quantise)(const float *x, const float *mean, float share, float floor, uint32_t n,
                    int8_t *dst, int32_t *norm);
  /// The greatest |x[i] - share * mean[i]|.
  float (*reach)(const float *x, const float *mean, float share, uint32_t n);
  /// Conversions between f32 and a format; rounds to nearest, ties to even.
  void (*pack[3])(const float *src, uint32_t n, void *dst);
  void (*unpack[3])(const void *src, uint32_t n, float *dst);
} ck_distance;

/// The kernels of a level, which the processor must support.
const ck_distance *ck_distance_kernels(ck_level level);
