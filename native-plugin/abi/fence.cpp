#include "native-plugin/abi/fence.hpp"

#include <cstdint>

#include "native-plugin/abi/status.hpp"

namespace backstay::plugin::abi {
namespace {

// The outermost callback that this thread is inside of, as far as it knows. Held by value: an abandoned
// frame's own memory is gone. A nested scope (host_db.cancel from op_cancel) leaves it alone.
struct Inside {
  std::shared_ptr<Fence> fence;
  std::uintptr_t frame = 0;
};
thread_local Inside inside;

#if defined(__GNUC__)
#define BACKSTAY_FRAME reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))
#endif

}  // namespace

[[gnu::noinline]] CallbackScope::CallbackScope(const std::shared_ptr<Fence>& fence) : outermost_(!inside.fence) {
  if (outermost_) inside = {fence, BACKSTAY_FRAME};
}

CallbackScope::~CallbackScope() {
  if (outermost_) inside.fence.reset();
}

[[gnu::noinline]] bool may_enter() {
  if (!inside.fence) return true;
  // Stacks grow downwards on every machine this is built for.
  if (BACKSTAY_FRAME < inside.frame) return false;
  inside.fence->poison();
  inside.fence.reset();
  return true;
}

Answered host_failure(const char* callback, const char* how) {
  return {BACKSTAY_E_HOST, std::string("the host's ") + callback + " " + how};
}

Answered judged(backstay_status status, const char* callback) {
  if (status == BACKSTAY_OK || status == BACKSTAY_MORE || status == BACKSTAY_ABSENT) return {status, ""};
  if (status == BACKSTAY_NO_ANSWER) return host_failure(callback, "gave no answer (status 0: an exception that its language swallowed?)");
  const std::string said = std::string("the host's ") + callback + " answered ";
  switch (status) {
    case BACKSTAY_E_NOMEM:
    case BACKSTAY_E_IO:
    case BACKSTAY_E_NOSPACE:
    case BACKSTAY_E_TIMEOUT:
    case BACKSTAY_E_LOCKED:
    case BACKSTAY_E_CONFLICT:
    case BACKSTAY_E_DB:
    case BACKSTAY_E_DB_LOST:
    case BACKSTAY_E_UNSUPPORTED:
      return {status, said + status_name(status)};
    default:
      return {BACKSTAY_E_HOST, said + (is_status(status) ? status_name(status) : std::to_string(status) + ", which is no status")};
  }
}

}  // namespace backstay::plugin::abi
