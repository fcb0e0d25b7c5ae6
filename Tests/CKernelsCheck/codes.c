// Scores of codes, which are exact: whole ones, by their upper halves, and between codes.
#include "check.h"

enum { CODES = 9, PER_BLOCK = 4, OFFSET = 48 };

/// Codes of `n` components, of which `used` are not padding, and where their halves are stored:
/// with the norms in the upper ones if there is padding.
typedef struct {
  uint32_t n, used;
  uint8_t components[CODES][4096];
  int32_t norms[CODES];
  const uint8_t *upper[3], *lower[3];
  ck_codes stored;
} code_set;

/// As ck_distance.h describes them.
static void store(code_set *set, uint32_t row, uint8_t *upper, uint8_t *lower) {
  uint32_t half = set->n / 2;
  for (uint32_t j = 0; j < half; j++) {
    uint8_t first = set->components[row][j], second = set->components[row][half + j];
    upper[j] = (uint8_t)(first >> 4 | (second >> 4) << 4);
    lower[j] = (uint8_t)((first & 15) | (second & 15) << 4);
  }
  for (uint32_t k = 0; k < 8 && set->used < set->n; k++) {
    uint8_t *byte = upper + half - 8 + k;
    *byte = (uint8_t)((*byte & 15) | ((uint32_t)set->norms[row] >> 4 * k & 15) << 4);
  }
}

/// The first three are the extremes and the middle, the others mixed.
static code_set *codes_of(uint32_t n, uint32_t used) {
  code_set *set = zeros(sizeof *set);
  uint32_t half = n / 2, norm_offset = OFFSET + PER_BLOCK * half;
  const uint8_t extremes[] = {1, 255, 128};
  set->n = n;
  set->used = used;
  set->stored.upper = (ck_rows){set->upper, UINT64_MAX / PER_BLOCK + 1, PER_BLOCK, half, half, OFFSET,
                                used < n ? 0 : norm_offset};
  set->stored.lower = set->stored.upper;
  set->stored.lower.blocks = set->lower;
  for (uint32_t row = 0; row < CODES; row++) {
    uint32_t block = row / PER_BLOCK, place = row % PER_BLOCK;
    if (place == 0) {
      set->upper[block] = zeros(norm_offset + 4 * PER_BLOCK);
      set->lower[block] = zeros(norm_offset);
    }
    for (uint32_t i = 0; i < n; i++) {
      int32_t value = row < 3 ? extremes[row] : (int32_t)(1 + draw(255));
      if (i >= used) value = 128;
      set->components[row][i] = (uint8_t)value;
      set->norms[row] += (value - 128) * (value - 128);
    }
    uint8_t *upper = (uint8_t *)set->upper[block], *lower = (uint8_t *)set->lower[block];
    store(set, row, upper + OFFSET + place * half, lower + OFFSET + place * half);
    if (used == n) memcpy(upper + norm_offset + 4 * place, &set->norms[row], 4);
  }
  return set;
}

static int32_t dot_of(const uint8_t *components, uint8_t mask, const int8_t *query, uint32_t n) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (components[i] & mask) * query[i];
  return sum;
}

static int32_t distance_of(const uint8_t *a, const uint8_t *b, uint32_t n) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

static const uint32_t ids[CODES] = {8, 1, 0, 2, 3, 4, 7, 6, 5};

static void check_scores(const ck_distance *kernels, const code_set *set, const int8_t *query) {
  uint32_t n = set->n;
  for (uint32_t count = 0; count <= CODES; count++)
    for (int weighs = 0; weighs < 2; weighs++) {
      float weight = weighs ? 0.5f : 0;
      int32_t *scores = zeros(4 * count), *coarse = zeros(4 * count), *refined = zeros(4 * count);
      kernels->code_scores(&set->stored, query, n, weight, ids, count, scores);
      kernels->coarse_scores(&set->stored, query, n, weight, ids, count, coarse);
      kernels->coarse_scores(&set->stored, query, n, weight, ids, count, refined);
      kernels->refine_scores(&set->stored, query, n, ids, count, refined);
      for (uint32_t i = 0; i < count; i++) {
        int32_t norm = (int32_t)(weight * (float)set->norms[ids[i]]);
        const uint8_t *components = set->components[ids[i]];
        int32_t whole = norm - dot_of(components, 0xFF, query, n);
        EQUAL(scores[i], whole, "code_scores, n %u, row %u", n, ids[i]);
        EQUAL(coarse[i], norm - dot_of(components, 0xF0, query, n), "coarse_scores, n %u, row %u",
              n, ids[i]);
        EQUAL(refined[i], whole, "refine_scores, n %u, row %u", n, ids[i]);
      }
    }
}

