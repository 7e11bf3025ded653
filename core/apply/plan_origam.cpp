// The steps of an ORIGAM deployment (formats/origam.md section 13): what is above the stored versions, in the order of
// the sorter, and then the stored versions themselves - in the same transaction, which ORIGAM does not do.
#include <map>
#include <set>

#include "core/apply/plan_builder.hpp"
#include "core/deploy/origam_history.hpp"
#include "core/deploy/version_number.hpp"

namespace backstay::apply {
namespace {

class OrigamPlan {
 public:
  explicit OrigamPlan(PlanBuilder& plan) : plan_(plan), stored_(plan.input().environment.installed()) {
    for (const Package& package : plan.input().report.packages) {
      if (package.vendor == Vendor::origam) packages_.emplace(package.id, &package);
    }
  }

  void deploy() {
    std::set<std::pair<std::string, std::string>> done;  // equal numbers stand in the order once each: all at the first
    for (const deploy::OrderStep& ordered : plan_.input().report.order.steps) {
      const auto found = packages_.find(ordered.id);
      if (found == packages_.end() || !ordered.version || !done.emplace(ordered.id, *ordered.version).second) continue;
      run_version(*found->second, *ordered.version);
    }
    // The package list of every model comes with its packages.
    for (const Package& package : plan_.input().report.packages) {
      if (package.vendor == Vendor::origam) record_version(package);
    }
  }

 private:
  struct Activities {
    std::vector<std::size_t> scripts, restores;  // indices, in the order they run
  };

  std::string stored(const Package& package) const { return deploy::stored_version(package, stored_); }

  void run_version(const Package& package, const std::string& number) {
    // Versions that ran already, and a version 0.0 which never does.
    if (deploy::compare_version_texts(number, stored(package)) <= 0) {
      plan_.skip(package, number, "ran already: the database stands at " + (stored(package).empty() ? std::string("0.0") : stored(package)));
      return;
    }
    const Activities& activities = activities_of(package)[number];
    std::size_t restore = 0;
    for (const std::size_t script : activities.scripts) {
      for (; restore < activities.restores.size() && package.file_restores[activities.restores[restore]].after_scripts <= script; ++restore) {
        restore_file(package, package.file_restores[activities.restores[restore]]);
      }
      run_script(package, package.scripts[script]);
    }
    for (; restore < activities.restores.size(); ++restore) restore_file(package, package.file_restores[activities.restores[restore]]);
  }

  // By number as written, so that a large history is gone through once.
  std::map<std::string, Activities>& activities_of(const Package& package) {
    const auto [found, is_new] = activities_.try_emplace(package.id);
    if (!is_new) return found->second;
    for (std::size_t i = 0; i < package.scripts.size(); ++i) found->second[package.scripts[i].deployment_version.value_or("")].scripts.push_back(i);
    for (std::size_t i = 0; i < package.file_restores.size(); ++i) found->second[package.file_restores[i].deployment_version].restores.push_back(i);
    return found->second;
  }

  void run_script(const Package& package, const Script& script) {
    if (plan_.engine() && script.dialect != plan_.engine()) {
      const std::string platform = script.dialect ? std::string(to_string(*script.dialect)) : "an unknown platform";
      plan_.skip(package, *script.deployment_version + " " + script.name, "an activity for " + platform);
      return;
    }
    PlanStep step;
    step.is_origam = true;
    step.package = package.name;
    step.package_id = package.id;
    step.phase = *script.deployment_version;
    step.element = script.name;
    step.element_id = script.id;
    step.change = Change::added;
    plan_.describe_script(step, package, script);
    if (const Content* content = plan_.content(script.file)) step.contents.push_back(*content);
    plan_.add(std::move(step));
  }

  void restore_file(const Package& package, const FileRestore& restore) {
    PlanStep step;
    step.is_origam = true;
    step.kind = StepKind::file_put;
    step.package = package.name;
    step.package_id = package.id;
    step.phase = restore.deployment_version;
    step.element = restore.location + ":" + restore.target;
    step.element_id = restore.id;
    step.transaction = StepTransaction::none;
    step.reversible = Reversible::r1;
    step.reason = "the file it replaces is kept in the backup";
    if (const Content* content = plan_.content(restore.file)) step.contents.push_back(*content);
    plan_.add(std::move(step));
  }

  // ORIGAM stores the current version of every package of the list, also of those that had nothing to run.
  void record_version(const Package& package) {
    const std::string before = stored(package), now = package.version.value_or("");
    if (deploy::compare_version_texts(before, now) >= 0) {
      plan_.skip(package, "stored version", "the database stands at " + (before.empty() ? std::string("0.0") : before) + " already");
      return;
    }
    PlanStep step;
    step.is_origam = true;
    step.kind = StepKind::version_record;
    step.package = package.name;
    step.package_id = package.id;
    step.element = "OrigamModelVersion";
    step.version = now;
    if (!before.empty()) step.previous_version = before;
    step.change = before.empty() ? Change::added : Change::changed;
    step.reversible = before.empty() ? Reversible::r0 : Reversible::r1;
    step.reason = before.empty() ? "a new row: deleting it undoes it" : "its present row is captured";
    plan_.add(std::move(step));
  }

  PlanBuilder& plan_;
  std::vector<deploy::InstalledPackage> stored_;
  std::map<std::string, const Package*> packages_;
  std::map<std::string, std::map<std::string, Activities>> activities_;
};

}  // namespace

void plan_origam(PlanBuilder& plan) { OrigamPlan(plan).deploy(); }

}  // namespace backstay::apply
