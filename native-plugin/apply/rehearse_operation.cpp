#include "native-plugin/apply/rehearse_operation.hpp"

#include <filesystem>
#include <mutex>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/apply/rehearsal_findings.hpp"
#include "core/schema/difference.hpp"
#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/apply/delivery.hpp"
#include "native-plugin/db/take_snapshot.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/include/backstay/plugin.h"

namespace backstay::plugin {
namespace {

using nlohmann::json;

constexpr std::size_t most_differences = 200;  // in a report; the rest is counted

Status status_of_fault(db::Fault fault) {
  switch (fault) {
    case db::Fault::lost:
    case db::Fault::connect: return BACKSTAY_E_DB_LOST;
    case db::Fault::busy: return BACKSTAY_E_LOCKED;
    case db::Fault::unsupported: return BACKSTAY_E_UNSUPPORTED;
    case db::Fault::cancelled: return BACKSTAY_E_CANCELLED;
    case db::Fault::full: return BACKSTAY_E_NOSPACE;
    default: return BACKSTAY_E_DB;
  }
}

json problem_of(const db::DbError& error) {
  json problem = {{"code", "db"}, {"message", error.message}, {"sqlstate", error.sqlstate}};
  if (!error.hint.empty()) problem["hint"] = error.hint;
  return problem;
}

std::string digest(std::string_view bytes) { return sha256(bytes); }

// An operation around others: what is asked of it goes to the one that runs.
class OuterOperation : public Operation {
 public:
  OuterOperation(Installation& installation, std::string_view params)
      : at_(installation), params_(json::parse(params.empty() ? std::string_view("{}") : params, nullptr, false)), op_id_(installation.new_id()) {
    if (!params_.is_object()) params_ = json::object();
  }

  void cancel() override {
    const std::lock_guard<std::mutex> guard(mutex_);
    cancel_asked_ = true;
    if (inner_) inner_->cancel();
    if (in_place_) in_place_->cancel();
  }

  OperationStatus status() const override {
    const std::lock_guard<std::mutex> guard(mutex_);
    OperationStatus status = inner_ ? inner_->status() : OperationStatus{};
    status.op_id = op_id_;
    status.cancel_asked = cancel_asked_;
    return status;
  }

 protected:
  OperationReport refused(Status status, int exit_code, json problem) const {
    const json document = {{"schema", "backstay.operation/1"}, {"kind", "rehearse"}, {"op_id", op_id_}, {"end", "ABANDONED"},
                           {"exit_code", exit_code}, {"problem", std::move(problem)}};
    return {status, document.dump()};
  }

  Installation& at_;
  json params_;
  std::string op_id_;
  mutable std::mutex mutex_;
  std::unique_ptr<Operation> inner_;
  ApplyLoop* in_place_ = nullptr;
  bool cancel_asked_ = false;
};

class Rehearsal final : public OuterOperation {
 public:
  using OuterOperation::OuterOperation;

  OperationReport run() override {
    if (auto locked = lock_installation(at_); !locked.ok()) return refused(BACKSTAY_E_LOCKED, 6, {{"code", "lock"}, {"message", locked.error().message}});
    if (params_.value("scratch", "") == "in-place") return rehearse_in_place();
    folder_ = std::filesystem::path(at_.config.state_dir) / "scratch" / op_id_;
    std::error_code code;
    std::filesystem::create_directories(folder_, code);
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, code);
    if (code) return refused(BACKSTAY_E_IO, 6, {{"code", "io"}, {"message", "cannot make the scratch folder: " + code.message()}});
    auto report = rehearse();
    drop_scratch();
    return report;
  }

