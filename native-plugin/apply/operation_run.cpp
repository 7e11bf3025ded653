#include "native-plugin/apply/operation_run.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/json.hpp"
#include "core/deploy/environment_input.hpp"
#include "core/package/member_name.hpp"
#include "core/report/time_text.hpp"
#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/apply/delivery.hpp"
#include "native-plugin/apply/later_operations.hpp"
#include "native-plugin/apply/rehearse_operation.hpp"
#include "native-plugin/apply/small_operations.hpp"
#include "native-plugin/db/take_snapshot.hpp"
#include "native-plugin/db/url.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/include/backstay/plugin.h"

namespace backstay::plugin {
namespace {

using nlohmann::json;

// Exit codes of the command line, given in every report (contract.md).
enum ExitCode : int { ok = 0, findings = 1, usage = 2, unreadable = 3, undone = 4, left_behind = 5, refused = 6, interrupted = 7 };

struct Ending {
  Status status;
  int exit_code;
};

Ending ending_of(std::string_view end, const json& outcome) {
  const std::string code = outcome.contains("problem") && outcome["problem"].is_object() ? outcome["problem"].value("code", "") : "";
  if (end == "DONE") return {BACKSTAY_OK, ExitCode::ok};
  if (end == "DRY_RUN") return {BACKSTAY_OK, ExitCode::ok};
  if (end == "CANCELLED") return {BACKSTAY_E_CANCELLED, ExitCode::interrupted};
  if (end == "SUSPENDED") return {BACKSTAY_E_SUSPENDED, ExitCode::left_behind};
  if (end == "RESTORE_FAILED" || end == "INCOMPLETE") return {BACKSTAY_E_UNRECOVERED, ExitCode::left_behind};
  if (end == "DIFFERS") return {BACKSTAY_E_DRIFT, ExitCode::findings};
  if (end == "ROLLED_BACK") return {code == "db" ? BACKSTAY_E_DB : BACKSTAY_E_HOST, ExitCode::undone};
  if (code == "jobs") return {BACKSTAY_E_BUSY_JOB, ExitCode::refused};
  if (code == "host") return {BACKSTAY_E_HOST, ExitCode::refused};
  if (code == "lock") return {BACKSTAY_E_LOCKED, ExitCode::refused};
  if (code == "unrecovered") return {BACKSTAY_E_UNRECOVERED, ExitCode::refused};
  if (code == "drift") return {BACKSTAY_E_DRIFT, ExitCode::refused};
  if (code == "damaged") return {BACKSTAY_E_BACKUP_BAD, ExitCode::refused};
  if (code == "no-space") return {BACKSTAY_E_NOSPACE, ExitCode::refused};
  if (code == "db") return {BACKSTAY_E_DB, ExitCode::refused};
  return {BACKSTAY_E_BLOCKED, ExitCode::refused};
}

std::vector<std::string> texts_of(const json& object, const char* key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return texts;
  for (const json& item : *found) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

OperationReport report_of(Status status, int exit_code, json document) {
  document["schema"] = "backstay.operation/1";
  document["exit_code"] = exit_code;
  return {status, document.dump()};
}

OperationReport refusal(Status status, int exit_code, const std::string& kind, const std::string& code, const std::string& message) {
  return report_of(status, exit_code, {{"kind", kind}, {"end", "ABANDONED"}, {"problem", {{"code", code}, {"message", message}}}});
}

// What every operation that runs a machine shares.
class MachineOperation : public Operation {
 public:
  MachineOperation(Installation& installation, json params, std::string kind)
      : at_(installation), params_(std::move(params)), kind_(std::move(kind)), op_id_(installation.new_id()) {}

  OperationReport run() override {
    if (auto locked = lock_installation(at_); !locked.ok()) {
      if (locked.error().code == ErrorCode::cancelled) return refusal(BACKSTAY_E_LOCKED, ExitCode::refused, kind_, "lock", locked.error().message);
      const bool is_damaged = locked.error().code == ErrorCode::malformed;
      return refusal(is_damaged ? BACKSTAY_E_BACKUP_BAD : status_of(locked.error()), ExitCode::refused, kind_,
                     is_damaged ? "journal" : "io", locked.error().message);
    }
    return run_locked();
  }

  void cancel() override {
    const std::lock_guard<std::mutex> guard(mutex_);
    cancel_asked_ = true;
    if (loop_) loop_->cancel();
  }

  OperationStatus status() const override {
    const std::lock_guard<std::mutex> guard(mutex_);
    OperationStatus status;
    status.op_id = op_id_;
    status.cancel_asked = cancel_asked_;
    status.steps = steps_;
    if (loop_) {
      status.state = loop_->state();
      status.step = loop_->step();
    }
    status.result = result_;
    return status;
  }

 protected:
  virtual OperationReport run_locked() = 0;

  apply::Settings settings() const {
    apply::Settings settings = at_.settings(op_id_);
    settings.acknowledged = texts_of(params_, "acknowledge");
    settings.force = params_.contains("force") && params_["force"] == true;
    settings.dry_run = params_.contains("dry_run") && params_["dry_run"] == true;
    settings.overwrite_conflicts = params_.value("on_conflict", "keep") == "overwrite";
    settings.lock_wait_ms = at_.config.lock_wait_ms;
    settings.host_restores_all = at_.services.database && at_.services.database->can_restore_all();
    settings.has_way_back = settings.host_restores_all || (params_.contains("database_backup") && params_["database_backup"].is_object());
    settings.vendor_suspension = at_.config.vendor_suspension;
    settings.acknowledge_everything = at_.config.acknowledge_everything;
    settings.require_signature = at_.config.require_signature;
    settings.with_full_copy = settings.engine == db::Engine::sqlite && is_copy_small();
    const std::string mode = params_.value("mode", "whole");
    if (mode == "per-package") settings.mode = apply::Transactions::per_package;
    if (mode == "per-step") settings.mode = apply::Transactions::per_step;
    return settings;
  }

  // Looking at its size is no file call that would drop SQLite's locks (plugin.md 4.5).
  bool is_copy_small() const {
    const auto url = db::read_url(at_.config.database);
    struct stat info;
    return url && stat(url->target.c_str(), &info) == 0 && static_cast<std::uint64_t>(info.st_size) <= at_.config.max_full_copy_bytes;
  }

  // Runs the machine and gives its outcome with the warnings of the loop.
  json converse(apply::Machine& machine, const std::string& op_id, Contents contents) {
    LoopSettings loop;
    loop.op_id = op_id;
    loop.kind = kind_;
    loop.recipients = recipients();
    loop.window = window_;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      loop_ = std::make_unique<ApplyLoop>(at_, std::move(loop), std::move(contents));
      if (cancel_asked_) loop_->cancel();
    }
    json outcome = json::parse(loop_->run(machine), nullptr, false);
    if (!outcome.is_object()) outcome = json::object();
    for (const std::string& warning : warnings_) outcome["warnings"].push_back(at_.redact(warning));
    for (const std::string& warning : loop_->warnings()) outcome["warnings"].push_back(at_.redact(warning));
    return outcome;
  }

  // Addresses, or {"email", "on"} as a promotion has them.
  std::vector<Recipient> recipients() const {
    std::vector<Recipient> list;
    const auto found = params_.find("recipients");
    if (found == params_.end() || !found->is_array()) return list;
    for (const json& item : *found) {
      if (item.is_string()) list.push_back({item.get<std::string>(), {}});
      if (item.is_object() && item.contains("email") && item["email"].is_string()) list.push_back({item["email"].get<std::string>(), texts_of(item, "on")});
    }
    return list;
  }

  OperationReport finished(json outcome) {
    const Ending ending = ending_of(outcome.value("end", ""), outcome);
    const std::lock_guard<std::mutex> guard(mutex_);
    result_ = ending.status;
    return report_of(ending.status, ending.exit_code, std::move(outcome));
  }

  // Before anybody is asked for anything: a window that cannot be read, a disk that is as good as full.
  std::optional<OperationReport> refuse_early(std::uint64_t needed_bytes) {
    if (params_.contains("window")) {
      const std::string text = params_["window"].dump();
      const auto parsed = parse_json(text, "window");
      if (!parsed.ok()) return refusal(BACKSTAY_E_ARG, ExitCode::usage, kind_, "window", parsed.error().message);
      auto window = read_window(parsed.value().root);
      if (!window.ok()) return refusal(BACKSTAY_E_ARG, ExitCode::usage, kind_, "window", window.error().message);
      window_ = window.value();
    }
    const auto url = db::read_url(at_.config.database);
    struct stat info;
    if (is_copy_small() && stat(url->target.c_str(), &info) == 0) needed_bytes += static_cast<std::uint64_t>(info.st_size);
    needed_bytes += needed_bytes / 4 + at_.config.min_free_bytes;
    auto free = at_.state->free_bytes();
    if (!free.ok()) return refusal(status_of(free.error()), ExitCode::refused, kind_, "io", free.error().message);
    if (free.value() >= needed_bytes) return std::nullopt;
    return refusal(BACKSTAY_E_NOSPACE, ExitCode::refused, kind_, "no-space",
                   "the state directory's disk has " + std::to_string(free.value()) + " bytes free, backup and journal may need " + std::to_string(needed_bytes));
  }

  std::optional<OperationReport> refuse_unrecovered() {
    auto open = at_.journal->unfinished();
    if (!open.ok()) return refusal(status_of(open.error()), ExitCode::refused, kind_, "journal", open.error().message);
    if (open.value().empty()) return std::nullopt;
    const OperationRow& row = open.value().front();
    return refusal(BACKSTAY_E_UNRECOVERED, ExitCode::refused, kind_, "unrecovered",
                   "operation " + row.op_id + " (" + row.kind + ") stopped in state " + row.state + ": recover it first");
  }

  Installation& at_;
  json params_;
  std::string kind_, op_id_;
  std::uint32_t steps_ = 0;
  std::optional<Window> window_;
  std::vector<std::string> warnings_;

 private:
  mutable std::mutex mutex_;
  std::unique_ptr<ApplyLoop> loop_;
  bool cancel_asked_ = false;
  Status result_ = 0;
};

class ApplyOperation final : public MachineOperation {
 public:
  ApplyOperation(Installation& installation, json params, bool uninstall)
      : MachineOperation(installation, std::move(params), uninstall ? "uninstall" : "apply"), is_uninstall_(uninstall) {}

