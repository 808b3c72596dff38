// The lab's own kernels for TensorFlow on a CPU; compiled once for every instruction set (vectors.h).
#include <cstring>

#include "convolutions.h"
#include "normalizations.h"
#include "pooling.h"
#include "tensorflow.h"
#include "updates.h"

const char* registerKernels() {
  static char refusal[512];
  const Status status(TF_NewStatus());
  const bool isDone = attempt(status, [&] {
    registerConvolutions(Registry(status));
    registerNormalizations(Registry(status));
    registerPooling(Registry(status));
    registerUpdates(Registry(status));
  });
  if (isDone) return nullptr;
  std::strncpy(refusal, TF_Message(status.get()), sizeof(refusal) - 1);
  return refusal;
}
