// op_new, op_run, op_cancel, op_status, op_free.
#include <cstring>

#include "native-plugin/abi/buffer.hpp"
#include "native-plugin/abi/engine_calls.hpp"
#include "native-plugin/abi/engine_handle.hpp"
#include "native-plugin/abi/problem.hpp"
#include "native-plugin/abi/status.hpp"
#include "native-plugin/abi/text.hpp"

namespace backstay::plugin::abi {
namespace {

backstay_status refuse(backstay_buf** problem, backstay_status status, std::string_view message) {
  give(problem, problem_json(status, message));
  return status;
}

// Marks an operation as running, and as ended however the run ends.
class Running {
 public:
  explicit Running(OperationHandle& handle) : handle_(handle) {
    auto expected = OperationHandle::State::fresh;
    ours_ = handle_.state.compare_exchange_strong(expected, OperationHandle::State::running);
  }
  ~Running() {
    if (ours_) handle_.state = started_ ? OperationHandle::State::ended : OperationHandle::State::fresh;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  bool ours() const { return ours_; }
  void started() { started_ = true; }

 private:
  OperationHandle& handle_;
  bool ours_ = false, started_ = false;
};

}  // namespace

backstay_status BACKSTAY_CALL op_new(backstay_engine* engine, std::int32_t kind, const char* params_json, std::size_t n, backstay_op** out,
                                     backstay_buf** problem) {
  return guarded([&]() -> backstay_status {
    if (!may_enter()) return BACKSTAY_E_REENTRANT;
    const std::shared_ptr<EngineHandle> handle = engines().find(engine);
    if (!handle) return refuse(problem, BACKSTAY_E_ARG, "this is no open engine");
    if (!out) return refuse(problem, BACKSTAY_E_ARG, "there is nowhere to put the operation: out is NULL");
    const std::optional<std::string_view> params = text_argument(params_json, n);
    if (!params) return refuse(problem, BACKSTAY_E_ARG, "the parameters are NULL or no UTF-8");
    if (kind < BACKSTAY_OP_INSPECT || kind > BACKSTAY_OP_UNINSTALL) return refuse(problem, BACKSTAY_E_ARG, "there is no such kind of operation");
    const Turn turn(*handle, EngineHandle::Use::call);
    if (!turn.taken()) return refuse(problem, turn.status(), "the engine is busy or poisoned");
    if (!handle->engine) return refuse(problem, BACKSTAY_E_ARG, "this is no open engine");
    ProblemDocument why;
    std::unique_ptr<Operation> made = handle->engine->operation(static_cast<OperationKind>(kind), *params, why);
    if (!made) {
      give(problem, std::move(why.json));
      return why.status < 0 && is_status(why.status) ? why.status : backstay_status{BACKSTAY_E_INTERNAL};
    }
    // Only now: a callback inside of the call above that never returned would have left a handle behind.
    const auto operation = std::make_shared<OperationHandle>(handle);
    operation->hold(std::move(made));
    *out = operations().add(operation);
    return BACKSTAY_OK;
  });
}

backstay_status BACKSTAY_CALL op_run(backstay_op* op, backstay_buf** report_json) {
  return guarded([&]() -> backstay_status {
    if (!may_enter()) return BACKSTAY_E_REENTRANT;
    const std::shared_ptr<OperationHandle> handle = operations().find(op);
    if (!handle) return BACKSTAY_E_ARG;
    if (handle->engine->fence->is_poisoned()) return BACKSTAY_E_POISONED;
    Running running(*handle);
    if (!running.ours()) return BACKSTAY_E_STATE;
    const Turn turn(*handle->engine, EngineHandle::Use::run);
    if (!turn.taken()) return turn.status();
    // No share of the operation on this frame: a callback that never returns would keep it, and its locks, for ever.
    Operation* const operation = handle->operation().get();
    if (!operation) return BACKSTAY_E_ARG;
    running.started();
    OperationReport report = operation->run();
    if (!report.json.empty()) give(report_json, std::move(report.json));
    return is_status(report.status) && report.status != BACKSTAY_NO_ANSWER ? report.status : backstay_status{BACKSTAY_E_INTERNAL};
  });
}

backstay_status BACKSTAY_CALL op_cancel(backstay_op* op) {
  return guarded([&]() -> backstay_status {
    const std::shared_ptr<OperationHandle> handle = operations().find(op);
    if (!handle) return BACKSTAY_E_ARG;
    if (handle->state == OperationHandle::State::ended) return BACKSTAY_E_STATE;
    const std::shared_ptr<Operation> operation = handle->operation();
    if (!operation) return BACKSTAY_E_ARG;
    operation->cancel();
    return BACKSTAY_OK;
  });
}

backstay_status BACKSTAY_CALL op_status(backstay_op* op, backstay_op_status* out) {
  return guarded([&]() -> backstay_status {
    const std::shared_ptr<OperationHandle> handle = operations().find(op);
    if (!handle || !out) return BACKSTAY_E_ARG;
    if (out->struct_size < offsetof(backstay_op_status, step)) return BACKSTAY_E_ABI;
    const std::shared_ptr<Operation> operation = handle->operation();
    if (!operation) return BACKSTAY_E_ARG;
    const OperationStatus status = operation->status();
    backstay_op_status full{};
    full.struct_size = out->struct_size;
    full.state = status.state;
    full.step = status.step;
    full.steps = status.steps;
    full.cancel_asked = status.cancel_asked ? 1 : 0;
    full.result = handle->state == OperationHandle::State::ended ? status.result : backstay_status{BACKSTAY_NO_ANSWER};
    std::strncpy(full.op_id, status.op_id.c_str(), sizeof full.op_id - 1);
    // Only members that the caller's struct has whole; all before op_id are four bytes long.
    std::size_t size = std::min<std::size_t>(out->struct_size, sizeof full);
    if (size < sizeof full) size = std::min(size - size % 4, offsetof(backstay_op_status, op_id));
    std::memcpy(out, &full, size);
    return BACKSTAY_OK;
  });
}

backstay_status BACKSTAY_CALL op_free(backstay_op* op) {
  return guarded([&]() -> backstay_status {
    if (!may_enter()) return BACKSTAY_E_REENTRANT;
    const std::shared_ptr<OperationHandle> handle = operations().find(op);
    if (!handle) return BACKSTAY_E_ARG;
    const bool is_running = handle->state == OperationHandle::State::running;
    if (is_running && !handle->engine->fence->is_poisoned()) return BACKSTAY_E_STATE;
    operations().remove(op);
    handle->retire();
    return BACKSTAY_OK;
  });
}

}  // namespace backstay::plugin::abi
