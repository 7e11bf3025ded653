#include "native-plugin/abi/engine_handle.hpp"

#include <chrono>

namespace backstay::plugin::abi {

Handles<backstay_engine, EngineHandle>& engines() {
  static auto* const all = new Handles<backstay_engine, EngineHandle>;  // never destroyed: threads may outlive main
  return *all;
}

Handles<backstay_op, OperationHandle>& operations() {
  static auto* const all = new Handles<backstay_op, OperationHandle>;
  return *all;
}

void OperationHandle::hold(std::unique_ptr<Operation> operation) {
  const std::lock_guard lock(mutex_);
  operation_ = std::move(operation);
}

std::shared_ptr<Operation> OperationHandle::operation() {
  const std::lock_guard lock(mutex_);
  return operation_;
}

void OperationHandle::retire() {
  std::shared_ptr<Operation> last;
  {
    const std::lock_guard lock(mutex_);
    if (retired_) return;
    retired_ = true;
    last.swap(operation_);
  }
  last.reset();  // before the engine it belongs to
  --engine->operations;
}

Turn::Turn(EngineHandle& engine, EngineHandle::Use use) : engine_(engine) {
  using Use = EngineHandle::Use;
  std::unique_lock lock(engine.mutex);
  const auto settled = [&] { return engine.use != Use::call || engine.fence->is_poisoned(); };
  // A short call whose callback was abandoned on another thread never gives its turn back.
  const bool in_time = engine.free_again.wait_for(lock, std::chrono::seconds(10), settled);
  if (engine.fence->is_poisoned()) status_ = BACKSTAY_E_POISONED;
  else if (!in_time || engine.use == Use::run) status_ = BACKSTAY_E_STATE;
  else engine.use = use;
}

Turn::~Turn() {
  if (!taken()) return;
  {
    const std::lock_guard lock(engine_.mutex);
    engine_.use = EngineHandle::Use::none;
  }
  engine_.free_again.notify_all();
}

}  // namespace backstay::plugin::abi
