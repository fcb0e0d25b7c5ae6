#include "ck_postings.h"

#include <string.h>

// The products of a list so far: the last one's slot and sum are written already, but count only once
// the sum is not 0.
typedef struct {
  uint32_t products, last;
  float sum;
} product_run;

static inline uint32_t posting_at(const uint8_t *postings, uint32_t i) {
  uint32_t bits;
  memcpy(&bits, postings + 4 * (uint64_t)i, 4);
  return bits;
}

// Which postings begin a product cannot be foretold, so no branch depends on it: each writes the sum
// so far, over that of the posting before if that is of the same product, or counts for nothing.
static inline product_run add(product_run run, uint32_t bits, const ck_field *fields,
                              const float *lengths, float base, uint32_t *slots, float *sums) {
  const ck_field field = fields[bits >> 12 & 0xFF];
  float value = field.weight * (float)(bits >> 8 & 0xF) / (base + field.slope * lengths[bits & 0xFF]);
  uint32_t slot = bits >> 20, is_same = slot == run.last;
  run.products += (is_same ^ 1) & (run.sum > 0);
  run.sum = (is_same ? run.sum : 0) + value;
  run.last = slot;
  slots[run.products] = slot;
  sums[run.products] = run.sum;
  return run;
}

// A sum waits for the one before. The two halves of the list do not wait for each other.
uint32_t ck_sum_postings(const uint8_t *postings, uint32_t count, uint32_t first,
                         const ck_field *fields, const float *lengths, float base,
                         uint32_t *slots, float *sums) {
  uint32_t half = count / 2;
  while (half > 0 && half < count &&
         posting_at(postings, half) >> 20 == posting_at(postings, half - 1) >> 20)
    half++;
  product_run a = {0, UINT32_MAX, 0}, b = a;
  uint32_t i = 0, j = half;
  for (; i < half && j < count; i++, j++) {
    a = add(a, posting_at(postings, i), fields, lengths, base, slots, sums);
    b = add(b, posting_at(postings, j), fields, lengths, base, slots + half, sums + half);
  }
  for (; i < half; i++) a = add(a, posting_at(postings, i), fields, lengths, base, slots, sums);
  for (; j < count; j++)
    b = add(b, posting_at(postings, j), fields, lengths, base, slots + half, sums + half);
  uint32_t products = a.products + (a.sum > 0), more = b.products + (b.sum > 0);
  memmove(slots + products, slots + half, more * sizeof *slots);
  memmove(sums + products, sums + half, more * sizeof *sums);
  products += more;
  for (uint32_t k = 0; k < products; k++) slots[k] += first;
  return products;
}
