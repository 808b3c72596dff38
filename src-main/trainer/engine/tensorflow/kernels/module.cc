// The module that Node loads after the binding: registers the kernels with TensorFlow where this processor can run them.
#include <node_api.h>

#include "mayUseMatrixUnit.h"

/** In ops/kernels.cc, which is compiled for the instructions asked for here. @returns null, or why TensorFlow refused them. */
const char* registerKernels();

namespace {

bool canRun() {
#if !defined(__x86_64__)
  return true;
#elif defined(KERNELS_NEED_AVX512)
#if defined(KERNELS_NEED_BFLOAT16)
  if (!__builtin_cpu_supports("avx512bf16")) return false;
#endif
#if defined(KERNELS_NEED_AMX)
  if (!mayUseMatrixUnit()) return false;
#endif
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
#else
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
}

/** exports.isRegistered: false where the processor lacks the instructions. Throws what TensorFlow says against the kernels. */
napi_value initialise(napi_env environment, napi_value exports) {
  const bool isRegistered = canRun();
  if (isRegistered) {
    const char* const refusal = registerKernels();
    if (refusal != nullptr) napi_throw_error(environment, nullptr, refusal);
  }
  napi_value value = nullptr;
  const bool isTold = napi_get_boolean(environment, isRegistered, &value) == napi_ok &&
                      napi_set_named_property(environment, exports, "isRegistered", value) == napi_ok;
  if (!isTold) napi_throw_error(environment, nullptr, "Node did not take what the lab's kernels say.");
  return exports;
}

}  // namespace

NAPI_MODULE(esamKernels, initialise)
