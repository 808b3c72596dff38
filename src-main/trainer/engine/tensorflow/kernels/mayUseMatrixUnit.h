#pragma once
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/** Whether the processor multiplies squares of bfloat16 (AMX) and the system keeps their registers, which Linux does for a process that asks. */
static inline bool mayUseMatrixUnit() {
#if defined(__x86_64__)
  constexpr unsigned unitAndItsBfloat16 = 1u << 24 | 1u << 22, tellsWhatIsKept = 1u << 27, registers = 3u << 17;
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || (edx & unitAndItsBfloat16) != unitAndItsBfloat16) return false;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & tellsWhatIsKept) == 0) return false;
  asm volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
  if ((eax & registers) != registers) return false;
#if defined(__linux__)
  constexpr long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA (asm/prctl.h of Linux 5.16)
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return true;
#endif
#else
  return false;
#endif
}
