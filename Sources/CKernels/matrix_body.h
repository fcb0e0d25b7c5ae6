// The body of the matrix kernels, compiled once per instruction set. The including file defines
//   NAME(x)        the name of x at this level
//   TILE_ROWS      rows of a register tile
//   TILE_VECTORS   vectors of 16 columns in a register tile
//   dot_bf16, dot_i8   products of one group of every column with one group of a row
//   to_bfloat16        16 floats rounded
//
// A tile of C stays in registers over the whole depth (Goto and van de Geijn 2008, without their
// split of the depth: rows are blocked so that the left operand stays in L2 whatever its depth).
#include "convert_body.h"

enum {
  NAME(BLOCK_BYTES) = 448 << 10,  // of the left operand per pass over the panels: half of L2
  NAME(PREFETCH) = 16,            // groups ahead
};

INLINE v16f NAME(dot)(ck_format format, v16f sum, v16u b, word a) {
  if (format == CK_BF16) return dot_bf16(sum, b, a);
  if (format == CK_I8) return dot_i8(sum, b, a);
  float scalar;
  memcpy(&scalar, &a, sizeof scalar);
  return (v16f)scalar * (v16f)b + sum;
}

/// tile[row][column] = sum over groups; `rows` and `format` are compile-time constants. `stride` is
/// in bytes, `tile_stride` in floats.
INLINE void NAME(tile)(const int rows, const ck_format format, const char *a, size_t stride,
                       const char *b, size_t groups, float *tile, size_t tile_stride) {
  v16f sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++)
    sums[r][v] = (v16f){};
  for (size_t group = 0; group < groups; group++) {
    const char *column = b + group * CK_PANEL * CK_GROUP_BYTES;
    v16u right[TILE_VECTORS];
    UNROLL for (int v = 0; v < TILE_VECTORS; v++) {
      right[v] = *(const v16u_memory *)(column + v * 64);
      __builtin_prefetch(column + v * 64 + NAME(PREFETCH) * CK_PANEL * CK_GROUP_BYTES);
    }
    UNROLL for (int r = 0; r < rows; r++) {
      word left = *(const word *)(a + r * stride + group * CK_GROUP_BYTES);
      UNROLL for (int v = 0; v < TILE_VECTORS; v++)
        sums[r][v] = NAME(dot)(format, sums[r][v], right[v], left);
    }
  }
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++)
    STORE(tile + r * tile_stride + v * LANES, sums[r][v]);
}

typedef void (*NAME(tile_function))(const char *a, size_t stride, const char *b, size_t groups,
                                    float *tile, size_t tile_stride);

