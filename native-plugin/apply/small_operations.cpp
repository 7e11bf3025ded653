#include "native-plugin/apply/small_operations.hpp"

#include <nlohmann/json.hpp>

#include "core/apply/work.hpp"
#include "core/package/promotion/time.hpp"
#include "native-plugin/backup/backup_file.hpp"
#include "native-plugin/db/take_snapshot.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/include/backstay/plugin.h"
#include "native-plugin/services/retention.hpp"

namespace backstay::plugin {
namespace {

using nlohmann::json;

Status status_of_problem(const Error& error) {
  switch (error.code) {
    case ErrorCode::cancelled: return BACKSTAY_E_LOCKED;
    case ErrorCode::limit_exceeded: return BACKSTAY_E_NOSPACE;
    case ErrorCode::malformed: return BACKSTAY_E_BACKUP_BAD;
    case ErrorCode::missing: return BACKSTAY_E_ARG;
    default: return BACKSTAY_E_IO;
  }
}

// Shared by the three: they run at once, cannot be stopped half-way, and have no steps.
class SmallOperation : public Operation {
 public:
  SmallOperation(Installation& installation, json params, const char* kind)
      : at_(installation), params_(std::move(params)), kind_(kind), op_id_(installation.new_id()) {}
  OperationReport run() override {
    OperationReport report = work();
    result_ = report.status;
    return report;
  }
  void cancel() override { cancel_asked_ = true; }
  OperationStatus status() const override { return {0, 0, 0, cancel_asked_, result_, op_id_}; }

 protected:
  virtual OperationReport work() = 0;

  OperationReport refused(Status status, int exit_code, const std::string& code, const std::string& message) const {
    return {status, json({{"schema", "backstay.operation/1"}, {"kind", kind_}, {"end", "ABANDONED"}, {"exit_code", exit_code},
                          {"problem", {{"code", code}, {"message", at_.redact(message)}}}}).dump()};
  }
  OperationReport refused(const Error& error) const {
    return refused(status_of_problem(error), error.code == ErrorCode::cancelled ? 6 : 3, "state", error.message);
  }
  OperationReport done(json document) const {
    document["schema"] = "backstay.operation/1";
    document["kind"] = kind_;
    document["end"] = "DONE";
    document["exit_code"] = 0;
    return {BACKSTAY_OK, document.dump()};
  }

  Installation& at_;
  json params_;
  const char* kind_;
  std::string op_id_;
  std::atomic<bool> cancel_asked_{false};
  std::atomic<Status> result_{0};
};

class Inspect final : public SmallOperation {
 public:
  Inspect(Installation& installation, json params) : SmallOperation(installation, std::move(params), "inspect") {}

 private:
  OperationReport work() override {
    db::OpenSettings settings;
    settings.op_id = op_id_;
    settings.read_only = true;
    auto driver = db::open_driver(at_.config.database, settings);
    if (!driver.ok()) return refused(BACKSTAY_E_DB, 3, "db", driver.error().message);
    auto environment = db::describe_environment(*driver.value(), false, [](std::string_view bytes) { return sha256(bytes); });
    if (!environment.ok()) return refused(BACKSTAY_E_DB, 3, "db", environment.error().message);
    return {BACKSTAY_OK, std::move(environment.value())};
  }
};

class VerifyBackup final : public SmallOperation {
 public:
  VerifyBackup(Installation& installation, json params) : SmallOperation(installation, std::move(params), "verify") {}

 private:
  OperationReport work() override {
    if (auto locked = lock_installation(at_); !locked.ok()) return refused(locked.error());
    const std::string id = params_.value("backup_id", "");
    auto rows = at_.journal->backups();
    if (!rows.ok()) return refused(rows.error());
    for (BackupRow& row : rows.value()) {
      if (row.backup_id != id) continue;
      const auto file = BackupFile::open(*at_.state, row.path, row.digest);
      row.status = file.ok() ? "verified" : "damaged";
      row.verified_at = at_.now();
      if (auto put = at_.journal->put_backup(row); !put.ok()) return refused(put.error());
      if (!file.ok()) return refused(BACKSTAY_E_BACKUP_BAD, 3, "backup", "backup " + id + " is damaged: " + file.error().message);
      return done({{"backup_id", id}});
    }
    return refused(BACKSTAY_E_ARG, 2, "params", "there is no backup \"" + id + "\"");
  }
};

class Prune final : public SmallOperation {
 public:
  Prune(Installation& installation, json params) : SmallOperation(installation, std::move(params), "prune") {}

