// What the checks of the C kernels share: numbers that look random, memory with guards, and the end
// at the first difference.
#pragma once
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"

/// Every feature's check of the kernels of a level.
void check_distances(ck_level level);
void check_formats(ck_level level);
void check_codes(ck_level level);
void check_fine(ck_level level);
void check_encoding(ck_level level);
void check_pools(ck_level level);
void check_gathering(ck_level level);
void check_matrices(ck_level level);
void check_transformer(ck_level level);
void check_attention(ck_level level);
void check_images(ck_level level);
void check_postings(ck_level level);
void check_checksum(ck_level level);

/// A number below `range`, and one between two others: the same ones in every run.
uint32_t draw(uint32_t range);
float draw_float(float low, float high);

/// `count` such floats.
float *draw_floats(size_t count, float low, float high);

/// Zeros at a multiple of 64, for as long as the feature's check takes. What is written beyond them
/// is found when it ends.
void *zeros(size_t bytes);

static inline size_t rounded_up(size_t count, size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// Ends the program with a message that says where.
_Noreturn void fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define EXPECT(condition, ...)                                     \
  do {                                                             \
    if (!(condition)) fail(__FILE__, __LINE__, __VA_ARGS__);       \
  } while (0)

/// Expects an integer; what follows says of what, as for printf.
#define EQUAL(found, expected, what, ...)                                                    \
  do {                                                                                       \
    long long found_ = (long long)(found), expected_ = (long long)(expected);                \
    EXPECT(found_ == expected_, what ": expected %lld, found %lld", __VA_ARGS__, expected_,  \
           found_);                                                                          \
  } while (0)

/// Expects a number within a limit of another.
#define NEAR(found, expected, limit, what, ...)                                              \
  do {                                                                                       \
    double found_ = (double)(found), expected_ = (double)(expected);                         \
    EXPECT(fabs(found_ - expected_) <= (limit), what ": expected %.9g, found %.9g",          \
           __VA_ARGS__, expected_, found_);                                                  \
  } while (0)
