// Packed matrix multiplication: out = activation(a · weights + bias) + residual.
//
// Weights are packed once into panels of 32 columns. Along a panel, 4 bytes of each column lie side
// by side (1 float, 2 of 16 bits or 4 int8: a "group"), which is what one broadcast of 4 bytes of
// `a` multiplies. The layout is the same at every instruction set, so a packed file serves all of
// them.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "ck_cpu.h"

typedef enum { CK_F32 = 0, CK_BF16 = 1, CK_I8 = 2, CK_F16 = 3 } ck_format;
typedef enum { CK_IDENTITY = 0, CK_QUICK_GELU = 1, CK_GELU = 2 } ck_activation;

enum {
  CK_PANEL = 32,       // columns in a panel
  CK_GROUP_BYTES = 4,  // bytes of one column in a group
  CK_ROW_BYTES = 64,   // rows of operands are padded with zeros to a multiple of this
};

/// Of right-hand factors in CK_F16 this fraction is kept: sums of products must stay below 65,504.
#define CK_F16_UNIT 16.0f

/// A weight matrix of `inputs` rows and `columns` (a multiple of 32) columns.
typedef struct {
  ck_format format;
  size_t groups;          // per column: inputs rounded up to whole CK_ROW_BYTES, in groups
  size_t columns;
  const void *panels;     // [columns / 32][groups][32] groups, 64-byte aligned
  const float *bias;      // [columns]
  const float *scales;    // [columns], int8 only: weight = scale · code
  const int32_t *sums;    // [columns], int8 only: the sum of the column's codes
} ck_weights;

/// The left-hand rows: rows of `stride` bytes, zeros after the end. Their format is that of the
/// weights, or CK_F32 with CK_BF16 weights; 16 bits only where `ck_matrix` says so.
/// int8 rows are unsigned: value = scale · (code - zero), per row.
typedef struct {
  ck_format format;
  size_t rows;
  size_t groups;          // per row, as its format has them
  size_t stride;          // bytes, at least groups · 4
  void *data;
  float *scales;          // [rows], int8 only
  int32_t *zeros;         // [rows], int8 only
} ck_operand;

/// What happens to a tile before it is stored. Strides are in bytes. `residual` may be `out`.
typedef struct {
  ck_activation activation;
  ck_format out_format;   // not CK_I8
  const float *residual;  // or NULL
  size_t residual_stride;
  void *out;
  size_t out_stride;
} ck_epilogue;

typedef struct {
  /// The format of 16 bits that rows may have, and factors of attention, because the processor has
  /// an instruction for such products; or CK_F32. Weights may be CK_F16 only where this is.
  ck_format half;
  /// Computes panels [first, last); disjoint ranges may run on different threads.
  void (*multiply)(const ck_operand *a, const ck_weights *weights, const ck_epilogue *epilogue,
                   size_t first, size_t last);
  /// Packs one panel from up to 32 rows of the transposed weights ([count][inputs] floats, as
  /// checkpoints store them); missing columns become zeros. `scratch` holds 32 · groups groups;
  /// `scales` and `sums` are written for int8 only.
  void (*pack)(ck_format format, const float *columns, size_t count, size_t inputs, size_t groups,
               void *scratch, void *panel, float *scales, int32_t *sums);
} ck_matrix;

/// The kernels of a level; the best ones below it where it has none on this architecture.
const ck_matrix *ck_matrix_kernels(ck_level level);
