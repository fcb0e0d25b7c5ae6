#include "ck_checksum.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc_hardware(const uint8_t *p, size_t n) {
  uint64_t crc = 0xFFFFFFFF;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  uint32_t rest = (uint32_t)crc;
  while (n--) rest = _mm_crc32_u8(rest, *p++);
  return ~rest;
}
#endif

static uint32_t crc_portable(const uint8_t *p, size_t n) {
  uint32_t crc = 0xFFFFFFFF;
  while (n--) {
    crc ^= *p++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78 & -(crc & 1));
  }
  return ~crc;
}

uint32_t ck_crc32c(const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc_hardware(bytes, count);
#endif
  return crc_portable(bytes, count);
}
