// Which instruction set the kernels use: detected once, lowered by VITRINE_CPU.
#pragma once
#include <stddef.h>

/// Those of the architecture, in rising order.
typedef enum {
  CK_PORTABLE = 0,
#if defined(__aarch64__)
  CK_DOTPROD = 1,  // sums of four products of bytes, from ARMv8.2 on
#else
  CK_AVX2 = 1,    // AVX2 + FMA + F16C
  CK_AVX512 = 2,  // F, BW, DQ, VL and VNNI
  CK_AVX512_BF16 = 3,
  CK_AVX512_FP16 = 4,
#endif
} ck_level;

/// The highest level this processor supports, or the one that the environment variable
/// VITRINE_CPU names if that is lower.
ck_level ck_cpu_highest(void);

/// The name of a level: portable; avx2, avx512, avx512bf16, avx512fp16; dotprod.
const char *ck_cpu_name(ck_level level);

/// The fastest level up to the highest, unless VITRINE_CPU names one of those of 16 bits:
/// avx512bf16 where the instruction for a pair of bfloat16 takes less time than two products of
/// floats, else avx512fp16, else avx512. On Intel's processors that instruction takes four times as
/// long, so it is measured, in a fraction of a millisecond: ask once.
ck_level ck_cpu_fastest(void);

/// Bytes of a core's own (second-level) cache, or a guess.
size_t ck_cache_bytes(void);

/// Tells the processor that this thread is spinning.
static inline void ck_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
