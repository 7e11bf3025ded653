// backstay statements: what the splitter and the recogniser made of a script.
#include <memory>

#include "core/base/text_document.hpp"
#include "core/report/lines.hpp"
#include "native-plugin/host/checking_options.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

int list_script(const std::string& path, const Resolved& resolved) {
  const PreflightOptions& preflight = resolved.settings.preflight;
  const Result<std::string> text = read_text(path, preflight.limits.max_script_bytes);
  if (!text.ok()) {
    complain(with_place(text.error()));
    return unreadable;
  }
  const TextDocument document(text.value(), path);
  std::optional<Dialect> dialect = preflight.dialect;
  if (!dialect) dialect = sql::detect_dialect(document);
  if (!dialect) {
    complain(path + ": fits several dialects; say which with --dialect");
    return usage;
  }
  std::string lines;
  for (const sql::StatementInfo& statement : sql::list_statements(document, *dialect, preflight.sql)) {
    lines += report::statement_line(statement) + "\n";
  }
  return deliver(lines, resolved.output) ? done : usage;
}

}  // namespace

Action add_statements(CLI::App& app) {
  CLI::App* command = app.add_subcommand("statements", "The statements of a SQL script, one JSON object a line");
  const auto options = std::make_shared<CheckingOptions>();
  const auto path = std::make_shared<std::string>();
  command->add_option("SCRIPT", *path, "a .sql file, or - for standard input")->required()->option_text(" ");
  add_dialect_option(*command, *options);
  add_config_option(*command, *options);
  add_output_option(*command, options->output);
  return [options, path] {
    options->quiet = true;
    const std::optional<Resolved> resolved = resolve(*options);
    if (!resolved) return static_cast<int>(usage);
    return list_script(*path, *resolved);
  };
}

}  // namespace backstay::host
