#include "wasm/request.hpp"

#include "core/base/json.hpp"
#include "core/config.hpp"
#include "core/deploy/environment.hpp"
#include "wasm/host_source.hpp"
#include "wasm/stored_file.hpp"

namespace backstay::wasm {
namespace {

Error bad(std::string message) { return {.code = ErrorCode::malformed, .at = {.file = "request"}, .message = std::move(message)}; }

Result<std::vector<Change>> read_changes(const JsonValue& input) {
  std::vector<Change> changes;
  const JsonValue* list = input.find("changes");
  if (!list || list->is(JsonValue::Kind::null)) return changes;
  if (!list->is(JsonValue::Kind::array)) return bad("\"changes\" is no list");
  for (const JsonValue& change : list->items) {
    std::optional<std::string> text = change.text("text");
    if (!text) return bad("a change without \"text\"");
    changes.push_back({change.text("path").value_or(""), std::move(*text)});
  }
  return changes;
}

Result<Input> read_input(const JsonValue& value, int& next_file, const Limits& limits) {
  Input input;
  input.path = value.text("path").value_or("");
  input.is_folder = value.flag("folder").value_or(false);
  input.sha256 = value.text("sha256").value_or("");
  const JsonValue* files = value.find("files");
  if (!files || !files->is(JsonValue::Kind::array)) return bad("an input without \"files\"");
  for (const JsonValue& file : files->items) {
    const std::int64_t size = file.whole("size").value_or(-1);
    if (size < 0) return bad("a file without \"size\"");
    input.files.push_back({.path = file.text("path").value_or(""), .bytes = host_file(next_file++, static_cast<std::uint64_t>(size))});
  }
  if (!input.is_folder && input.files.size() != 1) return bad("an input that is no folder has exactly one file");
  const Result<std::vector<Change>> changes = read_changes(value);
  if (!changes.ok()) return changes.error();
  if (!changes.value().empty()) return with_changes(input, changes.value(), limits);
  return input;
}

// None when there is no such list.
Result<std::vector<Input>> read_inputs(const JsonValue* list, int& next_file, const Limits& limits) {
  std::vector<Input> inputs;
  if (!list || list->is(JsonValue::Kind::null)) return inputs;
  if (!list->is(JsonValue::Kind::array)) return bad("inputs that are no list");
  for (const JsonValue& value : list->items) {
    Result<Input> input = read_input(value, next_file, limits);
    if (!input.ok()) return input.error();
    inputs.push_back(std::move(input.value()));
  }
  return inputs;
}

}  // namespace

Result<Request> read_request(std::string_view text) {
  Result<JsonDocument> document = parse_json(text, "request");
  if (!document.ok()) return document.error();
  const JsonValue& root = document.value().root;

  Request request;
  Settings settings;
  settings.preflight.limits = browser_limits();
  if (const std::optional<std::string> options = root.text("options")) {
    Result<Settings> read = read_settings(*options, "options", std::move(settings));
    if (!read.ok()) return read.error();
    settings = std::move(read.value());
  }
  request.options = std::move(settings.preflight);
  if (const std::optional<std::string> environment = root.text("environment")) {
    Result<deploy::Environment> read = deploy::parse_environment(*environment, "environment");
    if (!read.ok()) return read.error();
    request.options.environment = std::move(read.value());
  }
  const std::optional<report::Format> format = report::format_from(root.text("format").value_or("json"));
  if (!format) return bad("unknown format \"" + root.text("format").value_or("") + '"');
  request.format = *format;
  request.write.quiet = root.flag("quiet").value_or(false);
  request.order_only = root.flag("order_only").value_or(false);
  request.options.check_scripts = !request.order_only;
  const std::optional<Language> language = language_from(root.text("lang").value_or("en"));
  if (!language) return bad("unknown language \"" + root.text("lang").value_or("") + '"');
  request.write.lang = *language;

  int next_file = 0;
  if (!root.find("inputs")) return bad("no \"inputs\"");
  for (const auto& [name, into] : {std::pair{"inputs", &request.inputs}, std::pair{"previous", &request.previous}}) {
    Result<std::vector<Input>> inputs = read_inputs(root.find(name), next_file, request.options.limits);
    if (!inputs.ok()) return inputs.error();
    *into = std::move(inputs.value());
  }
  return request;
}

}  // namespace backstay::wasm
