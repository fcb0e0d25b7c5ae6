// What a walk does with its pool, eight entries at a time: see walk_body.h.

static inline __mmask8 valid(uint32_t count, uint32_t i) {
  return count - i < 8 ? (__mmask8)((1u << (count - i)) - 1) : 0xFF;
}

static inline __m512i some_of(const uint64_t *entries, uint32_t count, uint32_t i) {
  __mmask8 here = i < count ? valid(count, i) : 0;
  return _mm512_mask_loadu_epi64(_mm512_set1_epi64(-1), here, entries + i);
}

static inline uint32_t count_to_avx512(const uint64_t *entries, uint32_t count, uint64_t last) {
  __m512i limit = _mm512_set1_epi64((long long)last);
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i += 8) {
    __mmask8 here = valid(count, i);
    __m512i some = _mm512_maskz_loadu_epi64(here, entries + i);
    found += (uint32_t)__builtin_popcount(_mm512_mask_cmple_epu64_mask(here, some, limit));
  }
  return found;
}

// The place of each is how many are below it: nothing to guess, unlike in a sort. 32 are placed at
// a time.
static void order_avx512(uint64_t *numbers, uint32_t count, uint64_t *spare) {
  const __m512i one = _mm512_set1_epi64(1);
  for (uint32_t i = 0; i < count; i += 32) {
    __m512i some[4], places[4];
    for (uint32_t k = 0; k < 4; k++) {
      some[k] = some_of(numbers, count, i + 8 * k);
      places[k] = _mm512_setzero_si512();
    }
    for (uint32_t j = 0; j < count; j++) {
      __m512i other = _mm512_set1_epi64((long long)numbers[j]);
      for (uint32_t k = 0; k < 4; k++) {
        __mmask8 above = _mm512_cmplt_epu64_mask(other, some[k]);
        places[k] = _mm512_mask_add_epi64(places[k], above, places[k], one);
      }
    }
    for (uint32_t k = 0; k < 4 && i + 8 * k < count; k++)
      _mm512_mask_i64scatter_epi64(spare, valid(count, i + 8 * k), places[k], some[k], 8);
  }
  memcpy(numbers, spare, count * sizeof *numbers);
}

// Stores the chosen of eight entries; up to eight places beyond are overwritten.
static inline uint32_t store_some(uint64_t *entries, uint32_t count, __m512i some, __mmask8 chosen) {
  _mm512_storeu_si512(entries + count, _mm512_maskz_compress_epi64(chosen, some));
  return count + (uint32_t)__builtin_popcount(chosen);
}

// Puts in the chosen of eight entries where the open ones end; what was there goes to the end.
static inline void put_open_avx512(ck_pool *pool, __m512i some, __mmask8 chosen) {
  uint32_t number = (uint32_t)__builtin_popcount(chosen), place = pool->expanded + pool->open;
  uint32_t end = place + number > pool->count ? place + number : pool->count;
  _mm512_storeu_si512(pool->entries + end, _mm512_loadu_si512(pool->entries + place));
  _mm512_mask_storeu_epi64(pool->entries + place, (__mmask8)((1u << number) - 1),
                           _mm512_maskz_compress_epi64(chosen, some));
  pool->count += number;
  pool->open += number;
}

// The two least of each lane. Two of these take turns, since each waits for its own last step.
typedef struct {
  __m512i least, second;
} lanes;

static inline lanes with(lanes a, __m512i some) {
  return (lanes){_mm512_min_epu64(a.least, some),
                 _mm512_min_epu64(a.second, _mm512_max_epu64(a.least, some))};
}

static inline lanes least_of(const uint64_t *entries, uint32_t start, uint32_t end) {
  const __m512i far = _mm512_set1_epi64(-1);
  lanes even = {far, far}, odd = {far, far};
  for (uint32_t i = start; i < end; i += 16) {
    even = with(even, some_of(entries, end, i));
    odd = with(odd, some_of(entries, end, i + 8));
  }
  return with(with(even, odd.least), odd.second);
}

