// The lab's own kernels for TensorFlow on a CPU; compiled once for every instruction set (vectors.h).
#include <cstring>

#include "convolutions.h"
#include "normalizations.h"
#include "tensorflow.h"

const char* registerKernels() {
  static char refusal[512];
  TF_Status* const status = TF_NewStatus();
  registerConvolutions(Registry(status));
  registerNormalizations(Registry(status));
  const bool isRefused = TF_GetCode(status) != TF_OK;
  if (isRefused) std::strncpy(refusal, TF_Message(status), sizeof(refusal) - 1);
  TF_DeleteStatus(status);
  return isRefused ? refusal : nullptr;
}