 private:
  // The target itself, in one transaction that is taken back, with users locked out.
  OperationReport rehearse_in_place() {
    auto delivery = read_inputs();
    if (!delivery.ok()) return refused(BACKSTAY_E_PACKAGE, 3, {{"code", "input"}, {"message", delivery.error().message}});
    if (!delivery.value().plan.complete) {
      const bool is_unreadable = delivery.value().report.unreadable_input;
      return refused(BACKSTAY_E_PACKAGE, is_unreadable ? 3 : 1, {{"code", "plan"}, {"message", delivery.value().plan.why_not}});
    }
    apply::Settings settings = at_.settings(op_id_);
    LoopSettings loop_settings;
    loop_settings.op_id = op_id_;
    loop_settings.kind = "rehearse";
    loop_settings.in_place = true;
    auto machine = apply::start_rehearsal(std::move(delivery.value().plan), std::move(settings));
    ApplyLoop loop(at_, std::move(loop_settings), std::move(delivery.value().contents));
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      in_place_ = &loop;
      if (cancel_asked_) loop.cancel();
    }
    const json usual = {{"op_id", op_id_}, {"reason", "rehearse"}, {"users", "locked-out"}, {"offline_edits", "continue"}};
    if (auto entered = at_.services.maintenance->enter(op_id_, usual.dump()); !entered.ok()) {
      return refused(entered.status, 6, {{"code", "host"}, {"message", entered.message}});
    }
    json outcome = json::parse(loop.run(*machine), nullptr, false);
    const auto left = at_.services.maintenance->leave(op_id_, json({{"op_id", op_id_}}).dump());
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      in_place_ = nullptr;
    }
    if (!left.ok()) return refused(left.status, 5, {{"code", "host"}, {"message", left.message}});
    if (!outcome.is_object()) outcome = json::object();
    outcome["scratch"] = {{"mode", "in-place"}, {"left_out", json::array({"sequences go on counting", "what triggers do outside the database is done"})}};
    const std::string end = outcome.value("end", "");
    const int exit_code = end == "DONE" ? 0 : end == "CANCELLED" ? 7 : end == "ABANDONED" ? 6 : 1;
    outcome["exit_code"] = exit_code;
    return {exit_code == 0 ? BACKSTAY_OK : exit_code == 7 ? BACKSTAY_E_CANCELLED : exit_code == 6 ? BACKSTAY_E_LOCKED : BACKSTAY_E_DRIFT, outcome.dump()};
  }

  Result<Delivery> read_inputs() const {
    DeliveryOptions options;
    const bool is_postgresql = db::engine_of_url(at_.config.database) == db::Engine::postgresql;
    options.engine = is_postgresql ? Dialect::postgresql : dialect_from(at_.config.dialect).value_or(Dialect::postgresql);
    std::vector<std::string> paths;
    for (const json& path : params_.value("inputs", json::array())) {
      if (path.is_string()) paths.push_back(path.get<std::string>());
    }
    return read_delivery(paths, options);
  }

  // What did not come back is a finding on the script that names it.
  json findings_of(const std::vector<schema::Difference>& restored, const std::vector<schema::Difference>& repeated) const {
    json list = json::array();
    if (restored.empty() && repeated.empty()) return list;
    const auto delivery = read_inputs();
    std::vector<apply::RehearsedScript> scripts;
    if (delivery.ok()) {
      for (const apply::PlanStep& step : delivery.value().plan.steps) {
        if (step.kind != apply::StepKind::sql || step.contents.empty()) continue;
        const auto content = delivery.value().contents.find(step.contents[0].key);
        if (content != delivery.value().contents.end()) scripts.push_back({step.package, TextDocument(content->second, content->first)});
      }
    }
    for (const bool is_second : {false, true}) {
      for (const Finding& finding : apply::rehearsal_findings(is_second ? repeated : restored, scripts, is_second)) {
        list.push_back({{"rule", finding.rule}, {"severity", "error"}, {"message", finding.message}, {"package", finding.package},
                        {"file", finding.at.file}, {"line", finding.at.line}, {"column", finding.at.column}});
      }
    }
    return list;
  }

  OperationReport rehearse() {
    auto scratch = make_scratch();
    if (!scratch.ok()) return refused(status_of_fault(scratch.error().fault), 6, problem_of(scratch.error()));
    scratch_ = scratch.value();
    // Who recovers after this process died finds its name here.
    if (auto noted = at_.journal->set_meta("scratch", scratch_.name); !noted.ok()) return refused(BACKSTAY_E_IO, 6, {{"code", "io"}, {"message", noted.error().message}});
    if (auto error = open_inner_engine()) return *error;
    const json order = {{"inputs", params_.value("inputs", json::array())}, {"acknowledge", params_.value("acknowledge", json::array())},
                        {"force", true}, {"mode", params_.value("mode", "whole")}, {"database_backup", {{"id", "the target itself"}}}};
    auto before = snapshot();
    if (!before.ok()) return refused(status_of_fault(before.error().fault), 6, problem_of(before.error()));
    const json applied = run_inner(OperationKind::apply, order);
    // What cannot be read or planned is no difference of a rehearsal.
    if (const int exit_code = applied.value("exit_code", 1); exit_code == 2 || exit_code == 3 || exit_code == 7) {
      json outcome = applied;
      outcome["kind"] = "rehearse";
      return {exit_code == 7 ? BACKSTAY_E_CANCELLED : exit_code == 3 ? BACKSTAY_E_PACKAGE : BACKSTAY_E_ARG, outcome.dump()};
    }
    json differences = json::array();
    json outcome = {{"schema", "backstay.operation/1"}, {"kind", "rehearse"}, {"op_id", op_id_}, {"scratch", {{"mode", mode_}, {"left_out", scratch_.left_out}}}};
    bool same = applied.value("end", "") == "DONE";
    if (!same && applied.contains("problem")) outcome["problem"] = applied["problem"];
    auto between = snapshot();
    if (!between.ok()) return refused(status_of_fault(between.error().fault), 6, problem_of(between.error()));
    if (same) {
      // On the copy every risk may be taken: the rehearsal is there to show what comes of them.
      json restored = run_inner(OperationKind::restore, {{"force", true}});
      if (restored.contains("risks") && !restored["risks"].empty() && restored.value("end", "") == "ABANDONED") {
        json ids = json::array();
        for (const json& risk : restored["risks"]) {
          if (risk.is_string()) ids.push_back(risk);
          if (risk.is_object() && risk.contains("id")) ids.push_back(risk["id"]);
        }
        outcome["risks"] = restored["risks"];
        restored = run_inner(OperationKind::restore, {{"force", true}, {"acknowledge", ids}});
      }
      outcome["restore"] = brief(restored);
      if (restored.value("end", "") != "DONE") {
        same = false;
        if (restored.contains("problem")) outcome["problem"] = restored["problem"];
      }
    }
    auto after = snapshot();
    if (!after.ok()) return refused(status_of_fault(after.error().fault), 6, problem_of(after.error()));
    std::vector<schema::Difference> repeated_differences;
    const std::vector<schema::Difference> restored_differences = compare("restore", before.value(), after.value(), differences);
    // A second time: what is not repeatable shows here. Only from a state that is the first one's.
    if (same && differences.empty()) {
      const json repeated = run_inner(OperationKind::apply, order);
      outcome["repeat"] = brief(repeated);
      if (repeated.value("end", "") != "DONE") {
        same = false;
        if (repeated.contains("problem")) outcome["problem"] = repeated["problem"];
      }
      auto last = snapshot();
      if (!last.ok()) return refused(status_of_fault(last.error().fault), 6, problem_of(last.error()));
      repeated_differences = compare("repeat", between.value(), last.value(), differences);
    }
    same = same && differences.empty();
    outcome["apply"] = brief(applied);
    outcome["changes"] = changes(before.value(), between.value());
    outcome["differences"] = std::move(differences);
    outcome["findings"] = findings_of(restored_differences, repeated_differences);
    outcome["end"] = same ? "DONE" : "DIFFERS";
    outcome["exit_code"] = same ? 0 : 1;
    return {same ? BACKSTAY_OK : BACKSTAY_E_DRIFT, outcome.dump()};
  }

  db::DbResult<db::Scratch> make_scratch() {
    db::OpenSettings settings;
    settings.op_id = op_id_;
    auto opened = db::open_driver(at_.config.database, settings);
    if (!opened.ok()) return opened.error();
    db::Driver& driver = *opened.value();
    db::ScratchOptions options;
    options.op_id = op_id_;
    options.folder = folder_.string();
    const std::string wanted = params_.value("scratch", "");
    if (driver.info().engine == db::Engine::sqlite) {
      mode_ = "copy";
      return wanted.empty() || wanted == "copy" ? driver.copy_to_scratch(options) : db::DbResult<db::Scratch>(unsupported(wanted));
    }
    if (!wanted.empty() && wanted != "template" && wanted != "dump") return unsupported(wanted);
    if (wanted != "dump") {
      mode_ = "template";
      options.mode = db::ScratchMode::template_database;
      auto scratch = driver.copy_to_scratch(options);
      // Somebody is connected, or the role does not own the database: a dump asks for less.
      const bool may_dump = wanted.empty() && !scratch.ok() && (scratch.error().fault == db::Fault::busy || scratch.error().fault == db::Fault::denied);
      if (!may_dump) return scratch;
    }
    mode_ = "dump";
    options.mode = db::ScratchMode::dump;
    auto structure = db::take_snapshot(driver, false, digest);
    if (!structure.ok()) return structure.error();
    for (const schema::Object& object : structure.value().objects) {
      if (object.kind == "table") options.sample_tables.push_back(object.name);
    }
    return driver.copy_to_scratch(options);
  }

  static db::DbError unsupported(const std::string& mode) {
    db::DbError error;
    error.fault = db::Fault::unsupported;
    error.sqlstate = "0A000";
    error.message = "no rehearsal of the kind \"" + mode + "\" on this database";
    return error;
  }

  // A system of its own for the copy: its state, its store, the built-in services.
  std::optional<OperationReport> open_inner_engine() {
    const json config = {{"database", scratch_.url}, {"state_dir", (folder_ / "state").string()}, {"store", {{"dir", (folder_ / "store").string()}}},
                         {"environment_id", "rehearsal/" + op_id_}, {"user", at_.config.user}, {"dialect", at_.config.dialect},
                         {"allow_network_state", at_.config.allow_network_state}, {"file_roots", scratch_roots()}};
    ProblemDocument problem;
    engine_ = Engine::open(config.dump(), Services{}, problem);
    if (engine_) return std::nullopt;
    return refused(problem.status, 6, json::parse(problem.json, nullptr, false));
  }

  // Files that a script would write land beside the copy.
  json scratch_roots() const {
    json roots = json::object();
    for (const auto& [name, path] : at_.config.file_roots) {
      const auto root = folder_ / "files" / std::to_string(roots.size());
      std::error_code ignored;
      std::filesystem::create_directories(root, ignored);
      roots[name] = root.string();
    }
    return roots;
  }

  json run_inner(OperationKind kind, const json& params) {
    ProblemDocument problem;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      inner_ = engine_->operation(kind, params.dump(), problem);
      if (!inner_) return {{"end", "ABANDONED"}, {"exit_code", 1}, {"problem", json::parse(problem.json, nullptr, false)}};
      if (cancel_asked_) inner_->cancel();
    }
    json outcome = json::parse(inner_->run().json, nullptr, false);
    return outcome.is_object() ? outcome : json::object();
  }

  db::DbResult<schema::Snapshot> snapshot() {
    auto opened = db::open_driver(scratch_.url, {});
    if (!opened.ok()) return opened.error();
    return db::take_snapshot(*opened.value(), true, digest);
  }

  static json brief(const json& outcome) {
    json text = json::object();
    for (const char* key : {"end", "exit_code", "problem", "steps", "warnings", "conflicts", "left", "not_covered"}) {
      if (outcome.contains(key)) text[key] = outcome[key];
    }
    return text;
  }

  static std::vector<schema::Difference> compare(const char* phase, const schema::Snapshot& expected, const schema::Snapshot& found, json& differences) {
    std::vector<schema::Difference> all = schema::differences(expected, found);
    if (all.size() > most_differences) all.resize(most_differences);
    for (const schema::Difference& difference : all) {
      differences.push_back({{"phase", phase}, {"object", difference.object}, {"message", std::string(phase == std::string_view("restore") ? "after the restore: " : "the second time: ") +
                                                                                             schema::sentence(difference)}});
    }
    return all;
  }

  static json changes(const schema::Snapshot& before, const schema::Snapshot& after) {
    json list = json::array();
    for (const schema::Difference& difference : schema::differences(before, after)) {
      if (list.size() >= most_differences) break;
      list.push_back(schema::sentence(difference));
    }
    return list;
  }

  void drop_scratch() {
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      inner_.reset();
    }
    engine_.reset();
    if (!scratch_.name.empty()) {
      if (auto opened = db::open_driver(at_.config.database, {}); opened.ok() && opened.value()->drop_scratch(scratch_.name).ok()) {
        (void)at_.journal->set_meta("scratch", "").ok();
      }
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::filesystem::path folder_;
  db::Scratch scratch_;
  std::string mode_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace

std::unique_ptr<Operation> make_rehearsal(Installation& installation, std::string_view params) {
  return std::make_unique<Rehearsal>(installation, params);
}

}  // namespace backstay::plugin
