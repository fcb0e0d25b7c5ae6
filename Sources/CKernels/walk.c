#include "ck_walk.h"

#include <stdbool.h>
#include <stddef.h>

#include "distance_rows.h"

// Without a branch on what the bitmap says: half of the neighbours are new, and no processor can
// guess which.
uint32_t ck_gather_new(const uint32_t *links, const uint32_t *link_slots, uint32_t capacity,
                       uint32_t positions_end, uint32_t slots_end, uint64_t *visited,
                       uint32_t *positions, uint32_t *slots, uint32_t count) {
  const uint32_t mask = 0x3FFFFFFF;
  for (uint32_t i = 0; i < capacity; i++) {
    uint32_t position = links[i] & mask, slot = link_slots[i] & mask;
    if (position >= positions_end || slot >= slots_end) break;
    uint64_t word = visited[position >> 6], bit = (uint64_t)1 << (position & 63);
    visited[position >> 6] = word | bit;
    positions[count] = position;
    slots[count] = slot;
    count += (word & bit) == 0;
  }
  return count;
}

void ck_fetch_next(const ck_pool *pool, const ck_rows *links) {
  for (uint32_t i = pool->cursor; i < pool->count && i < pool->cursor + 2; i++)
    prefetch(row_at(links, (uint32_t)pool->entries[i] & 0x7FFFFFFF), links->stride);
}

static inline uint64_t entry_of(int32_t score, uint32_t position) {
  return (uint64_t)((uint32_t)score ^ 0x80000000) << 32 | position;
}

// Narrows the range in which an entry belongs to `width` entries at most.
static inline void narrow(const ck_pool *pool, uint64_t entry, uint32_t width, uint32_t *low,
                          uint32_t *high) {
  while (*high - *low > width) {
    uint32_t middle = *low + (*high - *low) / 2;
    if (pool->entries[middle] < entry) *low = middle + 1;
    else *high = middle;
  }
}

// The number of entries below one: where it belongs.
static inline uint32_t place_portable(const ck_pool *pool, uint64_t entry) {
  uint32_t low = 0, high = pool->count;
  narrow(pool, entry, 0, &low, &high);
  return low;
}

static inline void shift_portable(ck_pool *pool, uint32_t place, uint32_t count) {
  memmove(pool->entries + place + 1, pool->entries + place, (size_t)(count - place) * 8);
}

#define NAME(x) x##_portable
#include "walk_body.h"
static const ck_walk portable = {.merge = merge_portable};

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)

// Comparing with many at once is quicker than a search whose every step may be guessed wrong.
static inline uint32_t place_avx512(const ck_pool *pool, uint64_t entry) {
  __m512i all = _mm512_set1_epi64((long long)entry);
  uint32_t low = 0, high = pool->count;
  narrow(pool, entry, 512, &low, &high);
  uint32_t place = low;
  for (uint32_t i = low; i < high; i += 8) {
    __mmask8 valid = high - i < 8 ? (__mmask8)((1u << (high - i)) - 1) : 0xFF;
    __m512i some = _mm512_maskz_loadu_epi64(valid, pool->entries + i);
    place += (uint32_t)__builtin_popcount(_mm512_mask_cmplt_epu64_mask(valid, some, all));
  }
  return place;
}

// From the end down, in pieces of eight.
static inline void shift_avx512(ck_pool *pool, uint32_t place, uint32_t count) {
  uint64_t *entries = pool->entries;
  while (count >= place + 8) {
    count -= 8;
    _mm512_storeu_si512(entries + count + 1, _mm512_loadu_si512(entries + count));
  }
  __mmask8 rest = (__mmask8)((1u << (count - place)) - 1);
  _mm512_mask_storeu_epi64(entries + place + 1, rest,
                           _mm512_maskz_loadu_epi64(rest, entries + place));
}

#undef NAME
#define NAME(x) x##_avx512
#include "walk_body.h"
#pragma clang attribute pop
static const ck_walk avx512 = {.merge = merge_avx512};
#endif

const ck_walk *ck_walk_kernels(ck_level level) {
#if defined(__x86_64__)
  if (level >= CK_AVX512) return &avx512;
#endif
  (void)level;
  return &portable;
}
