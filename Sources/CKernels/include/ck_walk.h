// Steps of a walk over a graph: which neighbours are new, and the list of the nearest so far.
#pragma once
#include <stdint.h>

#include "ck_distance.h"

/// The nearest entries so far, ascending and distinct. An entry is a number: its score, made
/// unsigned by flipping the top bit, above the position, whose top bit is for the walk's own use.
/// `capacity` is at least 1.
typedef struct {
  uint64_t *entries;
  uint32_t count;
  uint32_t capacity;
  /// Everything before it has been expanded. An entry that comes to lie before moves it back.
  uint32_t cursor;
} ck_pool;

/// The kernels of one instruction set.
typedef struct {
  /// Inserts what is near enough. The records in `links` (if not null) of those that will be
  /// expanded next are fetched meanwhile.
  void (*merge)(ck_pool *pool, const int32_t *scores, const uint32_t *positions, uint32_t count,
                const ck_rows *links);
} ck_walk;

/// Appends the neighbours that are not marked in the bitmap `visited` yet, and marks them: their
/// positions, and their slots, which may be the same list. Bits 30 and 31 of links are flags. A
/// position from `positions_end` or a slot from `slots_end` on ends the list. Returns the new count;
/// the lists need room for `capacity` more.
uint32_t ck_gather_new(const uint32_t *links, const uint32_t *link_slots, uint32_t capacity,
                       uint32_t positions_end, uint32_t slots_end, uint64_t *visited,
                       uint32_t *positions, uint32_t *slots, uint32_t count);

/// Asks for the records of the first two entries from the cursor on.
void ck_fetch_next(const ck_pool *pool, const ck_rows *links);

/// The kernels of a level, which the processor must support.
const ck_walk *ck_walk_kernels(ck_level level);
