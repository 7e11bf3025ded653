// The target database: one session from lock to unlock.
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/schema/snapshot.hpp"
#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/db/take_snapshot.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;
using apply::RequestKind;

Answer ApplyLoop::lock(const Request& request) {
  if (driver_ && driver_->tx_state() == db::TxState::lost) {
    const std::lock_guard<std::mutex> guard(driver_lock_);
    driver_.reset();
  }
  if (!driver_) {
    db::OpenSettings open;
    open.op_id = settings_.op_id;
    if (settings_.in_place) open.lock_timeout_ms = 2'000;  // users wait behind the locks it takes
    auto driver = db::open_driver(at_.config.database, open);
    if (!driver.ok()) {
      // Not "lost": this session never had anything under way.
      Answer answer = failed(driver.error());
      if (answer.outcome == Outcome::lost && request.timeout_ms < 60'000) answer.outcome = Outcome::failed;
      return answer;
    }
    const std::lock_guard<std::mutex> guard(driver_lock_);
    driver_ = std::move(driver.value());
  }
  // Nothing to keep two hosts apart, or a recovery from a session whose client has died: the tests have to see that.
  auto locked = faults::is_broken("no-lock") ? db::DbResult<bool>(true) : driver_->session_lock(at_.config.environment_id, request.timeout_ms);
  if (!locked.ok()) return failed(locked.error());
  if (locked.value()) return settings_.in_place ? plain(driver_->begin()) : Answer();
  std::string holder;
  if (auto holders = driver_->lock_holders(); holders.ok()) {
    for (const std::string& name : holders.value()) holder += (holder.empty() ? "" : ", ") + name;
  }
  return failed(Outcome::busy, "lock", "another operation holds the database" + (holder.empty() ? "" : ": " + holder));
}

Answer ApplyLoop::unlock() {
  if (!driver_) return {};
  if (settings_.in_place) (void)driver_->rollback();
  auto unlocked = driver_->session_unlock(at_.config.environment_id);
  const std::lock_guard<std::mutex> guard(driver_lock_);
  driver_.reset();
  return plain(unlocked);
}

Answer ApplyLoop::database(const Request& request) {
  if (!driver_) {
    if (request.kind == RequestKind::rollback) return {};
    return failed(Outcome::failed, "internal", "the database is not open");
  }
  if (settings_.in_place) {
    // The outer transaction is never committed: what the machine takes for transactions are savepoints in it.
    constexpr std::string_view inner = "backstay_rehearsal";
    if (request.kind == RequestKind::begin) return is_inside_ ? Answer() : (is_inside_ = true, plain(driver_->savepoint(inner)));
    if (request.kind == RequestKind::commit) return is_inside_ = false, plain(driver_->release(inner));
    if (request.kind == RequestKind::rollback) {
      if (!is_inside_) return {};
      is_inside_ = false;
      if (auto back = driver_->rollback_to(inner); !back.ok()) return failed(back.error());
      return plain(driver_->release(inner));
    }
    if (request.is_outside_transaction) return failed(Outcome::unsupported, "in-place", "a statement that runs in no transaction cannot be rehearsed in place");
  }
  switch (request.kind) {
    case RequestKind::begin: return plain(driver_->begin());
    case RequestKind::commit: return plain(driver_->commit());
    case RequestKind::rollback: return plain(driver_->rollback());
    case RequestKind::savepoint: return plain(driver_->savepoint(request.name));
    case RequestKind::release: return plain(driver_->release(request.name));
    case RequestKind::rollback_to: return plain(driver_->rollback_to(request.name));
    case RequestKind::run_script: return run_script(request);
    case RequestKind::execute:
    case RequestKind::read_rows: return execute(request);
    case RequestKind::undo_capture: return undo_capture(request);
    case RequestKind::bring_captures: return bring_captures(request);
    case RequestKind::snapshot: return snapshot(request);
    case RequestKind::restore_copy: return restore_copy(request);
    default: return failed(Outcome::unsupported, "internal", "this host has no " + std::string(to_string(request.kind)));
  }
}

Answer ApplyLoop::run_script(const Request& request) {
  db::RunOptions options;
  options.timeout_ms = request.timeout_ms;
  options.transaction_control = request.is_outside_transaction;
  if (request.capture) {
    options.capture_op = request.name;
    options.capture_step = request.step;
  }
  const db::ScriptOutcome outcome = driver_->run(request.sql, options);
  ++step_;
  if (request.total) at_.services.log->progress("run", request.done + 1, request.total, request.step);
  return outcome.ok() ? Answer() : failed(*outcome.error);
}

Answer ApplyLoop::execute(const Request& request) {
  if (faults::is_broken("no-witness") && request.sql.find("backstay_step") != std::string_view::npos &&
      request.sql.starts_with("INSERT")) {
    return {};
  }
  if (request.values.empty() && request.kind == RequestKind::execute) return plain(driver_->execute(request.sql));
  auto rows = driver_->query(request.sql, request.values);
  if (!rows.ok()) return failed(rows.error());
  Answer answer;
  answer.rows = std::move(rows.value());
  return answer;
}

Answer ApplyLoop::snapshot(const Request& request) {
  auto taken = db::take_snapshot(*driver_, request.text != "schema", sha256);
  if (!taken.ok()) return failed(taken.error());
  Answer answer;
  if (request.text == "document") {
    answer.document = schema::snapshot_json(taken.value());
    return answer;
  }
  answer.document = taken.value().schema_digest + ":" + taken.value().data_digest;
  return answer;
}

// The copy leaves the backup as a file below scratch/, and replaces the target in one commit of SQLite's own.
Answer ApplyLoop::restore_copy(const Request& request) {
  // The last line of defence where we have no copy of our own.
  if (driver_->info().engine != db::Engine::sqlite && at_.services.database && at_.services.database->can_restore_all()) {
    return answered(at_.services.database->restore_all(nlohmann::json({{"op_id", settings_.op_id}, {"backup_id", request.name}}).dump()));
  }
  auto backup = opened_backup(request.name, false);
  if (!backup.ok()) return failed(backup.error());
  if (auto made = at_.state->make_folder("scratch"); !made.ok()) return failed(made.error());
  const std::string name = "scratch/restore-" + settings_.op_id;
  if (auto removed = at_.state->remove(name); !removed.ok()) return failed(removed.error());
  const std::string path = at_.state->path() + "/" + name;
  if (auto extracted = backup.value()->extract("db/main.sqlite", path); !extracted.ok()) return failed(extracted.error());
  auto restored = driver_->restore_file(path);
  (void)at_.state->remove(name).ok();
  return plain(restored);
}

}  // namespace backstay::plugin
