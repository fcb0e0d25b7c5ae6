// The steps of a transformer between its matrix products. Strides are in bytes; rows of floats are
// readable and writable up to the next multiple of 16, with zeros after the last column.
#pragma once
#include "ck_matrix.h"

/// Softmax(q · kᵀ · scale) · v for every head of every sequence, one head in scratch at a time.
typedef struct {
  ck_format format;                // of the factors of both products: CK_F32, or the half of ck_matrix
  size_t heads, head_columns;
  float scale;
  int causal;                      // the last query sees every key, the one before all but one, …
  const float *q, *k, *v;          // rows of heads · head_columns
  size_t q_stride, k_stride, v_stride;
  const int32_t *queries, *keys;   // [sequences + 1] first rows of each sequence
  ck_format out_format;            // not CK_I8
  void *out;                       // like q
  size_t out_stride;
} ck_attention;

/// Which pixels a patch covers: planes of `side` · `side` floats, `grid` · `grid` patches.
typedef struct {
  size_t channels, side, patch, grid;
  const float *pixels;
} ck_image;

typedef struct {
  /// Rows [first, last) of `x` in the operand's format.
  void (*convert)(const float *x, size_t stride, size_t columns, const ck_operand *out,
                  size_t first, size_t last);
  /// (x - mean) / sqrt(variance + epsilon) · gain + bias, in the operand's format.
  void (*layer_norm)(const float *x, size_t stride, size_t columns, const float *gain,
                     const float *bias, float epsilon, const ck_operand *out, size_t first,
                     size_t last);
  /// Heads [first, last) of all sequences: index = sequence · heads + head.
  void (*attend)(const ck_attention *attention, void *scratch, size_t first, size_t last);
  /// One row of the operand per patch [first, last), from row `row` on: channel, y, x.
  /// `scratch` holds a row of floats.
  void (*patches)(const ck_image *image, const ck_operand *out, size_t row, float *scratch,
                  size_t first, size_t last);
  /// Scales each row to length 1; a row of zeros stays.
  void (*normalise)(float *x, size_t stride, size_t columns, size_t rows);
} ck_transformer;

/// Bytes of scratch that `attend` needs for sequences of at most `keys` rows.
size_t ck_attention_scratch(size_t keys, size_t head_columns);

/// The kernels of a level; the best ones below it where it has none on this architecture.
const ck_transformer *ck_transformer_kernels(ck_level level);
