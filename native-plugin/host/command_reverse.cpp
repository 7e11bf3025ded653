// backstay reverse: the capture script and the reverse script of a SQL script.
#include <memory>

#include "core/base/json.hpp"
#include "core/base/text_document.hpp"
#include "core/report/reverse_report.hpp"
#include "native-plugin/host/checking_options.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

struct ReverseArguments {
  CheckingOptions options;
  std::string path, part = "all", format = "text", server, environment;
  std::vector<std::string> tables;
};

// "name:key,key:column,column".
rollback::KnownTable known_table(const std::string& text) {
  const auto list = [](std::string_view names) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < names.size();) {
      const std::size_t comma = std::min(names.find(',', at), names.size());
      out.emplace_back(names.substr(at, comma - at));
      at = comma + 1;
    }
    return out;
  };
  const std::size_t first = std::min(text.find(':'), text.size()), second = std::min(text.find(':', first + 1), text.size());
  rollback::KnownTable table;
  table.name = text.substr(0, first);
  if (first < text.size()) table.key = list(std::string_view(text).substr(first + 1, second - first - 1));
  if (second < text.size()) table.columns = list(std::string_view(text).substr(second + 1));
  return table;
}

// Tables of an environment description that say which columns are their key. Columns of a table without a "primary_key" member
// are no news: the servers look keys up themselves.
Result<std::vector<rollback::KnownTable>> known_tables(const std::string& path, std::size_t max_bytes) {
  const Result<std::string> text = read_text(path, max_bytes);
  if (!text.ok()) return text.error();
  const auto document = parse_json(text.value(), path);
  if (!document.ok()) return document.error();
  std::vector<rollback::KnownTable> known;
  const JsonValue* tables = document.value().root.find("tables");
  if (tables == nullptr) return known;
  for (const JsonValue& entry : tables->items) {
    const JsonValue* key = entry.find("primary_key");
    if (key == nullptr) continue;
    const std::string name = entry.text("name").value_or("");
    const std::size_t dot = name.rfind('.');
    rollback::KnownTable table;
    table.name = dot == std::string::npos ? name : name.substr(dot + 1);
    table.schema = dot == std::string::npos ? entry.text("schema").value_or("") : name.substr(0, dot);
    for (const JsonValue& column : key->items) table.key.push_back(column.string);
    if (const JsonValue* columns = entry.find("columns")) {
      for (const JsonValue& column : columns->items) table.columns.push_back(column.text("name").value_or(""));
    }
    known.push_back(std::move(table));
  }
  return known;
}

std::string rendered(const rollback::ReverseScripts& scripts, const std::string& file, const ReverseArguments& arguments, Language language) {
  if (arguments.format == "json") return report::reverse_json(scripts, file);
  if (arguments.part == "capture") return scripts.capture_script;
  if (arguments.part == "reverse") return scripts.reverse_script;
  if (arguments.part == "discard") return scripts.discard_script;
  return report::reverse_text(scripts, file, language);
}

int reverse_script(const ReverseArguments& arguments, const Resolved& resolved) {
  const PreflightOptions& preflight = resolved.settings.preflight;
  const Result<std::string> text = read_text(arguments.path, preflight.limits.max_script_bytes);
  if (!text.ok()) {
    complain(with_place(text.error()));
    return unreadable;
  }
  const TextDocument document(text.value(), arguments.path);
  std::optional<Dialect> dialect = preflight.dialect;
  if (!dialect && arguments.server == "sqlite") dialect = Dialect::postgresql;
  if (!dialect) dialect = sql::detect_dialect(document);
  if (!dialect) {
    complain(arguments.path + ": fits several dialects; say which with --dialect");
    return usage;
  }
  rollback::ReverseOptions options;
  options.server = *dialect == Dialect::mssql ? rollback::Server::mssql : *dialect == Dialect::oracle ? rollback::Server::oracle : rollback::Server::postgresql;
  if (arguments.server == "sqlite") options.server = rollback::Server::sqlite;
  for (const std::string& table : arguments.tables) options.known.push_back(known_table(table));
  if (!arguments.environment.empty()) {
    const Result<std::vector<rollback::KnownTable>> known = known_tables(arguments.environment, preflight.limits.max_script_bytes);
    if (!known.ok()) {
      complain(with_place(known.error()));
      return usage;
    }
    options.known.insert(options.known.end(), known.value().begin(), known.value().end());
  }
  const Words words(resolved.write.lang);
  options.words = &words;
  const rollback::ReverseScripts scripts = rollback::reverse_scripts(document, options, preflight.sql);
  if (!deliver(rendered(scripts, arguments.path, arguments, resolved.write.lang), resolved.output)) return usage;
  return scripts.reverse_class == rollback::ReverseClass::not_undone ? findings : done;
}

}  // namespace

Action add_reverse(CLI::App& app) {
  CLI::App* command = app.add_subcommand("reverse", "The script with captures, and the script that takes it back");
  const auto arguments = std::make_shared<ReverseArguments>();
  command->add_option("SCRIPT", arguments->path, "a .sql file, or - for standard input")->required()->option_text(" ");
  command->add_option("--part", arguments->part, "only one script: capture, reverse or discard")
      ->check(CLI::IsMember({"all", "capture", "reverse", "discard"}));
  command->add_option("--format", arguments->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->add_option("--server", arguments->server, "sqlite: run on SQLite what is written for PostgreSQL; needs --table")->check(CLI::IsMember({"sqlite"}));
  command->add_option("--table", arguments->tables, "NAME:KEY,..:COLUMN,..  a table whose key and columns are known (repeatable)")
      ->option_text("SPEC")
      ->allow_extra_args(false);
  command->add_option("--environment", arguments->environment, "description of the target; tables with a \"primary_key\" give theirs")->option_text("FILE");
  command->add_option("--lang", arguments->options.lang, "of reasons and comments: en (default) or ru")->check(CLI::IsMember({"en", "ru"}));
  add_dialect_option(*command, arguments->options);
  add_config_option(*command, arguments->options);
  add_output_option(*command, arguments->options.output);
  return [arguments] {
    arguments->options.quiet = true;
    const std::optional<Resolved> resolved = resolve(arguments->options);
    if (!resolved) return static_cast<int>(usage);
    return reverse_script(*arguments, *resolved);
  };
}

}  // namespace backstay::host
