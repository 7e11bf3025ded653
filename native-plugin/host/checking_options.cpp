#include "native-plugin/host/checking_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "core/base/json.hpp"
#include "core/deploy/environment_input.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/plugin_session.hpp"
#include "native-plugin/host/target_options.hpp"

namespace backstay::host {
namespace {

namespace fs = std::filesystem;

Error wrong(std::string message) { return Error{ErrorCode::malformed, {}, std::move(message)}; }

// The nearest backstay.json at or above the current folder. Never one inside an input: a delivery must
// not be able to switch off what it is checked for.
std::string nearest_config() {
  std::error_code problem;
  for (fs::path folder = fs::current_path(problem); !problem; folder = folder.parent_path()) {
    const fs::path candidate = folder / "backstay.json";
    if (fs::is_regular_file(candidate, problem)) return candidate.string();
    problem.clear();
    if (folder == folder.parent_path()) break;
  }
  return "";
}

Result<Settings> settings_from_file(const CheckingOptions& options) {
  const std::string path = options.config.empty() ? nearest_config() : options.config;
  if (path.empty()) return Settings{};
  const Result<std::string> text = read_text(path, Limits{}.max_text_file_bytes);
  if (!text.ok()) return text.error();
  Result<Settings> settings = read_settings(text.value(), path);
  if (settings.ok() && options.config.empty() && !options.quiet) complain("configuration: " + path);
  return settings;
}

Result<Nothing> apply_rule(const std::string& argument, Settings& settings) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos) return wrong("--rule wants ID=off|info|warning|error, not \"" + argument + "\"");
  const std::optional<std::string> rule = known_rule(argument.substr(0, equals));
  if (!rule) return wrong("there is no rule \"" + argument.substr(0, equals) + "\"; backstay rules lists them");
  const auto setting = rule_setting_from(argument.substr(equals + 1));
  if (!setting) return wrong("a rule can be set to off, info, warning or error, not \"" + argument.substr(equals + 1) + "\"");
  settings.preflight.rules[*rule] = *setting;
  return Nothing{};
}

Result<Nothing> apply_environment(const std::string& path, Settings& settings) {
  if (path.empty()) return Nothing{};
  Result<deploy::Environment> environment = load_environment(path, settings.preflight.limits);
  if (!environment.ok()) return environment.error();
  settings.preflight.environment = std::move(environment.value());
  return Nothing{};
}

bool is_database_url(const std::string& path) {
  for (const char* scheme : {"sqlite:", "postgresql://", "postgres://", "odbc:", "env:"}) {
    if (path.starts_with(scheme)) return true;
  }
  return false;
}

// As `backstay snapshot` shows it. Messages never repeat the URL: it may hold a password.
Result<deploy::Environment> environment_of_database(const std::string& url, const Limits&) {
  const TemporaryState state;
  TargetOptions target;
  target.database = url;
  target.store = state.path();
  target.quiet = true;
  const Result<PluginCall> call = plugin_call(target);
  if (!call.ok()) return call.error();
  const PluginAnswer answer = run_operation(call.value(), BACKSTAY_OP_INSPECT, "{}");
  if (answer.ok()) return deploy::parse_environment(answer.document, "the database");
  const Result<JsonDocument> problem = parse_json(answer.document, "");
  const std::string why = problem.ok() ? problem.value().root.text("message").value_or("") : "";
  return Error{ErrorCode::unreadable, {}, "the database cannot be looked at" + (why.empty() ? std::string() : ": " + why)};
}

bool wants_colour(const CheckingOptions& options) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_colour && *no_colour != '\0') return false;
  if (terminal && std::string_view(terminal) == "dumb") return false;
  return (options.output.empty() || options.output == "-") && ::isatty(STDOUT_FILENO) != 0;
}

unsigned processors() { return std::clamp(std::thread::hardware_concurrency(), 1u, 8u); }

}  // namespace

Result<deploy::Environment> load_environment(const std::string& path, const Limits& limits) {
  if (is_database_url(path)) return environment_of_database(path, limits);
  const OpenedInput opened = open_input(path, limits);
  if (!opened.usable) {
    if (opened.findings.empty()) return Error{ErrorCode::missing, {.file = path}, "could not be opened"};
    const Finding& finding = opened.findings.front();
    return Error{ErrorCode::unreadable, {.file = path}, finding.message};
  }
  return deploy::read_environment_input(opened.input, limits);
}

void add_output_option(CLI::App& command, std::string& output) {
  command.add_option("--output", output, "write the result to this file instead of standard output")->option_text("FILE");
}

void add_dialect_option(CLI::App& command, CheckingOptions& options) {
  command.add_option("--dialect", options.dialect, "of scripts that name none: auto (default), postgresql, mssql or oracle")
      ->check(CLI::IsMember({"auto", "postgresql", "mssql", "oracle"}))
      ->option_text("DIALECT");
}

