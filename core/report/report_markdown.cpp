// Markdown for a merge request or a step summary: verdict first, then the findings as a table.
#include "core/report/markup.hpp"
#include "core/report/text_page.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

std::string place_of(const Report& report, const Finding& finding) {
  const Location location = location_of(report, finding);
  std::string place = location.path;
  if (!location.inside.empty()) place += " > " + location.inside;
  if (finding.at.line > 0) {
    place += ":" + std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column);
  } else if (!place.empty() && finding.at.offset > 0) {
    place += " (byte " + std::to_string(finding.at.offset) + ")";
  }
  return place;
}

void write_findings_table(std::string& out, const Report& report, const Words& say) {
  if (report.findings.size() == report.summary.suppressed) return;
  out += "## " + say("Findings") + "\n\n| " + say("severity") + " | " + say("place") + " | " + say("finding") + " | " + say("remedy") + " |\n| --- | --- | --- | --- |\n";
  for (const Finding& finding : report.findings) {
    if (finding.suppressed) continue;
    const std::string place = place_of(report, finding);
    out += "| " + say(to_string(finding.severity)) + " | " + (place.empty() ? "" : markdown_code(place)) + " | " +
           markdown_text(finding.message) + " (" + markdown_code(finding.rule) + ") | " + markdown_text(finding.remedy) + " |\n";
  }
  out += "\n";
}

void write_order_list(std::string& out, const deploy::Order& order, const Words& say) {
  if (order.status == deploy::OrderStatus::not_applicable) return;
  out += "## " + say("Order:") + " " + std::string(deploy::to_string(order.status)) + "\n\n";
  for (std::size_t i = 0; i < order.steps.size(); ++i) {
    const deploy::OrderStep& step = order.steps[i];
    out += std::to_string(i + 1) + ". " + markdown_text(step.package + (step.version ? " " + *step.version : "")) + "\n";
  }
  if (!order.steps.empty()) out += "\n";
  std::string lines;
  for (const deploy::Candidate& candidate : order.candidates) {
    lines += "- " + say("waits:") + " " + markdown_text(candidate.package + " " + candidate.version);
    std::string separator = say(" after ");
    for (const deploy::CandidateDependency& dependency : candidate.dependencies) {
      lines += separator + markdown_text(dependency.package + " " + dependency.version);
      separator = ", ";
    }
    lines += "\n";
  }
  for (const deploy::Conflict& conflict : order.conflicts) {
    lines += "- " + say("blocker:") + " " + markdown_text(say(conflict.package + " " + conflict.version + " needs " + conflict.depends_on)) + "\n";
  }
  for (const auto& cycle : order.cycles) {
    lines += "- " + say("cycle:") + " ";
    for (const std::string& name : cycle) lines += markdown_text(name) + " → ";
    lines += (cycle.empty() ? "" : markdown_text(cycle.front())) + "\n";
  }
  for (const deploy::Missing& missing : order.missing) {
    lines += "- " + say("missing:") + " " + markdown_text((missing.needs.empty() ? missing.needs_id : missing.needs) + (missing.version ? " " + *missing.version : "")) +
             say(", needed by ") + markdown_text(missing.package) + (missing.optional ? say(" (optional)") : "") + "\n";
  }
  for (const deploy::Repair& repair : order.repairs) lines += "- " + say("repair:") + " " + markdown_text(repair.title) + "\n";
  out += lines;
  if (!lines.empty()) out += "\n";
}

void write_inputs_list(std::string& out, const Report& report, const Words& say) {
  out += "## " + say("Checked") + "\n\n";
  for (const InputEntry& input : report.inputs) {
    out += "- " + markdown_code(input.path) + ": " + (input.kind ? std::string(to_string(*input.kind)) : say("could not be read")) +
           ", " + size_text(input.bytes) + "\n";
  }
  out += "- " + say(counted(report.summary.packages, "package", "packages")) + ", " + say(counted(report.summary.scripts, "script", "scripts")) +
         ", " + say(counted(report.summary.statements, "statement", "statements")) + "\n";
}

}  // namespace

std::string write_markdown(const Report& report, const Words& say) {
  const Summary& summary = report.summary;
  std::string out = "# " + say("Backstay preflight") + "\n\n**" + say(counted(summary.errors, "error", "errors")) + ", " +
                    say(counted(summary.warnings, "warning", "warnings")) + ", " + say(counted(summary.infos, "note", "notes")) + "**";
  if (summary.suppressed) out += ", " + say(std::to_string(summary.suppressed) + " suppressed");
  out += "\n\n";
  if (report.rollback.verdict != RollbackVerdict::not_applicable) {
    out += "**" + say("Rollback:") + " " + std::string(to_string(report.rollback.verdict)) + "**\n\n";
    for (const std::string& reason : report.rollback.reasons) out += "- " + markdown_text(reason) + "\n";
    if (!report.rollback.reasons.empty()) out += "\n";
  }
  write_findings_table(out, report, say);
  write_order_list(out, report.order, say);
  write_inputs_list(out, report, say);
  return out;
}

}  // namespace backstay::report