static uint64_t greatest_of(const uint64_t *entries, uint32_t count) {
  __m512i most = _mm512_setzero_si512();
  for (uint32_t i = 0; i < count; i += 8)
    most = _mm512_max_epu64(most, _mm512_maskz_loadu_epi64(valid(count, i), entries + i));
  return _mm512_reduce_max_epu64(most);
}

// Halves the numbers that it may be, the fewer the better: sixteen entries at least are up to the
// greatest of the two least of each lane.
static uint64_t entry_at_avx512(const ck_pool *pool, uint32_t place) {
  const uint64_t *entries = pool->entries;
  uint32_t count = pool->count;
  lanes all = least_of(entries, 0, count);
  uint64_t low = _mm512_reduce_min_epu64(all.least);
  uint64_t high = place <= 16 && count >= 16 ? _mm512_reduce_max_epu64(all.second)
                                             : greatest_of(entries, count);
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    uint32_t nearer = count_to_avx512(entries, count, middle);
    if (nearer >= place) high = middle;
    else low = middle + 1;
    if (nearer == place) break;
  }
  __m512i limit = _mm512_set1_epi64((long long)high), found = _mm512_setzero_si512();
  for (uint32_t i = 0; i < count; i += 8) {
    __m512i some = _mm512_maskz_loadu_epi64(valid(count, i), entries + i);
    found = _mm512_mask_max_epu64(found, _mm512_cmple_epu64_mask(some, limit), found, some);
  }
  return _mm512_reduce_max_epu64(found);
}

// Opens the nearest of the entries from `start` on, and closes all others there.
static void open_nearest_avx512(ck_pool *pool, uint32_t start) {
  uint64_t *entries = pool->entries, least_of[8];
  uint32_t end = start < pool->expanded + pool->open ? pool->expanded + pool->open : pool->count;
  __m512i least = _mm512_set1_epi64(-1);
  for (uint32_t i = start; i < end; i += 8)
    least = _mm512_min_epu64(least, some_of(entries, end, i));
  _mm512_storeu_si512(least_of, least);
  uint64_t last = near_limit(least_of);
  __m512i limit = _mm512_set1_epi64((long long)last);
  uint32_t place = start;
  for (uint32_t i = start; i < end; i += 8) {
    uint32_t near = _mm512_mask_cmple_epu64_mask(valid(end, i), some_of(entries, end, i), limit);
    for (; near; near &= near - 1) {
      uint32_t k = i + (uint32_t)__builtin_ctz(near);
      uint64_t entry = entries[k];
      entries[k] = entries[place];
      entries[place++] = entry;
    }
  }
  pool->open = place - pool->expanded;
  pool->open_limit = last;
}

static void cut_avx512(ck_pool *pool, uint64_t last) {
  uint64_t *entries = pool->entries;
  uint32_t count = pool->count, kept = 0, expanded = 0, open = 0;
  __m512i limit = _mm512_set1_epi64((long long)last);
  for (uint32_t i = 0; i < count; i += 8) {
    __mmask8 here = valid(count, i);
    __m512i some = _mm512_maskz_loadu_epi64(here, entries + i);
    __mmask8 near = _mm512_mask_cmple_epu64_mask(here, some, limit);
    if (i < pool->expanded)
      expanded += (uint32_t)__builtin_popcount(near & valid(pool->expanded, i));
    if (i < pool->expanded + pool->open)
      open += (uint32_t)__builtin_popcount(near & valid(pool->expanded + pool->open, i));
    kept = store_some(entries, kept, some, near);
  }
  pool->count = kept;
  pool->expanded = expanded;
  pool->open = open - expanded;
  pool->limit = least(pool->limit, last);
}

static void prune_avx512(ck_pool *pool, uint32_t keep) {
  if (pool->count > keep) cut_avx512(pool, entry_at_avx512(pool, keep));
}

