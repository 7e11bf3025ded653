#include "native-plugin/host/plugin_session.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include "core/base/json.hpp"
#include "native-plugin/host/interrupt.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/plugin_library.hpp"

namespace backstay::host {
namespace {

// What the plugin's callbacks need; nothing in them throws.
struct Listener {
  ProgressLine line;
  bool quiet = false;
};

// Anything may throw for want of memory; an exception must not reach the plugin.
void BACKSTAY_CALL on_log(void* ctx, std::int32_t level, const char* event, const char* json, std::size_t size) {
  auto* listener = static_cast<Listener*>(ctx);
  if (level > 2 || (listener->quiet && level > 1)) return;
  try {
    const Result<JsonDocument> document = parse_json(std::string_view(json, size), event);
    const std::string message = document.ok() ? document.value().root.text("message").value_or(event) : event;
    listener->line.clear();
    complain(message);
  } catch (...) {
  }
}

void BACKSTAY_CALL on_progress(void* ctx, const char* phase, std::uint64_t done, std::uint64_t total, const char* text, std::size_t size) {
  auto* listener = static_cast<Listener*>(ctx);
  try {
    std::string shown = phase;
    if (total > 0) shown += " " + std::to_string(done) + "/" + std::to_string(total);
    if (size > 0) shown += ": " + std::string(text, size);
    listener->line.show(shown);
  } catch (...) {
  }
}

std::string taken(const backstay_api& api, backstay_buf* buffer) {
  const std::string text(api.buf_data(buffer), api.buf_size(buffer));
  api.buf_release(buffer);
  return text;
}

// An engine for as long as this lives.
class Session {
 public:
  explicit Session(const PluginCall& call) : listener_{ProgressLine(call.progress), call.quiet} {
    const Result<const backstay_api*> loaded = load_plugin();
    if (!loaded.ok()) {
      complain(loaded.error().message);
      failure_.status = BACKSTAY_E_UNSUPPORTED;
      return;
    }
    api_ = loaded.value();
    log_.struct_size = sizeof log_;
    log_.ctx = &listener_;
    log_.log = on_log;
    log_.progress = on_progress;
    host_.struct_size = sizeof host_;
    host_.abi_major = BACKSTAY_ABI_MAJOR;
    host_.abi_minor = BACKSTAY_ABI_MINOR;
    host_.name = "backstay";
    host_.version = BACKSTAY_VERSION;
    host_.log = &log_;
    backstay_buf* problem = nullptr;
    failure_.status = api_->engine_open(&host_, call.config.data(), call.config.size(), &engine_, &problem);
    failure_.document = taken(*api_, problem);
  }
  ~Session() {
    if (engine_) api_->engine_close(engine_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool is_open() const { return engine_ != nullptr; }
  const PluginAnswer& failure() const { return failure_; }
  const backstay_api& api() const { return *api_; }
  backstay_engine* engine() const { return engine_; }
  void end_progress() { listener_.line.clear(); }

 private:
  const backstay_api* api_ = nullptr;
  Listener listener_;
  backstay_host_log log_{};
  backstay_host host_{};
  backstay_engine* engine_ = nullptr;
  PluginAnswer failure_;
};

// Passes an interrupt on as op_cancel: a signal handler may not call it.
class CancelOnInterrupt {
 public:
  CancelOnInterrupt(const backstay_api& api, backstay_op* op) : watcher_([this, &api, op] { watch(api, op); }) {}
  ~CancelOnInterrupt() {
    over_ = true;
    watcher_.join();
  }
  CancelOnInterrupt(const CancelOnInterrupt&) = delete;
  CancelOnInterrupt& operator=(const CancelOnInterrupt&) = delete;

 private:
  void watch(const backstay_api& api, backstay_op* op) {
    while (!over_ && !was_interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (over_) return;
    complain("stopping; what was begun is taken back first");
    api.op_cancel(op);
  }

  std::atomic<bool> over_{false};
  std::thread watcher_;  // last, because it uses the flag
};

}  // namespace

PluginAnswer run_operation(const PluginCall& call, std::int32_t kind, const std::string& params) {
  DeferInterrupts interrupts;
  Session session(call);
  if (!session.is_open()) return session.failure();
  const backstay_api& api = session.api();
  PluginAnswer answer;
  backstay_op* op = nullptr;
  backstay_buf* document = nullptr;
  answer.status = api.op_new(session.engine(), kind, params.data(), params.size(), &op, &document);
  if (answer.ok()) {
    {
      const CancelOnInterrupt cancel(api, op);
      answer.status = api.op_run(op, &document);
    }
    api.op_free(op);
    interrupts.forget();  // the answer says what became of it
  }
  answer.document = taken(api, document);
  session.end_progress();
  return answer;
}

PluginAnswer run_query(const PluginCall& call, const std::string& what, const std::string& params) {
  Session session(call);
  if (!session.is_open()) return session.failure();
  PluginAnswer answer;
  backstay_buf* document = nullptr;
  answer.status = session.api().query(session.engine(), what.c_str(), params.data(), params.size(), &document);
  answer.document = taken(session.api(), document);
  return answer;
}

}  // namespace backstay::host
