// Which instruction set the kernels use: detected once, lowered by VITRINE_CPU.
#pragma once

typedef enum {
  CK_PORTABLE = 0,
  CK_AVX2 = 1,    // AVX2 + FMA + F16C
  CK_AVX512 = 2,  // F, BW, DQ, VL and VNNI
  CK_AVX512_BF16 = 3,
} ck_level;

/// The highest level this processor supports, or the one that the environment variable
/// VITRINE_CPU (portable, avx2, avx512, avx512bf16) names if that is lower. Constant for a process.
ck_level ck_cpu_level(void);

/// "portable", "avx2", "avx512" or "avx512bf16".
const char *ck_level_name(ck_level level);

/// Tells the processor that this thread is spinning.
static inline void ck_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