 private:
  OperationReport run_locked() override {
    if (auto refused = refuse_unrecovered()) return *refused;
    const std::vector<std::string> paths = texts_of(params_, "inputs");
    if (paths.empty()) return refusal(BACKSTAY_E_ARG, ExitCode::usage, kind_, "params", "\"inputs\" names nothing to apply");
    apply::Settings apply_settings = settings();
    DeliveryOptions options;
    options.engine = apply_settings.engine == db::Engine::postgresql ? Dialect::postgresql
                                                                      : dialect_from(at_.config.dialect).value_or(Dialect::postgresql);
    options.is_uninstall = is_uninstall_;
    if (auto known = environment_of_target(); known.ok()) {
      options.environment = std::move(known.value());
    } else {
      return refusal(BACKSTAY_E_DB, ExitCode::refused, kind_, "db", at_.redact(known.error().message));
    }
    auto delivery = read_delivery(paths, options);
    if (!delivery.ok()) return refusal(BACKSTAY_E_PACKAGE, ExitCode::unreadable, kind_, "input", delivery.error().message);
    const report::Report& checked = delivery.value().report;
    if (checked.unreadable_input) {
      const std::string why = checked.findings.empty() ? "an input cannot be read" : checked.findings.front().message;
      return refusal(BACKSTAY_E_PACKAGE, ExitCode::unreadable, kind_, "input", why);
    }
    if (!delivery.value().plan.complete) {
      return refusal(BACKSTAY_E_PACKAGE, ExitCode::findings, kind_, "plan", delivery.value().plan.why_not);
    }
    const std::vector<std::string> acknowledged = texts_of(params_, "acknowledge");
    for (const std::string& blocker : delivery.value().plan.blockers) {
      if (std::find(acknowledged.begin(), acknowledged.end(), blocker) == acknowledged.end()) {
        return refusal(BACKSTAY_E_BLOCKED, ExitCode::refused, kind_, "preflight", blocker);
      }
    }
    steps_ = static_cast<std::uint32_t>(delivery.value().plan.steps.size());
    for (const std::string& promotion : delivery.value().promotions) take_from_promotion(promotion, apply_settings);
    std::uint64_t bytes = 0;
    for (const auto& [key, content] : delivery.value().contents) bytes += 2 * content.size();
    if (auto refused = refuse_early(bytes)) return *refused;
    add_findings(checked);
    json counts = {{"errors", checked.summary.errors}, {"warnings", checked.summary.warnings}};
    auto machine = is_uninstall_ ? apply::start_uninstall(std::move(delivery.value().plan), std::move(apply_settings))
                                 : apply::start_apply(std::move(delivery.value().plan), std::move(apply_settings));
    json outcome = converse(*machine, op_id_, std::move(delivery.value().contents));
    outcome["preflight"] = std::move(counts);
    return finished(std::move(outcome));
  }

