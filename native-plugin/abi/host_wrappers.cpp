#include "native-plugin/abi/host_wrappers.hpp"

#include "core/base/json.hpp"
#include "native-plugin/abi/buffer.hpp"
#include "native-plugin/abi/text.hpp"
#include "native-plugin/services/built_in.hpp"

namespace backstay::plugin::abi {
namespace {

Answered missing(const char* callback) { return host_failure(callback, "is missing"); }

// A callback whose answer is text in a sink.
template <class Call>
Answered ask_text(const std::shared_ptr<Fence>& fence, const char* callback, std::string& text, Call call) {
  Sink sink;
  const Answered answered = ask(fence, callback, [&] { return call(sink.table()); });
  if (!answered.ok()) return answered;
  if (!sink.whole()) return host_failure(callback, "wrote more than 64 MiB, or nothing with a size");
  text = std::move(sink.text());
  return answered;
}

template <class Call>
Answered ask_utf8(const std::shared_ptr<Fence>& fence, const char* callback, std::string& text, Call call) {
  const Answered answered = ask_text(fence, callback, text, call);
  if (answered.ok() && !is_utf8(text)) return host_failure(callback, "wrote text that is no UTF-8");
  return answered;
}

Answered ask_yes(const std::shared_ptr<Fence>& fence, const char* callback, bool& yes, auto call) {
  std::int32_t said = -1;
  const Answered answered = ask(fence, callback, [&] { return call(&said); });
  if (!answered.ok()) return answered;
  if (said != 0 && said != 1) return host_failure(callback, "said neither 0 nor 1");
  yes = said == 1;
  return answered;
}

}  // namespace

// A log that fails is no reason to stop anything.
void HostLog::log(LogLevel level, std::string_view event, std::string_view json) {
  if (!table_.log) return;
  const std::string event_text(event), text = (*secrets_)(json);
  static_cast<void>(ask(fence_, "log.log", [&] {
    table_.log(table_.ctx, static_cast<std::int32_t>(level), event_text.c_str(), text.data(), text.size());
    return backstay_status{BACKSTAY_OK};
  }));
}

bool HostLog::is_due(std::string_view phase, std::uint64_t done, std::uint64_t total) {
  const auto now = std::chrono::steady_clock::now();
  const bool is_border = phase != phase_ || (total > 0 && done >= total);
  if (!is_border && now - last_ < std::chrono::milliseconds(100)) return false;
  phase_ = phase;
  last_ = now;
  return true;
}

void HostLog::progress(std::string_view phase, std::uint64_t done, std::uint64_t total, std::string_view text) {
  if (!table_.progress || !is_due(phase, done, total)) return;
  const std::string phase_text(phase), shown = (*secrets_)(text);
  static_cast<void>(ask(fence_, "log.progress", [&] {
    table_.progress(table_.ctx, phase_text.c_str(), done, total, shown.data(), shown.size());
    return backstay_status{BACKSTAY_OK};
  }));
}

Answered HostNotifier::notify(std::string_view event_id, std::string_view json) {
  if (!table_.notify) return missing("notify.notify");
  const std::string id(event_id);
  return ask(fence_, "notify.notify", [&] { return table_.notify(table_.ctx, id.c_str(), json.data(), json.size()); });
}

Answered HostVerifier::verify(std::string_view op_id, std::string_view json, std::string& report) {
  if (!table_.verify) return missing("verify.verify");
  const std::string id(op_id);
  // The report matters most when the answer is no, so it is taken on failure too.
  Sink sink;
  const Answered answered = ask(fence_, "verify.verify", [&] {
    return table_.verify(table_.ctx, id.c_str(), json.data(), json.size(), sink.table());
  });
  if (sink.whole() && is_utf8(sink.text())) report = std::move(sink.text());
  else if (answered.ok()) return host_failure("verify.verify", "wrote a report that is too large or no UTF-8");
  return answered;
}

Answered HostMaintenance::enter(std::string_view op_id, std::string_view json) {
  if (!table_.enter) return missing("maint.enter");
  const std::string id(op_id);
  return ask(fence_, "maint.enter", [&] { return table_.enter(table_.ctx, id.c_str(), json.data(), json.size()); });
}

Answered HostMaintenance::leave(std::string_view op_id, std::string_view json) {
  if (!table_.leave) return missing("maint.leave");
  const std::string id(op_id);
  return ask(fence_, "maint.leave", [&] { return table_.leave(table_.ctx, id.c_str(), json.data(), json.size()); });
}

Answered HostMaintenance::holder(std::string& op_id) {
  if (!table_.holder) return missing("maint.holder");
  const Answered answered = ask_utf8(fence_, "maint.holder", op_id, [&](backstay_sink* sink) { return table_.holder(table_.ctx, sink); });
  if (answered.ok() && op_id.size() > 64) return host_failure("maint.holder", "wrote something that is no operation id");
  return answered;
}

Answered HostChanges::apply(std::string_view op_id, std::string_view step_id, std::string_view json, std::string& previous) {
  if (!table_.apply) return missing("changes.apply");
  const std::string op(op_id), step(step_id);
  const Answered answered = ask_utf8(fence_, "changes.apply", previous, [&](backstay_sink* sink) {
    return table_.apply(table_.ctx, op.c_str(), step.c_str(), json.data(), json.size(), sink);
  });
  if (!answered.ok() || previous.empty()) return answered;
  const Result<JsonDocument> document = parse_json(previous, "changes.apply");
  if (!document.ok() || !document.value().root.is(JsonValue::Kind::object)) return host_failure("changes.apply", "wrote something that is no JSON object");
  return answered;
}

Answered HostChanges::undo(std::string_view op_id, std::string_view step_id, std::string_view json) {
  if (!table_.undo) return missing("changes.undo");
  const std::string op(op_id), step(step_id);
  return ask(fence_, "changes.undo", [&] { return table_.undo(table_.ctx, op.c_str(), step.c_str(), json.data(), json.size()); });
}

HostClock::HostClock(const backstay_host_clock& table, std::shared_ptr<Fence> fence)
    : table_(table), fence_(std::move(fence)), system_(system_clock()) {}

std::int64_t HostClock::now_ms() {
  std::int64_t now = 0;
  if (table_.now_ms) {
    static_cast<void>(ask(fence_, "clock.now_ms", [&] {
      now = table_.now_ms(table_.ctx);
      return backstay_status{BACKSTAY_OK};
    }));
  }
  constexpr std::int64_t year_9999 = 253'402'300'799'999;
  return now > 0 && now <= year_9999 ? now : system_->now_ms();
}

Answered HostClock::random(void* out, std::size_t size) {
  if (!table_.random) return system_->random(out, size);
  return ask(fence_, "clock.random", [&] { return table_.random(table_.ctx, out, size); });
}

Answered HostDatabase::exec(std::string_view sql, std::uint32_t timeout_ms, std::string& result_json_lines) {
  if (!table_.exec) return missing("db.exec");
  return ask_utf8(fence_, "db.exec", result_json_lines, [&](backstay_sink* sink) {
    return table_.exec(table_.ctx, sql.data(), sql.size(), timeout_ms, sink);
  });
}

Answered HostDatabase::transaction(std::int32_t what) {
  if (!table_.txn) return missing("db.txn");
  return ask(fence_, "db.txn", [&] { return table_.txn(table_.ctx, what); });
}

Answered HostDatabase::in_transaction(bool& yes) {
  if (!table_.in_txn) return missing("db.in_txn");
  return ask_yes(fence_, "db.in_txn", yes, [&](std::int32_t* said) { return table_.in_txn(table_.ctx, said); });
}

Answered HostDatabase::cancel() {
  if (!table_.cancel) return {};
  return ask(fence_, "db.cancel", [&] { return table_.cancel(table_.ctx); });
}

Answered HostDatabase::restore_all(std::string_view json) {
  if (!table_.restore_all) return missing("db.restore_all");
  return ask(fence_, "db.restore_all", [&] { return table_.restore_all(table_.ctx, json.data(), json.size()); });
}

}  // namespace backstay::plugin::abi
