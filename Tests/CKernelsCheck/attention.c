// Attention of heads of several sequences, against the definition in double precision.
#include "matrix.h"

enum { MOST_SEQUENCES = 4 };

typedef struct {
  size_t heads, head_columns, sequences;
  int32_t lengths[MOST_SEQUENCES];
  bool is_causal, is_last_only;
} attention_case;

static const attention_case cases[] = {
    {1, 64, 1, {1}, false, false},       {3, 64, 2, {50, 50}, false, false},
    {2, 64, 3, {8, 77, 3}, true, false}, {2, 32, 2, {5, 33}, true, true},
    {4, 8, 1, {17}, false, false},       {3, 20, 2, {9, 2}, true, false},
    {2, 7, 1, {40}, true, false},        {2, 80, 1, {257}, false, false},
};

/// The rows of `x` of one head of a sequence: row `row`, column `i`.
static double at(const float *x, const ck_attention *t, size_t row, size_t head, size_t i) {
  return x[row * row_stride(t->heads * t->head_columns) + head * t->head_columns + i];
}

/// What a query of a head sees of the keys [first, end): the sum of its columns weighted.
static void attend(const ck_attention *t, size_t query, size_t head, size_t first, size_t end,
                   double *out) {
  double weights[512], top = -INFINITY, total = 0;
  for (size_t key = first; key < end; key++) {
    double score = 0;
    for (size_t i = 0; i < t->head_columns; i++)
      score += at(t->q, t, query, head, i) * at(t->k, t, key, head, i);
    weights[key - first] = score * (double)t->scale;
    top = fmax(top, weights[key - first]);
  }
  for (size_t key = first; key < end; key++) {
    weights[key - first] = exp(weights[key - first] - top);
    total += weights[key - first];
  }
  for (size_t i = 0; i < t->head_columns; i++) {
    out[i] = 0;
    for (size_t key = first; key < end; key++)
      out[i] += weights[key - first] / total * at(t->v, t, key, head, i);
  }
}

static void expect_attention(const ck_attention *t, size_t sequences, double limit) {
  double expected[128];
  for (size_t s = 0; s < sequences; s++)
    for (int32_t query = t->queries[s]; query < t->queries[s + 1]; query++)
      for (size_t head = 0; head < t->heads; head++) {
        int32_t hidden = t->causal ? t->queries[s + 1] - 1 - query : 0;
        attend(t, (size_t)query, head, (size_t)t->keys[s], (size_t)(t->keys[s + 1] - hidden),
               expected);
        const char *row = (const char *)t->out + (size_t)query * t->out_stride;
        for (size_t i = 0; i < t->head_columns; i++)
          NEAR(element(t->out_format, row, head * t->head_columns + i), expected[i], limit,
               "%zu heads of %zu, factors %d, out %d, at %d, %zu, %zu", t->heads, t->head_columns,
               t->format, t->out_format, query, head, i);
      }
}

static void check_case(ck_level level, const attention_case *c) {
  size_t columns = c->heads * c->head_columns, stride = row_stride(columns);
  ck_format half = ck_matrix_kernels(level)->half;
  int32_t queries[MOST_SEQUENCES + 1] = {0}, keys[MOST_SEQUENCES + 1] = {0}, most = 0;
  for (size_t s = 0; s < c->sequences; s++) {
    queries[s + 1] = queries[s] + (c->is_last_only ? 1 : c->lengths[s]);
    keys[s + 1] = keys[s] + c->lengths[s];
    most = c->lengths[s] > most ? c->lengths[s] : most;
  }
  size_t query_rows = (size_t)queries[c->sequences], key_rows = (size_t)keys[c->sequences];
  float *q = spread_rows(draw_floats(query_rows * columns, -2, 2), query_rows, columns);
  float *k = spread_rows(draw_floats(key_rows * columns, -1, 1), key_rows, columns);
  float *v = spread_rows(draw_floats(key_rows * columns, -1, 1), key_rows, columns);
  void *scratch = zeros(ck_attention_scratch((size_t)most, c->head_columns));
  for (int is_half = 0; is_half <= (half != CK_F32); is_half++) {
    ck_format format = is_half ? half : CK_F32;
    for (ck_format out = CK_F32; out <= CK_BF16; out++) {
      if (out == CK_BF16 && half == CK_F16) out = half;
      size_t size = element_bytes(out), total = c->sequences * c->heads;
      ck_attention t = {format, c->heads, c->head_columns, 1 / sqrtf((float)c->head_columns),
                        c->is_causal, q, k, v, 4 * stride, 4 * stride, 4 * stride, queries, keys,
                        out, zeros(query_rows * stride * size), stride * size};
      ck_transformer_kernels(level)->attend(&t, scratch, 0, total / 2);
      ck_transformer_kernels(level)->attend(&t, scratch, total / 2, total);
      expect_attention(&t, c->sequences, (is_half ? 0.02 : 2e-6) + (size == 4 ? 0 : 0.004));
    }
  }
}

void check_attention(ck_level level) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_case(level, cases + i);
}