void add_config_option(CLI::App& command, CheckingOptions& options) {
  command.add_option("--config", options.config, "configuration (default: the nearest backstay.json from here upwards)")
      ->option_text("FILE");
}

void add_judging_options(CLI::App& command, CheckingOptions& options) {
  add_dialect_option(command, options);
  command.add_option("--environment", options.environment, "what the target has: a description (JSON, or lines \"Package Version\"), a folder or archive of its packages,\nor the database itself (sqlite:PATH, postgresql://..., env:NAME)")
      ->option_text("PATH");
  command.add_option("--active", options.active, "of an ORIGAM model, deploy this package (name or id) and what it references (default: all)")
      ->option_text("PACKAGE");
  command.add_option("--previous", options.previous, "what the inputs replace: only new and changed scripts count; may be given several times")
      ->take_all()
      ->expected(1)
      ->option_text("PATH");
  add_config_option(command, options);
  command.add_option("--fail-on", options.fail_on, "exit with 1 from here on: error (default), warning, info or never")
      ->check(CLI::IsMember({"error", "warning", "info", "never"}))
      ->option_text("SEVERITY");
  command.add_option("--rule", options.rules, "ID=off|info|warning|error; may be given several times")
      ->take_all()
      ->expected(1)
      ->option_text("SETTING");
}

void add_checking_options(CLI::App& command, CheckingOptions& options) {
  command.add_option("--format", options.format, "text (default), json, sarif, junit, markdown, html or github")
      ->check(CLI::IsMember({"text", "json", "sarif", "junit", "markdown", "html", "github"}))
      ->option_text("FORMAT");
  add_output_option(command, options.output);
  add_judging_options(command, options);
  command.add_option("--lang", options.lang, "of messages and remedies: en (default) or ru")
      ->check(CLI::IsMember({"en", "ru"}))
      ->option_text("LANGUAGE");
  command.add_flag("--quiet", options.quiet, "findings and totals only, no progress");
  command.add_option("--progress", options.progress, "auto (default: on a terminal), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  command.add_option("--jobs", options.jobs, "inputs checked at the same time (default: one per processor)")
      ->check(CLI::Range(1u, 256u))
      ->option_text("N");
}

std::string with_place(const Error& error) {
  std::string text = error.at.file;
  if (error.at.line > 0) text += ":" + std::to_string(error.at.line) + ":" + std::to_string(std::max(error.at.column, 1u));
  return text.empty() ? error.message : text + ": " + error.message;
}

namespace {

Result<Resolved> meaning_of(const CheckingOptions& options) {
  Result<Settings> settings = settings_from_file(options);
  if (!settings.ok()) return settings.error();
  Resolved resolved;
  resolved.settings = std::move(settings.value());
  if (!options.dialect.empty()) resolved.settings.preflight.dialect = dialect_from(options.dialect);
  if (!options.fail_on.empty()) resolved.settings.fail_on = *fail_on_from(options.fail_on);
  for (const std::string& rule : options.rules) {
    const Result<Nothing> applied = apply_rule(rule, resolved.settings);
    if (!applied.ok()) return applied.error();
  }
  const Result<Nothing> environment = apply_environment(options.environment, resolved.settings);
  if (!environment.ok()) return environment.error();
  resolved.settings.preflight.active_package = options.active;
  resolved.previous = options.previous;
  // Packages that stand for the target are also what the delivered scripts are compared with.
  if (resolved.settings.preflight.environment.is_packages) resolved.previous.push_back(options.environment);
  resolved.settings.preflight.keep_script_text = !resolved.previous.empty();
  resolved.format = *report::format_from(options.format);
  resolved.output = options.output;
  resolved.write.colour = wants_colour(options);
  resolved.write.quiet = options.quiet;
  resolved.write.fail_on = threshold_of(resolved.settings.fail_on);
  resolved.write.lang = *language_from(options.lang);
  resolved.progress = options.progress == "always" ? ProgressMode::always
                      : options.progress == "never" || options.quiet ? ProgressMode::never
                                                                     : ProgressMode::automatic;
  resolved.jobs = options.jobs == 0 ? processors() : options.jobs;
  return resolved;
}

}  // namespace

std::optional<Resolved> resolve(const CheckingOptions& options) {
  Result<Resolved> resolved = meaning_of(options);
  if (resolved.ok()) return std::move(resolved.value());
  complain(with_place(resolved.error()));
  return std::nullopt;
}

bool can_write(std::string_view command, report::Format format, std::initializer_list<std::string_view> formats) {
  std::string names;
  std::size_t left = formats.size();
  for (const std::string_view name : formats) {
    if (report::format_from(name) == format) return true;
    names += names.empty() ? "" : left > 1 ? ", " : " or ";
    names += name;
    --left;
  }
  complain(std::string(command) + " writes " + names);
  return false;
}

}  // namespace backstay::host
