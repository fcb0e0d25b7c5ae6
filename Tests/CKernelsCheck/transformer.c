// The steps of a transformer beside products and attention.
#include "matrix.h"

/// What rounding to a format may change of a number, in a row with these extremes.
static double rounding(ck_format format, double x, double least, double most) {
  switch (format) {
    case CK_F32: return 0;
    case CK_BF16: return fabs(x) * 0x1p-8;
    case CK_F16: return fabs(x) * 0x1p-11;
    case CK_I8: return (fmax(most, 0) - fmin(least, 0)) / 255 * 0.51;
  }
}

/// Expects a row of numbers in an operand, within `limit` besides rounding, and zeros behind them.
static void expect_row(const ck_operand *a, size_t row, const double *expected, size_t columns,
                       double limit, const char *what) {
  double least = 0, most = 0;
  for (size_t i = 0; i < columns; i++) {
    least = fmin(least, expected[i]);
    most = fmax(most, expected[i]);
  }
  for (size_t i = 0; i < columns; i++)
    NEAR(operand_value(a, row, i), expected[i],
         limit + rounding(a->format, expected[i], least, most),
         "%s of %zu columns as %d, at %zu, %zu", what, columns, a->format, row, i);
  size_t used = rounded_up(columns, 16) * element_bytes(a->format);
  const char *bytes = (const char *)a->data + row * a->stride;
  for (size_t i = used; i < a->groups * CK_GROUP_BYTES; i++)
    EXPECT(bytes[i] == 0, "%s as %d: byte %zu of the padding", what, a->format, i);
}

/// Formats of operands that the kernels of a level write.
static bool is_written(ck_level level, ck_format format) {
  return format != CK_F16 || ck_matrix_kernels(level)->half == CK_F16;
}

/// An operand whose rows hold something else yet, up to where the kernels write.
static ck_operand used_operand(ck_format format, size_t rows, size_t columns) {
  ck_operand a = empty_operand(format, rows, columns);
  for (size_t row = 0; row < rows; row++)
    memset((char *)a.data + row * a.stride, 0x55, a.groups * CK_GROUP_BYTES);
  return a;
}

static void check_rows(ck_level level, ck_format format, size_t columns) {
  enum { ROWS = 4 };
  const ck_transformer *kernels = ck_transformer_kernels(level);
  float *source = draw_floats(ROWS * columns, -2, 5), *x;
  float *gain = spread_rows(draw_floats(columns, -1, 1), 1, columns);
  float *bias = spread_rows(draw_floats(columns, -1, 1), 1, columns);
  for (size_t i = 0; i < columns; i++) source[2 * columns + i] = -fabsf(source[2 * columns + i]);
  for (size_t i = 0; i < columns; i++) source[3 * columns + i] = 0;
  x = spread_rows(source, ROWS, columns);
  double *expected = zeros(8 * columns);
  ck_operand converted = used_operand(format, ROWS, columns);
  ck_operand normed = used_operand(format, ROWS, columns);
  kernels->convert(x, 4 * row_stride(columns), columns, &converted, 0, 1);
  kernels->convert(x, 4 * row_stride(columns), columns, &converted, 1, ROWS);
  kernels->layer_norm(x, 4 * row_stride(columns), columns, gain, bias, 1e-5f, &normed, 0, ROWS);
  for (size_t row = 0; row < ROWS; row++) {
    const float *line = source + row * columns;
    double mean = 0, variance = 0;
    for (size_t i = 0; i < columns; i++) expected[i] = line[i];
    expect_row(&converted, row, expected, columns, 0, "convert");
    for (size_t i = 0; i < columns; i++) mean += line[i] / (double)columns;
    for (size_t i = 0; i < columns; i++)
      variance += (line[i] - mean) * (line[i] - mean) / (double)columns;
    for (size_t i = 0; i < columns; i++)
      expected[i] = (line[i] - mean) / sqrt(variance + 1e-5) * gain[i] + bias[i];
    expect_row(&normed, row, expected, columns, 2e-5, "layer_norm");
  }
}

static void check_patches(ck_level level, ck_format format) {
  // The last lines and columns of pixels belong to no patch.
  enum { CHANNELS = 3, SIDE = 17, PATCH = 5, GRID = 3, FIRST = 1 };
  enum { COLUMNS = CHANNELS * PATCH * PATCH, PIXELS = CHANNELS * SIDE * SIDE };
  ck_image image = {CHANNELS, SIDE, PATCH, GRID, draw_floats(PIXELS, -1, 1)};
  ck_operand out = used_operand(format, FIRST + GRID * GRID, COLUMNS);
  float *scratch = draw_floats(rounded_up(COLUMNS, 16), 1, 2);
  ck_transformer_kernels(level)->patches(&image, &out, FIRST, scratch, 0, 4);
  ck_transformer_kernels(level)->patches(&image, &out, FIRST + 4, scratch, 4, GRID * GRID);
  for (size_t i = 0; i < GRID * GRID; i++) {
    double expected[COLUMNS];
    for (size_t k = 0; k < COLUMNS; k++) {
      size_t channel = k / (PATCH * PATCH), y = k / PATCH % PATCH, x = k % PATCH;
      y += i / GRID * PATCH;
      x += i % GRID * PATCH;
      expected[k] = image.pixels[(channel * SIDE + y) * SIDE + x];
    }
    expect_row(&out, FIRST + i, expected, COLUMNS, 0, "patch");
  }
}

static void check_normalising(ck_level level, size_t columns) {
  float *source = draw_floats(3 * columns, -1, 1);
  memset(source + columns, 0, 4 * columns);
  float *x = spread_rows(source, 3, columns);
  ck_transformer_kernels(level)->normalise(x, 4 * row_stride(columns), columns, 3);
  for (size_t row = 0; row < 3; row++) {
    double squares = 0;
    for (size_t i = 0; i < columns; i++)
      squares += (double)source[row * columns + i] * source[row * columns + i];
    for (size_t i = 0; i < columns; i++)
      NEAR(x[row * row_stride(columns) + i],
           squares > 0 ? source[row * columns + i] / sqrt(squares) : 0, 1e-6,
           "normalise %zu columns, at %zu, %zu", columns, row, i);
  }
}

void check_transformer(ck_level level) {
  const size_t widths[] = {1, 15, 16, 17, 24, 33, 64, 100, 768};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    for (ck_format format = CK_F32; format <= CK_F16; format++)
      if (is_written(level, format)) check_rows(level, format, widths[i]);
    check_normalising(level, widths[i]);
  }
  for (ck_format format = CK_F32; format <= CK_F16; format++)
    if (is_written(level, format)) check_patches(level, format);
}
