// The merging of scored nodes into a pool, compiled once per instruction set by walk.c, which
// defines NAME(x), the suffix of the level, and its `place` and `shift`.

static inline void NAME(insert)(ck_pool *pool, uint64_t entry, const ck_rows *links) {
  uint32_t place = NAME(place)(pool, entry);
  uint32_t kept = pool->count < pool->capacity ? pool->count++ : pool->capacity - 1;
  NAME(shift)(pool, place, kept);
  pool->entries[place] = entry;
  // It will be expanded soon: its links are on their way meanwhile.
  if (links && place < pool->cursor + 2)
    prefetch(row_at(links, (uint32_t)entry), links->stride);
  if (place < pool->cursor) pool->cursor = place;
}

static void NAME(merge)(ck_pool *pool, const int32_t *scores, const uint32_t *positions,
                        uint32_t count, const ck_rows *links) {
  enum { BATCH = 64 };
  uint64_t near[BATCH];
  for (uint32_t start = 0; start < count; start += BATCH) {
    uint32_t end = count - start < BATCH ? count : start + BATCH, found = 0;
    // Most are too far: they are passed over without a branch that could be guessed wrong.
    bool isFull = pool->count == pool->capacity;
    uint64_t last = isFull && pool->count > 0 ? pool->entries[pool->count - 1] : UINT64_MAX;
    for (uint32_t i = start; i < end; i++) {
      near[found] = entry_of(scores[i], positions[i]);
      found += near[found] < last;
    }
    for (uint32_t i = 0; i < found; i++) {
      if (pool->count == pool->capacity && near[i] >= pool->entries[pool->count - 1]) continue;
      NAME(insert)(pool, near[i], links);
    }
  }
}
