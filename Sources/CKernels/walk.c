#include "ck_walk.h"

#include <string.h>

#include "distance_rows.h"

// Without a branch on what the bitmap says: half of the neighbors are new, and no processor can
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

void ck_fetch(const void *address, uint32_t bytes) { prefetch(address, bytes); }

static inline uint64_t entry_of(int32_t score, uint32_t position) {
  return (uint64_t)((uint32_t)score ^ 0x80000000) << 32 | position;
}

static inline uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

// Whether the nearest entry that has not been expanded, or UINT64_MAX, is among the nearest
// `breadth`. Whatever is nearer has been expanded: only if that were many, must it be counted.
static inline bool may_expand(const ck_pool *pool, uint64_t entry, uint32_t breadth,
                              uint32_t (*count_to)(const uint64_t *, uint32_t, uint64_t)) {
  if (entry == UINT64_MAX) return false;
  return pool->steps < breadth || count_to(pool->entries, pool->count, entry) <= breadth;
}

// Counts an open entry as expanded; returns its position.
static inline uint32_t move_to_expanded(ck_pool *pool, uint32_t place) {
  uint64_t entry = pool->entries[place];
  pool->entries[place] = pool->entries[pool->expanded];
  pool->entries[pool->expanded++] = entry;
  pool->open--;
  pool->steps++;
  return (uint32_t)entry;
}

// Open entries that are looked through; beyond, some are closed again.
enum { MOST_OPEN = 64 };

// Puts in an entry that is near enough to be open.
static inline void put_open(ck_pool *pool, uint64_t entry) {
  uint32_t place = pool->expanded + pool->open++;
  pool->entries[pool->count++] = pool->entries[place];
  pool->entries[place] = entry;
}

// Counts an entry, where none are open, as expanded, fetches its record, and appends its position.
static inline uint32_t expand_at(ck_pool *pool, uint32_t place, const ck_rows *links,
                                 uint32_t *next, uint32_t count) {
  uint64_t entry = pool->entries[place];
  pool->entries[place] = pool->entries[pool->expanded];
  pool->entries[pool->expanded++] = entry;
  prefetch_row(links, (uint32_t)entry);
  next[count] = (uint32_t)entry;
  return count + 1;
}

// The farthest of the nearest in each eighth of some entries: eight at least are as near, and
// 8 · (1 + 1/2 + … + 1/8), about 22, if they are in no order.
static inline uint64_t near_limit(const uint64_t least[8]) {
  uint64_t most = 0;
  for (int k = 0; k < 8; k++) most = least[k] != UINT64_MAX && least[k] > most ? least[k] : most;
  return most;
}

#define TABLE {.merge = NAME(merge), .expand = NAME(expand), .entry_at = NAME(entry_at), \
               .cut = NAME(cut), .prune = NAME(prune), .expand_all = NAME(expand_all), \
               .order = NAME(order)}
#define NAME(x) x##_portable
#include "walk_body.h"
static const ck_walk portable = TABLE;

#if defined(__x86_64__)
#include <immintrin.h>

#undef NAME
#define NAME(x) x##_avx2
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "walk_body.h"
#pragma clang attribute pop
static const ck_walk avx2 = TABLE;

#undef NAME
#define NAME(x) x##_avx512
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "walk_avx512.h"
#pragma clang attribute pop
static const ck_walk avx512 = TABLE;
#endif

const ck_walk *ck_walk_kernels(ck_level level) {
#if defined(__x86_64__)
  if (level >= CK_AVX512) return &avx512;
  if (level == CK_AVX2) return &avx2;
#endif
  (void)level;
  return &portable;
}