  // Who is told, when it may run and who gets errors meanwhile stands in the promotion, unless the parameters say it.
  void take_from_promotion(const std::string& text, apply::Settings& settings) {
    const json promotion = json::parse(text, nullptr, false);
    if (!promotion.is_object()) return;
    if (!params_.contains("window") && promotion.contains("window") && promotion["window"].is_object()) {
      for (const char* key : {"not_before", "not_after"}) {
        if (promotion["window"].contains(key)) params_["window"][key] = promotion["window"][key];
      }
    }
    if (!params_.contains("recipients") && promotion.contains("notify")) {
      params_["recipients"] = promotion["notify"].is_array() ? promotion["notify"] : json::array({promotion["notify"]});
    }
    json integrations = json::array();
    for (const json& item : promotion.value("integrations", json::array())) {
      if (!item.is_object()) continue;
      const std::string name = item.contains("name") && item["name"].is_string() ? item["name"].get<std::string>() : item.value("kind", "");
      integrations.push_back(name);
      const bool is_paused = item.contains("paused") && item["paused"] == true;
      const bool retries = item.contains("retry") && item["retry"].is_object();
      if (!is_paused && !retries) warnings_.push_back("integration " + name + " is neither paused nor does it retry: it gets errors until the system is unlocked");
    }
    settings.maintenance = json({{"reason", "promotion"}, {"integrations", {{"status", 503}, {"retry_after_s", 120}, {"names", integrations}}}}).dump();
  }

