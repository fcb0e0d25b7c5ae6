// The body of the matrix kernels, compiled once per instruction set. The including file defines
//   NAME(x)        the name of x at this level
//   TILE_ROWS      rows of a register tile
//   TILE_VECTORS   vectors of 16 columns in a register tile
//   dot_i8         product of one group of every column with one group of a row
//   ROW_SHIFT      what dot_i8 takes off a row's bytes before it multiplies, if anything
//   dot_bf16       the same, where the processor has an instruction for it; elsewhere bfloat16
//                  weights are widened to multiply rows of floats
//   dot_f16        the same, where the processor has one that also adds in half precision, with
//   add_f16        what adds a row of such sums to one of floats
//   to_bfloat16    16 floats rounded
//   to_float16     the same, with dot_f16
//
// A tile of C stays in registers over the whole depth (Goto and van de Geijn 2008, without their
// split of the depth: rows are blocked so that the left operand stays in L2 whatever its depth).
#include "convert_body.h"
#include "tile_body.h"

#ifndef ROW_SHIFT
#define ROW_SHIFT 0
#endif

INLINE v16f NAME(activate)(ck_activation activation, v16f x) {
  switch (activation) {
    case CK_QUICK_GELU: return vector_quick_gelu(x);
    case CK_GELU: return vector_gelu(x);
    default: return x;
  }
}

/// Asks for the lines that `finish` will write and read, a tile's time before it does.
INLINE void NAME(prefetch)(size_t rows, size_t row0, size_t column0, const ck_epilogue *e) {
  size_t size = NAME(element_bytes)(e->out_format);
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
        int32_t zero = a->zeros[row] - ROW_SHIFT;
        v16i codes = (v16i)x - zero * (v16i)*(const v16u_memory *)(w->sums + column);
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
  NAME(kind) kind = a->format == w->format ? (NAME(kind))w->format : TILE_MIXED;
  size_t most = ck_cache_bytes() * 7 / 16 / a->stride / TILE_ROWS * TILE_ROWS;
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
          NAME(tiles)[kind][rows - 1]((const char *)a->data + row * a->stride, a->stride,
                                           b + part * 64, w->groups, tile, TILE_VECTORS * LANES);
          NAME(finish)(rows, tile, row, panel * CK_PANEL + part * LANES, a, w, e);
        }
      }
    }
  }
}

/// Transposes 16 rows of 16 words: out[i][j] = rows[j][i]. Taking two halves of the rows in turns,
/// word by word, rotates the bits of a word's place by one; four times is half of its eight bits.
INLINE void NAME(transpose)(const uint32_t *rows, size_t stride, uint32_t *out,
                            size_t out_stride) {
  v16u x[LANES], y[LANES];
  UNROLL for (int i = 0; i < LANES; i++) x[i] = *(const v16u_memory *)(rows + i * stride);
  UNROLL for (int step = 0; step < 4; step++) {
    UNROLL for (int i = 0; i < LANES / 2; i++) {
      y[2 * i] = __builtin_shufflevector(x[i], x[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                         6, 22, 7, 23);
      y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                             13, 29, 14, 30, 15, 31);
    }
    UNROLL for (int i = 0; i < LANES; i++) x[i] = y[i];
  }
  UNROLL for (int i = 0; i < LANES; i++) *(v16u_memory *)(out + i * out_stride) = x[i];
}

/// 32 rows of groups, one after the other, become groups of 32 rows.
static void NAME(interleave)(const uint32_t *rows, size_t groups, uint32_t *out) {
  size_t group = 0;
  for (; group + LANES <= groups; group += LANES) {
    for (size_t i = 0; i < CK_PANEL; i += LANES)
      NAME(transpose)(rows + i * groups + group, groups, out + group * CK_PANEL + i, CK_PANEL);
  }
  for (; group < groups; group++)
    for (size_t i = 0; i < CK_PANEL; i++) out[group * CK_PANEL + i] = rows[i * groups + group];
}

static void NAME(pack)(ck_format format, const float *columns, size_t count, size_t inputs,
                       size_t groups, void *scratch, void *panel, float *scales, int32_t *sums) {
  size_t bytes = groups * CK_GROUP_BYTES;
  if (format == CK_F32 && count == CK_PANEL && inputs == groups)
    return NAME(interleave)((const uint32_t *)columns, groups, panel);
  memset(scratch, 0, CK_PANEL * bytes);
  for (size_t i = 0; i < count; i++) {
    void *row = (char *)scratch + i * bytes;
    const float *column = columns + i * inputs;
    switch (format) {
      case CK_F32: memcpy(row, column, inputs * sizeof *column); break;
      case CK_I8: NAME(quantise_signed)(column, inputs, row, scales + i, sums + i); break;
      default: NAME(round_halves)(format, NAME(unit)(format), column, inputs, row);
    }
  }
  NAME(interleave)(scratch, groups, panel);
}

#if defined(dot_bf16)
#define HALF CK_BF16
#elif defined(dot_f16)
#define HALF CK_F16
#else
#define HALF CK_F32
#endif

const ck_matrix NAME(ck_matrix) = {HALF, NAME(multiply), NAME(pack)};
