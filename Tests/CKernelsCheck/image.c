// Resampling, which every level does to the same bytes.
#include "check.h"

/// A plan from `inputs` to `outputs` positions: weights of both signs that add up to one.
static ck_resampling plan_of(size_t inputs, size_t outputs, size_t taps) {
  int32_t *first = zeros(4 * outputs), *weights = zeros(4 * outputs * taps);
  for (size_t i = 0; i < outputs; i++) {
    first[i] = (int32_t)draw((uint32_t)(inputs - taps + 1));
    int32_t rest = 1 << CK_WEIGHT_BITS;
    for (size_t t = 0; t + 1 < taps; t++) {
      weights[i * taps + t] = (int32_t)draw(1 << CK_WEIGHT_BITS) / (int32_t)taps - (1 << 17);
      rest -= weights[i * taps + t];
    }
    weights[i * taps + taps - 1] = rest;
  }
  first[outputs - 1] = (int32_t)(inputs - taps);
  return (ck_resampling){outputs, taps, first, weights};
}

static int rounded(int64_t sum) {
  int64_t value = (int64_t)floor(ldexp((double)sum, -CK_WEIGHT_BITS) + 0.5);
  return value < 0 ? 0 : value > 255 ? 255 : (int)value;
}

/// A line is zeros, one is 255s, so that sums pass both ends.
static uint8_t *pixels(size_t lines, size_t bytes) {
  uint8_t *source = zeros(lines * bytes);
  for (size_t i = 0; i < lines * bytes; i++)
    source[i] = i / bytes == 1 ? 255 : i / bytes == 2 ? 0 : draw(3) ? (uint8_t)draw(256) : 255;
  return source;
}

static void check_columns(ck_level level, size_t inputs, size_t outputs, size_t taps, size_t rows) {
  ck_resampling plan = plan_of(inputs, outputs, taps);
  size_t stride = 3 * inputs + 2, bytes = rows * stride - 2;
  uint8_t *source = zeros(bytes), *out = zeros(rows * 3 * outputs);
  memcpy(source, pixels(rows, stride), bytes);
  ck_resample_columns(level, source, stride, source + bytes, rows, &plan, out);
  for (size_t y = 0; y < rows; y++)
    for (size_t i = 0; i < 3 * outputs; i++) {
      int64_t sum = 0;
      for (size_t t = 0; t < taps; t++)
        sum += (int64_t)plan.weights[i / 3 * taps + t] *
               source[y * stride + 3 * ((size_t)plan.first[i / 3] + t) + i % 3];
      EQUAL(out[y * 3 * outputs + i], rounded(sum), "columns %zu to %zu, %zu taps, at %zu, %zu",
            inputs, outputs, taps, y, i);
    }
}

static void check_rows(ck_level level, size_t inputs, size_t outputs, size_t taps, size_t bytes) {
  ck_resampling plan = plan_of(inputs, outputs, taps);
  uint8_t *source = pixels(inputs, bytes), *out = zeros(outputs * bytes);
  ck_resample_rows(level, source, bytes, &plan, out);
  for (size_t y = 0; y < outputs; y++)
    for (size_t i = 0; i < bytes; i++) {
      int64_t sum = 0;
      for (size_t t = 0; t < taps; t++)
        sum += (int64_t)plan.weights[y * taps + t] * source[((size_t)plan.first[y] + t) * bytes + i];
      EQUAL(out[y * bytes + i], rounded(sum), "rows %zu to %zu, %zu taps, at %zu, %zu", inputs,
            outputs, taps, y, i);
    }
}

static void check_colours(size_t count) {
  uint8_t *source = pixels(1, 3 * count);
  float *values = draw_floats(3 * 256, -1, 1), *out = zeros(4 * (3 * count + 14));
  size_t plane = count + 7;
  ck_separate_colours(source, count, values, out, plane);
  for (size_t i = 0; i < count; i++)
    for (size_t colour = 0; colour < 3; colour++)
      EXPECT(out[colour * plane + i] == values[256 * colour + source[3 * i + colour]],
             "colour %zu of pixel %zu of %zu", colour, i, count);
}

void check_images(ck_level level) {
  const size_t taps[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 31};
  const size_t sizes[] = {1, 3, 7, 16, 33, 64, 65, 130};
  for (size_t i = 0; i < sizeof taps / sizeof *taps; i++)
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
      check_columns(level, taps[i] + sizes[k] % 9, sizes[k], taps[i], 1 + (i + k) % 9);
      check_rows(level, taps[i] + sizes[k] % 9, 1 + (i + k) % 9, taps[i], 3 * sizes[k]);
    }
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) check_colours(sizes[k]);
}