  // A package of somebody else, or a locked one, is delivered all the same, as the vendor does; people should know.
  void add_findings(const report::Report& checked) {
    for (const Finding& finding : checked.findings) {
      const bool is_of_target = finding.rule == "order/foreign-maintainer" || finding.rule == "order/locked-package";
      if (is_of_target || (finding.severity == Severity::warning && finding.rule.starts_with("promotion/"))) warnings_.push_back(finding.rule + ": " + finding.message);
    }
  }

  // What the target says of itself, which decides what is still to be done: ORIGAM's stored versions above all.
  Result<deploy::Environment> environment_of_target() {
    db::OpenSettings open;
    open.op_id = op_id_;
    open.read_only = true;
    auto driver = db::open_driver(at_.config.database, open);
    if (!driver.ok()) return Error{ErrorCode::unreadable, {}, driver.error().message};
    auto document = db::describe_environment(*driver.value(), false, sha256);
    if (!document.ok()) return Error{ErrorCode::unreadable, {}, document.error().message};
    auto environment = deploy::parse_environment(document.value(), "the target");
    if (!environment.ok()) return environment.error();
    if (auto added = add_stored_packages(environment.value()); !added.ok()) return added.error();
    return environment;
  }

  // The packages in the directory store: their versions and scripts say what is new, and what a restore runs
  // again. The target may have others that did not come this way. A host's own store knows elements only.
  Result<Nothing> add_stored_packages(deploy::Environment& environment) {
    if (at_.services.store) return Nothing{};
    const Limits limits;
    host::OpenedInput opened = host::open_input(at_.config.store_dir, limits);
    if (!opened.usable || opened.incomplete) {
      return Error{ErrorCode::unreadable, {}, "the store: " + (opened.findings.empty() ? "it cannot be read" : opened.findings.front().message)};
    }
    // Whatever else lies there is not touched: it may be a SQLite target, and closing one drops the locks that
    // this process has on it.
    auto& files = opened.input.files;
    std::set<std::string> packages;
    for (const InputFile& file : files) {
      if (file.path.ends_with("/descriptor.json") && file.path.find('/') == file.path.rfind('/')) packages.insert(file.path.substr(0, file.path.find('/')));
    }
    // Descriptors say what there is and how old; of contents only the scripts are asked for again.
    files.erase(std::remove_if(files.begin(), files.end(), [&](const InputFile& file) {
                  const std::size_t slash = file.path.find('/');
                  if (slash == std::string::npos || !packages.count(file.path.substr(0, slash))) return true;
                  return !file.path.ends_with("/descriptor.json") && !is_below(std::string_view(file.path).substr(slash + 1), "SqlScripts");
                }), files.end());
    if (files.empty()) return Nothing{};
    auto stored = deploy::read_environment_input(opened.input, limits);
    if (!stored.ok()) return stored.error().code == ErrorCode::not_recognised ? Result<Nothing>(Nothing{}) : Result<Nothing>(stored.error());
    environment.packages = std::move(stored.value().packages);
    environment.packages_complete = false;
    return Nothing{};
  }

