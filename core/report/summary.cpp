#include "core/report/report.hpp"

namespace backstay::report {

std::string_view to_string(RollbackVerdict verdict) {
  switch (verdict) {
    case RollbackVerdict::full: return "full";
    case RollbackVerdict::with_capture: return "with-capture";
    case RollbackVerdict::suspended: return "suspended";
    case RollbackVerdict::impossible: return "impossible";
    case RollbackVerdict::not_applicable: return "not-applicable";
  }
  return "";
}

std::string_view to_string(Change change) {
  switch (change) {
    case Change::added: return "new";
    case Change::changed: return "changed";
    case Change::unchanged: return "unchanged";
  }
  return "";
}

void summarise(Report& report) {
  const std::uint64_t milliseconds = report.summary.milliseconds;
  report.summary = {};
  report.summary.milliseconds = milliseconds;
  for (const Finding& finding : report.findings) {
    if (finding.suppressed) {
      ++report.summary.suppressed;
      continue;
    }
    switch (finding.severity) {
      case Severity::error: ++report.summary.errors; break;
      case Severity::warning: ++report.summary.warnings; break;
      case Severity::info: ++report.summary.infos; break;
    }
  }
  report.summary.packages = report.packages.size();
  report.summary.scripts = report.scripts.size();
  for (const ScriptEntry& script : report.scripts) report.summary.statements += script.statements;
}

}  // namespace backstay::report
