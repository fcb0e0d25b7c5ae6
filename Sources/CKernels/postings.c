#include "ck_postings.h"

#include <string.h>

// The products of a list so far: the last one's slot and sum are written already, but count only
// once the sum is not 0.
typedef struct {
  uint32_t products, last;
  float sum;
} product_run;

static inline uint32_t posting_at(const uint8_t *postings, uint32_t i) {
  uint32_t bits;
  memcpy(&bits, postings + 4 * (uint64_t)i, 4);
  return bits;
}

// Which postings begin a product cannot be foretold, so no branch depends on it: each writes the
// sum so far, over that of the posting before if that is of the same product, or counts for
// nothing.
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
static uint32_t sum_portable(const uint8_t *postings, uint32_t count, uint32_t first,
                             const ck_field *fields, const float *lengths, float base,
                             float saturation, uint32_t *slots, float *sums) {
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
  for (uint32_t k = 0; k < products; k++) {
    slots[k] += first;
    sums[k] /= saturation + sums[k];
  }
  return products;
}

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

// For each lane the number of the one `distance` lanes below, around the ends.
#define FROM_BELOW(distance) \
  _mm512_sub_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), \
                   _mm512_set1_epi32(distance))

// Adds to each lane the sums that end `distance` lanes below, where those are of the same product.
#define ADD_FROM(distance)                                                                  \
  do {                                                                                      \
    const __m512i from = FROM_BELOW(distance);                                              \
    __mmask16 same = _mm512_mask_cmpeq_epi32_mask(                                          \
        (__mmask16)(0xFFFFu << (distance)), slot, _mm512_permutexvar_epi32(from, slot));    \
    sum = _mm512_mask_add_ps(sum, same, sum, _mm512_permutexvar_ps(from, sum));             \
  } while (0)

// Sixteen postings at a time: each lane's sum becomes that of its product up to it, in four steps
// of 1, 2, 4 and 8 lanes (Hillis and Steele, "Data parallel algorithms", CACM 1986), and the last
// lane of each product is written. The last product of all waits for what follows.
static AVX512 uint32_t sum_avx512(const uint8_t *postings, uint32_t count, uint32_t first,
                                  const ck_field *fields, const float *lengths, float base,
                                  float saturation, uint32_t *slots, float *values) {
  const __m512i byte = _mm512_set1_epi32(0xFF);
  uint32_t products = 0, waiting = UINT32_MAX;
  float waiting_sum = 0;
  for (uint32_t i = 0; i < count; i += 16) {
    uint32_t here = count - i < 16 ? count - i : 16;
    __m512i bits = _mm512_maskz_loadu_epi32((__mmask16)((1u << here) - 1), postings + 4 * (uint64_t)i);
    __m512i slot = _mm512_srli_epi32(bits, 20);
    __m512i field = _mm512_and_si512(_mm512_srli_epi32(bits, 12), byte);
    __m512 frequency =
        _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(bits, 8), _mm512_set1_epi32(15)));
    __m512 length = _mm512_i32gather_ps(_mm512_and_si512(bits, byte), lengths, 4);
    __m512 weight = _mm512_i32gather_ps(field, &fields->weight, sizeof(ck_field));
    __m512 slope = _mm512_i32gather_ps(field, &fields->slope, sizeof(ck_field));
    __m512 sum = _mm512_div_ps(_mm512_mul_ps(weight, frequency),
                               _mm512_fmadd_ps(slope, length, _mm512_set1_ps(base)));
    ADD_FROM(1);
    ADD_FROM(2);
    ADD_FROM(4);
    ADD_FROM(8);
    uint32_t before = (uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(slot));
    slots[products] = first + waiting;
    values[products] = waiting_sum / (saturation + waiting_sum);
    products += before != waiting && waiting_sum > 0;
    __mmask16 goes_on = _mm512_cmpeq_epi32_mask(slot, _mm512_set1_epi32((int)waiting));
    sum = _mm512_mask_add_ps(sum, goes_on, sum, _mm512_set1_ps(waiting_sum));
    __mmask16 ends = _mm512_cmpneq_epi32_mask(slot, _mm512_permutexvar_epi32(FROM_BELOW(-1), slot));
    ends &= (__mmask16)((1u << (here - 1)) - 1);
    ends &= _mm512_cmp_ps_mask(sum, _mm512_setzero_ps(), _CMP_GT_OQ);
    _mm512_mask_compressstoreu_epi32(
        slots + products, ends, _mm512_add_epi32(slot, _mm512_set1_epi32((int)first)));
    __m512 value = _mm512_div_ps(sum, _mm512_add_ps(sum, _mm512_set1_ps(saturation)));
    _mm512_mask_compressstoreu_ps(values + products, ends, value);
    products += (uint32_t)__builtin_popcount(ends);
    __m512i last = _mm512_set1_epi32((int)here - 1);
    waiting = (uint32_t)_mm_cvtsi128_si32(
        _mm512_castsi512_si128(_mm512_permutexvar_epi32(last, slot)));
    waiting_sum = _mm_cvtss_f32(_mm512_castps512_ps128(_mm512_permutexvar_ps(last, sum)));
  }
  if (waiting_sum > 0) {
    slots[products] = first + waiting;
    values[products++] = waiting_sum / (saturation + waiting_sum);
  }
  return products;
}
#endif

ck_sum_postings *ck_sum_postings_kernel(ck_level level) {
#if defined(__x86_64__)
  if (level >= CK_AVX512) return sum_avx512;
#endif
  (void)level;
  return sum_portable;
}
