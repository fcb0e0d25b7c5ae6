// Tiles of a matrix product in registers: the innermost loops of matrix_body.h.

/// Asks for weights 64 groups ahead into L2, where more requests can be under way than in L1, and
/// for weights 16 groups ahead into L1.
INLINE void NAME(prefetch_weights)(const char *line) {
  __builtin_prefetch(line + 64 * CK_PANEL * CK_GROUP_BYTES, 0, 2);
  __builtin_prefetch(line + 16 * CK_PANEL * CK_GROUP_BYTES, 0, 3);
}

enum {
  NAME(CHUNK) = 4,  // groups that are widened twice while they are in L1
  NAME(RUN) = 64,   // groups whose products are added in half precision
};

/// What a tile multiplies: rows and weights of one format, or floats with bfloat16 weights.
typedef enum {
  TILE_F32 = CK_F32,
  TILE_BF16 = CK_BF16,
  TILE_I8 = CK_I8,
  TILE_F16 = CK_F16,
  TILE_MIXED,
} NAME(kind);

INLINE v16f NAME(dot)(NAME(kind) kind, v16f sum, v16u b, word a) {
#ifdef dot_bf16
  if (kind == TILE_BF16) return dot_bf16(sum, b, a);
#endif
#ifdef dot_f16
  if (kind == TILE_F16) return dot_f16(sum, b, a);
#endif
  if (kind == TILE_I8) return dot_i8(sum, b, a);
  float scalar;
  memcpy(&scalar, &a, sizeof scalar);
  return (v16f)scalar * (v16f)b + sum;
}

INLINE void NAME(clear)(const int rows, v16f sums[TILE_ROWS][TILE_VECTORS]) {
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++)
    sums[r][v] = (v16f){};
}

/// Adds the products of all groups to a tile of `rows` (a compile-time constant) sums.
INLINE void NAME(add_groups)(const int rows, const NAME(kind) kind, const char *a, size_t stride,
                             const char *b, size_t groups, v16f sums[TILE_ROWS][TILE_VECTORS]) {
  for (size_t group = 0; group < groups; group++) {
    const char *column = b + group * CK_PANEL * CK_GROUP_BYTES;
    v16u right[TILE_VECTORS];
    UNROLL for (int v = 0; v < TILE_VECTORS; v++) {
      right[v] = *(const v16u_memory *)(column + v * 64);
      NAME(prefetch_weights)(column + v * 64);
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
          if (half == v % 2) NAME(prefetch_weights)(column + v * 64);
        }
        UNROLL for (int r = 0; r < rows; r++) {
          float left = *(const unaligned_float *)(a + r * stride + (2 * group + half) * 4);
          UNROLL for (int v = 0; v < TILE_VECTORS; v++) sums[r][v] = left * right[v] + sums[r][v];
        }
      }
    }
  }
}

#ifdef dot_f16
/// The same in half precision: sums of short runs stay in registers, and are added up in single
/// precision in memory. A run of 64 makes half the error that rounding the factors to bfloat16
/// would.
INLINE void NAME(add_runs)(const int rows, const char *a, size_t stride, const char *b,
                           size_t groups, float *tile, size_t tile_stride) {
  UNROLL for (int r = 0; r < rows; r++) 
    memset(tile + r * tile_stride, 0, TILE_VECTORS * sizeof(v16f));
  for (size_t first = 0; first < groups; first += NAME(RUN)) {
    size_t count = groups - first < NAME(RUN) ? groups - first : NAME(RUN);
    v16f sums[TILE_ROWS][TILE_VECTORS];
    NAME(clear)(rows, sums);
    NAME(add_groups)(rows, TILE_F16, a + first * CK_GROUP_BYTES, stride,
                     b + first * CK_PANEL * CK_GROUP_BYTES, count, sums);
    UNROLL for (int r = 0; r < rows; r++) add_f16(sums[r], tile + r * tile_stride);
  }
}
#endif

/// tile[row][column] = sum over groups; `rows` and `kind` are compile-time constants. `stride` is
/// in bytes, `tile_stride` in floats.
INLINE void NAME(tile)(const int rows, const NAME(kind) kind, const char *a, size_t stride,
                       const char *b, size_t groups, float *tile, size_t tile_stride) {
#ifdef dot_f16
  if (kind == TILE_F16) return NAME(add_runs)(rows, a, stride, b, groups, tile, tile_stride);
#endif
  v16f sums[TILE_ROWS][TILE_VECTORS];
  NAME(clear)(rows, sums);
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
#ifdef dot_f16
EACH_HEIGHT(TILE, F16)
#endif
EACH_HEIGHT(TILE, I8)
EACH_HEIGHT(TILE, MIXED)

#define ENTRY(kind, rows) NAME(kind##_##rows),
static const NAME(tile_function) NAME(tiles)[][TILE_ROWS] = {
  [TILE_F32] = {EACH_HEIGHT(ENTRY, F32)},
#ifdef dot_bf16
  [TILE_BF16] = {EACH_HEIGHT(ENTRY, BF16)},
#endif
#ifdef dot_f16
  [TILE_F16] = {EACH_HEIGHT(ENTRY, F16)},
#endif
  [TILE_I8] = {EACH_HEIGHT(ENTRY, I8)},
  [TILE_MIXED] = {EACH_HEIGHT(ENTRY, MIXED)},
};
