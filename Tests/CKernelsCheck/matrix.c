// Packing and products of matrices in every format, against sums in double precision.
#include "matrix.h"

typedef struct {
  size_t rows, inputs, outputs;
} shape;

/// What one product of stored numbers may be off by, as a fraction of the sum of the products'
/// magnitudes: a few rounding errors of f32, or of sums in half precision.
static double tolerance(ck_format format) { return format == CK_F16 ? 0.004 : 1e-6; }

static double activated(ck_activation activation, double x) {
  switch (activation) {
    case CK_QUICK_GELU: return x / (1 + exp(-1.702 * x));
    case CK_GELU: return x * 0.5 * (1 + erf(x / sqrt(2)));
    default: return x;
  }
}

/// A column's number in a panel, as ck_matrix.h describes it.
static double packed_value(const ck_weights *w, size_t row, size_t column) {
  size_t in_group = CK_GROUP_BYTES / element_bytes(w->format);
  const char *panel =
      (const char *)w->panels + column / CK_PANEL * w->groups * CK_PANEL * CK_GROUP_BYTES;
  const char *group =
      panel + (row / in_group * CK_PANEL + column % CK_PANEL) * CK_GROUP_BYTES;
  if (w->format == CK_I8) return (double)w->scales[column] * (int8_t)group[row % in_group];
  return element(w->format, group, row % in_group) * (w->format == CK_F16 ? CK_F16_UNIT : 1);
}

static void check_packed(const ck_weights *w, const float *columns, shape s) {
  double error = w->format == CK_F32 ? 0 : w->format == CK_BF16 ? 0x1p-8 : 0x1p-11;
  double least = w->format == CK_F16 ? 0x1p-25 * CK_F16_UNIT : 0;  // half of the least step
  size_t padded = w->groups * CK_GROUP_BYTES / element_bytes(w->format);
  for (size_t column = 0; column < w->columns; column++) {
    double most = 0;
    int64_t codes = 0;
    for (size_t row = 0; row < s.inputs && column < s.outputs; row++)
      most = fmax(most, fabs((double)columns[column * s.inputs + row]));
    for (size_t row = 0; row < padded; row++) {
      bool is_inside = row < s.inputs && column < s.outputs;
      double expected = is_inside ? columns[column * s.inputs + row] : 0;
      double found = packed_value(w, row, column);
      double limit = w->format == CK_I8 ? 0.501 * most / 127 : error * fabs(expected) + least;
      NEAR(found, expected, limit, "packed as %d at %zu, %zu", w->format, row, column);
      if (w->format == CK_I8 && is_inside) codes += llround(found / (double)w->scales[column]);
    }
    if (w->format == CK_I8) EQUAL(w->sums[column], codes, "sum of the codes of %zu", column);
  }
}

static ck_weights packed(const ck_matrix *kernels, ck_format format, const float *columns,
                         const float *bias, shape s) {
  size_t width = rounded_up(s.outputs, CK_PANEL), bytes = padded_bytes(format, s.inputs);
  float *padded_bias = zeros(4 * width), *scales = zeros(4 * width);
  int32_t *sums = zeros(4 * width);
  char *panels = zeros(width * bytes);
  void *scratch = zeros(CK_PANEL * bytes);
  memcpy(padded_bias, bias, 4 * s.outputs);
  for (size_t first = 0; first < width; first += CK_PANEL) {
    size_t count = s.outputs - first < CK_PANEL ? s.outputs - first : CK_PANEL;
    kernels->pack(format, columns + first * s.inputs, count, s.inputs, bytes / CK_GROUP_BYTES,
                  scratch, panels + first * bytes, scales + first, sums + first);
  }
  return (ck_weights){format, bytes / CK_GROUP_BYTES, width, panels, padded_bias, scales, sums};
}

/// Products of stored numbers in double precision, with the bias, and the sums of their magnitudes.
typedef struct {
  double *sums, *magnitudes;
} products;

