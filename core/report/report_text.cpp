// For people at a terminal: what is wrong where, what to do, whether one can come back.
#include <algorithm>

#include "core/report/excerpt.hpp"
#include "core/report/order_text.hpp"
#include "core/report/text_page.hpp"
#include "core/report/utf8.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::error: return Style::red;
    case Severity::warning: return Style::yellow;
    case Severity::info: return Style::cyan;
  }
  return Style::plain;
}

void put_place(TextPage& page, const Report& report, const Finding& finding) {
  const Location location = location_of(report, finding);
  std::string place = location.path;
  if (!location.inside.empty()) place += " > " + location.inside;
  if (place.empty()) return;
  page.put_foreign(place, Style::bold);
  if (finding.at.line > 0) {
    page.put(":" + std::to_string(finding.at.line) + ":" + std::to_string(std::max(finding.at.column, 1u)), Style::bold);
  } else if (finding.at.offset > 0) {
    page.say(" (byte " + std::to_string(finding.at.offset) + ")");
  }
  page.end_line();
}

void put_excerpt(TextPage& page, const Finding& finding) {
  const std::string number = std::to_string(finding.at.line);
  const std::string gutter = "  " + number + " | ";
  if (page.width() <= gutter.size() + 20) return;
  const MarkedLine marked = marked_line(finding, page.width() - gutter.size());
  if (marked.line.empty()) return;
  page.put(gutter, Style::dim).put(marked.line).end_line();
  page.put("  " + std::string(number.size(), ' ') + " | ", Style::dim);
  page.put(marked.marks, style_of(finding.severity)).end_line();
}

void put_finding(TextPage& page, const Report& report, const Finding& finding) {
  page.gap();
  put_place(page, report, finding);
  std::string text = finding.message + " [" + finding.rule + "]";
  page.wrapped("  " + std::string(to_string(finding.severity)) + ": ", text, style_of(finding.severity));
  put_excerpt(page, finding);
  if (!finding.remedy.empty()) page.wrapped("  fix: ", finding.remedy, Style::green);
}

void put_inputs(TextPage& page, const Report& report) {
  for (const InputEntry& input : report.inputs) {
    page.put_foreign(input.path, Style::bold);
    page.say(input.kind ? ": " + std::string(to_string(*input.kind)) : std::string(": could not be read"),
             input.kind ? Style::plain : Style::red);
    page.put(", " + size_text(input.bytes));
    if (input.is_backup) page.say(", a backup folder");
    page.end_line();
  }
}

void put_packages(TextPage& page, const Report& report) {
  constexpr std::size_t shown = 30;
  for (std::size_t i = 0; i < report.packages.size() && i < shown; ++i) {
    const Package& package = report.packages[i];
    std::string facts = package.name + (package.version ? " " + *package.version : std::string(" (no version)"));
    if (package.vendor == Vendor::creatio) {
      facts += ": " + counted(package.counts.sql_scripts, "SQL script", "SQL scripts") + ", " + counted(package.counts.schemas, "schema", "schemas") + ", " +
               counted(package.counts.data_bindings, "data binding", "data bindings");
    } else {
      facts += ": " + counted(package.counts.deployment_versions, "deployment version", "deployment versions") + ", " +
               counted(package.counts.activities, "activity", "activities");
    }
    page.wrapped("  ", facts);
  }
  if (report.packages.size() > shown) {
    page.say("  and " + counted(report.packages.size() - shown, "more package", "more packages")).end_line();
  }
}

void put_rollback(TextPage& page, const Report& report) {
  const Rollback& rollback = report.rollback;
  if (rollback.verdict == RollbackVerdict::not_applicable) return;
  page.gap();
  Style style = Style::green;
  std::string_view meaning = "The package backup undoes everything.";
  if (rollback.verdict == RollbackVerdict::with_capture) {
    style = Style::yellow, meaning = "Undone if the rows and definitions it changes are captured first.";
  } else if (rollback.verdict == RollbackVerdict::suspended) {
    style = Style::yellow, meaning = "Held back: a script does not promise to be backward compatible.";
  } else if (rollback.verdict == RollbackVerdict::impossible) {
    style = Style::red, meaning = "Only a backup of the database helps.";
  }
  page.say("Rollback: ").put(to_string(rollback.verdict), style).end_line();
  page.wrapped("  ", meaning);
  constexpr std::size_t shown = 12;
  for (std::size_t i = 0; i < rollback.reasons.size() && i < shown; ++i) page.wrapped("  - ", rollback.reasons[i]);
  if (rollback.reasons.size() > shown) {
    page.say("  - and " + counted(rollback.reasons.size() - shown, "more reason", "more reasons")).end_line();
  }
}

void put_checked(TextPage& page, const Summary& summary) {
  page.gap();
  page.say("Checked " + counted(summary.packages, "package", "packages") + ", " + counted(summary.scripts, "script", "scripts") +
           ", " + counted(summary.statements, "statement", "statements"));
  if (summary.milliseconds > 0) page.say(" in " + std::to_string(summary.milliseconds) + " ms");
  page.end_line();
}

void put_summary(TextPage& page, const Summary& summary) {
  const bool clean = summary.errors == 0 && summary.warnings == 0;
  page.say(counted(summary.errors, "error", "errors"), summary.errors ? Style::red : clean ? Style::green : Style::plain);
  page.put(", ").say(counted(summary.warnings, "warning", "warnings"), summary.warnings ? Style::yellow : Style::plain);
  page.say(", " + counted(summary.infos, "note", "notes"));
  if (summary.suppressed) page.say(", " + std::to_string(summary.suppressed) + " suppressed");
  page.end_line();
}

}  // namespace

std::string write_text(const Report& report, const WriteOptions& options) {
  TextPage page(options.width, options.colour, options.lang);
  if (!options.quiet) {
    put_inputs(page, report);
    put_packages(page, report);
  }
  for (const Finding& finding : report.findings) {
    if (!finding.suppressed) put_finding(page, report, finding);
  }
  if (!options.quiet) {
    put_order(page, report.order, 20, to_string(options.lang));
    put_rollback(page, report);
    put_checked(page, report.summary);
  } else if (!report.findings.empty()) {
    page.gap();
  }
  put_summary(page, report.summary);
  return page.take();
}

}  // namespace backstay::report
