// Annotations for GitHub's workflow runs: one workflow command a line.
#include "core/report/markup.hpp"
#include "core/report/text_page.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

std::string_view command_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::info: return "notice";
  }
  return "notice";
}

void write_annotation(std::string& out, const Report& report, const Finding& finding) {
  const Location location = location_of(report, finding);
  out += "::";
  out += command_of(finding.severity);
  std::string message = finding.message;
  out += " ";
  if (!location.path.empty()) out += "file=" + workflow_property(location.path) + ",";
  const bool in_file = location.inside.empty() && finding.at.line > 0;
  if (in_file) {
    out += "line=" + std::to_string(finding.at.line) + ",";
    if (finding.at.column > 0) out += "col=" + std::to_string(finding.at.column) + ",";
    if (finding.end_line >= finding.at.line) out += "endLine=" + std::to_string(finding.end_line) + ",";
    // The editor marks columns only within one line.
    if (finding.end_line == finding.at.line && finding.end_column > 0) out += "endColumn=" + std::to_string(finding.end_column) + ",";
  }
  out += "title=" + workflow_property(finding.rule) + "::";
  if (!location.inside.empty()) {
    // Lines of a file inside an archive mean nothing to the archive: they go into the message.
    std::string place = location.inside;
    if (finding.at.line > 0) place += ":" + std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column);
    message = place + ": " + message;
  }
  out += workflow_message(message);
  if (!finding.remedy.empty()) out += "%0A" + workflow_message(finding.remedy);
  out += '\n';
}

}  // namespace

std::string write_github(const Report& report) {
  std::string out;
  for (const Finding& finding : report.findings) {
    if (!finding.suppressed) write_annotation(out, report, finding);
  }
  const Summary& summary = report.summary;
  out += "backstay: " + counted(summary.errors, "error", "errors") + ", " +
         counted(summary.warnings, "warning", "warnings") + ", " + counted(summary.infos, "note", "notes") +
         "; order " + std::string(deploy::to_string(report.order.status)) + ", rollback " +
         std::string(to_string(report.rollback.verdict)) + "\n";
  return out;
}

}  // namespace backstay::report
