// Sums over postings, and checksums.
#include "check.h"

enum { FIELDS = 256, LENGTHS = 256, FIRST = 4096, SLOTS = 4096 };

static void check_list(ck_level level, uint32_t count, uint32_t step) {
  ck_field fields[FIELDS] = {{3, 0.1f}, {2, 0.02f}, {0.5f, 0.01f}};  // the fourth counts for nothing
  float lengths[LENGTHS], *values = zeros(4 * count);
  double sums[SLOTS] = {0};
  uint32_t *slots = zeros(4 * count), slot = 0, found = 0;
  uint8_t *postings = zeros(4 * count);
  for (int i = 0; i < LENGTHS; i++) lengths[i] = (float)i;
  fields[255] = (ck_field){1, 1};
  for (uint32_t i = 0; i < count; i++) {
    if (draw(3) == 0) slot += 1 + draw(step);
    if (slot >= SLOTS) slot = SLOTS - 1;
    uint32_t field = draw(9) ? draw(4) : 255, frequency = 1 + draw(15), length = draw(LENGTHS);
    uint32_t bits = slot << 20 | field << 12 | frequency << 8 | length;
    for (int k = 0; k < 4; k++) postings[4 * i + k] = (uint8_t)(bits >> (8 * k));
    sums[slot] += (double)fields[field].weight * frequency /
                  (0.5 + (double)fields[field].slope * length);
  }
  uint32_t products = ck_sum_postings_kernel(level)(postings, count, FIRST, fields, lengths, 0.5f,
                                                    1.5f, slots, values);
  for (slot = 0; slot < SLOTS; slot++) {
    if (sums[slot] == 0) continue;
    EXPECT(found < products, "%u postings: slot %u is missing", count, slot);
    EQUAL(slots[found], slot + FIRST, "%u postings, product %u", count, found);
    double expected = sums[slot] / (1.5 + sums[slot]);
    NEAR(values[found], expected, 1e-5 * expected, "%u postings, slot %u", count, slot);
    found++;
  }
  EQUAL(products, found, "the products of %u postings", count);
}

void check_postings(ck_level level) {
  const uint32_t counts[] = {0, 1, 2, 3, 7, 15, 16, 17, 64, 501, 5000};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    for (uint32_t round = 0; round < 20; round++) check_list(level, counts[i], 1 + 7 * (round % 3));
}

/// Bit by bit, as the polynomial has them.
static uint32_t crc32c(const uint8_t *bytes, size_t count) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < 8 * count; i++) {
    uint32_t bit = (crc ^ bytes[i / 8] >> i % 8) & 1;
    crc = crc >> 1 ^ (bit ? 0x82F63B78 : 0);
  }
  return ~crc;
}

void check_checksum(ck_level level) {
  (void)level;
  enum { MOST = 300 };
  uint8_t bytes[MOST];
  for (int i = 0; i < MOST; i++) bytes[i] = (uint8_t)draw(256);
  // The check value of the algorithm's specification.
  EQUAL(ck_crc32c("123456789", 9), 0xE3069283, "crc of %s", "123456789");
  for (size_t start = 0; start < 9; start++)
    for (size_t count = 0; start + count <= MOST; count += 1 + count / 9)
      EQUAL(ck_crc32c(bytes + start, count), crc32c(bytes + start, count), "crc of %zu bytes", count);
}
