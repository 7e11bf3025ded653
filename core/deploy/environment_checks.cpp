#include "core/deploy/environment_checks.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/deploy/creatio_version.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view object_manager = "EntitySchemaManager";

class Checker {
 public:
  Checker(const std::vector<const Package*>& packages, const Environment& environment, Findings& findings)
      : packages_(packages), environment_(environment), findings_(findings) {}

  void run() {
    check_jobs();
    for (const Package* package : packages_) {
      check_engine(*package);
      check_installed(*package);
      check_tables(*package);
    }
  }

 private:
  Finding& add(const char* rule, Severity severity, const Package& package, const SourcePos& at, std::string message) {
    Finding finding;
    finding.rule = rule;
    finding.severity = severity;
    finding.package = package.name;
    finding.at = at;
    finding.message = std::move(message);
    findings_.push_back(std::move(finding));
    return findings_.back();
  }

  void check_jobs();
  void check_engine(const Package& package);
  void check_installed(const Package& package);
  void check_tables(const Package& package);
  bool brings_table(std::string_view name);

  const std::vector<const Package*>& packages_;
  const Environment& environment_;
  Findings& findings_;
  std::set<std::string_view> brought_;  // names of objects in the delivery
};

void Checker::check_jobs() {
  if (!environment_.jobs || packages_.empty()) return;
  for (const EnvironmentJob& job : *environment_.jobs) {
    if (!is_blocking(job)) continue;
    std::string text = "a job of the kind " + job.kind + " is running on the target";
    if (!job.id.empty()) text += " (" + job.id + ")";
    if (!job.table.empty()) text += ", on " + job.table;
    if (job.total > 0) text += ": " + std::to_string(job.done) + " of " + std::to_string(job.total) + " rows";
    add("order/job-running", Severity::error, *packages_.front(), {}, std::move(text)).remedy = "wait until it has finished, and read the target again";
  }
}

// A feature comes as one script an engine, so a package with none for this one does less here than elsewhere.
void Checker::check_engine(const Package& package) {
  if (!environment_.engine) return;
  std::size_t scripts = 0, fitting = 0;
  const Script* first = nullptr;
  for (const Script& script : package.scripts) {
    if (!script.install_type || script.install_type == InstallType::uninstall_app || !script.dialect) continue;
    ++scripts;
    if (!first) first = &script;
    fitting += script.dialect == environment_.engine;
  }
  if (scripts == 0 || fitting > 0) return;
  add("order/no-script-for-engine", Severity::warning, package, first->at,
      (scripts == 1 ? std::string("the script of ") : "none of the " + std::to_string(scripts) + " scripts of ") + package.name +
          (scripts == 1 ? " does not run on " : " runs on ") + std::string(to_string(*environment_.engine)) + ", the engine of the target")
      .remedy = "ask for a delivery made for this engine";
}

void Checker::check_installed(const Package& package) {
  const InstalledPackage* there = environment_.find(package.id, package.name);
  if (!there) return;
  if (there->locked == true) {
    add("order/locked-package", Severity::info, package, package.at,
        package.name + " is locked on the target: it came preinstalled or by import, and nobody can put its changes right there");
  }
  const std::string ours = package.maintainer.value_or(""), theirs = there->maintainer.value_or("");
  if (!ours.empty() && !theirs.empty() && ours != theirs) {
    add("order/foreign-maintainer", Severity::warning, package, package.at,
        package.name + " of the target is maintained by " + theirs + ", the delivered one by " + ours)
        .remedy = "make sure that this package is meant, and put changes to another maintainer's package into one of your own";
  }
  if (!package.version || !there->version) return;
  if (const auto compared = compare_creatio_versions(*package.version, *there->version); compared && *compared < 0) {
    add("order/older-version", Severity::warning, package, package.at,
        package.name + " " + *package.version + " would replace " + *there->version + " on the target, which is newer");
  }
}

bool Checker::brings_table(std::string_view name) {
  if (brought_.empty()) {
    for (const Package* package : packages_) {
      for (const Schema& schema : package->schemas) {
        if (schema.manager == object_manager) brought_.insert(schema.name);
      }
    }
  }
  return brought_.count(name) > 0;
}

void Checker::check_tables(const Package& package) {
  if (!environment_.tables) return;
  for (const DataBinding& binding : package.data_bindings) {
    if (binding.schema_name.empty() || environment_.table(binding.schema_name) || brings_table(binding.schema_name)) continue;
    add("order/unknown-table", Severity::warning, package, binding.at,
        "bound data " + binding.name + " is for " + binding.schema_name + ", which is neither a table of the target nor an object of the delivery")
        .remedy = "add the package that brings " + binding.schema_name;
  }
}

}  // namespace

void check_environment(const std::vector<const Package*>& packages, const Environment& environment, Findings& findings) {
  Checker(packages, environment, findings).run();
}

}  // namespace backstay::deploy
