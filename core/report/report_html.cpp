// One HTML file that needs nothing else: no script, no request, readable in light, dark and print.
#include "core/report/excerpt.hpp"
#include "core/report/markup.hpp"
#include "core/report/text_page.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

// The policy forbids everything but the style below, should an escape ever be missing.
constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Backstay preflight</title>
<style>
:root { --ink: #1c2430; --soft: #57606a; --page: #ffffff; --card: #f5f7f9; --line: #d0d7de; --error: #b3181e; --warning: #8a5200; --info: #0b5cad; --good: #176f35; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --soft: #a3adb8; --page: #12161b; --card: #1b2128; --line: #38414b; --error: #ff8b85; --warning: #f2b155; --info: #7fb8ff; --good: #6fd390; } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
pre { background: var(--page); border: 1px solid var(--line); padding: .5rem; overflow-x: auto; }
.finding { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--line); margin: .75rem 0; padding: .6rem .9rem; break-inside: avoid; }
.finding p { margin: .3rem 0; } .soft { color: var(--soft); }
.error { border-left-color: var(--error); } .warning { border-left-color: var(--warning); } .info { border-left-color: var(--info); }
b.error { color: var(--error); } b.warning { color: var(--warning); } b.info { color: var(--info); } b.good { color: var(--good); }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
@media print { body { max-width: none; padding: 0; } pre { white-space: pre-wrap; } }
</style>
</head>
<body>
)";

std::string tagged(std::string_view tag, std::string_view text) {
  return "<" + std::string(tag) + ">" + xml_text(text) + "</" + std::string(tag) + ">";
}

std::string place_of(const Report& report, const Finding& finding) {
  const Location location = location_of(report, finding);
  std::string place = xml_text(location.path);
  if (!location.inside.empty()) place += " &rsaquo; " + xml_text(location.inside);
  if (finding.at.line > 0) {
    place += ":" + std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column);
  } else if (!place.empty() && finding.at.offset > 0) {
    place += " (byte " + std::to_string(finding.at.offset) + ")";
  }
  return place;
}

void write_finding(std::string& out, const Report& report, const Finding& finding, const Words& say) {
  const std::string severity(to_string(finding.severity));
  out += "<div class=\"finding " + severity + "\">\n<p><b class=\"" + severity + "\">" + xml_text(say(severity)) + "</b> " +
         xml_text(finding.message) + " <code class=\"soft\">" + xml_text(finding.rule) + "</code></p>\n";
  const std::string place = place_of(report, finding);
  if (!place.empty()) out += "<p class=\"soft\"><code>" + place + "</code></p>\n";
  const MarkedLine marked = marked_line(finding, 110);
  if (!marked.line.empty()) out += "<pre>" + xml_text(marked.line) + "\n" + marked.marks + "</pre>\n";
  if (!finding.remedy.empty()) out += tagged("p", say("Fix: ") + finding.remedy) + "\n";
  out += "</div>\n";
}

void write_findings_part(std::string& out, const Report& report, const Words& say) {
  out += tagged("h2", say("Findings")) + "\n";
  std::size_t shown = 0;
  for (const Finding& finding : report.findings) {
    if (finding.suppressed) continue;
    write_finding(out, report, finding, say);
    ++shown;
  }
  if (shown == 0) out += tagged("p", say("None.")) + "\n";
  if (report.summary.suppressed == 0) return;
  out += tagged("h2", say("Suppressed in the source")) + "\n<ul>\n";
  for (const Finding& finding : report.findings) {
    if (!finding.suppressed) continue;
    out += "<li><code>" + xml_text(finding.rule) + "</code> <code>" + place_of(report, finding) + "</code> " +
           xml_text(finding.suppression_reason) + "</li>\n";
  }
  out += "</ul>\n";
}

void write_rollback_part(std::string& out, const Rollback& rollback, const Words& say) {
  if (rollback.verdict == RollbackVerdict::not_applicable) return;
  const std::string_view tone = rollback.verdict == RollbackVerdict::full        ? "good"
                                : rollback.verdict == RollbackVerdict::impossible ? "error"
                                                                                  : "warning";
  out += "<h2>" + xml_text(say("Rollback:")) + " <b class=\"" + std::string(tone) + "\">" + std::string(to_string(rollback.verdict)) + "</b></h2>\n";
  if (rollback.reasons.empty()) return;
  out += "<ul>\n";
  for (const std::string& reason : rollback.reasons) out += tagged("li", reason) + "\n";
  out += "</ul>\n";
}

void write_list(std::string& out, const std::vector<std::string>& lines, std::string_view tag) {
  if (lines.empty()) return;
  out += "<" + std::string(tag) + ">\n";
  for (const std::string& line : lines) out += tagged("li", line) + "\n";
  out += "</" + std::string(tag) + ">\n";
}

