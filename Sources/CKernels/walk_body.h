// What a walk does with its pool in plain C, compiled by walk.c, which defines NAME(x), the suffix
// of the instruction set. The loops have no branches, so that compilers vectorise them.

static uint32_t NAME(count_to)(const uint64_t *entries, uint32_t count, uint64_t last) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) found += entries[i] <= last;
  return found;
}

// The place of each is how many are not above it: nothing to guess, unlike in a sort.
static void NAME(order)(uint64_t *numbers, uint32_t count, uint64_t *spare) {
  for (uint32_t i = 0; i < count; i++)
    spare[NAME(count_to)(numbers, count, numbers[i]) - 1] = numbers[i];
  memcpy(numbers, spare, count * sizeof *numbers);
}

// Halves the range that the entry is in, until as many as that are up to its end.
static uint64_t NAME(entry_at)(const ck_pool *pool, uint32_t place) {
  const uint64_t *entries = pool->entries;
  uint32_t count = pool->count;
  uint64_t low = UINT64_MAX, high = 0, found = 0;
  for (uint32_t i = 0; i < count; i++) {
    low = least(low, entries[i]);
    high = entries[i] > high ? entries[i] : high;
  }
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    uint64_t nearer = NAME(count_to)(entries, count, middle);
    if (nearer >= place) high = middle;
    else low = middle + 1;
    if (nearer == place) break;
  }
  for (uint32_t i = 0; i < count; i++)
    found = entries[i] <= high && entries[i] > found ? entries[i] : found;
  return found;
}

// Opens the nearest of the entries from `start` on, and closes all others there.
static void NAME(open_nearest)(ck_pool *pool, uint32_t start) {
  uint64_t *entries = pool->entries, least_of[8];
  for (int k = 0; k < 8; k++) least_of[k] = UINT64_MAX;
  uint32_t end = start < pool->expanded + pool->open ? pool->expanded + pool->open : pool->count;
  for (uint32_t i = start; i < end; i++) least_of[i % 8] = least(least_of[i % 8], entries[i]);
  uint64_t limit = near_limit(least_of);
  uint32_t place = start;
  for (uint32_t i = start; i < end; i++) {
    if (entries[i] > limit) continue;
    uint64_t entry = entries[i];
    entries[i] = entries[place];
    entries[place++] = entry;
  }
  pool->open = place - pool->expanded;
  pool->open_limit = limit;
}

static void NAME(cut)(ck_pool *pool, uint64_t last) {
  uint64_t *entries = pool->entries;
  uint32_t count = pool->count, kept = 0, expanded = 0, open = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t entry = entries[i];
    entries[kept] = entry;
    kept += entry <= last;
    expanded += i < pool->expanded && entry <= last;
    open += i >= pool->expanded && i < pool->expanded + pool->open && entry <= last;
  }
  pool->count = kept;
  pool->expanded = expanded;
  pool->open = open;
  pool->limit = least(pool->limit, last);
}

static void NAME(prune)(ck_pool *pool, uint32_t keep) {
  if (pool->count > keep) NAME(cut)(pool, NAME(entry_at)(pool, keep));
}

static void NAME(merge)(ck_pool *pool, const int32_t *scores, const uint32_t *positions,
                        uint32_t count, const ck_rows *links) {
  enum { BATCH = CK_POOL_SLACK - 16 };
  for (uint32_t start = 0; start < count; start += BATCH) {
    if (pool->count + BATCH >= pool->room) NAME(prune)(pool, pool->capacity);
    uint32_t end = count - start < BATCH ? count : start + BATCH, held = pool->count;
    uint64_t limit = pool->limit, open_limit = pool->open_limit, *entries = pool->entries;
    for (uint32_t i = start; i < end; i++) {
      entries[held] = entry_of(scores[i], positions[i]);
      held += entries[held] < limit && entries[held] > open_limit;
    }
    pool->count = held;
    for (uint32_t i = start; i < end; i++) {
      uint64_t entry = entry_of(scores[i], positions[i]);
      if (entry > open_limit || entry >= limit) continue;
      put_open(pool, entry);
      if (links) prefetch_row(links, positions[i]);
    }
    if (pool->open > MOST_OPEN) NAME(open_nearest)(pool, pool->expanded);
  }
}

static uint32_t NAME(expand)(ck_pool *pool, uint32_t breadth, uint32_t width, const ck_rows *links,
                             uint32_t *next) {
  uint64_t *entries = pool->entries;
  uint32_t found = 0;
  if (pool->open <= width && pool->expanded + pool->open < pool->count)
    NAME(open_nearest)(pool, pool->expanded + pool->open);
  // The nearest that may be expanded, and that which is to follow.
  uint64_t open[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
  uint32_t end = pool->expanded + pool->open;
  for (uint32_t k = 0; k <= width; k++)
    for (uint32_t i = pool->expanded; i < end; i++)
      open[k] = least(open[k], k > 0 && entries[i] <= open[k - 1] ? UINT64_MAX : entries[i]);
  while (found < width && may_expand(pool, open[found], breadth, NAME(count_to))) {
    uint32_t place = pool->expanded;
    while (entries[place] != open[found]) place++;
    next[found] = move_to_expanded(pool, place);
    found++;
  }
  if (links && found == width && open[width] != UINT64_MAX)
    prefetch(row_at(links, (uint32_t)open[width]), links->bytes);
  return found;
}

static uint32_t NAME(expand_all)(ck_pool *pool, uint64_t last, uint32_t room, const ck_rows *links,
                                 uint32_t *next) {
  uint32_t found = 0;
  pool->open = 0;
  pool->open_limit = 0;
  for (uint32_t i = pool->expanded; i < pool->count && found < room; i++)
    if (pool->entries[i] <= last) found = expand_at(pool, i, links, next, found);
  return found;
}
