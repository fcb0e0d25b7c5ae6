// Inner products and squared distances with rows of every format, and those formats.
#include "check.h"

static const uint32_t lengths[] = {1,  2,  3,  4,  7,  8,   9,   15,  16,  17,
                                   31, 33, 63, 64, 65, 127, 512, 513, 784, 4098};
enum { LENGTHS = sizeof lengths / sizeof *lengths, FORMATS = 3, ROWS = 7, PER_BLOCK = 3 };
typedef enum { F32, F16, BF16 } row_format;

static double exact_dot(const float *a, const float *b, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (double)a[i] * b[i];
  return sum;
}

static double exact_l2(const float *a, const float *b, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
  return sum;
}

static size_t row_bytes(row_format format, uint32_t n) {
  return format == F32 ? 4 * n : 2 * n;
}

/// Rows in three blocks, so that both halves of a record's address matter.
static void check_rows(const ck_distance *kernels, row_format format, uint32_t n) {
  const uint32_t ids[ROWS] = {6, 0, 3, 5, 1, 2, 4};
  const uint8_t *blocks[3];
  uint32_t stride = (uint32_t)rounded_up(row_bytes(format, n), 16);
  ck_rows rows = {blocks, UINT64_MAX / PER_BLOCK + 1, PER_BLOCK, stride, stride, 48, 0};
  float *query = draw_floats(n, -2, 2), *vectors[ROWS], *dots = zeros(4 * ROWS);
  float *l2s = zeros(4 * ROWS);
  for (uint32_t row = 0; row < ROWS; row++) {
    if (row % PER_BLOCK == 0) blocks[row / PER_BLOCK] = zeros(48 + PER_BLOCK * stride);
    uint8_t *at = (uint8_t *)blocks[row / PER_BLOCK] + 48 + row % PER_BLOCK * stride;
    vectors[row] = zeros(4 * n);
    kernels->pack[format](draw_floats(n, -2, 2), n, at);
    kernels->unpack[format](at, n, vectors[row]);
  }
  for (uint32_t count = 0; count <= ROWS; count++) {
    kernels->dots[format](&rows, query, n, ids, count, dots);
    kernels->l2s[format](&rows, query, n, ids, count, l2s);
    for (uint32_t i = 0; i < count; i++) {
      const float *vector = vectors[ids[i]];
      NEAR(dots[i], exact_dot(query, vector, n), 4e-5 * n, "dot, format %d, n %u", format, n);
      NEAR(l2s[i], exact_l2(query, vector, n), 4e-5 * n, "l2, format %d, n %u", format, n);
    }
  }
}

void check_distances(ck_level level) {
  const ck_distance *kernels = ck_distance_kernels(level);
  for (size_t i = 0; i < LENGTHS; i++) {
    uint32_t n = lengths[i];
    float *a = draw_floats(n, -2, 2), *b = draw_floats(n, -2, 2);
    NEAR(kernels->dot(a, b, n), exact_dot(a, b, n), 4e-5 * n, "dot, n %u", n);
    for (row_format format = F32; format < FORMATS; format++) check_rows(kernels, format, n);
  }
}

/// The value of 16 bits, of which `mantissa` are the fraction.
static double value_of(uint32_t bits, int mantissa) {
  int exponents = (1 << (15 - mantissa)) - 1, exponent = bits >> mantissa & exponents;
  int fraction = bits & ((1 << mantissa) - 1), bias = exponents / 2;
  double size = exponent == exponents ? (fraction ? NAN : INFINITY)
                : exponent == 0       ? ldexp(fraction, 1 - bias - mantissa)
                                : ldexp((1 << mantissa) + fraction, exponent - bias - mantissa);
  return bits >> 15 ? -size : size;
}

/// The nearest of those values, ties to even.
static double nearest(double x, int mantissa) {
  int exponents = (1 << (15 - mantissa)) - 1, bias = exponents / 2, exponent;
  frexp(x, &exponent);
  exponent = exponent - 1 < 1 - bias ? 1 - bias : exponent - 1;
  double step = ldexp(1, exponent - mantissa), rounded = nearbyint(x / step) * step;
  return fabs(rounded) < ldexp(1, bias + 1) ? rounded : copysign(INFINITY, rounded);
}

static void check_halves(const ck_distance *kernels, row_format format, int mantissa) {
  enum { ALL = 1 << 16, SOME = 40000 };
  uint16_t *bits = zeros(2 * ALL);
  float *values = zeros(4 * ALL), *x = zeros(4 * SOME);
  for (uint32_t i = 0; i < ALL; i++) bits[i] = (uint16_t)i;
  kernels->unpack[format](bits, ALL, values);
  for (uint32_t i = 0; i < ALL; i++) {
    double expected = value_of(i, mantissa);
    if (isfinite(expected))
      EXPECT(values[i] == expected && (signbit(values[i]) != 0) == i >> 15,
             "unpack, format %d, bits %04x: found %g", format, i, (double)values[i]);
  }
  // Of all sizes, and halfway between neighbors.
  for (uint32_t i = 0; i < SOME; i++) {
    double low = value_of(draw(ALL), mantissa), high = nextafter(low, INFINITY);
    uint32_t any = draw(1 << 16) | draw(1 << 16) << 16;
    memcpy(x + i, &any, 4);
    if (i % 2 == 0 && isfinite(low)) {
      high = nearest(low + fabs(low) * ldexp(1, -mantissa) * 0.99, mantissa);
      x[i] = (float)((low + high) / 2);
    }
    if (isnan(x[i])) x[i] = 0;
  }
  kernels->pack[format](x, SOME, bits);
  for (uint32_t i = 0; i < SOME; i++) {
    double expected = nearest(x[i], mantissa);
    EXPECT(value_of(bits[i], mantissa) == expected && bits[i] >> 15 == (signbit(x[i]) != 0),
           "pack, format %d, %a: expected %a, found %04x", format, (double)x[i], expected, bits[i]);
  }
}

void check_formats(ck_level level) {
  const ck_distance *kernels = ck_distance_kernels(level);
  float *x = draw_floats(513, -9, 9), *back = zeros(4 * 513);
  kernels->pack[F32](x, 513, back);
  EXPECT(memcmp(x, back, 4 * 513) == 0, "pack of f32");
  kernels->unpack[F32](x, 513, back);
  EXPECT(memcmp(x, back, 4 * 513) == 0, "unpack of f32");
  check_halves(kernels, F16, 10);
  check_halves(kernels, BF16, 7);
}
