// The target database: one session from lock to unlock.
#include <sys/stat.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/apply/capture_sql.hpp"
#include "core/apply/work.hpp"
#include "core/report/json_writer.hpp"
#include "core/schema/snapshot.hpp"
#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/db/take_snapshot.hpp"
#include "native-plugin/db/undo_captured.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;
using apply::RequestKind;

namespace {

template <class T>
Answer plain(const db::DbResult<T>& result) {
  return result.ok() ? Answer() : failed(result.error());
}

}  // namespace

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
  auto locked = driver_->session_lock(at_.config.environment_id, request.timeout_ms);
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

// Rows that lie in the backup only come into the database first; the same table, the same rules.
Answer ApplyLoop::undo_capture(const Request& request) {
  if (!request.text.empty()) {
    if (Answer brought = import_captured(request); brought.outcome != Outcome::ok) return brought;
  }
  auto there = driver_->query(apply::capture::exist);
  if (!there.ok()) return failed(there.error());
  if (there.value().rows.empty() || there.value().rows[0][0].integer == 0) return {};
  db::UndoOptions options;
  options.op_id = request.name;
  options.overwrite = request.durable;
  if (request.capture) {
    options.capture_op = settings_.op_id;
    options.capture_step = request.step;
  }
  auto undone = db::undo_captured(*driver_, options);
  if (!undone.ok()) return failed(undone.error());
  if (request.name != settings_.op_id) {
    const db::Value op = db::Value::of(request.name);
    auto deleted = driver_->query("DELETE FROM main.\"backstay_cap\" WHERE op_id = ?1", std::span<const db::Value>(&op, 1));
    if (!deleted.ok()) return failed(deleted.error());
  }
  nlohmann::json conflicts = nlohmann::json::array();
  for (const db::UndoConflict& conflict : undone.value().conflicts) {
    conflicts.push_back(conflict.table + " " + conflict.key + (conflict.column.empty() ? "" : " " + conflict.column) + ": " + conflict.kind);
  }
  Answer answer;
  answer.document = conflicts.dump();
  return answer;
}

Answer ApplyLoop::import_captured(const Request& request) {
  auto rows = opened_backup(request.text, true);
  if (!rows.ok() && rows.error().code == ErrorCode::missing) return {};
  if (!rows.ok()) return failed(rows.error());
  auto text = rows.value()->entry("rows/captured.jsonl");
  if (!text.ok() && text.error().code == ErrorCode::missing) return {};
  if (!text.ok()) return failed(text.error());
  if (auto made = driver_->execute(apply::capture::create); !made.ok()) return failed(made.error());
  std::size_t at = 0;
  const auto next = [&](db::Row& row) {
    if (at >= text.value().size()) return false;
    const std::size_t end = text.value().find('\n', at);
    const nlohmann::json line = nlohmann::json::parse(text.value().substr(at, end - at), nullptr, false);
    at = end == std::string::npos ? text.value().size() : end + 1;
    if (!line.is_array()) return false;
    row.clear();
    for (const auto& value : line) row.push_back(value.is_string() ? db::Value::of(value.get<std::string>()) : db::Value::null());
    return true;
  };
  // Where only a part is asked for, the rest is left in the backup. Columns: op_id, step_id, tab, ...
  const auto is_wanted = [&](const db::Row& row) {
    if (request.steps.empty() && request.tables.empty()) return true;
    if (row.size() < 3) return false;
    const auto names = [](const std::vector<std::string>& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); };
    return names(request.steps, row[1].bytes) ||
           std::any_of(request.tables.begin(), request.tables.end(), [&](const std::string& table) { return apply::is_same_table(table, row[2].bytes); });
  };
  const auto next_wanted = [&](db::Row& row) {
    while (next(row)) {
      if (is_wanted(row)) return true;
    }
    return false;
  };
  auto inserted = driver_->insert_rows(apply::capture::table, apply::capture::columns, next_wanted);
  return plain(inserted);
}

// One line per row; empty when nothing was captured.
Result<std::string> ApplyLoop::export_captured() {
  std::string lines;
  const auto failure = [](const db::DbError& error) { return Error{ErrorCode::unreadable, {}, error.message}; };
  auto there = driver_->query(apply::capture::exist);
  if (!there.ok()) return failure(there.error());
  if (there.value().rows.empty() || there.value().rows[0][0].integer == 0) return lines;
  const db::Value op = db::Value::of(settings_.op_id);
  auto read = driver_->each_row(apply::capture::select, std::span<const db::Value>(&op, 1), [&](const db::Row& row) {
    char before = '[';
    for (const db::Value& value : row) {
      lines += before;
      before = ',';
      if (value.is_null()) {
        lines += "null";
        continue;
      }
      report::append_json_string(lines, value.text());
    }
    lines += "]\n";
    return true;
  });
  if (!read.ok()) return failure(read.error());
  return lines;
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