  bool is_uninstall_;
};

class RestoreOperation final : public MachineOperation {
 public:
  RestoreOperation(Installation& installation, json params) : MachineOperation(installation, std::move(params), "restore") {}

 private:
  OperationReport run_locked() override {
    if (auto refused = refuse_unrecovered()) return *refused;
    if (auto refused = refuse_early(0)) return *refused;
    apply::RestoreOrder order;
    order.backup_id = params_.value("backup_id", "");
    if (order.backup_id.empty()) {
      auto newest = newest_backup(*at_.journal);
      if (!newest.ok()) return refusal(status_of(newest.error()), ExitCode::refused, kind_, "backups", newest.error().message);
      order.backup_id = newest.value();
    }
    if (params_.contains("scope") && params_["scope"].is_object()) {
      order.packages = texts_of(params_["scope"], "packages");
      order.elements = texts_of(params_["scope"], "elements");
      order.tables = texts_of(params_["scope"], "tables");
    }
    order.with_rows = params_.value("data", "rows") != "skip";
    order.dry_run_digest = params_.value("digest", "");
    order.whole_database = params_.contains("whole_database") && params_["whole_database"] == true;
    auto later = later_operations(*at_.journal, order.backup_id);
    if (!later.ok()) return refusal(status_of(later.error()), ExitCode::refused, kind_, "journal", later.error().message);
    order.later = std::move(later.value());
    auto machine = apply::start_restore(std::move(order), settings());
    return finished(converse(*machine, op_id_, {}));
  }
};

class RecoverOperation final : public MachineOperation {
 public:
  RecoverOperation(Installation& installation, json params) : MachineOperation(installation, std::move(params), "recover") {}

 private:
  OperationReport run_locked() override {
    sweep_scratch();
    auto open = at_.journal->unfinished();
    if (!open.ok()) return refusal(status_of(open.error()), ExitCode::refused, kind_, "journal", open.error().message);
    if (open.value().empty()) return report_of(BACKSTAY_OK, ExitCode::ok, {{"kind", "recover"}, {"end", "DONE"}, {"operations", json::array()}});
    json operations = json::array();
    Ending worst = {BACKSTAY_OK, ExitCode::ok};
    // The last one first: an earlier one that waits for a decision lies below it.
    for (auto row = open.value().rbegin(); row != open.value().rend(); ++row) {
      auto unfinished = unfinished_of(*row);
      if (!unfinished.ok()) return refusal(status_of(unfinished.error()), ExitCode::refused, kind_, "journal", unfinished.error().message);
      kind_ = row->kind;
      const bool keeps = unfinished.value().decision == "keep_applied" &&
                         journal::is_waiting(journal::state_from(unfinished.value().state).value_or(journal::State::none));
      auto machine = apply::start_recovery(std::move(unfinished.value()), settings());
      json outcome = converse(*machine, row->op_id, {});
      kind_ = "recover";
      Ending ending = recovered(outcome);
      // Decided, and still neither as before nor as planned.
      if (keeps && ending.exit_code == ExitCode::ok) ending.exit_code = ExitCode::left_behind;
      if (ending.exit_code > worst.exit_code) worst = ending;
      operations.push_back(std::move(outcome));
    }
    json outcome = {{"kind", "recover"}, {"operations", operations}, {"end", operations.front().value("end", "")}};
    if (operations.front().contains("problem")) outcome["problem"] = operations.front()["problem"];
    return report_of(worst.status, worst.exit_code, std::move(outcome));
  }

