// The body of the matrix kernels, compiled once per instruction set. The including file defines
//   NAME(x)        the name of x at this level
//   TILE_ROWS      rows of a register tile
//   TILE_VECTORS   vectors of 16 columns in a register tile
//   dot_i8         product of one group of every column with one group of a row
//   dot_bf16       the same, where the processor has an instruction for it; elsewhere bfloat16
//                  weights are widened to multiply rows of floats
//   to_bfloat16    16 floats rounded
//
// A tile of C stays in registers over the whole depth (Goto and van de Geijn 2008, without their
// split of the depth: rows are blocked so that the left operand stays in L2 whatever its depth).
#include "convert_body.h"

// Asks for weights 64 groups ahead, into L2: more requests can be under way there than in L1.
#define PREFETCH(line) __builtin_prefetch((line) + 64 * CK_PANEL * CK_GROUP_BYTES, 0, 2)

enum {
  NAME(CHUNK) = 4,  // groups that are widened twice while they are in L1
};

/// What a tile multiplies: rows and weights of one format, or floats with bfloat16 weights.
typedef enum { TILE_F32 = CK_F32, TILE_BF16 = CK_BF16, TILE_I8 = CK_I8, TILE_MIXED } NAME(kind);

INLINE v16f NAME(dot)(NAME(kind) kind, v16f sum, v16u b, word a) {
#ifdef dot_bf16
  if (kind == TILE_BF16) return dot_bf16(sum, b, a);
#endif
  if (kind == TILE_I8) return dot_i8(sum, b, a);
  float scalar;
  memcpy(&scalar, &a, sizeof scalar);
  return (v16f)scalar * (v16f)b + sum;
}

/// Adds the products of all groups to a tile of `rows` (a compile-time constant) sums.
INLINE void NAME(add_groups)(const int rows, const NAME(kind) kind, const char *a, size_t stride,
                             const char *b, size_t groups, v16f sums[TILE_ROWS][TILE_VECTORS]) {
  for (size_t group = 0; group < groups; group++) {
    const char *column = b + group * CK_PANEL * CK_GROUP_BYTES;
    v16u right[TILE_VECTORS];
    UNROLL for (int v = 0; v < TILE_VECTORS; v++) {
      right[v] = *(const v16u_memory *)(column + v * 64);
      PREFETCH(column + v * 64);
    }
    UNROLL for (int r = 0; r < rows; r++) {
      word left = *(const word *)(a + r * stride + group * CK_GROUP_BYTES);
      UNROLL for (int v = 0; v < TILE_VECTORS; v++)
        sums[r][v] = NAME(dot)(kind, sums[r][v], right[v], left);
    }
  }
}

/// The same for bfloat16 weights and rows of floats. A chunk's first halves are widened and
/// multiplied, then its second: both at once would take the registers of the sums.
INLINE void NAME(add_mixed)(const int rows, const char *a, size_t stride, const char *b,
                            size_t groups, v16f sums[TILE_ROWS][TILE_VECTORS]) {
  for (size_t first = 0; first < groups; first += NAME(CHUNK)) {
    UNROLL for (int half = 0; half < 2; half++) {
      for (size_t group = first; group < first + NAME(CHUNK); group++) {
        const char *column = b + group * CK_PANEL * CK_GROUP_BYTES;
        v16f right[TILE_VECTORS];
        UNROLL for (int v = 0; v < TILE_VECTORS; v++) {
          v16u pair = *(const v16u_memory *)(column + v * 64);
          right[v] = (v16f)(half == 0 ? pair << 16 : pair & 0xffff0000);
          if (half == v % 2) PREFETCH(column + v * 64);
        }
        UNROLL for (int r = 0; r < rows; r++) {
          float left = *(const unaligned_float *)(a + r * stride + (2 * group + half) * 4);
          UNROLL for (int v = 0; v < TILE_VECTORS; v++) sums[r][v] = left * right[v] + sums[r][v];
        }
      }
    }
  }
}

/// tile[row][column] = sum over groups; `rows` and `kind` are compile-time constants. `stride` is
/// in bytes, `tile_stride` in floats.
INLINE void NAME(tile)(const int rows, const NAME(kind) kind, const char *a, size_t stride,
                       const char *b, size_t groups, float *tile, size_t tile_stride) {
  v16f sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++)
    sums[r][v] = (v16f){};
  if (kind == TILE_MIXED)
    NAME(add_mixed)(rows, a, stride, b, groups, sums);
  else
    NAME(add_groups)(rows, kind, a, stride, b, groups, sums);
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++)
    STORE(tile + r * tile_stride + v * LANES, sums[r][v]);
}

typedef void (*NAME(tile_function))(const char *a, size_t stride, const char *b, size_t groups,
                                    float *tile, size_t tile_stride);

// A function per height and kind: inlined into the loops around them, the tiles would share
// registers with those loops' constants and spill.
#define TILE(kind, rows)                                                                 \
  static __attribute__((noinline)) void NAME(kind##_##rows)(                             \
      const char *a, size_t stride, const char *b, size_t groups, float *tile,           \
      size_t tile_stride) {                                                              \
    NAME(tile)(rows, TILE_##kind, a, stride, b, groups, tile, tile_stride);              \
  }
#define EACH_HEIGHT_TO_2(use, kind) use(kind, 1) use(kind, 2)
#define EACH_HEIGHT_TO_6(use, kind) \
  EACH_HEIGHT_TO_2(use, kind) use(kind, 3) use(kind, 4) use(kind, 5) use(kind, 6)
#define EACH_HEIGHT_TO_14(use, kind)                                                   \
  EACH_HEIGHT_TO_6(use, kind) use(kind, 7) use(kind, 8) use(kind, 9)                   \
  use(kind, 10) use(kind, 11) use(kind, 12) use(kind, 13) use(kind, 14)
#define CONCAT_(a, b) a##b
#define CONCAT(a, b) CONCAT_(a, b)
#define EACH_HEIGHT CONCAT(EACH_HEIGHT_TO_, TILE_ROWS)
EACH_HEIGHT(TILE, F32)
#ifdef dot_bf16
EACH_HEIGHT(TILE, BF16)
#endif
EACH_HEIGHT(TILE, I8)
EACH_HEIGHT(TILE, MIXED)

#define ENTRY(kind, rows) NAME(kind##_##rows),
static const NAME(tile_function) NAME(tiles)[][TILE_ROWS] = {
  [TILE_F32] = {EACH_HEIGHT(ENTRY, F32)},
#ifdef dot_bf16
  [TILE_BF16] = {EACH_HEIGHT(ENTRY, BF16)},
#endif
  [TILE_I8] = {EACH_HEIGHT(ENTRY, I8)},
  [TILE_MIXED] = {EACH_HEIGHT(ENTRY, MIXED)},
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
    if (format == CK_F32) memcpy(row, column, inputs * sizeof *column);
    if (format == CK_BF16) NAME(round_bfloat16)(column, inputs, row);
    if (format == CK_I8) NAME(quantise_signed)(column, inputs, row, scales + i, sums + i);
  }
  NAME(interleave)(scratch, groups, panel);
}

#ifdef dot_bf16
enum { NAME(MULTIPLIES_BF16) = 1 };
#else
enum { NAME(MULTIPLIES_BF16) = 0 };
#endif

const ck_matrix NAME(ck_matrix) = {NAME(MULTIPLIES_BF16), NAME(multiply), NAME(pack)};
