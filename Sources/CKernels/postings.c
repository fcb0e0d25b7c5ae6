#include "ck_postings.h"

#include <string.h>

// Which postings begin a product cannot be foretold, so no branch depends on it: each writes the sum
// so far, over that of the posting before if that is of the same product, or counts for nothing.
uint32_t ck_sum_postings(const uint8_t *postings, uint32_t count, uint32_t first,
                         const ck_field *fields, const float *lengths, float base,
                         uint32_t *slots, float *sums) {
  uint32_t products = 0, last = UINT32_MAX;
  float sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, postings + 4 * (uint64_t)i, 4);
    const ck_field field = fields[bits >> 12 & 0xFF];
    float value = field.weight * (float)(bits >> 8 & 0xF) / (base + field.slope * lengths[bits & 0xFF]);
    uint32_t slot = bits >> 20, is_same = slot == last;
    products += (is_same ^ 1) & (sum > 0);
    sum = (is_same ? sum : 0) + value;
    last = slot;
    slots[products] = first + slot;
    sums[products] = sum;
  }
  return products + (sum > 0);
}
