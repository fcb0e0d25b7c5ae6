// Sums over the postings of a term: how much it counts in each product.
#pragma once
#include <stdint.h>

#include "ck_cpu.h"

/// What a word counts in a field: `weight · frequency / (base + slope · length)`.
typedef struct {
  float weight, slope;
} ck_field;

/// Adds up the postings of each product: `slots[i]` is its slot and `values[i]` is
/// `sum / (saturation + sum)` of its sum, which is not 0. Both have room for `count`. Returns the
/// number of products.
///
/// A posting has, from the high end, 12 bits of slot less `first`, 8 of field, 4 of frequency and 8
/// that say which of `lengths`; those of one product follow each other. There are 256 fields and
/// lengths.
typedef uint32_t ck_sum_postings(const uint8_t *postings, uint32_t count, uint32_t first,
                                 const ck_field *fields, const float *lengths, float base,
                                 float saturation, uint32_t *slots, float *values);

/// The kernel of a level, which the processor must support. Levels add in different orders.
ck_sum_postings *ck_sum_postings_kernel(ck_level level);
