// Where a record lies, and how it is fetched ahead: shared by the distance kernels.
#pragma once
#include <string.h>

#include "ck_distance.h"

enum { MAX_CODE_BYTES = 16384 };

// What residuals of clipped components count from, in scales; and what a component of 0 is in a
// code and a residual taken for one number.
#define CLIPPED_FROM 126.5f
#define MIDDLE (256 * 128 + 127.5f)

// Whether a component's byte is the least or the greatest, 1 or 255.
static inline bool is_clipped(uint8_t value) { return (uint8_t)(value - 2) > 252; }

typedef struct {
  uint64_t block;
  uint32_t index;
} record_place;

static inline record_place place_of(const ck_rows *rows, uint32_t id) {
  uint64_t block = (uint64_t)(((unsigned __int128)rows->reciprocal * id) >> 64);
  return (record_place){block, id - (uint32_t)block * rows->per_block};
}

static inline const uint8_t *row_at(const ck_rows *rows, uint32_t id) {
  record_place at = place_of(rows, id);
  return rows->blocks[at.block] + rows->offset + (uint64_t)at.index * rows->stride;
}

static inline const uint8_t *trailer_address(const ck_rows *rows, uint32_t id) {
  record_place at = place_of(rows, id);
  return rows->blocks[at.block] + rows->trailer_offset + 4u * at.index;
}

// Whether upper halves hold the norms of their codes themselves.
static inline bool has_inner_norms(const ck_codes *codes) {
  return codes->upper.trailer_offset == 0;
}

// The upper four bits of each of the eight bytes before `end`.
static inline int32_t inner_norm(const uint8_t *end) {
  uint64_t bits;
  memcpy(&bits, end - 8, 8);
  bits = bits >> 4 & 0x0F0F0F0F0F0F0F0F;
  bits = (bits | bits >> 4) & 0x00FF00FF00FF00FF;
  bits = (bits | bits >> 8) & 0x0000FFFF0000FFFF;
  return (int32_t)(bits | bits >> 16);
}

static inline int32_t norm_at(const ck_codes *codes, uint32_t id) {
  const ck_rows *rows = &codes->upper;
  if (has_inner_norms(codes)) return inner_norm(row_at(rows, id) + rows->bytes);
  int32_t norm;
  memcpy(&norm, trailer_address(rows, id), 4);
  return norm;
}

// Makes 0 again what an inner norm made of the values that pad a code; returns what they added up
// to.
static inline int32_t clear_inner_norm(int8_t *values, uint32_t n) {
  int32_t sum = 0;
  for (uint32_t i = n - 8; i < n; i++) {
    sum += values[i];
    values[i] = 0;
  }
  return sum;
}

static inline int32_t weighted_norm(const ck_codes *codes, float weight, uint32_t id) {
  return weight == 0 ? 0 : (int32_t)(weight * (float)norm_at(codes, id));
}

// Asks for every cache line of a row, in the second level: what is under way to the first one has
// few places to wait in.
static inline void prefetch(const uint8_t *row, uint32_t bytes) {
  for (uint32_t at = 0; at < bytes; at += 64) __builtin_prefetch(row + at, 0, 2);
}

static inline void prefetch_row(const ck_rows *rows, uint32_t id) {
  prefetch(row_at(rows, id), rows->bytes);
}

static inline void prefetch_norms(const ck_codes *codes, const uint32_t *ids, uint32_t count) {
  for (uint32_t i = 0; i < count && !has_inner_norms(codes); i++)
    __builtin_prefetch(trailer_address(&codes->upper, ids[i]), 0, 2);
}

static inline void prefetch_code(const ck_codes *codes, uint32_t id) {
  prefetch_row(&codes->upper, id);
  prefetch_row(&codes->lower, id);
}

// Where a residual and its step lie, or NULL.
static inline const uint8_t *residual_at(const ck_codes *codes, uint32_t id) {
  return codes->residuals.blocks ? row_at(&codes->residuals, id) : NULL;
}

static inline const uint8_t *step_at(const ck_codes *codes, uint32_t id) {
  return codes->residuals.blocks ? trailer_address(&codes->residuals, id) : NULL;
}

// Codes have been read before, or are read in order.
static inline void prefetch_residual(const ck_codes *codes, uint32_t id) {
  if (codes->residuals.blocks) prefetch_row(&codes->residuals, id);
}

enum { RESIDUALS_AHEAD = 8 };
