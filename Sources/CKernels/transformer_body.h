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
  *mean = NAME(sum)(total) / (float)columns;
  for (size_t v = 0; v < vectors; v++) {
    v16f centred = LOAD(x + v * LANES) - *mean;
    squares += centred * centred;
  }
  float beyond = (float)(vectors * LANES - columns) * *mean * *mean;
  *inverse = 1 / sqrtf((NAME(sum)(squares) - beyond) / (float)columns + epsilon);
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
        least = __builtin_elementwise_min(least, y);
        most = __builtin_elementwise_max(most, y);
      }
      NAME(code_range)(-NAME(largest)(-least), NAME(largest)(most), &out->scales[row],
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

/// Panels of 32 keys: [keys / 32][head_columns][32], zeros after the last key.
INLINE void NAME(pack_keys)(const char *k, size_t stride, size_t keys, size_t columns,
                            float *panels) {
  for (size_t first = 0; first < keys; first += CK_PANEL, panels += columns * CK_PANEL) {
    size_t count = keys - first < CK_PANEL ? keys - first : CK_PANEL;
    for (size_t j = 0; j < count; j++) {
      const float *key = (const float *)(k + (first + j) * stride);
      for (size_t i = 0; i < columns; i++) panels[i * CK_PANEL + j] = key[i];
    }
    for (size_t j = count; j < CK_PANEL; j++)
      for (size_t i = 0; i < columns; i++) panels[i * CK_PANEL + j] = 0;
  }
}

/// Panels of 32 columns: [head_columns / 32][keys][32], zeros after the last column.
INLINE void NAME(pack_values)(const char *v, size_t stride, size_t keys, size_t columns,
                              float *panels) {
  for (size_t first = 0; first < columns; first += CK_PANEL, panels += keys * CK_PANEL) {
    size_t count = columns - first < CK_PANEL ? columns - first : CK_PANEL;
    for (size_t j = 0; j < keys; j++) {
      const float *value = (const float *)(v + j * stride) + first;
      if (count == CK_PANEL) {
        STORE(panels + j * CK_PANEL, LOAD(value));
        STORE(panels + j * CK_PANEL + LANES, LOAD(value + LANES));
      } else {
        memset(panels + j * CK_PANEL, 0, CK_PANEL * sizeof *panels);
        memcpy(panels + j * CK_PANEL, value, count * sizeof *panels);
      }
    }
  }
}

/// Scores become e^(scale · (score - max)); returns their sum. Keys from `visible` on count for
/// nothing; `x` is padded to whole vectors.
INLINE float NAME(softmax)(float *x, size_t visible, size_t padded, float scale) {
  for (size_t i = visible; i < padded; i++) x[i] = -INFINITY;
  v16f most = LOAD(x), total = {};
  for (size_t i = LANES; i < padded; i += LANES) most = __builtin_elementwise_max(most, LOAD(x + i));
  float top = NAME(largest)(most);
  for (size_t i = 0; i < padded; i += LANES) {
    v16f weight = vector_exp((LOAD(x + i) - top) * scale);
    total += weight;
    STORE(x + i, weight);
  }
  return NAME(sum)(total);
}

/// A tile of queries against all keys of its sequence, through to the weighted values.
INLINE void NAME(attend_rows)(const ck_attention *t, size_t head, size_t row0, size_t rows,
                              size_t visible, const float *k, const float *v, size_t keys,
                              float *scores) {
  size_t columns = t->head_columns, width = (visible + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
  const char *q = (const char *)(t->q + head * columns) + row0 * t->q_stride;
  for (size_t column = 0; column < width; column += TILE_VECTORS * LANES) {
    const float *panel = k + column / CK_PANEL * columns * CK_PANEL + column % CK_PANEL;
    NAME(tiles)[CK_F32][rows - 1](q, t->q_stride, (const char *)panel, columns, scores + column,
                                  width);
  }
  float inverse[TILE_ROWS], tile[TILE_ROWS * CK_PANEL];
  for (size_t r = 0; r < rows; r++) {
    size_t seen = t->causal ? visible - (rows - 1 - r) : visible;
    inverse[r] = 1 / NAME(softmax)(scores + r * width, seen, width, t->scale);
  }
  for (size_t first = 0; first < columns; first += TILE_VECTORS * LANES) {
    const float *panel = v + first / CK_PANEL * keys * CK_PANEL + first % CK_PANEL;
    NAME(tiles)[CK_F32][rows - 1]((const char *)scores, width * sizeof *scores,
                                  (const char *)panel, visible, tile, CK_PANEL);
    for (size_t r = 0; r < rows; r++) {
      char *out = (char *)t->out + (row0 + r) * t->out_stride;
      for (size_t i = 0; i < TILE_VECTORS * LANES && first + i < columns; i += LANES) {
        v16f x = LOAD(tile + r * CK_PANEL + i) * inverse[r];
        size_t column = head * columns + first + i, left = columns - first - i;
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
  }
}

static void NAME(attend)(const ck_attention *t, void *scratch, size_t first, size_t last) {
  for (size_t index = first; index < last; index++) {
    size_t sequence = index / t->heads, head = index % t->heads, columns = t->head_columns;
    size_t key0 = t->keys[sequence], keys = t->keys[sequence + 1] - key0;
    size_t query0 = t->queries[sequence], queries = t->queries[sequence + 1] - query0;
    float *k = scratch, *v = k + (keys + CK_PANEL - 1) / CK_PANEL * CK_PANEL * columns;
    float *scores = v + (columns + CK_PANEL - 1) / CK_PANEL * CK_PANEL * keys;
    NAME(pack_keys)((const char *)(t->k + head * columns) + key0 * t->k_stride, t->k_stride, keys,
                    columns, k);
    NAME(pack_values)((const char *)(t->v + head * columns) + key0 * t->v_stride, t->v_stride,
                      keys, columns, v);
    size_t tiles = (queries + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t i = 0; i < tiles; i++) {
      size_t begin = queries * i / tiles, end = queries * (i + 1) / tiles;
      size_t visible = t->causal ? keys - queries + end : keys;
      NAME(attend_rows)(t, head, query0 + begin, end - begin, visible, k, v, keys, scores);
    }
  }
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
