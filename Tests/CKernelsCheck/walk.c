// Pools of the nearest entries, and which neighbors are new, against sorting.
#include "check.h"

enum { MOST = 6000 };

/// Records that are only asked for.
static const uint8_t *const blocks[1];
static const ck_rows links = {blocks, UINT64_MAX / (1 << 20) + 1, 1 << 20, 0, 0, 0, 0};

/// A pool, and all that was ever put into it, with what has been expanded.
typedef struct {
  const ck_walk *kernels;
  ck_pool pool;
  uint64_t *all;
  bool *expanded;  // by position
  uint32_t count;
} twin;

static twin begin(const ck_walk *kernels, uint32_t capacity) {
  uint32_t room = capacity + capacity / 2 > 256 ? capacity + capacity / 2 : 256;
  twin t = {.kernels = kernels, .all = zeros(8 * MOST), .expanded = zeros(MOST)};
  t.pool = (ck_pool){.entries = zeros(8 * (room + CK_POOL_SLACK)), .capacity = capacity,
                     .room = room + CK_POOL_SLACK, .limit = UINT64_MAX};
  return t;
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/// Puts in new entries with scores from `low` up to below `low + range`.
static void merge(twin *t, uint32_t batch, int32_t low, uint32_t range, const ck_rows *asked) {
  int32_t *scores = zeros(4 * batch);
  uint32_t *positions = zeros(4 * batch);
  for (uint32_t i = 0; i < batch; i++) {
    scores[i] = low + (int32_t)draw(range);
    positions[i] = t->count;
    t->all[t->count++] = (uint64_t)((int64_t)scores[i] + INT64_C(0x80000000)) << 32 | positions[i];
  }
  t->kernels->merge(&t->pool, scores, positions, batch, asked);
  qsort(t->all, t->count, sizeof *t->all, by_value);
}

/// Expects the nearest `count` of all that satisfy the last limit.
static void expect_entries(const twin *t, uint32_t count, const char *when) {
  uint64_t *sorted = zeros(8 * t->pool.count);
  memcpy(sorted, t->pool.entries, 8 * t->pool.count);
  qsort(sorted, t->pool.count, sizeof *sorted, by_value);
  EQUAL(t->pool.count, count, "entries %s", when);
  for (uint32_t i = 0; i < count; i++) EQUAL(sorted[i], t->all[i], "entry %u %s", i, when);
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static void check_keeping(const ck_walk *kernels, uint32_t capacity) {
  const uint32_t batches[] = {1, 3, 0, 70, 9, 150, 1100, 700, 5, 2000, 1};
  twin t = begin(kernels, capacity);
  for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
    merge(&t, batches[i], -100, 200, NULL);
    kernels->prune(&t.pool, capacity);
    uint32_t kept = least(t.count, capacity);
    expect_entries(&t, kept, "after prune");
    for (uint32_t place = 1; place <= kept; place += 1 + kept / 7)
      EQUAL(kernels->entry_at(&t.pool, place), t.all[place - 1], "entry_at %u of %u", place, kept);
  }
  uint32_t kept = (least(t.count, capacity) + 1) / 2;
  kernels->cut(&t.pool, t.all[kept - 1]);
  expect_entries(&t, kept, "after cut");
}

/// The positions of the nearest `width` that have not been expanded, among the nearest `breadth`.
static uint32_t expected_next(twin *t, uint32_t breadth, uint32_t width, uint32_t *next) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < least(t->count, breadth) && found < width; i++)
    if (!t->expanded[(uint32_t)t->all[i]]) next[found++] = (uint32_t)t->all[i];
  return found;
}

