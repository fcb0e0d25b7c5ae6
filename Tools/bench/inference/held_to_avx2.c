// Holds a program to AVX2, for libraries that choose their kernels by CPUID and have no switch:
//
//     LD_PRELOAD=held_to_avx2.so python …
//
// CPUID traps, on processors that can and with Linux, and is answered without the bits of AVX-512,
// of AMX, and of what extends AVX2. Threads and children are held too.
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <cpuid.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static struct sigaction before;

static long let_cpuid_run(int is_allowed) {
  return syscall(SYS_arch_prctl, ARCH_SET_CPUID, is_allowed);
}

static void answer(greg_t *registers) {
  unsigned leaf = (unsigned)registers[REG_RAX], part = (unsigned)registers[REG_RCX], a, b, c, d;
  let_cpuid_run(1);
  __cpuid_count(leaf, part, a, b, c, d);
  let_cpuid_run(0);
  if (leaf == 7 && part == 0) {
    b &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30 | 1u << 31);
    c &= ~(1u << 1 | 1u << 6 | 1u << 11 | 1u << 12 | 1u << 14);
    d &= ~(1u << 2 | 1u << 3 | 1u << 8 | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25);
  }
  if (leaf == 7 && part == 1) {
    a &= ~(1u << 4 | 1u << 5 | 1u << 21 | 1u << 23);   // AVX-VNNI, AVX512-BF16, AMX-FP16, AVX-IFMA
    d &= ~(1u << 4 | 1u << 5 | 1u << 10 | 1u << 19);   // AVX-VNNI-INT8, AVX-NE-CONVERT, …, AVX10
  }
  registers[REG_RAX] = a;
  registers[REG_RBX] = b;
  registers[REG_RCX] = c;
  registers[REG_RDX] = d;
}

/// Answers CPUID; what else goes wrong is the program's.
static void trapped(int number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *code = (const unsigned char *)registers[REG_RIP];
  if (info->si_code == SI_KERNEL && code[0] == 0x0f && code[1] == 0xa2) {
    answer(registers);
    registers[REG_RIP] += 2;
  } else if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(number, info, context);
  } else {
    signal(number, SIG_DFL);  // the instruction runs and fails again
  }
}

__attribute__((constructor)) static void hold(void) {
  struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &action, &before);
  if (let_cpuid_run(0) == 0) return;
  perror("held_to_avx2: this machine does not let CPUID trap");
  exit(1);
}