void write_order_part(std::string& out, const deploy::Order& order, const Words& say) {
  if (order.status == deploy::OrderStatus::not_applicable) return;
  const bool good = order.status == deploy::OrderStatus::ok;
  out += "<h2>" + xml_text(say("Order:")) + " <b class=\"" + std::string(good ? "good" : "error") + "\">" + std::string(deploy::to_string(order.status)) + "</b></h2>\n";
  std::vector<std::string> lines;
  for (const deploy::OrderStep& step : order.steps) lines.push_back(step.package + (step.version ? " " + *step.version : ""));
  write_list(out, lines, "ol");
  lines.clear();
  for (const deploy::Candidate& candidate : order.candidates) {
    std::string line = say("waits:") + " " + candidate.package + " " + candidate.version;
    for (std::size_t i = 0; i < candidate.dependencies.size(); ++i) {
      line += (i == 0 ? say(" after ") : ", ") + candidate.dependencies[i].package + " " + candidate.dependencies[i].version;
    }
    lines.push_back(std::move(line));
  }
  for (const deploy::Conflict& conflict : order.conflicts) {
    lines.push_back(say("blocker:") + " " + say(conflict.package + " " + conflict.version + " needs " + conflict.depends_on));
  }
  for (const auto& cycle : order.cycles) {
    std::string line;
    for (const std::string& name : cycle) line += name + " waits for ";
    lines.push_back(say("cycle:") + " " + say(line + (cycle.empty() ? "" : cycle.front())));
  }
  for (const deploy::Missing& missing : order.missing) {
    lines.push_back(say("missing:") + " " + say(missing.package + " needs " + (missing.needs.empty() ? missing.needs_id : missing.needs) +
                    (missing.version ? " " + *missing.version : "") + (missing.optional ? " (optional)" : "")));
  }
  for (const deploy::Repair& repair : order.repairs) lines.push_back(say("repair:") + " " + repair.title);
  write_list(out, lines, "ul");
}

void write_heads(std::string& out, std::initializer_list<std::string_view> heads, const Words& say) {
  out += "<div class=\"scroll\"><table>\n<tr>";
  for (const std::string_view text : heads) out += tagged("th", say(text));
  out += "</tr>\n";
}

void write_scripts_part(std::string& out, const Report& report, const Words& say) {
  if (report.scripts.empty()) return;
  out += tagged("h2", say("Scripts")) + "\n";
  write_heads(out, {"package", "script", "dialect", "runs", "flag", "verdict"}, say);
  for (const ScriptEntry& script : report.scripts) {
    const std::string runs = script.install_type ? std::string(to_string(*script.install_type)) : script.deployment_version.value_or("");
    const std::string_view flag = !script.backward_compatible ? "absent" : *script.backward_compatible ? "compatible" : "not compatible";
    out += "<tr>" + tagged("td", script.package) + tagged("td", script.name.empty() ? script.file : script.name) +
           tagged("td", script.dialect ? to_string(*script.dialect) : "") + tagged("td", runs) + tagged("td", say(flag)) +
           tagged("td", sql::to_string(script.verdict)) + "</tr>\n";
  }
  out += "</table></div>\n";
}

void write_inputs_part(std::string& out, const Report& report, const Words& say) {
  out += tagged("h2", say("Inputs")) + "\n";
  write_heads(out, {"path", "kind", "size", "SHA-256"}, say);
  for (const InputEntry& input : report.inputs) {
    out += "<tr>" + tagged("td", input.path) + tagged("td", input.kind ? std::string(to_string(*input.kind)) : say("could not be read")) +
           tagged("td", size_text(input.bytes)) + "<td><code>" + xml_text(input.sha256) + "</code></td></tr>\n";
  }
  out += "</table></div>\n";
}

}  // namespace

std::string write_html(const Report& report, const Words& say) {
  const Summary& summary = report.summary;
  std::string out(head);
  if (say.language() == Language::ru) out.replace(out.find("lang=\"en\""), 9, "lang=\"ru\"");
  out += tagged("h1", say("Backstay preflight")) + "\n<p><b class=\"" + std::string(summary.errors ? "error" : "good") + "\">" +
         say(counted(summary.errors, "error", "errors")) + "</b>, <b class=\"" + std::string(summary.warnings ? "warning" : "good") + "\">" +
         say(counted(summary.warnings, "warning", "warnings")) + "</b>, " + say(counted(summary.infos, "note", "notes")) + (say.language() == Language::en ? " in " : ", ") +
         say(counted(summary.packages, "package", "packages")) + ", " + say(counted(summary.scripts, "script", "scripts")) + ", " +
         say(counted(summary.statements, "statement", "statements")) + ".</p>\n";
  write_rollback_part(out, report.rollback, say);
  write_findings_part(out, report, say);
  write_order_part(out, report.order, say);
  write_scripts_part(out, report, say);
  write_inputs_part(out, report, say);
  out += "<p class=\"soft\">backstay " BACKSTAY_VERSION "</p>\n</body>\n</html>\n";
  return out;
}

}  // namespace backstay::report