static void check_distances_between(const ck_distance *kernels, const code_set *set) {
  uint32_t n = set->n;
  int8_t *values = zeros(CODES * n);
  int32_t bases[CODES], distances[CODES];
  for (uint32_t i = 0; i < CODES; i++) {
    bases[i] = kernels->signed_code(&set->stored, ids[i], n, values + i * n);
    for (uint32_t k = 0; k < n; k++)
      EQUAL(values[i * n + k], set->components[ids[i]][k] - 128, "signed_code, n %u, %u", n, k);
  }
  for (uint32_t from = 0; from < CODES; from++) {
    int32_t nearest = INT32_MAX;
    uint32_t measured = kernels->code_l2s(&set->stored, values + from * n, bases[from], n, ids,
                                          CODES, 0, distances);
    EQUAL(measured, CODES, "code_l2s, n %u, all", n);
    for (uint32_t i = 0; i < CODES; i++) {
      int32_t expected = distance_of(set->components[ids[from]], set->components[ids[i]], n);
      EQUAL(distances[i], expected, "code_l2s, n %u, %u to %u", n, ids[from], ids[i]);
      nearest = expected < nearest ? expected : nearest;
      for (int closer = 0; closer < 2; closer++)
        EQUAL(kernels->is_near(&set->stored, ids[from], n, values, bases, i + 1, nearest + closer),
              closer, "is_near, n %u, %u", n, i);
    }
    measured = kernels->code_l2s(&set->stored, values + from * n, bases[from], n, ids, CODES, 1,
                                 distances);
    EXPECT(measured > from && measured <= from + 4 && distances[from] == 0,
           "code_l2s stopped after %u, not at row %u itself", measured, from);
  }
}

static void check_storing(const ck_distance *kernels, const code_set *set) {
  uint32_t n = set->n, used = n - 7;
  uint8_t *upper = zeros(n / 2), *lower = zeros(n / 2), *back = zeros(n);
  float *x = draw_floats(used, -1, 1), *mean = draw_floats(used, -0.1f, 0.1f);
  x[0] = 1e9f;
  x[1] = -1e9f;
  mean[2] = 0;
  x[2] = 0.0049f;
  int32_t norm = kernels->encode(x, mean, 100, used, n, upper, lower), sum = 0;
  kernels->values(upper, lower, n, back);
  for (uint32_t i = 0; i < n; i++) {
    double value = i < used ? ((double)x[i] - mean[i]) * 100 : 0;
    value = fmin(fmax(value, -127), 127);
    NEAR(back[i], 128 + value, 0.5 + 1e-4, "encode, n %u, %u", n, i);
    sum += (back[i] - 128) * (back[i] - 128);
  }
  EQUAL(norm, sum, "encode, n %u, the norm", n);
  kernels->values(set->upper[0] + OFFSET + n, set->lower[0] + OFFSET + n, n, back);
  EXPECT(memcmp(back, set->components[2], set->used) == 0, "values, n %u", n);
}

static void check_set(const ck_distance *kernels, const code_set *set) {
  int8_t *query = zeros(set->n);
  const int8_t fillings[] = {127, -127, 3};
  for (int filling = 0; filling < 3; filling++) {
    memset(query, fillings[filling], set->used);
    check_scores(kernels, set, query);
  }
  for (uint32_t k = 0; k < set->used; k++) query[k] = (int8_t)((int)draw(255) - 127);
  check_scores(kernels, set, query);
  check_distances_between(kernels, set);
  check_storing(kernels, set);
}

void check_codes(ck_level level) {
  const ck_distance *kernels = ck_distance_kernels(level);
  const uint32_t widths[] = {128, 256, 384, 512, 896, 4096};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    check_set(kernels, codes_of(widths[i], widths[i]));
    check_set(kernels, codes_of(widths[i], widths[i] - 8));
    check_set(kernels, codes_of(widths[i], widths[i] / 4 * 3));
  }
}
