#include "native-plugin/host/target_options.hpp"

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/ascii.hpp"
#include "core/base/json.hpp"
#include "core/base/limits.hpp"
#include "core/report/json_writer.hpp"
#include "native-plugin/host/checking_options.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

namespace fs = std::filesystem;

Error wrong(std::string message) { return Error{ErrorCode::malformed, {}, std::move(message)}; }

Result<std::string> database_url(const std::string& given) {
  if (given.starts_with("env:")) {
    const char* value = std::getenv(given.c_str() + 4);
    if (!value || *value == '\0') return wrong("--database names the variable " + given.substr(4) + ", which is not set");
    return std::string(value);
  }
  if (given == "-" || given.starts_with("file:")) {
    const Result<std::string> text = read_text(given == "-" ? given : given.substr(5), Limits{}.max_text_file_bytes);
    if (!text.ok()) return text.error();
    return std::string(trimmed(text.value()));
  }
  return given;
}

// A relative path would mean something else to a plugin whose host has changed its folder.
std::string absolute(const std::string& path) {
  std::error_code problem;
  const fs::path full = fs::absolute(path, problem);
  return problem ? path : full.lexically_normal().string();
}

// The members of a settings file as they stand there, each text with a comma behind the last; empty for none.
Result<std::string> members_of(const std::string& path) {
  if (path.empty()) return std::string();
  const Result<std::string> text = read_text(path, Limits{}.max_text_file_bytes);
  if (!text.ok()) return text.error();
  const Result<JsonDocument> document = parse_json(text.value(), path);
  if (!document.ok()) return document.error();
  const JsonValue& root = document.value().root;
  if (!root.is(JsonValue::Kind::object)) return wrong(path + ": is no JSON object");
  for (const JsonMember& member : root.members) {
    const bool is_option = member.key == "database" || member.key == "store" || member.key == "state_dir";
    if (is_option) return wrong(path + ": \"" + member.key + "\" is an option of the command");
  }
  if (root.members.empty()) return std::string();
  const std::size_t end = text.value().rfind('}');
  return text.value().substr(root.offset + 1, end - root.offset - 1) + ",";
}

ProgressMode progress_of(const TargetOptions& options) {
  if (options.progress == "always") return ProgressMode::always;
  return options.progress == "never" || options.quiet ? ProgressMode::never : ProgressMode::automatic;
}

}  // namespace

void add_target_options(CLI::App& command, TargetOptions& options, Needs needs) {
  CLI::Option* database = command.add_option("--database", options.database,
      "sqlite:PATH or postgresql://user@host/db; env:NAME, file:PATH or - (standard\ninput) reads it from there, so that no password is on the command line");
  CLI::Option* store = command.add_option("--store", options.store, "folder of the configuration elements; its .backstay holds journal and backups");
  database->option_text("URL");
  store->option_text("DIR");
  if (needs != Needs::store) database->required();
  if (needs != Needs::database) store->required();
  command.add_option("--state-dir", options.state_dir, "journal and backups elsewhere than in DIR/.backstay")->option_text("DIR");
  command.add_option("--settings", options.settings, "JSON object with further settings of the plugin (native-plugin/README.md)")->option_text("FILE");
  command.add_option("--format", options.format, "text (default) or json")->check(CLI::IsMember({"text", "json"}))->option_text("FORMAT");
  add_output_option(command, options.output);
  command.add_flag("--quiet", options.quiet, "no progress and no warnings on standard error");
  command.add_option("--progress", options.progress, "on standard error: auto (default: on a terminal), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
}

Result<PluginCall> plugin_call(const TargetOptions& options) {
  PluginCall call;
  call.progress = progress_of(options);
  call.quiet = options.quiet;
  const Result<std::string> further = members_of(options.settings);
  if (!further.ok()) return further.error();
  std::string ours;
  report::JsonWriter json(ours, 0);
  json.begin_object();
  if (!options.database.empty()) {
    const Result<std::string> url = database_url(options.database);
    if (!url.ok()) return url.error();
    const bool is_file = url.value().starts_with("sqlite:");
    json.member("database", is_file ? "sqlite:" + absolute(url.value().substr(7)) : url.value());
  }
  if (!options.store.empty()) {
    json.key("store");
    json.begin_object();
    json.member("dir", absolute(options.store));
    json.end_object();
  }
  if (!options.state_dir.empty()) json.member("state_dir", absolute(options.state_dir));
  json.end_object();
  call.config = "{" + further.value() + ours.substr(1);
  return call;
}

TemporaryState::TemporaryState() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = std::string(folder && *folder == '/' ? folder : "/tmp") + "/backstay-XXXXXX";
  if (::mkdtemp(path.data())) path_ = path;
}

TemporaryState::~TemporaryState() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

int exit_code_of(backstay_status status) {
  switch (status) {
    case BACKSTAY_OK:
    case BACKSTAY_ABSENT:
      return done;
    case BACKSTAY_MORE:
      return findings;
    case BACKSTAY_E_ARG:
    case BACKSTAY_E_ABI:
    case BACKSTAY_E_UNSUPPORTED:
      return usage;
    case BACKSTAY_E_PACKAGE:
    case BACKSTAY_E_SIGNATURE:
    case BACKSTAY_E_BACKUP_BAD:
      return unreadable;
    case BACKSTAY_E_CANCELLED:
      return interrupted;
    case BACKSTAY_E_SUSPENDED:
      return left_behind;
    default:
      return refused;
  }
}

int deliver_answer(const PluginAnswer& answer, const TargetOptions& options, std::string (*text_of)(std::string_view document)) {
  int code = exit_code_of(answer.status);
  const Result<JsonDocument> document = parse_json(answer.document, "");
  if (document.ok()) {
    if (const auto said = document.value().root.whole("exit_code")) code = static_cast<int>(*said);
  }
  const bool is_problem = document.ok() && document.value().root.text("schema") == "backstay.problem/1";
  if (is_problem || answer.document.empty()) {
    const std::string message = document.ok() ? document.value().root.text("message").value_or("") : "";
    if (!message.empty()) complain(message);
    else if (answer.status != BACKSTAY_E_UNSUPPORTED) complain("the plugin answered with status " + std::to_string(answer.status));
    if (options.format == "text" || answer.document.empty()) return code;
  }
  const std::string text = options.format == "json" ? answer.document : text_of(answer.document);
  return deliver(text.ends_with('\n') ? text : text + "\n", options.output) ? code : static_cast<int>(usage);
}

}  // namespace backstay::host
