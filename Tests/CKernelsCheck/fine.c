// What codes leave of vectors: how exact both together are, and products with them and distances.
#include "check.h"

enum { ROWS = 9, PER_BLOCK = 4, OFFSET = 48, BLOCKS = 3 };
static const float SCALE = 0.01f;

/// Vectors less their mean, and where their codes and residuals are stored.
typedef struct {
  uint32_t n, padded;
  float *centred[ROWS];
  const uint8_t *upper[BLOCKS], *lower[BLOCKS], *residuals[BLOCKS];
  ck_codes stored;
} fine_set;

static ck_rows rows_of(const uint8_t **blocks, uint32_t stride) {
  for (uint32_t i = 0; i < BLOCKS; i++) blocks[i] = zeros(OFFSET + PER_BLOCK * (stride + 4));
  return (ck_rows){blocks, UINT64_MAX / PER_BLOCK + 1, PER_BLOCK, stride, stride, OFFSET,
                   OFFSET + PER_BLOCK * stride};
}

static uint8_t *row_of(const ck_rows *rows, uint32_t row) {
  return (uint8_t *)rows->blocks[row / PER_BLOCK] + OFFSET + row % PER_BLOCK * rows->stride;
}

static uint8_t *step_of(const ck_rows *rows, uint32_t row) {
  return (uint8_t *)rows->blocks[row / PER_BLOCK] + rows->trailer_offset + 4 * (row % PER_BLOCK);
}

/// Of the first row no component is clipped, of the second are all, of the others some; the last is
/// the mean.
static fine_set *vectors_of(const ck_distance *kernels, uint32_t n) {
  fine_set *set = zeros(sizeof *set);
  set->n = n;
  set->padded = (uint32_t)rounded_up(n, 128);
  set->stored = (ck_codes){rows_of(set->upper, set->padded / 2),
                           rows_of(set->lower, set->padded / 2),
                           rows_of(set->residuals, (uint32_t)rounded_up(n, 64))};
  float *mean = draw_floats(n, -0.2f, 0.2f);
  for (uint32_t row = 0; row < ROWS; row++) {
    float *x = draw_floats(n, -1.2f, 1.2f);
    for (uint32_t i = 0; i < n; i++) {
      if (row == 1) x[i] = x[i] < 0 ? x[i] - 2 : x[i] + 2;
      if (row > 1 && draw(20) == 0) x[i] *= 5;
      if (row == ROWS - 1) x[i] = 0;
      x[i] += mean[i];
    }
    uint8_t *upper = row_of(&set->stored.upper, row);
    uint8_t *lower = row_of(&set->stored.lower, row);
    uint8_t *residual = row_of(&set->stored.residuals, row);
    kernels->encode(x, mean, 1 / SCALE, n, set->padded, upper, lower);
    float step =
        kernels->encode_residual(x, mean, SCALE, n, set->padded, upper, lower, residual);
    memcpy(step_of(&set->stored.residuals, row), &step, 4);
    for (uint32_t i = 0; i < n; i++) x[i] -= mean[i];
    set->centred[row] = x;
  }
  return set;
}

static float *values_of(const ck_distance *kernels, const fine_set *set, uint32_t row, bool fine) {
  float *values = zeros(4 * set->padded);
  kernels->fine_values(row_of(&set->stored.upper, row),
                       row_of(&set->stored.lower, row),
                       fine ? row_of(&set->stored.residuals, row) : NULL,
                       step_of(&set->stored.residuals, row), SCALE, set->padded, set->n, values);
  return values;
}

static void check_values(const ck_distance *kernels, const fine_set *set) {
  for (uint32_t row = 0; row < ROWS; row++) {
    const float *x = set->centred[row], *fine = values_of(kernels, set, row, true);
    const float *coarse = values_of(kernels, set, row, false);
    float most = 0, range = 127 * SCALE;
    for (uint32_t i = 0; i < set->n; i++) most = fmaxf(most, fabsf(x[i]));
    for (uint32_t i = 0; i < set->n; i++) {
      double limit = SCALE / 512;
      if (fabsf(x[i]) > 126.49f * SCALE) limit = fmax(limit, (most - 126.5 * SCALE) / 510);
      NEAR(fine[i], x[i], limit * 1.02 + 1e-6, "fine value, n %u, row %u, %u", set->n, row, i);
      NEAR(coarse[i], fmaxf(-range, fminf(range, x[i])), SCALE * 0.501, "value, n %u, row %u, %u",
           set->n, row, i);
    }
  }
}

static void check_scores(const ck_distance *kernels, const fine_set *set, bool fine) {
  const uint32_t ids[ROWS] = {8, 1, 0, 2, 3, 4, 7, 6, 5};
  uint32_t n = set->n;
  float *x = draw_floats(n, -1, 1), dots[ROWS], l2s[ROWS];
  float norm;
  ck_fine_query query = kernels->quantise(x, x, 0, 1e-9f, n, zeros(set->padded),
                                          zeros(set->padded), &norm);
  ck_codes codes = set->stored;
  if (!fine) codes.residuals.blocks = NULL;
  for (uint32_t count = 0; count <= ROWS; count++) {
    kernels->fine_dots(&codes, &query, n, SCALE, ids, count, dots);
    kernels->fine_l2s(&codes, &query, n, SCALE, ids, count, l2s);
    for (uint32_t k = 0; k < count; k++) {
      const float *values = values_of(kernels, set, ids[k], fine);
      double dot = 0, l2 = 0, size = 0;
      for (uint32_t i = 0; i < n; i++) {
        double q = (double)query.step * (query.high[i] + query.low[i] / 256.0), v = values[i];
        dot += q * v;
        l2 += (q - v) * (q - v);
        size += fabs(q * v) + q * q + v * v;
      }
      NEAR(dots[k], dot, 1e-6 * size, "fine dot, n %u, row %u", n, ids[k]);
      NEAR(l2s[k], l2, 1e-6 * size, "fine l2, n %u, row %u", n, ids[k]);
    }
  }
}

void check_fine(ck_level level) {
  const ck_distance *kernels = ck_distance_kernels(level);
  const uint32_t lengths[] = {1, 5, 100, 128, 129, 300, 512, 784, 1024, 4096};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    fine_set *set = vectors_of(kernels, lengths[i]);
    check_values(kernels, set);
    check_scores(kernels, set, true);
    check_scores(kernels, set, false);
  }
}