static void check_expanding(const ck_walk *kernels, uint32_t breadth) {
  twin t = begin(kernels, breadth);
  for (;;) {
    // What turns up comes nearer with time, and then does not.
    merge(&t, t.count < 3000 ? draw(70) : 0, t.count > 2000 ? 9000 : 0, 100000 / (1 + t.count / 50),
          &links);
    uint32_t width = 1 + draw(2), next[3], expected[2];
    uint32_t count = expected_next(&t, breadth, width, expected);
    EQUAL(kernels->expand(&t.pool, breadth, width, &links, next), count, "expand of %u", width);
    for (uint32_t i = 0; i < count; i++) {
      EQUAL(next[i], expected[i], "what %u expands to, after %u", i, t.count);
      t.expanded[next[i]] = true;
    }
    if (count == 0 && t.count >= 3000) return;
  }
}

static void check_expanding_all(const ck_walk *kernels, uint32_t breadth) {
  const uint32_t rooms[] = {100, 3, 1000};
  twin t = begin(kernels, breadth);
  for (int round = 0; round < 3; round++) {
    merge(&t, 200, 0, 300, &links);
    uint32_t *next = zeros(4 * 1001), *expected = zeros(4 * 1000), place = least(t.count, breadth);
    if (kernels->expand(&t.pool, breadth, 1, &links, next)) t.expanded[next[0]] = true;
    uint32_t count = expected_next(&t, breadth, 1000, expected), room = rooms[round];
    uint32_t found = kernels->expand_all(&t.pool, t.all[place - 1], room, &links, next);
    EQUAL(found, least(count, room), "expand_all, room for %u", room);
    for (uint32_t i = 0; i < found; i++) {
      bool among = false;
      for (uint32_t k = 0; k < count; k++) among |= expected[k] == next[i];
      EXPECT(among && !t.expanded[next[i]], "expand_all: %u is not among the nearest", next[i]);
      t.expanded[next[i]] = true;
    }
  }
}

void check_pools(ck_level level) {
  const ck_walk *kernels = ck_walk_kernels(level);
  const uint32_t capacities[] = {1, 2, 3, 7, 8, 9, 20, 64, 200, 300, 1500};
  for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
    check_keeping(kernels, capacities[i]);
    check_expanding(kernels, capacities[i]);
    check_expanding_all(kernels, capacities[i]);
  }
  const int32_t scores[] = {INT32_MAX, 0, INT32_MIN, -1, 1};
  const uint32_t positions[] = {4, 2, 0, 1, 3};
  twin t = begin(kernels, 8);
  kernels->merge(&t.pool, scores, positions, 5, NULL);
  for (uint32_t place = 1; place <= 5; place++)
    EQUAL((uint32_t)kernels->entry_at(&t.pool, place), place - 1, "extreme score %u", place);
}

void check_gathering(ck_level level) {
  (void)level;
  enum { CAPACITY = 16, ROUNDS = 60, POSITIONS = 250, SLOTS = 1250, LAST = 1255, FLAGS = 30 };
  uint64_t *visited = zeros(8 * 4);
  bool met[256] = {false};
  uint32_t *positions = zeros(4 * (2 + CAPACITY)), *slots = zeros(4 * (2 + CAPACITY));
  for (int round = 0; round < ROUNDS; round++) {
    uint32_t links[CAPACITY], link_slots[CAPACITY], expected[CAPACITY], count = 0;
    for (int i = 0; i < CAPACITY; i++) {
      uint32_t position = draw(256);
      bool is_empty = draw(12) == 0;
      links[i] = is_empty ? UINT32_MAX : position | draw(4) << FLAGS;
      link_slots[i] = is_empty ? UINT32_MAX : LAST - position;
    }
    for (int i = 0; i < CAPACITY; i++) {
      uint32_t position = links[i] & ((1u << FLAGS) - 1);
      if (position >= POSITIONS || LAST - position >= SLOTS) break;
      if (!met[position]) expected[count++] = position;
      met[position] = true;
    }
    EQUAL(ck_gather_new(links, link_slots, CAPACITY, POSITIONS, SLOTS, visited, positions, slots, 2),
          2 + count, "gathered in round %d", round);
    for (uint32_t i = 0; i < count; i++) {
      EQUAL(positions[2 + i], expected[i], "position %u of round %d", i, round);
      EQUAL(slots[2 + i], LAST - expected[i], "slot %u of round %d", i, round);
    }
  }
}
