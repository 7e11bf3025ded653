#include "core/apply/plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/apply/plan_builder.hpp"
#include "core/package/promotion/document.hpp"

namespace backstay::apply {
namespace {

// Names of an enumeration, by value.
template <class Enum, std::size_t N>
std::optional<Enum> value_named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

constexpr std::array<std::string_view, 7> kinds = {"sql", "element_put", "element_delete", "data_binding", "file_put", "host_call", "version_record"};
constexpr std::array<std::string_view, 3> transactions = {"shared", "own", "none"};
constexpr std::array<std::string_view, 4> classes = {"R0", "R1", "R2", "R3"};
constexpr std::array<std::string_view, 4> changes = {"unknown", "added", "changed", "unchanged"};

// Errors about SQL are for the rollback classes; these say that the delivery cannot go in at all.
std::vector<std::string> blockers_of(const report::Report& report) {
  std::vector<std::string> blockers;
  for (const Finding& finding : report.findings) {
    if (finding.severity != Severity::error || finding.suppressed || finding.rule.starts_with("sql/")) continue;
    blockers.push_back(finding.rule + ": " + finding.message);
  }
  return blockers;
}

ApplyPlan incomplete(const PlanInput& input, std::string why) {
  ApplyPlan plan;
  plan.why_not = std::move(why);
  plan.engine = input.engine ? input.engine : input.environment.engine;
  plan.blockers = blockers_of(input.report);
  return plan;
}

// Why there can be no plan at all; empty when there can.
std::string obstacle(const report::Report& report) {
  if (report.unreadable_input) return "an input could not be read";
  switch (report.order.status) {
    case deploy::OrderStatus::deadlock: return "the deployment versions have no order";
    case deploy::OrderStatus::cycle: return "packages depend on each other in a circle";
    default: return "";
  }
}

// Bare scripts run as they come.
void plan_scripts(PlanBuilder& plan) {
  for (const report::ScriptEntry& script : plan.input().report.scripts) {
    if (!script.package.empty()) continue;
    Package none;
    Script bare;
    bare.file = script.file;
    PlanStep step;
    step.element = script.name;
    plan.describe_script(step, none, bare);
    if (const Content* content = plan.content(script.file, script.input)) step.contents.push_back(*content);
    plan.add(std::move(step));
  }
}

}  // namespace

std::string_view to_string(StepKind kind) { return kinds[static_cast<std::size_t>(kind)]; }
std::optional<StepKind> step_kind_from(std::string_view name) { return value_named<StepKind>(kinds, name); }
std::string_view to_string(StepTransaction transaction) { return transactions[static_cast<std::size_t>(transaction)]; }
std::optional<StepTransaction> step_transaction_from(std::string_view name) { return value_named<StepTransaction>(transactions, name); }
std::string_view to_string(Reversible reversible) { return classes[static_cast<std::size_t>(reversible)]; }
std::optional<Reversible> reversible_from(std::string_view name) { return value_named<Reversible>(classes, name); }
std::string_view to_string(Change change) { return changes[static_cast<std::size_t>(change)]; }
std::optional<Change> change_from(std::string_view name) { return value_named<Change>(changes, name); }

std::string_view report_class(Reversible reversible) {
  switch (reversible) {
    case Reversible::r0:
    case Reversible::r2: return "safe";
    case Reversible::r1: return "with-capture";
    case Reversible::r3: return "irreversible";
  }
  return "";
}

ApplyPlan plan_apply(const PlanInput& input) {
  if (std::string why = obstacle(input.report); !why.empty()) return incomplete(input, std::move(why));
  PlanBuilder builder(input);
  plan_creatio(builder);
  plan_origam(builder);
  for (const promotion::Document* document : input.promotions) plan_promotion(builder, *document);
  plan_scripts(builder);
  ApplyPlan plan = builder.finish();
  plan.blockers = blockers_of(input.report);
  return plan;
}

ApplyPlan plan_uninstall(const PlanInput& input) {
  if (std::string why = obstacle(input.report); !why.empty()) return incomplete(input, std::move(why));
  PlanBuilder builder(input);
  plan_creatio_uninstall(builder);
  return builder.finish();
}

}  // namespace backstay::apply
