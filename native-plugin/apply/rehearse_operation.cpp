#include "native-plugin/apply/rehearse_operation.hpp"

#include <filesystem>
#include <mutex>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/schema/difference.hpp"
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
  bool cancel_asked_ = false;
};

class Rehearsal final : public OuterOperation {
 public:
  using OuterOperation::OuterOperation;

  OperationReport run() override {
    if (auto locked = lock_installation(at_); !locked.ok()) return refused(BACKSTAY_E_LOCKED, 6, {{"code", "lock"}, {"message", locked.error().message}});
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
  OperationReport rehearse() {
    auto scratch = make_scratch();
    if (!scratch.ok()) return refused(status_of_fault(scratch.error().fault), 6, problem_of(scratch.error()));
    scratch_ = scratch.value();
    if (auto error = open_inner_engine()) return *error;
    const json order = {{"inputs", params_.value("inputs", json::array())}, {"acknowledge", params_.value("acknowledge", json::array())},
                        {"force", true}, {"mode", params_.value("mode", "whole")}};
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
    compare("restore", before.value(), after.value(), differences);
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
      compare("repeat", between.value(), last.value(), differences);
    }
    same = same && differences.empty();
    outcome["apply"] = brief(applied);
    outcome["changes"] = changes(before.value(), between.value());
    outcome["differences"] = std::move(differences);
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

  static void compare(const char* phase, const schema::Snapshot& expected, const schema::Snapshot& found, json& differences) {
    for (const schema::Difference& difference : schema::differences(expected, found)) {
      if (differences.size() >= most_differences) return;
      differences.push_back({{"phase", phase}, {"object", difference.object}, {"message", std::string(phase == std::string_view("restore") ? "after the restore: " : "the second time: ") +
                                                                                             schema::sentence(difference)}});
    }
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
      if (auto opened = db::open_driver(at_.config.database, {}); opened.ok()) (void)opened.value()->drop_scratch(scratch_.name);
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
