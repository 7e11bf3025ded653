#include "native-plugin/apply/apply_loop.hpp"

#include <nlohmann/json.hpp>

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;
using apply::RequestKind;

Answer failed(Outcome outcome, std::string code, std::string message) {
  Answer answer;
  answer.outcome = outcome;
  answer.problem.code = std::move(code);
  answer.problem.message = std::move(message);
  return answer;
}

Answer failed(const Error& error) {
  switch (error.code) {
    case ErrorCode::limit_exceeded: return failed(Outcome::no_space, "no-space", error.message);
    case ErrorCode::malformed: return failed(Outcome::damaged, "damaged", error.message);
    case ErrorCode::cancelled: return failed(Outcome::cancelled, "cancelled", error.message);
    case ErrorCode::missing: return failed(Outcome::failed, "missing", error.message);
    default: return failed(Outcome::failed, "io", error.message);
  }
}

namespace {

// The server quotes the value that it could not take. It belongs to somebody.
std::string without_values(const std::string& text, const std::string& sqlstate) {
  if (!sqlstate.starts_with("22")) return text;
  std::string out;
  bool in_value = false;
  for (const char c : text) {
    if (c == '"') {
      if (!in_value) out += "\"...\"";
      in_value = !in_value;
    } else if (!in_value) {
      out += c;
    }
  }
  return out;
}

}  // namespace

Answer failed(const db::DbError& error) {
  Outcome outcome = Outcome::failed;
  switch (error.fault) {
    case db::Fault::lost:
    case db::Fault::connect: outcome = Outcome::lost; break;
    case db::Fault::cancelled: outcome = Outcome::cancelled; break;
    case db::Fault::busy: outcome = Outcome::busy; break;
    case db::Fault::full: outcome = Outcome::no_space; break;
    case db::Fault::ended_transaction: outcome = Outcome::transaction_ended; break;
    case db::Fault::unsupported: outcome = Outcome::unsupported; break;
    default: break;
  }
  Answer answer = failed(outcome, "db", without_values(error.message, error.sqlstate));
  answer.problem.sqlstate = error.sqlstate;
  answer.problem.native = error.native;
  answer.problem.hint = error.hint;
  answer.problem.context = without_values(error.context, error.sqlstate);
  answer.problem.offset = error.offset.value_or(0);
  return answer;
}

Answer answered(const Answered& given) {
  if (given.ok()) return {};
  Outcome outcome = Outcome::failed;
  if (given.status == BACKSTAY_E_BUSY_JOB || given.status == BACKSTAY_E_LOCKED) outcome = Outcome::busy;
  if (given.status == BACKSTAY_E_NOSPACE) outcome = Outcome::no_space;
  if (given.status == BACKSTAY_E_CANCELLED) outcome = Outcome::cancelled;
  return failed(outcome, "host", given.message.empty() ? "the host gave no answer" : given.message);
}

ApplyLoop::ApplyLoop(Installation& installation, LoopSettings settings, Contents contents)
    : at_(installation), settings_(std::move(settings)), contents_(std::move(contents)) {}

void ApplyLoop::warn(std::string warning) {
  for (const std::string& known : warnings_) {
    if (known == warning) return;
  }
  warnings_.push_back(std::move(warning));
}

std::string ApplyLoop::run(apply::Machine& machine) {
  Request request = machine.first();
  while (request.kind != RequestKind::done) {
    if (cancel_asked_) machine.cancel();
    const Answer answer = perform(request);
    if (cancel_asked_) machine.cancel();
    request = machine.next(answer);
  }
  if (driver_) (void)unlock();
  return request.text;
}

void ApplyLoop::cancel() {
  cancel_asked_ = true;
  const std::lock_guard<std::mutex> guard(driver_lock_);
  if (driver_) driver_->cancel();
}

Answer ApplyLoop::perform(const Request& request) {
  if (is_of_database(request.kind)) return database(request);
  switch (request.kind) {
    case RequestKind::read_content: return read_content(request);
    case RequestKind::journal: return journal(request);
    case RequestKind::backup: return backup(request);
    case RequestKind::read_backup: return read_backup(request);
    case RequestKind::read_entry: return read_entry(request);
    case RequestKind::add_to_backup: return add_to_backup(request);
    case RequestKind::lock: return lock(request);
    case RequestKind::unlock: return unlock();
    case RequestKind::read_store: return read_store(request);
    case RequestKind::stage: return stage(request);
    case RequestKind::switch_store: return switch_store(request);
    case RequestKind::revert_store: return revert_store(request);
    case RequestKind::settle_store: return settle_store(request);
    case RequestKind::check_jobs: return check_jobs();
    case RequestKind::check_window: return check_window(request);
    case RequestKind::enter_maintenance: return enter_maintenance(request);
    case RequestKind::leave_maintenance: return leave_maintenance(request);
    case RequestKind::call_host: return call_host(request);
    case RequestKind::undo_host: return undo_host(request);
    case RequestKind::verify: return verify(request);
    case RequestKind::notify: return notify(request);
    case RequestKind::progress:
      at_.services.log->progress(request.name, request.done, request.total, {});
      return {};
    case RequestKind::done: return {};
    default: break;
  }
  return failed(Outcome::unsupported, "internal", "a request that this host does not know");
}

}  // namespace backstay::plugin
