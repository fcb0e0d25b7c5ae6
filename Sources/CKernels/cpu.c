#include "ck_cpu.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"portable", "avx2", "avx512", "avx512bf16"};

static ck_level supported(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return CK_PORTABLE;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("avx512vnni"))
    return CK_AVX2;
  return __builtin_cpu_supports("avx512bf16") ? CK_AVX512_BF16 : CK_AVX512;
#else
  return CK_PORTABLE;
#endif
}

ck_level ck_cpu_level(void) {
  ck_level best = supported();
  const char *wanted = getenv("VITRINE_CPU");
  if (!wanted) return best;
  for (int level = CK_PORTABLE; level < (int)best; level++)
    if (strcmp(wanted, names[level]) == 0) return (ck_level)level;
  return best;
}

const char *ck_level_name(ck_level level) { return names[level]; }