static void merge_avx512(ck_pool *pool, const int32_t *scores, const uint32_t *positions,
                         uint32_t count, const ck_rows *links) {
  const __m512i flip = _mm512_set1_epi64((long long)0x8000000000000000);
  for (uint32_t i = 0; i < count; i += 8) {
    if (pool->count + 16 > pool->room) prune_avx512(pool, pool->capacity);
    __m512i limit = _mm512_set1_epi64((long long)pool->limit);
    __mmask8 here = valid(count, i);
    __m512i score = _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(here, scores + i));
    __m512i position = _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(here, positions + i));
    __m512i some =
        _mm512_or_si512(_mm512_xor_si512(_mm512_slli_epi64(score, 32), flip), position);
    __mmask8 near = _mm512_mask_cmplt_epu64_mask(here, some, limit);
    __mmask8 open = _mm512_mask_cmple_epu64_mask(
        near, some, _mm512_set1_epi64((long long)pool->open_limit));
    pool->count = store_some(pool->entries, pool->count, some, near & (__mmask8)~open);
    if (open) put_open_avx512(pool, some, open);
    for (uint32_t rest = links ? open : 0; rest; rest &= rest - 1)
      prefetch_row(links, positions[i + (uint32_t)__builtin_ctz(rest)]);
  }
  if (pool->open > MOST_OPEN) open_nearest_avx512(pool, pool->expanded);
}

static inline uint32_t place_of_avx512(const ck_pool *pool, uint64_t entry) {
  const __m512i one = _mm512_set1_epi64((long long)entry);
  __mmask8 same = 0;
  uint32_t i = pool->expanded;
  for (; !same; i += 8) same = _mm512_cmpeq_epu64_mask(some_of(pool->entries, pool->count, i), one);
  return i - 8 + (uint32_t)__builtin_ctz(same);
}

static uint32_t expand_avx512(ck_pool *pool, uint32_t breadth, uint32_t width,
                              const ck_rows *links, uint32_t *next) {
  const __m512i far = _mm512_set1_epi64(-1);
  const uint64_t *entries = pool->entries;
  if (pool->open <= width && pool->expanded + pool->open < pool->count)
    open_nearest_avx512(pool, pool->expanded + pool->open);
  uint32_t count = pool->expanded + pool->open, found = 0;
  lanes all = least_of(entries, pool->expanded, count);
  uint64_t open[4];
  for (int k = 0; k < 4; k++) {
    // From the third on it may be a later one; that is only to be fetched.
    open[k] = _mm512_reduce_min_epu64(all.least);
    __mmask8 taken =
        _mm512_cmpeq_epu64_mask(all.least, _mm512_set1_epi64((long long)open[k]));
    all.least = _mm512_mask_blend_epi64(taken, all.least, all.second);
    all.second = _mm512_mask_blend_epi64(taken, all.second, far);
  }
  while (found < width && may_expand(pool, open[found], breadth, count_to_avx512)) {
    next[found] = move_to_expanded(pool, place_of_avx512(pool, open[found]));
    found++;
  }
  if (links && found == width)
    for (uint32_t k = width; k < 2 * width && open[k] != UINT64_MAX; k++)
      prefetch(row_at(links, (uint32_t)open[k]), links->bytes);
  return found;
}

static uint32_t expand_all_avx512(ck_pool *pool, uint64_t last, uint32_t room,
                                  const ck_rows *links, uint32_t *next) {
  const __m512i limit = _mm512_set1_epi64((long long)last);
  uint32_t found = 0;
  pool->open = 0;
  pool->open_limit = 0;
  for (uint32_t i = pool->expanded; i < pool->count; i += 8) {
    uint32_t near = _mm512_mask_cmple_epu64_mask(
        valid(pool->count, i), some_of(pool->entries, pool->count, i), limit);
    for (; near && found < room; near &= near - 1)
      found = expand_at(pool, i + (uint32_t)__builtin_ctz(near), links, next, found);
  }
  return found;
}
