// How vectors are turned, and queries become bytes.
#include "check.h"

/// As Indexes/README.md describes it: rounds of sums and differences in the first and the last
/// block.
static void turn(const float *x, uint32_t n, const uint32_t *order, const float *signs, double *y) {
  for (uint32_t i = 0; i < n; i++) y[i] = (double)x[order[i]] * signs[i];
  uint32_t block = 1;
  while (2 * block <= n) block *= 2;
  for (uint32_t first = 0, done = 0; !done; first = n - block) {
    for (uint32_t step = block / 2; step >= 16; step /= 2)
      for (uint32_t i = first; i < first + block; i++) {
        if ((i - first) & step) continue;
        double a = y[i], b = y[i + step];
        y[i] = (a + b) / sqrt(2);
        y[i + step] = (a - b) / sqrt(2);
      }
    done = first == n - block;
  }
}

static void check_rotation(const ck_distance *kernels, uint32_t n) {
  float *x = draw_floats(n, -1, 1), *signs = zeros(4 * n), *turned = zeros(4 * n);
  float *back = zeros(4 * n);
  uint32_t *order = zeros(4 * n);
  double *expected = zeros(8 * n);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t place = draw(i + 1);
    order[i] = order[place];
    order[place] = i;
    signs[i] = draw(2) ? 1 : -1;
  }
  turn(x, n, order, signs, expected);
  kernels->rotate(x, n, order, signs, turned);
  for (uint32_t i = 0; i < n; i++) NEAR(turned[i], expected[i], 1e-5, "rotate, n %u, %u", n, i);
  kernels->unrotate(turned, n, order, signs, back);
  for (uint32_t i = 0; i < n; i++) NEAR(back[i], x[i], 1e-5, "unrotate, n %u, %u", n, i);
}

static void check_quantising(const ck_distance *kernels, uint32_t n, float share, float floor) {
  float *x = draw_floats(n, -1, 1), *mean = draw_floats(n, -0.2f, 0.2f);
  int8_t *codes = zeros(n), *rest = zeros(n);
  double most = 0;
  for (uint32_t i = 0; i < n; i++) most = fmax(most, fabs((double)x[i] - (double)share * mean[i]));
  NEAR(kernels->reach(x, mean, share, n), most, 1e-6, "reach, n %u", n);
  float norm;
  int32_t squares = 0, sum = 0;
  ck_fine_query query = kernels->quantise(x, mean, share, floor, n, codes, rest, &norm);
  NEAR(query.step, fmax(most / 127, floor), 1e-8, "the step of quantise, n %u", n);
  for (uint32_t i = 0; i < n; i++) {
    double value = ((double)x[i] - (double)share * mean[i]) / query.step;
    NEAR(codes[i], value, 0.5 + 0.51 / 256, "quantise, n %u", n);
    NEAR(codes[i] + rest[i] / 256.0, value, 0.51 / 256, "what quantise leaves, n %u", n);
    squares += codes[i] * codes[i];
    sum += 256 * codes[i] + rest[i];
  }
  NEAR(norm, squares, 1e-6 * squares, "the norm of quantise, n %u", n);
  EQUAL(query.sum, sum, "the sum of quantise, n %u", n);
  EXPECT(query.high == codes && query.low == rest, "where quantise has written, n %u", n);
}

void check_encoding(ck_level level) {
  const ck_distance *kernels = ck_distance_kernels(level);
  const uint32_t lengths[] = {1,   5,   16,  31,  32,  33,  63,   64,
                              100, 192, 300, 512, 784, 1024, 1025, 4098};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    check_rotation(kernels, lengths[i]);
    check_quantising(kernels, lengths[i], 0.75f, 0);
    check_quantising(kernels, lengths[i], 0, 0.05f);
  }
  const float x[] = {1, -2, 0.5f, 2}, mean[] = {1, 0, 0, 0};
  const int8_t expected[] = {0, -127, 32, 127};
  int8_t codes[4], rest[4];
  float norm;
  kernels->quantise(x, mean, 1, 0, 4, codes, rest, &norm);
  EXPECT(memcmp(codes, expected, 4) == 0, "quantise of four components");
}
