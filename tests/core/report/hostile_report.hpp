// A report in which every text tries to break out of the format it is written in.
#pragma once

#include "core/report/report.hpp"

namespace backstay::test {

inline constexpr std::string_view hostile_text =
    "</pre><script>alert(1)</script> \x1b[31m \xFF\xFE \" ' ` | ]]> \n::error::forged\r\n##[group] %0A @team "
    "[x](javascript:alert(1)) \xE2\x80\xAEtxt \xC2\x9B \xEF\xBF\xBF 名前";

inline Finding hostile_finding(Severity severity) {
  const std::string text(hostile_text);
  Finding finding;
  finding.rule = "sql/update-data";
  finding.severity = severity;
  finding.message = text;
  finding.package = text;
  finding.input = text + ".zip";
  finding.at = {.file = text + ".sql", .line = 3, .column = 2, .offset = 40};
  finding.end_line = 3;
  finding.end_column = 9;
  finding.length = 7;
  finding.remedy = text;
  finding.reversibility = Reversibility::with_capture;
  finding.excerpt = text;
  finding.excerpt_column = 1;
  return finding;
}

inline Package hostile_package() {
  const std::string text(hostile_text);
  Package package;
  package.name = text;
  package.id = text;
  package.version = text;
  package.maintainer = "";
  package.modified_ms = INT64_MAX;
  package.description = text;
  package.dependencies.push_back({text, text, text, {}});
  package.counts.schemas_by_manager[text] = 1;
  package.counts.records = 3;
  package.counts.first_record = text;
  package.app = Package::App{text, text, text, {{text, text, {}}}};
  package.odd.push_back(text);
  package.file = text;
  return package;
}

inline deploy::Order hostile_order() {
  const std::string text(hostile_text);
  deploy::Order order;
  order.status = deploy::OrderStatus::deadlock;
  order.error = "deadlock";
  order.steps.push_back({text, text, text});
  order.candidates.push_back({text, text, {{text, text, true, false}, {text, text, false, true}}});
  order.conflicts.push_back({text, text, text, text, text});
  order.cycles.push_back({text, text});
  order.missing.push_back({text, text, text, text, true});
  order.repairs.push_back({text, {{text, text, text, text, text, text, text, text, {{0, text}}}}, {text}});
  order.message = text;
  return order;
}

inline report::InputEntry input_entry(std::string path, std::optional<InputKind> kind) {
  report::InputEntry entry;
  entry.path = std::move(path);
  entry.kind = kind;
  return entry;
}

inline report::InputEntry folder_entry(std::string path, std::optional<InputKind> kind) {
  report::InputEntry entry = input_entry(std::move(path), kind);
  entry.is_folder = true;
  return entry;
}

inline report::ScriptEntry script_entry(std::string package, std::string file, std::string input) {
  report::ScriptEntry entry;
  entry.package = std::move(package);
  entry.file = std::move(file);
  entry.input = std::move(input);
  return entry;
}

inline report::Report hostile_report() {
  const std::string text(hostile_text);
  report::Report report;
  report.inputs.push_back(input_entry(text + ".zip", InputKind::creatio_delivery));
  report.inputs.back().sha256 = std::string(64, 'a');
  report.inputs.push_back(folder_entry(text, std::nullopt));
  report.inputs.back().is_backup = true;
  report.inputs.back().delete_list.push_back({text, text});
  report.packages.push_back(hostile_package());
  report.scripts.push_back(script_entry(text, text + ".sql", text + ".zip"));
  report.scripts.back().name = report.scripts.back().folder = text;
  report.scripts.push_back(script_entry(text, text, text));
  report.scripts.back().deployment_version = text;
  report.scripts.back().backward_compatible = false;
  report.scripts.back().depends_on.push_back({text, text, {}});
  report.order = hostile_order();
  for (const Severity severity : {Severity::info, Severity::warning, Severity::error}) report.findings.push_back(hostile_finding(severity));
  Finding suppressed = hostile_finding(Severity::error);
  suppressed.suppressed = true;
  suppressed.suppression_reason = text;
  report.findings.push_back(suppressed);
  Finding bare;
  bare.rule = "archive/malformed";
  bare.severity = Severity::error;
  bare.message = text;
  bare.input = text;
  bare.at.file = text;
  bare.at.offset = 7;
  report.findings.push_back(bare);
  Finding placeless;
  placeless.rule = "order/deadlock";
  placeless.message = text;
  report.findings.push_back(placeless);
  report.rollback = {report::RollbackVerdict::suspended, {text}, {{"none", text, text, text}}};
  report.unreadable_input = true;
  summarise(report);
  report.summary.milliseconds = 1234;
  return report;
}

}  // namespace backstay::test
