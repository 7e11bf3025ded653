// backstay batch: one question a line, one answer a line, in the same order, flushed one by one.
#include <unistd.h>

#include <memory>

#include "core/base/json.hpp"
#include "core/base/text_document.hpp"
#include "core/report/lines.hpp"
#include "native-plugin/host/check.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/json_lines.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

// A script of the largest size can grow sixfold by JSON's escapes.
constexpr std::size_t line_bytes_per_script_byte = 6;

struct Asked {
  std::string id_json = "null";
  sql::Options options;
  std::optional<std::string> sql, path;
  std::string error;
};

std::optional<InstallType> install_type_from(std::string_view name) {
  for (const InstallType type : {InstallType::before_package, InstallType::after_package, InstallType::after_schema_data, InstallType::uninstall_app}) {
    if (to_string(type) == name) return type;
  }
  return std::nullopt;
}

// Members that are not known are left alone: lines often carry what belongs to the asker.
void read_members(const JsonValue& root, Asked& asked) {
  const auto text_or_absent = [&](std::string_view name) -> std::optional<std::string> {
    const JsonValue* value = root.find(name);
    if (!value || value->is(JsonValue::Kind::null)) return std::nullopt;
    if (value->is(JsonValue::Kind::string)) return value->string;
    asked.error = "\"" + std::string(name) + "\" has to be a text";
    return std::nullopt;
  };
  asked.sql = text_or_absent("sql");
  asked.path = text_or_absent("path");
  const std::optional<std::string> dialect = text_or_absent("dialect");
  const std::optional<std::string> install_type = text_or_absent("install_type");
  if (!asked.error.empty()) return;
  if (dialect && *dialect != "auto") {
    asked.options.dialect = dialect_from(*dialect);
    if (!asked.options.dialect) asked.error = "unknown dialect \"" + *dialect + "\"";
  }
  if (install_type) {
    asked.options.install_type = install_type_from(*install_type);
    if (!asked.options.install_type) asked.error = "unknown install_type \"" + *install_type + "\"";
  }
  asked.options.backward_compatible = root.flag("backward_compatible");
  asked.options.has_descriptor = root.find("backward_compatible") != nullptr;
  if (asked.error.empty() && asked.sql.has_value() == asked.path.has_value()) asked.error = "either \"sql\" or \"path\" has to be there";
}

Asked read_question(const std::string& line) {
  Asked asked;
  const Result<JsonDocument> document = parse_json(line, "");
  if (!document.ok()) {
    asked.error = document.error().message + " (column " + std::to_string(document.error().at.column) + ")";
    return asked;
  }
  const JsonValue& root = document.value().root;
  if (!root.is(JsonValue::Kind::object)) {
    asked.error = "a line has to be a JSON object";
    return asked;
  }
  if (const auto id = raw_member(line, "id")) asked.id_json = std::string(*id);
  read_members(root, asked);
  return asked;
}

std::string answer(const Asked& asked, const Resolved& resolved) {
  if (!asked.error.empty()) return report::batch_error_line(asked.id_json, asked.error);
  const PreflightOptions& preflight = resolved.settings.preflight;
  if (asked.path) {
    if (*asked.path == "-") return report::batch_error_line(asked.id_json, "standard input is where the questions come from");
    const report::Report report = check_paths({*asked.path}, resolved);
    return report::batch_report_line(asked.id_json, report, exit_code_of(report, resolved.settings.fail_on));
  }
  const TextDocument document(*asked.sql, "script.sql");
  sql::Options options = asked.options;
  if (!options.dialect) options.dialect = preflight.dialect;
  const sql::Analysis analysis = sql::analyse(document, options, preflight.sql);
  Findings findings = analysis.findings;
  apply_rules(findings, preflight.rules);
  return report::batch_script_line(asked.id_json, analysis, findings);
}

int answer_all(const Resolved& resolved) {
  const std::size_t max_line = resolved.settings.preflight.limits.max_script_bytes * line_bytes_per_script_byte + 4096;
  LineReader lines(STDIN_FILENO, max_line);
  std::string line;
  for (;;) {
    const LineReader::Outcome outcome = lines.next(line);
    if (outcome == LineReader::Outcome::end) return done;
    if (outcome == LineReader::Outcome::failed) {
      complain("standard input cannot be read");
      return unreadable;
    }
    std::string text;
    if (outcome == LineReader::Outcome::too_long) {
      text = report::batch_error_line("null", "the line is longer than " + std::to_string(max_line) + " bytes");
    } else if (line.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    } else {
      text = answer(read_question(line), resolved);
    }
    if (!deliver(text + "\n", "")) return usage;
  }
}

}  // namespace

Action add_batch(CLI::App& app) {
  CLI::App* command = app.add_subcommand("batch", "JSON lines in, JSON lines out: {\"id\",\"dialect\",\"install_type\",\"sql\"} or {\"id\",\"path\"}");
  const auto options = std::make_shared<CheckingOptions>();
  add_judging_options(*command, *options);
  return [options] {
    options->quiet = true;
    std::optional<Resolved> resolved = resolve(*options);
    if (!resolved) return static_cast<int>(usage);
    resolved->jobs = 1;
    return answer_all(*resolved);
  };
}

}  // namespace backstay::host
