// What the builders of the three kinds of input share: steps with their ids, contents by package, verdict and undo.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/plan.hpp"

namespace backstay::apply {

class PlanBuilder {
 public:
  explicit PlanBuilder(const PlanInput& input);

  // Appends; id, digest and transaction of what is no SQL are set later.
  PlanStep& add(PlanStep step);
  void skip(const Package& package, std::string_view element, std::string reason);
  void because(std::string reason) { plan_.reasons.push_back(std::move(reason)); }

  const PlanInput& input() const { return input_; }
  std::optional<Dialect> engine() const { return plan_.engine; }
  // A file by its key, of any input or of the one with this path; nullptr when there is none.
  const Content* content(std::string_view key, std::string_view of_input = {}) const;
  // All of one package, ascending.
  const std::vector<const Content*>& contents_of(std::string_view package) const;
  // What was found out about the script in this file; nullptr when nothing was.
  const report::ScriptEntry* entry(const Package& package, const Script& script) const;

  // Class, transaction, engine and flag of a script step.
  void describe_script(PlanStep& step, const Package& package, const Script& script) const;

  ApplyPlan finish();

 private:
  void number_steps();
  void plan_undo();
  void judge();

  const PlanInput& input_;
  ApplyPlan plan_;
  std::multimap<std::string, const Content*, std::less<>> by_key_;
  std::map<std::string, std::vector<const Content*>, std::less<>> by_package_;
  std::map<std::string, const report::ScriptEntry*, std::less<>> by_script_;
  std::map<std::string, StepTransaction, std::less<>> transactions_;  // by script file, where not shared
};

// Creatio packages of the report, each in its phases.
void plan_creatio(PlanBuilder& plan);
void plan_creatio_uninstall(PlanBuilder& plan);
// ORIGAM versions in the order of the report.
void plan_origam(PlanBuilder& plan);
// The changes of a promotion.
void plan_promotion(PlanBuilder& plan, const promotion::Document& document);

}  // namespace backstay::apply