  // The copy of a rehearsal that was killed. It may be gone already, then there is nothing to do.
  void sweep_scratch() {
    auto name = at_.journal->meta("scratch");
    if (!name.ok() || name.value().empty()) return;
    auto driver = db::open_driver(at_.config.database, {});
    if (driver.ok() && driver.value()->drop_scratch(name.value()).ok()) (void)at_.journal->set_meta("scratch", "").ok();
  }

  // Old or new, either is a recovery that succeeded.
  static Ending recovered(const json& outcome) {
    const std::string end = outcome.value("end", "");
    const std::string code = outcome.contains("problem") && outcome["problem"].is_object() ? outcome["problem"].value("code", "") : "";
    if (end == "DONE" || end == "ROLLED_BACK" || (end == "ABANDONED" && code == "interrupted")) return {BACKSTAY_OK, ExitCode::ok};
    return ending_of(end, outcome);
  }

  // An intent says that the host was asked, what follows it what it gave back.
  static void note_host_call(apply::Unfinished& unfinished, const journal::Record& record, const json& payload) {
    if (!payload.contains("host") || !payload["host"].is_string()) return;
    if (record.state == journal::to_string(journal::State::step_intent)) {
      unfinished.host_calls.push_back({record.step, payload["host"].get<std::string>(), payload.value("undo", false)});
      return;
    }
    for (apply::HostCall& call : unfinished.host_calls) {
      if (call.step == record.step) call.call = payload["host"].get<std::string>();
    }
  }

  Result<apply::Unfinished> unfinished_of(const OperationRow& row) {
    apply::Unfinished unfinished;
    unfinished.op_id = row.op_id;
    unfinished.kind = row.kind;
    unfinished.state = row.state;
    unfinished.decision = params_.value("decision", "");
    auto records = at_.journal->records(row.op_id);
    if (!records.ok()) return records.error();
    for (const journal::Record& record : records.value()) {
      const json payload = json::parse(record.payload, nullptr, false);
      if (!payload.is_object()) continue;
      if (payload.contains("backup_id")) unfinished.backup_id = payload.value("backup_id", "");
      if (payload.contains("env_before")) unfinished.env_before = payload.value("env_before", "");
      if (payload.contains("packages")) unfinished.packages_json = payload["packages"].dump();
      note_host_call(unfinished, record, payload);
      if (payload.contains("copy")) unfinished.is_copy = payload.value("copy", false);
      if (payload.contains("outside")) unfinished.is_outside = payload.value("outside", false);
    }
    return unfinished;
  }
};

}  // namespace

std::unique_ptr<Operation> make_operation(Installation& installation, OperationKind kind, std::string_view params) {
  json document = json::parse(params.empty() ? std::string_view("{}") : params, nullptr, false);
  switch (kind) {
    case OperationKind::apply: return std::make_unique<ApplyOperation>(installation, std::move(document), false);
    case OperationKind::uninstall: return std::make_unique<ApplyOperation>(installation, std::move(document), true);
    case OperationKind::restore: return std::make_unique<RestoreOperation>(installation, std::move(document));
    case OperationKind::recover: return std::make_unique<RecoverOperation>(installation, std::move(document));
    case OperationKind::rehearse: return make_rehearsal(installation, params);
    case OperationKind::inspect:
    case OperationKind::verify_backup:
    case OperationKind::prune: return make_small_operation(installation, kind, params);
    default: return nullptr;
  }
}

}  // namespace backstay::plugin
