// The body of the transformer's steps, compiled once per instruction set after matrix_body.h.
#include "ck_transformer.h"

#include <math.h>

static void NAME(convert)(const float *x, size_t stride, size_t columns, const ck_operand *out,
                          size_t first, size_t last) {
  for (size_t row = first; row < last; row++)
    NAME(convert_row)((const float *)((const char *)x + row * stride), columns, out, row);
}

/// Mean and 1 / deviation of a row; the zeros after its end are taken out of the variance.
INLINE void NAME(moments)(const float *x, size_t columns, size_t vectors, float epsilon,
                          float *mean, float *inverse) {
  v16f total = {}, squares = {};
  for (size_t v = 0; v < vectors; v++) total += LOAD(x + v * LANES);
  *mean = vector_sum(total) / (float)columns;
  for (size_t v = 0; v < vectors; v++) {
    v16f centred = LOAD(x + v * LANES) - *mean;
    squares += centred * centred;
  }
  float beyond = (float)(vectors * LANES - columns) * *mean * *mean;
  *inverse = 1 / sqrtf((vector_sum(squares) - beyond) / (float)columns + epsilon);
}

static void NAME(layer_norm)(const float *x, size_t stride, size_t columns, const float *gain,
                             const float *bias, float epsilon, const ck_operand *out, size_t first,
                             size_t last) {
  size_t vectors = (columns + LANES - 1) / LANES;
  for (size_t row = first; row < last; row++) {
    const float *from = (const float *)((const char *)x + row * stride);
    char *to = (char *)out->data + row * out->stride;
    float mean, inverse;
    NAME(moments)(from, columns, vectors, epsilon, &mean, &inverse);
#define NORMALISED(i) ((LOAD(from + (i)) - mean) * inverse * LOAD(gain + (i)) + LOAD(bias + (i)))
    if (out->format == CK_I8) {
      v16f least = {}, most = {};
      for (size_t v = 0; v < vectors; v++) {
        v16f y = NORMALISED(v * LANES);
        least = MIN(least, y);
        most = MAX(most, y);
      }
      NAME(code_range)(-vector_largest(-least), vector_largest(most), &out->scales[row],
                       &out->zeros[row]);
      float step = 1 / out->scales[row];
      for (size_t v = 0; v < vectors; v++)
        NAME(store_codes)(NORMALISED(v * LANES), step, out->zeros[row],
                          (uint8_t *)to + v * LANES);
    } else {
      for (size_t v = 0; v < vectors; v++)
        NAME(store_as)(out->format, to, v * LANES, NORMALISED(v * LANES));
    }
#undef NORMALISED
    size_t used = vectors * LANES * NAME(element_bytes)(out->format);
    size_t all = out->groups * CK_GROUP_BYTES;
    if (used < all) memset(to + used, 0, all - used);
  }
}

/// One row of 4-byte groups, as tiles multiply them: floats, or pairs of 16 bits.
INLINE void NAME(group_row)(ck_format format, float unit, const float *x, size_t columns,
                            uint32_t *out) {
  if (format == CK_F32) {
    memcpy(out, x, columns * sizeof *x);
  } else {
    if (columns % 2) out[columns / 2] = 0;
    NAME(round_halves)(format, unit, x, columns, (uint16_t *)out);
  }
}

/// Panels of 32 keys: [keys / 32][groups][32], zeros after the last key. `rows` is scratch.
INLINE void NAME(pack_keys)(ck_format format, const char *k, size_t stride, size_t keys,
                            size_t columns, size_t groups, uint32_t *rows, uint32_t *panels) {
  for (size_t first = 0; first < keys; first += CK_PANEL, panels += groups * CK_PANEL) {
    size_t count = keys - first < CK_PANEL ? keys - first : CK_PANEL;
    memset(rows + count * groups, 0, (CK_PANEL - count) * groups * sizeof *rows);
    for (size_t j = 0; j < count; j++)
      NAME(group_row)(format, NAME(unit)(format), (const float *)(k + (first + j) * stride),
                      columns, rows + j * groups);
    NAME(interleave)(rows, groups, panels);
  }
}

