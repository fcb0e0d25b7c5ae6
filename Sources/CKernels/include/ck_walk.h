// Steps of a walk over a graph: which neighbors are new, and the list of the nearest so far.
#pragma once
#include <stdint.h>

#include "ck_distance.h"

/// The nearest entries so far, distinct. First come those that have been expanded, then the open
/// ones, which are nearer than all others, then the others; within each, they are in no order:
/// looking through a few at once is quicker than keeping them in order. An entry is a number: its
/// score, made unsigned by flipping the top bit, above the position.
typedef struct {
  uint64_t *entries;
  uint32_t count;
  /// How many are kept at least, when those beyond are dropped.
  uint32_t capacity;
  /// Entries that there is room for: `CK_POOL_SLACK` more than the capacity, or more.
  uint32_t room;
  /// Entries that have been expanded, and how many ever were.
  uint32_t expanded;
  uint32_t steps;
  /// Open entries: a few of the nearest that have not been expanded, and how near they are at
  /// least.
  uint32_t open;
  uint64_t open_limit;
  /// Entries from here on are not among the nearest `capacity`.
  uint64_t limit;
} ck_pool;

enum { CK_POOL_SLACK = 80 };

/// The kernels of one instruction set.
typedef struct {
  /// Puts in what is near enough. The records in `links`, which may be NULL, of those that are
  /// opened are fetched meanwhile: most of them are expanded soon.
  void (*merge)(ck_pool *pool, const int32_t *scores, const uint32_t *positions, uint32_t count,
                const ck_rows *links);
  /// Puts the positions of the nearest `width` entries, one or two, that have not been expanded
  /// into `next`, counts them as expanded, and returns their number: less if there are no more, or
  /// `breadth` entries are nearer. The records in `links` of those that are to follow, unless
  /// nearer ones turn up, are fetched meanwhile.
  uint32_t (*expand)(ck_pool *pool, uint32_t breadth, uint32_t width, const ck_rows *links,
                     uint32_t *next);
  /// Puts the positions of the entries up to `last` that have not been expanded, `room` at most,
  /// into `next`, counts them as expanded, closes all others, and returns their number. Their
  /// records in `links` are fetched meanwhile.
  uint32_t (*expand_all)(ck_pool *pool, uint64_t last, uint32_t room, const ck_rows *links,
                         uint32_t *next);
  /// The entry that `place` entries are up to, itself included; there must be as many.
  uint64_t (*entry_at)(const ck_pool *pool, uint32_t place);
  /// Puts distinct numbers in order. For some hundreds: it takes time square to their number.
  /// `spare` has room for as many.
  void (*order)(uint64_t *numbers, uint32_t count, uint64_t *spare);
  /// Drops the entries beyond `last`, and all but the nearest `keep`.
  void (*cut)(ck_pool *pool, uint64_t last);
  void (*prune)(ck_pool *pool, uint32_t keep);
} ck_walk;

/// Appends the neighbors that are not marked in the bitmap `visited` yet, and marks them: their
/// positions, and their slots, which may be the same list. Bits 30 and 31 of links are flags. A
/// position from `positions_end` or a slot from `slots_end` on ends the list. Returns the new
/// count; the lists need room for `capacity` more.
uint32_t ck_gather_new(const uint32_t *links, const uint32_t *link_slots, uint32_t capacity,
                       uint32_t positions_end, uint32_t slots_end, uint64_t *visited,
                       uint32_t *positions, uint32_t *slots, uint32_t count);

/// Asks for what lies at an address, before it is read.
void ck_fetch(const void *address, uint32_t bytes);

/// The kernels of a level, which the processor must support.
const ck_walk *ck_walk_kernels(ck_level level);