static products exact_products(const ck_operand *a, const ck_weights *w, shape s) {
  products p = {zeros(8 * s.rows * s.outputs), zeros(8 * s.rows * s.outputs)};
  double *left = zeros(8 * s.rows * s.inputs), *right = zeros(8 * s.inputs);
  for (size_t i = 0; i < s.rows * s.inputs; i++)
    left[i] = operand_value(a, i / s.inputs, i % s.inputs);
  for (size_t column = 0; column < s.outputs; column++) {
    for (size_t i = 0; i < s.inputs; i++) right[i] = packed_value(w, i, column);
    for (size_t row = 0; row < s.rows; row++) {
      double sum = (double)w->bias[column], magnitude = fabs(sum);
      for (size_t i = 0; i < s.inputs; i++) {
        sum += left[row * s.inputs + i] * right[i];
        magnitude += fabs(left[row * s.inputs + i] * right[i]);
      }
      p.sums[row * s.outputs + column] = sum;
      p.magnitudes[row * s.outputs + column] = magnitude;
    }
  }
  return p;
}

/// Multiplies panels in two calls, with and without a residual, which is the result's own memory.
static void check_product(const ck_matrix *kernels, const ck_operand *a, const ck_weights *w,
                          shape s, const products *p, ck_activation activation,
                          ck_format out_format) {
  size_t stride = row_stride(s.outputs), size = element_bytes(out_format);
  bool adds = out_format == CK_F32 && activation != CK_GELU;
  float *residual = draw_floats(s.rows * s.outputs, -1, 1);
  char *out = adds ? (char *)spread_rows(residual, s.rows, s.outputs)
                   : zeros(s.rows * stride * size);
  ck_epilogue epilogue = {activation, out_format, adds ? (float *)out : NULL, stride * 4, out,
                          stride * size};
  kernels->multiply(a, w, &epilogue, 0, 1);
  kernels->multiply(a, w, &epilogue, 1, w->columns / CK_PANEL);
  for (size_t row = 0; row < s.rows; row++)
    for (size_t column = 0; column < s.outputs; column++) {
      size_t i = row * s.outputs + column;
      double expected = activated(activation, p->sums[i]) + (adds ? residual[i] : 0);
      double limit = tolerance(w->format) * (p->magnitudes[i] + 1);
      if (out_format != CK_F32) limit += fabs(expected) * 0.004;
      NEAR(element(out_format, out + row * stride * size, column), expected, limit,
           "%zux%zux%zu, rows %d, weights %d, out %d, activation %d, at %zu, %zu", s.rows, s.inputs,
           s.outputs, a->format, w->format, out_format, activation, row, column);
    }
}

static void check_shape(ck_level level, shape s) {
  const ck_matrix *kernels = ck_matrix_kernels(level);
  float *x = spread_rows(draw_floats(s.rows * s.inputs, -1, 1), s.rows, s.inputs);
  float *columns = draw_floats(s.outputs * s.inputs, -1, 1), *bias = draw_floats(s.outputs, -1, 1);
  for (ck_format format = CK_F32; format <= CK_F16; format++) {
    if (format == CK_F16 && kernels->half != CK_F16) continue;
    ck_weights w = packed(kernels, format, columns, bias, s);
    check_packed(&w, columns, s);
    for (ck_format rows = CK_F32; rows <= CK_F16; rows++) {
      if (rows != format && !(rows == CK_F32 && format == CK_BF16)) continue;
      if (rows == CK_BF16 && kernels->half != CK_BF16) continue;
      ck_operand a = empty_operand(rows, s.rows, s.inputs);
      ck_transformer_kernels(level)->convert(x, 4 * row_stride(s.inputs), s.inputs, &a, 0, s.rows);
      products p = exact_products(&a, &w, s);
      for (ck_activation activation = CK_IDENTITY; activation <= CK_GELU; activation++)
        check_product(kernels, &a, &w, s, &p, activation, CK_F32);
      check_product(kernels, &a, &w, s, &p, CK_IDENTITY, kernels->half);
    }
  }
}

void check_matrices(ck_level level) {
  const shape shapes[] = {{1, 1, 1},    {2, 3, 5},    {7, 17, 31},  {13, 64, 33},   {14, 65, 32},
                          {15, 100, 96}, {29, 48, 64}, {50, 300, 70}, {80, 3072, 33}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) check_shape(level, shapes[i]);
}
