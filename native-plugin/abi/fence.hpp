// The border to the host's code: what happens when a callback throws, calls back, or never returns.
//
// A callback that leaves by longjmp (or, with some bridges, by a managed exception) skips our frames without
// running a destructor. Nothing can be done about that at the time; but the thread remembers that it is
// inside a callback, and the next call into the library on that thread finds the mark. Whether that call
// comes from inside the callback (re-entrant) or after it was abandoned is told by the stack: a call from
// inside is deeper than the frame that set the mark. An abandoned callback poisons its engine.
#pragma once

#include <atomic>
#include <cxxabi.h>
#include <memory>
#include <string>

#include "native-plugin/services/services.hpp"

namespace backstay::plugin::abi {

// One per engine; shared with everything that calls the host for it.
class Fence {
 public:
  bool is_poisoned() const { return poisoned_; }
  void poison() { poisoned_ = true; }

 private:
  std::atomic<bool> poisoned_{false};
};

// Lives around every call into the host.
class CallbackScope {
 public:
  explicit CallbackScope(const std::shared_ptr<Fence>& fence);
  ~CallbackScope();
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

 private:
  bool outermost_;
};

// First thing at every entry point that callbacks may not use. False: called from inside a callback.
// Finds abandoned callbacks of this thread, and poisons their engines.
[[nodiscard]] bool may_enter();

// What a host's status means for us. Statuses that say something about the host's own system go through;
// 0, numbers that are no status, and statuses that only the library gives are BACKSTAY_E_HOST.
Answered judged(backstay_status status, const char* callback);
Answered host_failure(const char* callback, const char* how);

// Calls the host. `call` returns the callback's status.
template <class Call>
Answered ask(const std::shared_ptr<Fence>& fence, const char* callback, Call call) {
  backstay_status status = BACKSTAY_NO_ANSWER;
  try {
    const CallbackScope scope(fence);
    status = call();
  } catch (::abi::__forced_unwind&) {
    throw;  // the thread is being cancelled; swallowing that would end the process
  } catch (...) {
    return host_failure(callback, "threw an exception");
  }
  return judged(status, callback);
}

// Runs an entry point: nothing gets out but a status.
template <class Body>
backstay_status guarded(Body body) {
  try {
    return body();
  } catch (::abi::__forced_unwind&) {
    throw;
  } catch (const std::bad_alloc&) {
    return BACKSTAY_E_NOMEM;
  } catch (...) {
    return BACKSTAY_E_INTERNAL;
  }
}

}  // namespace backstay::plugin::abi
