#include "ck_cpu.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

static const char *const names[] = {
    [CK_PORTABLE] = "portable",
#if defined(__aarch64__)
    [CK_DOTPROD] = "dotprod",
#else
    [CK_AVX2] = "avx2",
    [CK_AVX512] = "avx512",
    [CK_AVX512_BF16] = "avx512bf16",
    [CK_AVX512_FP16] = "avx512fp16",
#endif
};
enum { LEVELS = sizeof names / sizeof *names };

const char *ck_cpu_name(ck_level level) { return names[level]; }

static ck_level supported(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return CK_PORTABLE;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("avx512vnni"))
    return CK_AVX2;
  if (!__builtin_cpu_supports("avx512bf16")) return CK_AVX512;
  return __builtin_cpu_supports("avx512fp16") && __builtin_cpu_supports("avx512vbmi2")
             ? CK_AVX512_FP16
             : CK_AVX512_BF16;
#elif defined(__aarch64__) && defined(__APPLE__)
  return CK_DOTPROD;  // every one of Apple's
#elif defined(__aarch64__) && defined(__linux__)
  return getauxval(AT_HWCAP) & HWCAP_ASIMDDP ? CK_DOTPROD : CK_PORTABLE;
#else
  return CK_PORTABLE;
#endif
}

/// The level that VITRINE_CPU names, or one above all.
static int wanted(void) {
  const char *name = getenv("VITRINE_CPU");
  for (int level = CK_PORTABLE; name && level < LEVELS; level++)
    if (strcmp(name, names[level]) == 0) return level;
  return LEVELS;
}

ck_level ck_cpu_highest(void) {
  int best = supported(), limit = wanted();
  return (ck_level)(limit < best ? limit : best);
}

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bf16"))), apply_to = function)

/// Cycles that independent products take, of floats or of pairs of bfloat16: the least of a few
/// tries, so that an interruption does not count.
static unsigned long long cycles(int pairs) {
  enum { SUMS = 16, ROUNDS = 64, TRIES = 40 };
  unsigned long long least = ~0ull;
  for (int try = 0; try < TRIES; try++) {
    __m512 sums[SUMS] = {};
    __m512 factor = _mm512_set1_ps(1);
    __asm__ volatile("" : "+v"(factor));
    unsigned long long start = __builtin_ia32_rdtsc();
    for (int round = 0; round < ROUNDS; round++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < SUMS; i++) {
        sums[i] = pairs ? _mm512_dpbf16_ps(sums[i], (__m512bh)factor, (__m512bh)factor)
                        : _mm512_fmadd_ps(factor, factor, sums[i]);
        __asm__ volatile("" : "+v"(sums[i]));
      }
    }
    unsigned long long taken = __builtin_ia32_rdtsc() - start;
    if (taken < least) least = taken;
  }
  return least;
}

#pragma clang attribute pop

ck_level ck_cpu_fastest(void) {
  ck_level highest = ck_cpu_highest();
  if (highest < CK_AVX512_BF16 || wanted() == (int)highest) return highest;
  if (cycles(1) < 2 * cycles(0)) return CK_AVX512_BF16;
  return highest == CK_AVX512_FP16 ? CK_AVX512_FP16 : CK_AVX512;
}
#else
ck_level ck_cpu_fastest(void) { return ck_cpu_highest(); }
#endif

size_t ck_cache_bytes(void) {
  static size_t bytes;  // threads that come here first at once write the same
  size_t known = __atomic_load_n(&bytes, __ATOMIC_RELAXED);
  if (known) return known;
  long found = -1;
#ifdef _SC_LEVEL2_CACHE_SIZE
  found = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
  known = found > 0 ? (size_t)found : 1 << 20;
  __atomic_store_n(&bytes, known, __ATOMIC_RELAXED);
  return known;
}
