// What stands behind the handles of the header, and whose turn it is.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "native-plugin/abi/fence.hpp"
#include "native-plugin/abi/handles.hpp"
#include "native-plugin/apply/engine.hpp"

namespace backstay::plugin::abi {

struct EngineHandle {
  std::shared_ptr<Fence> fence = std::make_shared<Fence>();
  std::unique_ptr<Engine> engine;
  std::atomic<int> operations{0};  // not freed yet

  std::mutex mutex;  // guards the two below; never held while the engine or the host runs
  std::condition_variable free_again;
  enum class Use { none, call, run } use = Use::none;
};

class OperationHandle {
 public:
  enum class State { fresh, running, ended };
  std::atomic<State> state{State::fresh};
  const std::shared_ptr<EngineHandle> engine;

  explicit OperationHandle(std::shared_ptr<EngineHandle> of) : engine(std::move(of)) { ++engine->operations; }
  ~OperationHandle() { retire(); }
  OperationHandle(const OperationHandle&) = delete;
  OperationHandle& operator=(const OperationHandle&) = delete;

  void hold(std::unique_ptr<Operation> operation);
  // Null once retired; kept alive by whoever has it.
  std::shared_ptr<Operation> operation();
  // Lets go of the operation; once. An abandoned run still owns a share of this handle, so that its
  // destructor may never come.
  void retire();

 private:
  std::mutex mutex_;
  std::shared_ptr<Operation> operation_;
  bool retired_ = false;
};

Handles<backstay_engine, EngineHandle>& engines();
Handles<backstay_op, OperationHandle>& operations();

// Holds an engine for one call: calls wait for each other, and are refused while an operation runs, because
// that can take hours. Poisoned engines are refused too.
class Turn {
 public:
  Turn(EngineHandle& engine, EngineHandle::Use use);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  backstay_status status() const { return status_; }
  bool taken() const { return status_ > 0; }

 private:
  EngineHandle& engine_;
  backstay_status status_ = BACKSTAY_OK;
};

}  // namespace backstay::plugin::abi
