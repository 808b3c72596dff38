#pragma once
// What the kernels use of TensorFlow's C API for kernels. Its own header, tensorflow/c/kernels.h, includes headers of devices that are
// not installed; these are the declarations of that header (TensorFlow 2.21) that are used here.
#include <tensorflow/c/c_api.h>
#include <tensorflow/c/ops.h>

#include <initializer_list>
#include <memory>
#include <new>
#include <vector>

#include "../threads/threads.h"
#include "../maths/vectors.h"

extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_KernelBuilder_TypeConstraint(TF_KernelBuilder*, const char* attribute, TF_DataType, TF_Status*);
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder*, TF_Status*);
void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction*, TF_Status*);
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

struct DeleteStatus {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
using Status = std::unique_ptr<TF_Status, DeleteStatus>;
static inline bool isFine(const Status& status) { return TF_GetCode(status.get()) == TF_OK; }

/** Thrown when the status says why a call cannot go on; never leaves the kernel. */
struct Refused {};

/**
 * Does what may fail and leaves in the status why it did: no exception gets out into TensorFlow.
 * @returns whether it was done.
 */
template <typename Work>
static inline bool attempt(const Status& status, const Work& work) {
  try {
    work();
  } catch (const Refused&) {
  } catch (const std::bad_alloc&) {
    TF_SetStatus(status.get(), TF_RESOURCE_EXHAUSTED, "OOM: there is no memory for the kernel.");
  } catch (...) {
    TF_SetStatus(status.get(), TF_INTERNAL, "The lab's kernel met an error that it does not know.");
  }
  return isFine(status);
}

/** One call of a kernel: gives inputs and outputs, or refuses. It holds the threads and the scratch memory while it lives. */
class Call {
 public:
  Call(TF_OpKernelContext* context, const Status& status) : context(context), status(status) {}
  ~Call() {
    for (TF_Tensor* tensor : held) TF_DeleteTensor(tensor);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  int inputCount() const { return TF_NumInputs(context); }
  const TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context, index, &tensor, status.get());
    return hold(tensor);
  }
  /** Where to write. */
  template <typename T>
  T* output(int index, std::initializer_list<int64_t> sizes) {
    return output<T>(index, sizes.begin(), static_cast<int>(sizes.size()));
  }
  /** The same, of another tensor's shape. */
  template <typename T>
  T* outputLike(int index, const TF_Tensor* like) {
    std::vector<int64_t> sizes(TF_NumDims(like));
    for (size_t axis = 0; axis < sizes.size(); axis++) sizes[axis] = TF_Dim(like, static_cast<int>(axis));
    return output<T>(index, sizes.data(), static_cast<int>(sizes.size()));
  }
  /** Floats that all threads share. */
  float* scratch(int64_t floats) const {
    float* const memory = sharedScratch(floats);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
  [[noreturn]] void refuse(const char* message) const {
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, message);
    throw Refused();
  }

 private:
  template <typename T>
  T* output(int index, const int64_t* sizes, int rank) {
    size_t bytes = sizeof(T);
    for (int axis = 0; axis < rank; axis++) bytes *= sizes[axis];
    return static_cast<T*>(TF_TensorData(hold(TF_AllocateOutput(context, index, dataTypeOf<T>, sizes, rank, bytes, status.get()))));
  }
  TF_Tensor* hold(TF_Tensor* tensor) {
    if (tensor != nullptr) held.push_back(tensor);
    if (tensor == nullptr || !isFine(status)) throw Refused();
    return tensor;
  }
  const Turn turn;
  TF_OpKernelContext* const context;
  const Status& status;
  std::vector<TF_Tensor*> held;
};

/** The attributes of a call, read one by one; the first that cannot be read refuses it. */
class Attributes {
 public:
  Attributes(TF_OpKernelConstruction* construction, const Status& status) : construction(construction), status(status) {}

  void read(const char* name, int32_t& value) const { read(TF_OpKernelConstruction_GetAttrInt32, name, value); }
  void read(const char* name, float& value) const { read(TF_OpKernelConstruction_GetAttrFloat, name, value); }
  void read(const char* name, unsigned char& value) const { read(TF_OpKernelConstruction_GetAttrBool, name, value); }

 private:
  template <typename T>
  void read(void (*get)(TF_OpKernelConstruction*, const char*, T*, TF_Status*), const char* name, T& value) const {
    get(construction, name, &value, status.get());
    if (!isFine(status)) throw Refused();
  }
  TF_OpKernelConstruction* const construction;
  const Status& status;
};

/** Of ops without attributes. */
struct NoSettings {
  explicit NoSettings(const Attributes&) {}
};

/** Adds ops and their kernels to TensorFlow; after the first failure it does nothing more. */
class Registry {
 public:
  explicit Registry(const Status& status) : status(status) {}

  struct Op {
    const char* name;
    /** As in "x: T". */
    std::initializer_list<const char*> inputs, outputs;
    /** Besides "T: {float, bfloat16}", as in "epsilon: float". */
    std::initializer_list<const char*> attributes;
  };
  void op(const Op& op) const {
    if (!isFine(status)) return;
    TF_OpDefinitionBuilder* const builder = TF_NewOpDefinitionBuilder(op.name);
    TF_OpDefinitionBuilderAddAttr(builder, "T: {float, bfloat16}");
    for (const char* attribute : op.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
    for (const char* input : op.inputs) TF_OpDefinitionBuilderAddInput(builder, input);
    for (const char* output : op.outputs) TF_OpDefinitionBuilderAddOutput(builder, output);
    TF_RegisterOpDefinition(builder, status.get());
  }

  /** @tparam Settings - made of the call's attributes: Settings(const Attributes&). */
  template <typename T, typename Settings, void (*compute)(Call&, const Settings&)>
  void kernel(const char* op) const {
    if (!isFine(status)) return;
    TF_KernelBuilder* const builder = TF_NewKernelBuilder(
        op, "CPU",
        [](TF_OpKernelConstruction* construction) -> void* {
          const Status reading(TF_NewStatus());
          Settings* settings = nullptr;
          if (attempt(reading, [&] { settings = new Settings(Attributes(construction, reading)); })) return settings;
          TF_OpKernelConstruction_Failure(construction, reading.get());
          return settings;
        },
        [](void* settings, TF_OpKernelContext* context) {
          const Status status(TF_NewStatus());
          const bool isDone = attempt(status, [&] {
            Call call(context, status);
            compute(call, *static_cast<const Settings*>(settings));
          });
          if (!isDone) TF_OpKernelContext_Failure(context, status.get());
        },
        [](void* settings) { delete static_cast<Settings*>(settings); });
    TF_KernelBuilder_TypeConstraint(builder, "T", dataTypeOf<T>, status.get());
    if (isFine(status)) TF_RegisterKernelBuilder(op, builder, status.get());
  }

 private:
  const Status& status;
};
