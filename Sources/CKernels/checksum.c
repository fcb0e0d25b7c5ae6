#include "ck_checksum.h"

#include <stdbool.h>
#include <string.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#if defined(__x86_64__)
#define HARDWARE "sse4.2"
#define CRC_OF_8 __builtin_ia32_crc32di
#define CRC_OF_1 __builtin_ia32_crc32qi

static bool has_instruction(void) { return __builtin_cpu_supports(HARDWARE); }
#elif defined(__aarch64__)
#define HARDWARE "crc"
#define CRC_OF_8 __builtin_arm_crc32cd
#define CRC_OF_1 __builtin_arm_crc32cb

static bool has_instruction(void) {
#if defined(__APPLE__)
  return true;
#elif defined(__linux__)
  return getauxval(AT_HWCAP) & HWCAP_CRC32;
#else
  return false;
#endif
}
#endif

#if defined(HARDWARE)
__attribute__((target(HARDWARE))) static uint32_t crc_hardware(const uint8_t *p, size_t n) {
  uint32_t crc = 0xFFFFFFFF;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = (uint32_t)CRC_OF_8(crc, word);
  }
  while (n--) crc = CRC_OF_1(crc, *p++);
  return ~crc;
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
#if defined(HARDWARE)
  if (has_instruction()) return crc_hardware(bytes, count);
#endif
  return crc_portable(bytes, count);
}
