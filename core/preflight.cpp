#include "core/preflight.hpp"

#include <algorithm>
#include <span>
#include <tuple>

#include "core/base/sorting.hpp"
#include "core/deploy/element_references.hpp"
#include "core/deploy/lanes.hpp"
#include "core/deploy/origam_stored.hpp"
#include "core/deploy/script_order.hpp"
#include "core/package/origam/package_list.hpp"
#include "core/package/read_package.hpp"
#include "core/previous.hpp"
#include "core/rollback/plan.hpp"
#include "core/target.hpp"

namespace backstay {
namespace {

// Rules that guard a second run or the package backup. A migration runs once and is no package script.
constexpr std::string_view package_script_rules[] = {
    "sql/insert-unguarded", "sql/not-rerunnable-create", "sql/multi-entity-script", "sql/entity-before-package",
    "sql/replace-view-column-set", "sql/replace-routine-signature",
};
// Rows or columns are gone afterwards: worth a warning in a migration too.
constexpr std::string_view row_losing_rules[] = {
    "sql/drop-table", "sql/drop-column", "sql/drop-cascade", "sql/truncate-data", "sql/delete-data",
    "sql/delete-without-where", "sql/update-without-where", "sql/update-loses-origin",
};

bool is_one_of(std::string_view rule, std::span<const std::string_view> rules) {
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

// ORIGAM's deployment scripts are migrations: creating tables and filling them is their work. What
// stays a warning is what loses rows, cannot be taken back, or was not read as it was meant.
// Returns false when the finding does not concern a migration at all.
bool judge_as_migration(Finding& finding) {
  if (is_one_of(finding.rule, package_script_rules)) return false;
  const bool about_the_checker = finding.rule == "sql/not-understood" || finding.rule == "sql/dialect-mismatch" ||
                                 finding.rule == "sql/unknown-suppression";
  if (about_the_checker) return true;
  const bool weighs = finding.reversibility == Reversibility::no || is_one_of(finding.rule, row_losing_rules);
  finding.severity = std::min(finding.severity, weighs ? Severity::warning : Severity::info);
  return true;
}

report::ScriptEntry check_script(const Package& package, Script& script, const PreflightOptions& options, CheckedInput& checked) {
  const TextDocument document(script.content, script.file);
  sql::Options how;
  how.dialect = script.dialect ? script.dialect : options.dialect;
  how.install_type = script.install_type;
  how.backward_compatible = script.backward_compatible;
  how.has_descriptor = package.vendor == Vendor::creatio && script.install_type.has_value();
  sql::Analysis analysis = sql::analyse(document, how, options.sql);
  for (Finding& finding : analysis.findings) {
    finding.package = package.name;
    if (package.vendor == Vendor::origam && !judge_as_migration(finding)) continue;
    checked.findings.push_back(std::move(finding));
  }
  if (options.environment.tables) {
    how.dialect = analysis.dialect;
    checked.tables.push_back(sql::table_uses(document, how, options.sql));
  }
  report::ScriptEntry entry;
  entry.package = package.name;
  entry.name = script.name;
  entry.folder = script.folder;
  entry.file = script.file;
  entry.dialect = script.dialect ? *script.dialect : analysis.dialect;
  entry.install_type = script.install_type;
  entry.deployment_version = script.deployment_version;
  entry.backward_compatible = script.backward_compatible;
  entry.modified_ms = script.modified_ms;
  entry.depends_on = script.depends_on;
  entry.bytes = script.content.size();
  entry.statements = analysis.statements;
  entry.verdict = analysis.verdict;
  entry.reversibility = analysis.reversibility;
  entry.outline = std::move(analysis.outline);
  entry.id = script.id;
  if (options.keep_script_text) entry.text = std::move(script.content);
  // The bytes are not needed any more, and a delivery can be larger than memory should hold.
  script.content = {};
  script.content.shrink_to_fit();
  return entry;
}

// Tells which script is checked, at the place that reading has come to.
class CheckingProgress final : public Progress {
 public:
  explicit CheckingProgress(Progress* whose) : whose_(whose) {}
  bool report(std::string_view what, std::uint64_t done, std::uint64_t total) override {
    done_ = done;
    total_ = total;
    return !whose_ || whose_->report(what, done, total);
  }
  bool checking(const Script& script) { return !whose_ || whose_->report("checking " + script.name, done_, total_); }

 private:
  Progress* whose_;
  std::uint64_t done_ = 0, total_ = 0;  // nothing is known as long as the reader has said nothing
};

// Returns false when the host asked to stop.
bool check_scripts(Package& package, const PreflightOptions& options, CheckingProgress& progress, CheckedInput& checked) {
  if (!options.check_scripts) {
    for (Script& script : package.scripts) script.content = std::string();
    return true;
  }
  for (Script& script : package.scripts) {
    if (!progress.checking(script)) return false;
    checked.scripts.push_back(check_script(package, script, options, checked));
  }
  return true;
}

bool earlier(const Finding& a, const Finding& b) {
  return std::tie(a.at.file, a.at.line, a.at.column, a.at.offset, a.rule) < std::tie(b.at.file, b.at.line, b.at.column, b.at.offset, b.rule);
}

// Too many findings are counted rather than listed: the report stays usable and nothing is silent.
void limit_findings(Findings& findings, std::size_t limit, const std::string& file) {
  if (findings.size() <= limit) return;
  const std::size_t rest = findings.size() - limit;
  findings.resize(limit);
  Finding more;
  more.rule = error_rule(ErrorCode::limit_exceeded);
  more.severity = Severity::error;
  more.message = std::to_string(rest) + " more findings are not listed";
  more.at.file = file;
  findings.push_back(std::move(more));
}

void join_order(deploy::Order& into, deploy::Order&& order) {
  if (into.status == deploy::OrderStatus::not_applicable) {
    into = std::move(order);
    return;
  }
  if (order.status == deploy::OrderStatus::not_applicable) return;
  if (into.status == deploy::OrderStatus::ok) {
    into.status = order.status;
    into.error = std::move(order.error);
  }
  const auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(into.steps, order.steps);
  append(into.candidates, order.candidates);
  append(into.conflicts, order.conflicts);
  append(into.cycles, order.cycles);
  append(into.explanation, order.explanation);
  append(into.missing, order.missing);
  deploy::append(into.layout, std::move(order.layout));
  append(into.repairs, order.repairs);
  if (!order.message.empty()) into.message += (into.message.empty() ? "" : "\n") + order.message;
}

// Creatio packages of all inputs form one delivery; every ORIGAM model stands for itself.
deploy::Order resolve_order(const std::vector<CheckedInput>& inputs, const PreflightOptions& options, Findings& findings) {
  deploy::Order order;
  const std::vector<deploy::InstalledPackage> installed = options.environment.installed();
  std::vector<const Package*> creatio;
  for (const CheckedInput& input : inputs) {
    if (!input.set) continue;
    for (const Package& package : input.set->packages) {
      if (input.set->kind != InputKind::sql_script && package.vendor == Vendor::creatio) creatio.push_back(&package);
    }
  }
  if (!creatio.empty()) {
    deploy::OrderResult result = deploy::order_delivery(creatio, options.environment);
    join_order(order, std::move(result.order));
    for (Finding& finding : result.findings) findings.push_back(std::move(finding));
    for (Finding& finding : deploy::check_element_references(creatio, options.environment)) findings.push_back(std::move(finding));
    for (Finding& finding : deploy::check_script_cycles(creatio)) findings.push_back(std::move(finding));
  }
  std::size_t models = 0;
  for (const CheckedInput& input : inputs) models += input.set && input.set->kind == InputKind::origam_model;
  for (const CheckedInput& input : inputs) {
    if (!input.set || input.set->kind != InputKind::origam_model) continue;
    // Of several models, each knows only some of the packages that a database stands at.
    if (models == 1 && creatio.empty()) deploy::check_stored_versions(*input.set, installed, findings);
    deploy::OrderResult result = deploy::order_origam(*input.set, installed);
    join_order(order, std::move(result.order));
    for (Finding& finding : result.findings) findings.push_back(std::move(finding));
  }
  return order;
}

// Order findings speak of packages over all inputs; each is shown with the input its package came in.
void name_inputs(Findings& findings, const std::vector<CheckedInput>& inputs) {
  std::map<std::string_view, std::string_view> input_of;
  for (const CheckedInput& input : inputs) {
    if (!input.set) continue;
    for (const Package& package : input.set->packages) input_of.emplace(package.name, input.entry.path);
  }
  for (Finding& finding : findings) {
    const auto found = input_of.find(finding.package);
    if (found != input_of.end()) finding.input = found->second;
    else if (inputs.size() == 1) finding.input = inputs.front().entry.path;
  }
}

}  // namespace

void apply_rules(Findings& findings, const std::map<std::string, std::optional<Severity>>& rules) {
  if (rules.empty()) return;
  std::erase_if(findings, [&](Finding& finding) {
    const auto found = rules.find(finding.rule);
    if (found == rules.end()) return false;
    if (!found->second) return true;
    finding.severity = *found->second;
    return false;
  });
}

CheckedInput check_input(const Input& input, const PreflightOptions& options, Progress* progress) {
  CheckedInput checked;
  checked.entry.path = input.path;
  checked.entry.is_folder = input.is_folder;
  checked.entry.sha256 = input.sha256;
  for (const InputFile& file : input.files) checked.entry.bytes += file.bytes->size();

  std::vector<Package> packages;
  CheckingProgress telling(progress);
  const auto check_package = [&](Package&& package) {
    if (!check_scripts(package, options, telling, checked)) return false;
    packages.push_back(std::move(package));
    return true;
  };
  Result<PackageSet> set = read_package_set(input, options.limits, &telling, check_package);
  if (set.ok() && set.value().kind == InputKind::origam_model && !options.active_package.empty()) {
    origam::choose_active_package(set.value(), options.active_package);
  }
  for (std::size_t i = 0; set.ok() && i < set.value().packages.size(); ++i) {
    if (!check_package(std::move(set.value().packages[i]))) set = Error{ErrorCode::cancelled, {}, "stopped on request"};
  }
  if (!set.ok()) {
    Finding finding = finding_of(set.error());
    if (finding.at.file.empty()) finding.at.file = input.path;
    checked.findings.push_back(std::move(finding));
    return checked;
  }
  // Those about lists stay with the set as well: a list that could not be read is not an empty one (origam_lint.cpp).
  Findings about_lists;
  for (Finding& finding : set.value().findings) {
    if (finding.rule == "package/malformed-dependency") about_lists.push_back(finding);
    checked.findings.push_back(std::move(finding));
  }
  set.value().findings = std::move(about_lists);
  set.value().packages = std::move(packages);
  checked.entry.kind = set.value().kind;
  checked.entry.is_backup = set.value().is_backup;
  checked.entry.delete_list = std::move(set.value().delete_list);
  checked.set = std::move(set.value());
  apply_rules(checked.findings, options.rules);
  sort_stably(checked.findings.begin(), checked.findings.end(), earlier);
  limit_findings(checked.findings, options.limits.max_findings, input.path);
  return checked;
}

report::Report join(std::vector<CheckedInput> inputs, const PreflightOptions& options, std::vector<CheckedInput> previous) {
  report::Report report;
  compare_with_previous(inputs, previous, options);
  name_later_enables(inputs);
  compare_with_target(inputs, options);
  Findings order_findings;
  report.order = resolve_order(inputs, options, order_findings);
  apply_rules(order_findings, options.rules);
  sort_stably(order_findings.begin(), order_findings.end(), earlier);

  name_inputs(order_findings, inputs);

  bool has_promotion = false;
  for (CheckedInput& input : inputs) {
    report.inputs.push_back(std::move(input.entry));
    for (Finding& finding : input.findings) {
      finding.input = report.inputs.back().path;
      report.findings.push_back(std::move(finding));
    }
    for (report::ScriptEntry& script : input.scripts) {
      script.input = report.inputs.back().path;
      report.scripts.push_back(std::move(script));
    }
    if (!input.set) {
      report.unreadable_input = true;
      continue;
    }
    has_promotion |= input.set->kind == InputKind::promotion;
    report.unreadable_input |= input.set->has_unreadable_part;
    // A bare script comes as a package without a name; the report lists the script alone.
    if (input.set->kind == InputKind::sql_script) continue;
    for (Package& package : input.set->packages) report.packages.push_back(std::move(package));
  }
  for (Finding& finding : order_findings) report.findings.push_back(std::move(finding));
  for (CheckedInput& input : previous) {
    if (input.set) continue;
    report.unreadable_input = true;
    for (Finding& finding : input.findings) {
      finding.input = input.entry.path;
      report.findings.push_back(std::move(finding));
    }
  }
  const std::vector<deploy::InstalledPackage> installed = options.environment.installed();
  report.rollback = rollback::plan({.packages = report.packages, .scripts = report.scripts, .order = report.order,
                                    .installed = installed, .has_promotion = has_promotion});
  report::summarise(report);
  return report;
}

report::Report preflight(const std::vector<Input>& inputs, const PreflightOptions& options, Progress* progress, const std::vector<Input>& previous) {
  PreflightOptions how = options;
  how.keep_script_text |= !previous.empty();
  std::vector<CheckedInput> checked, before;
  for (const Input& input : inputs) checked.push_back(check_input(input, how, progress));
  for (const Input& input : previous) before.push_back(check_input(input, how, progress));
  return join(std::move(checked), how, std::move(before));
}

}  // namespace backstay