// A function per height and format: inlined into the loops around them, the tiles would share
// registers with those loops' constants and spill.
#define TILE(format, rows)                                                               \
  static __attribute__((noinline)) void NAME(format##_##rows)(                           \
      const char *a, size_t stride, const char *b, size_t groups, float *tile,           \
      size_t tile_stride) {                                                              \
    NAME(tile)(rows, CK_##format, a, stride, b, groups, tile, tile_stride);              \
  }
#define EACH_HEIGHT_TO_2(use, format) use(format, 1) use(format, 2)
#define EACH_HEIGHT_TO_6(use, format) \
  EACH_HEIGHT_TO_2(use, format) use(format, 3) use(format, 4) use(format, 5) use(format, 6)
#define EACH_HEIGHT_TO_14(use, format)                                                 \
  EACH_HEIGHT_TO_6(use, format) use(format, 7) use(format, 8) use(format, 9)           \
  use(format, 10) use(format, 11) use(format, 12) use(format, 13) use(format, 14)
#define CONCAT_(a, b) a##b
#define CONCAT(a, b) CONCAT_(a, b)
#define EACH_HEIGHT CONCAT(EACH_HEIGHT_TO_, TILE_ROWS)
EACH_HEIGHT(TILE, F32)
EACH_HEIGHT(TILE, BF16)
EACH_HEIGHT(TILE, I8)

#define ENTRY(format, rows) NAME(format##_##rows),
static const NAME(tile_function) NAME(tiles)[3][TILE_ROWS] = {
  {EACH_HEIGHT(ENTRY, F32)}, {EACH_HEIGHT(ENTRY, BF16)}, {EACH_HEIGHT(ENTRY, I8)},
};

INLINE v16f NAME(activate)(ck_activation activation, v16f x) {
  switch (activation) {
    case CK_QUICK_GELU: return vector_quick_gelu(x);
    case CK_GELU: return vector_gelu(x);
    default: return x;
  }
}

/// Asks for the lines that `finish` will write and read, a tile's time before it does.
INLINE void NAME(prefetch)(size_t rows, size_t row0, size_t column0, const ck_epilogue *e) {
  size_t size = e->out_format == CK_BF16 ? 2 : 4;
  for (size_t row = row0; row < row0 + rows; row++) {
    for (size_t v = 0; v < TILE_VECTORS * LANES; v += 64 / size)
      __builtin_prefetch((char *)e->out + row * e->out_stride + (column0 + v) * size, 1);
  }
  if (!e->residual || (const void *)e->residual == e->out) return;
  for (size_t row = row0; row < row0 + rows; row++) {
    for (size_t v = 0; v < TILE_VECTORS; v++)
      __builtin_prefetch((char *)e->residual + row * e->residual_stride + (column0 + v * LANES) * 4);
  }
}

/// Scales, biases, activates, adds the residual and stores one finished tile.
INLINE void NAME(finish)(size_t rows, const float *tile, size_t row0, size_t column0,
                         const ck_operand *a, const ck_weights *w, const ck_epilogue *e) {
  for (size_t r = 0; r < rows; r++) {
    size_t row = row0 + r;
    for (int v = 0; v < TILE_VECTORS; v++) {
      size_t column = column0 + v * LANES;
      v16f x = LOAD(tile + (r * TILE_VECTORS + v) * LANES);
      if (w->format == CK_I8) {
        v16i codes = (v16i)x - a->zeros[row] * (v16i)*(const v16u_memory *)(w->sums + column);
        x = __builtin_convertvector(codes, v16f) * a->scales[row] * LOAD(w->scales + column);
      }
      x = NAME(activate)(e->activation, x + LOAD(w->bias + column));
      if (e->residual) x += LOAD((const char *)e->residual + row * e->residual_stride + column * 4);
      NAME(store_as)(e->out_format, (char *)e->out + row * e->out_stride, column, x);
    }
  }
}

static void NAME(multiply)(const ck_operand *a, const ck_weights *w, const ck_epilogue *e,
                           size_t first, size_t last) {
  size_t most = NAME(BLOCK_BYTES) / a->stride / TILE_ROWS * TILE_ROWS;
  size_t tallest = most > TILE_ROWS ? most : TILE_ROWS;
  size_t blocks = (a->rows + tallest - 1) / tallest;
  _Alignas(64) float tile[TILE_ROWS * TILE_VECTORS * LANES];
  for (size_t block = 0; block < blocks; block++) {
    size_t begin = a->rows * block / blocks, count = a->rows * (block + 1) / blocks - begin;
    size_t tiles = (count + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t panel = first; panel < last; panel++) {
      const char *b = (const char *)w->panels + panel * w->groups * CK_PANEL * CK_GROUP_BYTES;
      for (size_t part = 0; part < CK_PANEL / LANES; part += TILE_VECTORS) {
        for (size_t i = 0; i < tiles; i++) {
          size_t row = begin + count * i / tiles, rows = begin + count * (i + 1) / tiles - row;
          NAME(prefetch)(rows, row, panel * CK_PANEL + part * LANES, e);
          NAME(tiles)[w->format][rows - 1]((const char *)a->data + row * a->stride, a->stride,
                                           b + part * 64, w->groups, tile, TILE_VECTORS * LANES);
          NAME(finish)(rows, tile, row, panel * CK_PANEL + part * LANES, a, w, e);
        }
      }
    }
  }
}

/// 32 rows of groups, one after the other, become groups of 32 rows.
INLINE void NAME(interleave)(const uint32_t *rows, size_t groups, uint32_t *out) {
  for (size_t group = 0; group < groups; group++)
    for (size_t i = 0; i < CK_PANEL; i++) out[group * CK_PANEL + i] = rows[i * groups + group];
}

static void NAME(pack)(ck_format format, const float *columns, size_t count, size_t inputs,
                       size_t groups, void *scratch, void *panel, float *scales, int32_t *sums) {
  size_t bytes = groups * CK_GROUP_BYTES;
  memset(scratch, 0, CK_PANEL * bytes);
  for (size_t i = 0; i < count; i++) {
    void *row = (char *)scratch + i * bytes;
    const float *column = columns + i * inputs;
    if (format == CK_F32) memcpy(row, column, inputs * sizeof *column);
    if (format == CK_BF16) NAME(round_bfloat16)(column, inputs, row);
    if (format == CK_I8) NAME(quantise_signed)(column, inputs, row, scales + i, sums + i);
  }
  NAME(interleave)(scratch, groups, panel);
}

const ck_matrix NAME(ck_matrix) = {NAME(multiply), NAME(pack)};
