// Inner products and squared distances of one query against rows that lie in blocks.
#pragma once
#include <stdbool.h>
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
  uint32_t norm_offset;  // of the block's int32 norms (upper halves of codes only)
} ck_rows;

/// The halves of codes: the upper four bits of every component, and the lower four.
typedef struct {
  ck_rows upper, lower;
} ck_codes;

/// Scores `count` rows: out[i] belongs to row ids[i].
typedef void ck_row_scores(const ck_rows *rows, const float *query, uint32_t n,
                           const uint32_t *ids, uint32_t count, float *out);

/// The kernels of one instruction set. A component's code is a byte: 128 plus a value from -127 to
/// 127; there are `n` of them, a multiple of 128 and 16,384 at most, padded with 128 (and queries
/// with 0). Byte j of a half holds component j in its lower four bits and component n/2 + j in its
/// upper four.
typedef struct {
  /// Inner product, and squared Euclidean distance, of two f32 vectors.
  float (*dot)(const float *a, const float *b, uint32_t n);
  float (*l2)(const float *a, const float *b, uint32_t n);
  /// Inner products and squared Euclidean distances with rows of each format: f32, f16, bf16, and
  /// i16, which is `n` integers and behind them the f32 step that they count.
  ck_row_scores *dots[4];
  ck_row_scores *l2s[4];
  /// Inner products of a f32 query with the values of codes.
  void (*code_dots)(const ck_codes *codes, const float *query, uint32_t n, const uint32_t *ids,
                    uint32_t count, float *out);
  /// out[i] = (int)(weight * norm of the row) - (code of the row + 128) . query
  void (*code_scores)(const ck_codes *codes, const int8_t *query, uint32_t n, float weight,
                      const uint32_t *ids, uint32_t count, int32_t *out);
  /// The same of the upper halves alone, which is all that is read: each code counts with the
  /// lower four bits cleared.
  void (*coarse_scores)(const ck_codes *codes, const int8_t *query, uint32_t n, float weight,
                        const uint32_t *ids, uint32_t count, int32_t *out);
  /// Makes scores by upper halves alone those of whole codes; only lower halves are read.
  void (*refine_scores)(const ck_codes *codes, const int8_t *query, uint32_t n,
                        const uint32_t *ids, uint32_t count, int32_t *scores);
  /// Puts the values of a row's code into `values`; returns what `code_l2s` need to know beside
  /// them: the row's norm, and 256 times their sum.
  int32_t (*signed_code)(const ck_codes *codes, uint32_t row, uint32_t n, int8_t *values);
  /// out[i] = squared Euclidean distance between the code whose values and `base` signed_code has
  /// given, and that of row ids[i]. Stops after one that is less than `near`, or some rows later;
  /// returns how many were measured.
  uint32_t (*code_l2s)(const ck_codes *codes, const int8_t *values, int32_t base, uint32_t n,
                       const uint32_t *ids, uint32_t count, int32_t near, int32_t *out);
  /// Whether one of `count` codes, whose values follow one another, is nearer to row `row` than
  /// `near` by that distance.
  bool (*is_near)(const ck_codes *codes, uint32_t row, uint32_t n, const int8_t *values,
                  const int32_t *bases, uint32_t count, int32_t near);
  /// Stores the codes 128 + clamp(round((x[i] - mean[i]) * inverse_scale)) of `n` components and
  /// pads them; returns the sum of squares of the values.
  int32_t (*encode)(const float *x, const float *mean, float inverse_scale, uint32_t n,
                    uint32_t padded, uint8_t *upper, uint8_t *lower);
  /// The bytes of a stored code's components.
  void (*values)(const uint8_t *upper, const uint8_t *lower, uint32_t n, uint8_t *dst);
  /// dst[i] = round((x[i] - share * mean[i]) / step), where the step, which is returned, is the
  /// greatest of those differences over 127, or `floor` if that is more. `norm` becomes the sum of
  /// squares of dst.
  float (*quantise)(const float *x, const float *mean, float share, float floor, uint32_t n,
                    int8_t *dst, int32_t *norm);
  /// The greatest |x[i] - share * mean[i]|.
  float (*reach)(const float *x, const float *mean, float share, uint32_t n);
  /// Turns a vector, keeping lengths and angles, so that no component stands out: takes the
  /// components in another `order` with other `signs`, then in the first and in the last block of
  /// the greatest power of two not above `n` replaces pairs of components by their sums and
  /// differences over the square root of two, those half a block apart, then a quarter, and so on
  /// down to 16.
  void (*rotate)(const float *x, uint32_t n, const uint32_t *order, const float *signs,
                 float *dst);
  /// Turns it back, and leaves something else in `x`.
  void (*unrotate)(float *x, uint32_t n, const uint32_t *order, const float *signs, float *dst);
  /// Conversions of finite numbers between f32 and a format; rounds to nearest. The step of i16
  /// makes the greatest component 32,767 of it.
  void (*pack[4])(const float *src, uint32_t n, void *dst);
  void (*unpack[4])(const void *src, uint32_t n, float *dst);
} ck_distance;

/// The kernels of a level, which the processor must support.
const ck_distance *ck_distance_kernels(ck_level level);