/// Panels of 32 columns: [columns / 32][groups of keys][32], zeros after the last key and column.
INLINE void NAME(pack_values)(ck_format format, const char *v, size_t stride, size_t keys,
                              size_t columns, uint32_t *panels) {
  size_t step = format == CK_F32 ? 1 : 2;
  float ends[2][CK_PANEL] = {};
  for (size_t first = 0; first < columns; first += CK_PANEL) {
    size_t count = columns - first < CK_PANEL ? columns - first : CK_PANEL;
    for (size_t j = 0; j < keys; j += step, panels += CK_PANEL) {
      const float *rows[2];
      for (size_t i = 0; i < step; i++) {
        rows[i] = (const float *)(v + (j + i) * stride) + first;
        if (count == CK_PANEL && j + i < keys) continue;
        memset(ends[i], 0, sizeof ends[i]);
        if (j + i < keys) memcpy(ends[i], rows[i], count * sizeof(float));
        rows[i] = ends[i];
      }
      for (size_t i = 0; i < CK_PANEL; i += LANES) {
        v16u group = (v16u)LOAD(rows[0] + i);
        if (step == 2) {
          v16h even = NAME(halves)(format, LOAD(rows[0] + i) * NAME(unit)(format));
          v16h odd = NAME(halves)(format, LOAD(rows[1] + i) * NAME(unit)(format));
          group = __builtin_convertvector(even, v16u) | __builtin_convertvector(odd, v16u) << 16;
        }
        *(v16u_memory *)(panels + i) = group;
      }
    }
  }
}

/// Scores become e^(scale · (score - max)); returns their sum. Keys from `visible` on count for
/// nothing; `x` is padded to whole vectors.
INLINE float NAME(softmax)(float *x, size_t visible, size_t padded, float scale) {
  for (size_t i = visible; i < padded; i++) x[i] = -INFINITY;
  v16f most = LOAD(x), total = {};
  for (size_t i = LANES; i < padded; i += LANES) most = MAX(most, LOAD(x + i));
  float top = vector_largest(most);
  for (size_t i = 0; i < padded; i += LANES) {
    v16f weight = vector_exp((LOAD(x + i) - top) * scale);
    total += weight;
    STORE(x + i, weight);
  }
  return vector_sum(total);
}

/// Stores the columns of a head from `first` on that a tile has summed.
INLINE void NAME(store_head)(const ck_attention *t, const float *tile, float inverse, size_t row,
                             size_t head, size_t first) {
  char *out = (char *)t->out + row * t->out_stride;
  for (size_t i = 0; i < TILE_VECTORS * LANES && first + i < t->head_columns; i += LANES) {
    v16f x = LOAD(tile + i) * inverse;
    size_t column = head * t->head_columns + first + i, left = t->head_columns - first - i;
    if (left >= LANES) {
      NAME(store_as)(t->out_format, out, column, x);
    } else {
      char last[LANES * sizeof(float)];
      size_t size = NAME(element_bytes)(t->out_format);
      NAME(store_as)(t->out_format, last, 0, x);
      memcpy(out + column * size, last, left * size);
    }
  }
}

/// A head of a sequence in scratch: keys and values in panels, and the tile at work.
typedef struct {
  size_t keys, groups;  // groups: of a query or key
  uint32_t *k, *v, *rows;
  float *scores;
} NAME(head);

