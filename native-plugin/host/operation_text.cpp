#include "native-plugin/host/operation_text.hpp"

#include "core/base/json.hpp"
#include "core/report/utf8.hpp"

namespace backstay::host {
namespace {

std::string shown(const JsonValue& object, std::string_view key) { return report::visible(object.text(key).value_or("")); }

std::string headline(const JsonValue& report) {
  const std::string kind = shown(report, "kind"), end = shown(report, "end");
  struct Sentence {
    const char* end;
    const char* text;
  };
  static constexpr Sentence sentences[] = {
      {"DONE", "done"},
      {"ROLLED_BACK", "failed; everything is as it was"},
      {"ABANDONED", "refused before anything was changed"},
      {"CANCELLED", "stopped; everything is as it was"},
      {"SUSPENDED", "failed, and taking it back waits for a decision"},
      {"RESTORE_FAILED", "failed, and could not be taken back completely"},
      {"INCOMPLETE", "done, but not finished: backstay recover does the rest"},
      {"DIFFERS", "came back to something else than it started from"},
      {"DRY_RUN", "would do this; nothing was changed"},
  };
  for (const Sentence& sentence : sentences) {
    if (end == sentence.end) return kind + ": " + sentence.text + "\n";
  }
  return kind + ": " + end + "\n";
}

std::string package_line(const JsonValue& package) {
  const std::string previous = shown(package, "previous_version"), version = shown(package, "version");
  return "  " + shown(package, "name") + (previous.empty() || previous == version ? "" : " " + previous + " ->") + (version.empty() ? "" : " " + version) + "\n";
}

std::string counts_line(const JsonValue& report) {
  const std::int64_t steps = report.whole("steps").value_or(0), steps_done = report.whole("steps_done").value_or(steps);
  const std::int64_t elements = report.whole("elements").value_or(0);
  if (steps == 0 && elements == 0) return "";
  std::string line = "  " + (steps_done == steps ? std::to_string(steps) : std::to_string(steps_done) + " of " + std::to_string(steps)) + (steps == 1 ? " step" : " steps");
  if (elements > 0) line += ", " + std::to_string(elements) + (elements == 1 ? " element" : " elements");
  if (const std::string mode = shown(report, "mode"); !mode.empty()) {
    line += mode == "whole" ? ", in one transaction" : mode == "per-package" ? ", a transaction per package" : ", a transaction per step";
  }
  return line + "\n";
}

std::string problem_lines(const JsonValue& problem) {
  std::string line = "  problem: " + shown(problem, "message");
  const JsonValue* where = problem.find("where");
  if (where && where->is(JsonValue::Kind::object)) {
    line += "\n    at " + shown(*where, "file");
    if (const std::int64_t number = where->whole("line").value_or(0); number > 0) {
      line += ":" + std::to_string(number) + ":" + std::to_string(where->whole("column").value_or(1));
    }
  }
  if (const std::string state = shown(problem, "sqlstate"); !state.empty()) line += "\n    SQLSTATE " + state;
  if (const std::string hint = shown(problem, "hint"); !hint.empty()) line += "\n    hint: " + hint;
  if (const std::string context = shown(problem, "context"); !context.empty()) line += "\n    in: " + context;
  return line + "\n";
}

// An item of a list: a sentence, or an object whose members are shown one behind the other.
std::string item_line(const JsonValue& item) {
  if (item.is(JsonValue::Kind::string)) return report::visible(item.string);
  std::string line;
  for (const JsonMember& member : item.members) {
    std::string value = member.value.is(JsonValue::Kind::string)    ? report::visible(member.value.string)
                        : member.value.is(JsonValue::Kind::integer) ? std::to_string(member.value.integer)
                        : member.value.is(JsonValue::Kind::boolean) ? (member.value.boolean ? "yes" : "no")
                                                                    : "";
    if (value.empty()) continue;
    if (!line.empty()) line += ", ";
    const bool speaks_for_itself = member.key == "message" || member.key == "text" || member.key == "name" || member.key == "id";
    line += speaks_for_itself ? value : member.key + " " + value;
  }
  return line;
}

std::string list_lines(const JsonValue& report, std::string_view key, std::string_view title) {
  const JsonValue* list = report.find(key);
  if (!list || list->items.empty()) return "";
  std::string lines = "  " + std::string(title) + "\n";
  for (const JsonValue& item : list->items) lines += "    " + item_line(item) + "\n";
  return lines;
}

// Those that stand in the way first.
std::string risk_lines(const JsonValue& report) {
  const JsonValue* list = report.find("risks");
  if (!list) return "";
  std::string required, others;
  for (const JsonValue& risk : list->items) {
    const bool is_open = risk.flag("required").value_or(true) && !risk.flag("acknowledged").value_or(false);
    const std::string message = shown(risk, "message");
    (is_open ? required : others) += "    " + shown(risk, "id") + (message.empty() ? "" : ": " + message) + "\n";
  }
  if (!required.empty()) required = "  risks; each wants --acknowledge ID (--force is enough for R-NBC-SCRIPT):\n" + required;
  if (!others.empty()) others = "  known risks, nothing is lost by them or they are acknowledged:\n" + others;
  return required + others;
}

}  // namespace

std::string operation_text(std::string_view document) {
  const Result<JsonDocument> parsed = parse_json(document, "");
  if (!parsed.ok()) return std::string(document);
  const JsonValue& report = parsed.value().root;
  std::string text = headline(report);
  if (const JsonValue* packages = report.find("packages")) {
    for (const JsonValue& package : packages->items) text += package_line(package);
  }
  text += counts_line(report);
  if (const JsonValue* problem = report.find("problem"); problem && problem->is(JsonValue::Kind::object)) text += problem_lines(*problem);
  text += list_lines(report, "findings", "findings:");
  text += list_lines(report, "actions", "actions:");
  text += list_lines(report, "differences", "differences:");
  text += list_lines(report, "conflicts", "conflicts, kept as they are now:");
  text += list_lines(report, "left", "left as it is:");
  text += list_lines(report, "not_covered", "not covered by a restore:");
  text += list_lines(report, "drift", "changed since:");
  text += risk_lines(report);
  text += list_lines(report, "warnings", "warnings:");
  if (const std::string digest = shown(report, "digest"); !digest.empty() && report.find("actions")) text += "  digest " + digest + "\n";
  if (const std::string backup = shown(report, "backup_id"); !backup.empty()) text += "  backup " + backup + "\n";
  return text;
}

std::string backups_text(std::string_view document) {
  const Result<JsonDocument> parsed = parse_json(document, "");
  if (!parsed.ok()) return std::string(document);
  const JsonValue* list = parsed.value().root.find("backups");
  if (!list || list->items.empty()) return "no backups\n";
  std::string text;
  for (const JsonValue& backup : list->items) {
    text += shown(backup, "backup_id") + "  " + shown(backup, "created_at") + "  " + shown(backup, "reason") + "  " + shown(backup, "status");
    text += "  " + std::to_string(backup.whole("bytes").value_or(0)) + " bytes";
    if (backup.flag("pinned").value_or(false)) text += "  pinned";
    const JsonValue* packages = backup.find("packages");
    for (std::size_t i = 0; packages && i < packages->items.size(); ++i) {
      text += (i == 0 ? "  " : ", ") + shown(packages->items[i], "name") + " " + shown(packages->items[i], "version");
    }
    text += "\n";
  }
  return text;
}

std::string backup_text(std::string_view document) {
  const Result<JsonDocument> parsed = parse_json(document, "");
  if (!parsed.ok()) return std::string(document);
  const JsonValue& backup = parsed.value().root;
  std::string text;
  for (const JsonMember& member : backup.members) {
    if (member.key == "schema") continue;
    if (member.value.is(JsonValue::Kind::array)) text += list_lines(backup, member.key, member.key + ":").substr(member.value.items.empty() ? 0 : 2);
    else if (const std::string line = member.value.is(JsonValue::Kind::object) ? item_line(member.value) : shown(backup, member.key); !line.empty())
      text += member.key + ": " + line + "\n";
  }
  return text;
}

}  // namespace backstay::host