 private:
  OperationReport work() override {
    if (auto locked = lock_installation(at_); !locked.ok()) return refused(locked.error());
    auto rows = at_.journal->backups();
    if (!rows.ok()) return refused(rows.error());
    auto open = at_.journal->unfinished();
    if (!open.ok()) return refused(open.error());
    const RetentionPolicy policy{std::int64_t{at_.config.retention_days} * 24 * 3600 * 1000, at_.config.keep_backups};
    const std::vector<std::string> expired = expired_backups(kept(rows.value(), open.value()), policy, at_.services.clock->now_ms());
    json actions = json::array();
    for (const std::string& id : expired) {
      for (const BackupRow& row : rows.value()) {
        if (row.backup_id != id) continue;
        if (auto removed = remove(row); !removed.ok()) return refused(removed.error());
        actions.push_back("removed backup " + id + " of " + row.created_at);
        forget_captured(id, actions);
      }
    }
    if (auto swept = sweep_temporary_backups(*at_.state); !swept.ok()) return refused(swept.error());
    return done({{"actions", actions}});
  }

  static std::vector<KeptBackup> kept(const std::vector<BackupRow>& rows, const std::vector<OperationRow>& open) {
    std::vector<KeptBackup> backups;
    for (const BackupRow& row : rows) {
      const auto created = promotion::parse_time(row.created_at);
      KeptBackup backup{row.backup_id, created ? created->utc_s * 1000 : 0, row.is_pinned, !created};
      for (const OperationRow& operation : open) backup.is_needed |= operation.op_id == row.op_id;
      backups.push_back(std::move(backup));
    }
    return backups;
  }

  // What the operation left in the target for a restore that can no longer come. Without a database it stays, which
  // costs space and nothing else.
  void forget_captured(const std::string& op_id, json& actions) {
    if (db::engine_of_url(at_.config.database) != db::Engine::postgresql) return;
    auto driver = db::open_driver(at_.config.database, {});
    if (!driver.ok()) return;
    if (driver.value()->execute(apply::forget_captures(op_id)).ok()) actions.push_back("dropped what " + op_id + " captured in the database");
  }

  // The list first: a file that nobody lists is swept later, a listed one that is gone would look like damage.
  Result<Nothing> remove(const BackupRow& row) {
    if (auto unlisted = at_.journal->remove_backup(row.backup_id); !unlisted.ok()) return unlisted;
    if (auto removed = at_.state->remove(row.path); !removed.ok()) return removed;
    // What its file activities replaced (loop_files.cpp).
    auto kept = at_.state->list("files");
    if (!kept.ok()) return kept.error();
    for (const auto& entry : kept.value()) {
      if (!entry.name.starts_with("files/" + row.op_id + "-")) continue;
      if (auto removed = at_.state->remove(entry.name); !removed.ok()) return removed;
    }
    constexpr std::string_view ending = ".backup.zip";
    if (row.path.ends_with(ending)) {
      const std::string rows_part = row.path.substr(0, row.path.size() - ending.size()) + ".rows" + std::string(ending);
      if (auto removed = at_.state->remove(rows_part); !removed.ok()) return removed;
    }
    return at_.state->sync_parent(row.path);
  }
};

}  // namespace

std::unique_ptr<Operation> make_small_operation(Installation& installation, OperationKind kind, std::string_view params) {
  json document = json::parse(params.empty() ? std::string_view("{}") : params, nullptr, false);
  switch (kind) {
    case OperationKind::inspect: return std::make_unique<Inspect>(installation, std::move(document));
    case OperationKind::verify_backup: return std::make_unique<VerifyBackup>(installation, std::move(document));
    case OperationKind::prune: return std::make_unique<Prune>(installation, std::move(document));
    default: return nullptr;
  }
}

}  // namespace backstay::plugin