/// A tile of queries against the visible keys, through to the weighted values.
INLINE void NAME(attend_rows)(const ck_format format, const ck_attention *t, const NAME(head) *h,
                              size_t head, size_t row0, size_t rows, size_t visible) {
  size_t columns = t->head_columns, width = (visible + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
  const char *q = (const char *)(t->q + head * columns) + row0 * t->q_stride;
  size_t q_stride = t->q_stride;
  if (format != CK_F32) {
    for (size_t r = 0; r < rows; r++)
      NAME(group_row)(format, 1, (const float *)(q + r * q_stride), columns,
                      h->rows + r * h->groups);
    q = (const char *)h->rows;
    q_stride = h->groups * CK_GROUP_BYTES;
  }
  for (size_t column = 0; column < width; column += TILE_VECTORS * LANES) {
    const uint32_t *panel = h->k + column / CK_PANEL * h->groups * CK_PANEL + column % CK_PANEL;
    NAME(tiles)[format][rows - 1](q, q_stride, (const char *)panel, h->groups, h->scores + column,
                                  width);
  }
  float inverse[TILE_ROWS], tile[TILE_ROWS * CK_PANEL];
  for (size_t r = 0; r < rows; r++) {
    float *scores = h->scores + r * width;
    size_t seen = t->causal ? visible - (rows - 1 - r) : visible;
    inverse[r] = 1 / NAME(softmax)(scores, seen, width, t->scale);
    if (format != CK_F32) NAME(round_halves)(format, 1, scores, width, (uint16_t *)scores);
  }
  size_t step = format == CK_F32 ? 1 : 2, groups = (h->keys + step - 1) / step;
  for (size_t first = 0; first < columns; first += TILE_VECTORS * LANES) {
    const uint32_t *panel = h->v + first / CK_PANEL * groups * CK_PANEL + first % CK_PANEL;
    NAME(tiles)[format][rows - 1]((const char *)h->scores, width * sizeof(float),
                                  (const char *)panel, (visible + step - 1) / step, tile,
                                  CK_PANEL);
    for (size_t r = 0; r < rows; r++)
      NAME(store_head)(t, tile + r * CK_PANEL, inverse[r], row0 + r, head, first);
  }
}

INLINE void NAME(attend_as)(const ck_format format, const ck_attention *t, void *scratch,
                            size_t first, size_t last) {
  for (size_t index = first; index < last; index++) {
    size_t sequence = index / t->heads, head = index % t->heads, columns = t->head_columns;
    size_t key0 = t->keys[sequence], keys = t->keys[sequence + 1] - key0;
    size_t query0 = t->queries[sequence], queries = t->queries[sequence + 1] - query0;
    NAME(head) h = {.keys = keys, .groups = format == CK_F32 ? columns : (columns + 1) / 2};
    h.k = scratch;
    h.v = h.k + (keys + CK_PANEL - 1) / CK_PANEL * CK_PANEL * columns;
    h.rows = h.v + (columns + CK_PANEL - 1) / CK_PANEL * CK_PANEL * keys;
    h.scores = (float *)(h.rows + CK_PANEL * columns);
    NAME(pack_keys)(format, (const char *)(t->k + head * columns) + key0 * t->k_stride,
                    t->k_stride, keys, columns, h.groups, h.rows, h.k);
    NAME(pack_values)(format, (const char *)(t->v + head * columns) + key0 * t->v_stride,
                      t->v_stride, keys, columns, h.v);
    size_t tiles = (queries + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t i = 0; i < tiles; i++) {
      size_t begin = queries * i / tiles, end = queries * (i + 1) / tiles;
      size_t visible = t->causal ? keys - queries + end : keys;
      NAME(attend_rows)(format, t, &h, head, query0 + begin, end - begin, visible);
    }
  }
}

static void NAME(attend)(const ck_attention *t, void *scratch, size_t first, size_t last) {
#if defined(dot_bf16) || defined(dot_f16)
  if (t->format == HALF) return NAME(attend_as)(HALF, t, scratch, first, last);
#endif
  NAME(attend_as)(CK_F32, t, scratch, first, last);
}

static void NAME(patches)(const ck_image *image, const ck_operand *out, size_t row,
                          float *scratch, size_t first, size_t last) {
  size_t columns = image->channels * image->patch * image->patch;
  memset(scratch + columns, 0, (LANES - columns % LANES) % LANES * sizeof *scratch);
  for (size_t index = first; index < last; index++) {
    size_t y0 = index / image->grid * image->patch, x0 = index % image->grid * image->patch;
    float *to = scratch;
    for (size_t channel = 0; channel < image->channels; channel++) {
      for (size_t y = 0; y < image->patch; y++, to += image->patch) {
        size_t line = (channel * image->side + y0 + y) * image->side + x0;
        memcpy(to, image->pixels + line, image->patch * sizeof *to);
      }
    }
    NAME(convert_row)(scratch, columns, out, row + index - first);
  }
}

static void NAME(normalise)(float *x, size_t stride, size_t columns, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    float *line = (float *)((char *)x + row * stride);
    float squares = 0;
    for (size_t i = 0; i < columns; i++) squares += line[i] * line[i];
    float inverse = squares > 0 ? 1 / sqrtf(squares) : 0;
    for (size_t i = 0; i < columns; i++) line[i] *= inverse;
  }
}

const ck_transformer NAME(ck_transformer) = {
  NAME(convert), NAME(layer_norm), NAME(attend), NAME(patches), NAME(normalise),
};
