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
  uint32_t stride;          // bytes from one record to the next
  uint32_t bytes;           // of a row: fewer if other rows lie in between
  uint32_t offset;          // of the first record in its block
  uint32_t trailer_offset;  // of what else the block holds for each, or 0: see ck_codes
} ck_rows;

/// The halves of codes, the upper four bits of every component, with the int32 norms of the codes,
/// and the lower four; and the residuals, a byte for each component, padded to a multiple of 64,
/// with the f32 steps that those of clipped ones count. Only the kernels of `fine` values read
/// residuals. Norms without an offset are in the upper halves, in place of components that only
/// pad: four bits in the upper four of each of the last eight bytes, the lowest first.
typedef struct {
  ck_rows upper, lower, residuals;
} ck_codes;

/// A query as codes and residuals see it, a byte each: component i is `step` times
/// high[i] + low[i] / 256. Both are padded with 0; `sum` is that of all 256 * high[i] + low[i].
typedef struct {
  const int8_t *high, *low;
  float step;
  int32_t sum;
} ck_fine_query;

/// Scores `count` rows: out[i] belongs to row ids[i].
typedef void ck_row_scores(const ck_rows *rows, const float *query, uint32_t n,
                           const uint32_t *ids, uint32_t count, float *out);

/// Scores `count` rows by their fine values.
typedef void ck_fine_scores(const ck_codes *codes, const ck_fine_query *query, uint32_t n,
                            float scale, const uint32_t *ids, uint32_t count, float *out);

/// The kernels of one instruction set. A component's code is a byte: 128 plus a value from -127 to
/// 127; there are `n` of them, a multiple of 128 and 16,384 at most, padded with 128 (and queries
/// with 0). Byte j of a half holds component j in its lower four bits and component n/2 + j in its
/// upper four.
typedef struct {
  /// Inner product of two f32 vectors.
  float (*dot)(const float *a, const float *b, uint32_t n);
  /// Inner products and squared Euclidean distances with rows of each format: f32, f16, bf16.
  ck_row_scores *dots[3];
  ck_row_scores *l2s[3];
  /// Inner products, and squared Euclidean distances, with fine values, which are `scale` times
  /// those of codes and residuals together, or of codes alone if no residuals are kept.
  ck_fine_scores *fine_dots, *fine_l2s;
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
  /// Stores what a code with that scale leaves of x[i] - mean[i], and returns the step for clipped
  /// components, those whose values are -127 or 127: their residuals count it from 126.5 scales on.
  /// Of the others a residual is 127.5 + 256 times what is left, in scales, to within half.
  float (*encode_residual)(const float *x, const float *mean, float scale, uint32_t n,
                           uint32_t padded, const uint8_t *upper, const uint8_t *lower,
                           uint8_t *residual);
  /// The first `n` fine values of a stored code, with its residual or without, and, up to the next
  /// multiple of 64, others; `step` is where the residual's lies.
  void (*fine_values)(const uint8_t *upper, const uint8_t *lower, const uint8_t *residual,
                      const uint8_t *step, float scale, uint32_t padded, uint32_t n, float *dst);
  /// The bytes of a stored code's components.
  void (*values)(const uint8_t *upper, const uint8_t *lower, uint32_t n, uint8_t *dst);
  /// Makes a query of x[i] - share * mean[i], not padded. Its step is the greatest of those
  /// components over 127, or `floor` if that is more; 256 over it must be finite. `norm` becomes
  /// the sum of squares of `high`.
  ck_fine_query (*quantise)(const float *x, const float *mean, float share, float floor, uint32_t n,
                            int8_t *high, int8_t *low, float *norm);
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
  /// Conversions of finite numbers between f32 and a format; rounds to nearest.
  void (*pack[3])(const float *src, uint32_t n, void *dst);
  void (*unpack[3])(const void *src, uint32_t n, float *dst);
} ck_distance;

/// The kernels of a level, which the processor must support.
const ck_distance *ck_distance_kernels(ck_level level);
