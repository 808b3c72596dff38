// Before Node-API 10 a reference holds objects only. better-sqlite3 13 keeps strings in them and asks for nothing else that is newer:
// here a string waits in an object of its own. The package's binary is made to call these functions (utilityLab.ts).
#include <mutex>
#include <node_api.h>
#include <unordered_set>

namespace {
constexpr auto held = "held";
std::mutex lock; // the lab's threads load the package, too
std::unordered_set<napi_ref> boxed;
}  // namespace

extern "C" {
NAPI_EXTERN napi_status old_create_reference(napi_env env, napi_value value, uint32_t count, napi_ref* result) {
  napi_valuetype type;
  if (const auto status = napi_typeof(env, value, &type); status != napi_ok) return status;
  if (type == napi_object || type == napi_function) return napi_create_reference(env, value, count, result);
  napi_value box;
  napi_create_object(env, &box);
  napi_set_named_property(env, box, held, value);
  const auto status = napi_create_reference(env, box, count, result);
  if (status != napi_ok) return status;
  const std::lock_guard guard(lock);
  boxed.insert(*result);
  return napi_ok;
}

NAPI_EXTERN napi_status old_get_reference_value(napi_env env, napi_ref reference, napi_value* result) {
  const auto status = napi_get_reference_value(env, reference, result);
  if (status != napi_ok || *result == nullptr) return status;
  {
    const std::lock_guard guard(lock);
    if (boxed.count(reference) == 0) return napi_ok;
  }
  return napi_get_named_property(env, *result, held, result);
}

NAPI_EXTERN napi_status old_delete_reference(napi_env env, napi_ref reference) {
  {
    const std::lock_guard guard(lock);
    boxed.erase(reference);
  }
  return napi_delete_reference(env, reference);
}

NAPI_EXTERN napi_value napi_register_module_v1(napi_env, napi_value exports) { return exports; }
}
