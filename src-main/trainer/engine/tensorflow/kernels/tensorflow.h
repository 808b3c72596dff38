#pragma once
// What the kernels use of TensorFlow's C API for kernels. Its own header, tensorflow/c/kernels.h, includes headers of devices that are
// not installed; these are the declarations of that header (TensorFlow 2.21) that are used here.
#include <tensorflow/c/c_api.h>
#include <tensorflow/c/ops.h>

#include <initializer_list>

#include "threads.h"
#include "vectors.h"

extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_KernelBuilder_TypeConstraint(TF_KernelBuilder*, const char* attribute, TF_DataType, TF_Status*);
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder*, TF_Status*);
void TF_OpKernelConstruction_GetAttrFloat(TF_OpKernelConstruction*, const char* name, float* value, TF_Status*);
void TF_OpKernelConstruction_GetAttrInt32(TF_OpKernelConstruction*, const char* name, int32_t* value, TF_Status*);
void TF_OpKernelConstruction_GetAttrBool(TF_OpKernelConstruction*, const char* name, unsigned char* value, TF_Status*);
int TF_NumInputs(TF_OpKernelContext*);
void TF_GetInput(TF_OpKernelContext*, int index, TF_Tensor**, TF_Status*);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext*, int index, TF_DataType, const int64_t* sizes, int rank, size_t bytes, TF_Status*);
void TF_OpKernelContext_Failure(TF_OpKernelContext*, TF_Status*);
}

template <typename T>
constexpr TF_DataType dataTypeOf = TF_FLOAT;
template <>
constexpr TF_DataType dataTypeOf<Bfloat16> = TF_BFLOAT16;

template <typename T>
static inline const T* dataOf(const TF_Tensor* tensor) {
  return static_cast<const T*>(TF_TensorData(tensor));
}

/** One call of a kernel: gives inputs and outputs, says what went wrong. It holds the threads and the scratch memory while it lives. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context(context), status(TF_NewStatus()) {}
  ~Call() {
    for (int index = 0; index < heldCount; index++) TF_DeleteTensor(held[index]);
    TF_DeleteStatus(status);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  int inputCount() const { return TF_NumInputs(context); }
  const TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context, index, &tensor, status);
    return hold(tensor);
  }
  /** @returns where to write; null, and the call has failed, where there is no memory. */
  template <typename T>
  T* output(int index, std::initializer_list<int64_t> sizes) {
    size_t bytes = sizeof(T);
    for (const int64_t size : sizes) bytes *= size;
    TF_Tensor* tensor =
        TF_AllocateOutput(context, index, dataTypeOf<T>, sizes.begin(), static_cast<int>(sizes.size()), bytes, status);
    if (TF_GetCode(status) == TF_OK) return static_cast<T*>(TF_TensorData(hold(tensor)));
    TF_OpKernelContext_Failure(context, status);
    return nullptr;
  }
  void fail(TF_Code code, const char* message) {
    TF_SetStatus(status, code, message);
    TF_OpKernelContext_Failure(context, status);
  }
  void failForMemory() { fail(TF_RESOURCE_EXHAUSTED, "OOM: there is no memory for the kernel's scratch."); }

 private:
  TF_Tensor* hold(TF_Tensor* tensor) {
    if (tensor != nullptr) held[heldCount++] = tensor;
    return tensor;
  }
  const Turn turn;
  TF_OpKernelContext* const context;
  TF_Status* const status;
  TF_Tensor* held[24] = {};
  int heldCount = 0;
};

/** Adds ops and their kernels to TensorFlow; after the first failure it does nothing more. */
class Registry {
 public:
  explicit Registry(TF_Status* status) : status(status) {}

  struct Op {
    const char* name;
    /** As in "x: T". */
    std::initializer_list<const char*> inputs, outputs;
    /** Besides "T: {float, bfloat16}", as in "epsilon: float". */
    std::initializer_list<const char*> attributes;
  };
  void op(const Op& op) const {
    if (!isFine()) return;
    TF_OpDefinitionBuilder* const builder = TF_NewOpDefinitionBuilder(op.name);
    TF_OpDefinitionBuilderAddAttr(builder, "T: {float, bfloat16}");
    for (const char* attribute : op.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
    for (const char* input : op.inputs) TF_OpDefinitionBuilderAddInput(builder, input);
    for (const char* output : op.outputs) TF_OpDefinitionBuilderAddOutput(builder, output);
    TF_RegisterOpDefinition(builder, status);
  }

  /** @tparam Settings - made of the call's attributes: Settings(TF_OpKernelConstruction*, TF_Status*). */
  template <typename T, typename Settings, void (*compute)(Call&, const Settings&)>
  void kernel(const char* op) const {
    if (!isFine()) return;
    TF_KernelBuilder* const builder = TF_NewKernelBuilder(
        op, "CPU",
        [](TF_OpKernelConstruction* construction) -> void* {
          TF_Status* const reading = TF_NewStatus();
          void* const settings = new Settings(construction, reading);
          TF_DeleteStatus(reading);
          return settings;
        },
        [](void* settings, TF_OpKernelContext* context) {
          Call call(context);
          compute(call, *static_cast<const Settings*>(settings));
        },
        [](void* settings) { delete static_cast<Settings*>(settings); });
    TF_KernelBuilder_TypeConstraint(builder, "T", dataTypeOf<T>, status);
    if (isFine()) TF_RegisterKernelBuilder(op, builder, status);
  }

 private:
  bool isFine() const { return TF_GetCode(status) == TF_OK; }
  TF_Status* const status;
};
