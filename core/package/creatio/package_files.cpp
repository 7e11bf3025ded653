#include "core/package/creatio/package_files.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/base/text_document.hpp"

namespace backstay::creatio {
namespace {

// Name of the file for a short text: the whole path inside the package.
std::string trailing_comma_text(std::string_view path) { return std::string(path) + " has a trailing comma"; }

}  // namespace

SourcePos place_in(std::string_view text, const std::string& file, std::size_t offset) {
  return TextDocument(text, file).position_of_stored(offset);
}

void Reading::report(std::string rule, Severity severity, std::string message, const PackageFile& file,
                     std::string_view text, std::size_t offset, std::string remedy) {
  Finding finding;
  finding.rule = std::move(rule);
  finding.severity = severity;
  finding.message = std::move(message);
  finding.at.file = files.name(file);
  if (offset != std::string_view::npos) finding.at = place_in(text, finding.at.file, offset);
  finding.remedy = std::move(remedy);
  findings.push_back(std::move(finding));
}

void Reading::report(std::string rule, const Error& error) {
  Finding finding;
  finding.rule = std::move(rule);
  finding.severity = Severity::error;
  finding.message = error.message;
  finding.at = error.at;
  findings.push_back(std::move(finding));
}

Result<std::string_view> load(const PackageFile& file, const Reading& reading, std::string& storage) {
  if (file.size > reading.limits.max_text_file_bytes) {
    return Error{ErrorCode::limit_exceeded, {.file = reading.files.name(file)},
                 "file of " + std::to_string(file.size) + " bytes is over the limit of " +
                     std::to_string(reading.limits.max_text_file_bytes)};
  }
  if (!file.source) return file.content;
  auto read = read_all(*file.source, reading.files.name(file), reading.limits.max_text_file_bytes);
  if (!read.ok()) return read.error();
  storage = std::move(read.value());
  return std::string_view(storage);
}

Result<LoadedJson> load_json(const PackageFile& file, Reading& reading) {
  LoadedJson loaded;
  auto text = load(file, reading, loaded.storage);
  if (!text.ok()) return text.error();
  if (!file.source) loaded.in_memory = text.value();
  auto parsed = parse_json(text.value(), reading.files.name(file), {.max_depth = reading.limits.max_json_depth, .lenient = true});
  if (!parsed.ok()) return parsed.error();
  loaded.document = std::move(parsed.value());
  if (!loaded.document.trailing_commas.empty()) {
    reading.package.odd.push_back(trailing_comma_text(file.path));
    reading.report("package/lenient-json", Severity::info,
                   trailing_comma_text(file.path) + ": the vendor's tools accept it, strict JSON readers do not", file, text.value(),
                   loaded.document.trailing_commas.front(), "remove the comma before the closing bracket");
  }
  return loaded;
}

std::string guid_in(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  if (!value || !value->is(JsonValue::Kind::string)) return {};
  if (auto guid = normalise_guid(value->string)) return *guid;
  return value->string;
}

std::optional<std::int64_t> date_in(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  if (!value || !value->is(JsonValue::Kind::string)) return std::nullopt;
  constexpr std::string_view start = "/Date(";
  std::string_view text = value->string;
  if (!text.starts_with(start)) return std::nullopt;
  text.remove_prefix(start.size());
  std::int64_t milliseconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  // A zone such as "+0300" may follow; the number counts from 1970 UTC all the same.
  const bool closed = end != text.data() + text.size() && (*end == ')' || *end == '+' || *end == '-');
  if (problem != std::errc() || !closed) return std::nullopt;
  return milliseconds;
}

std::optional<int> code_in(const JsonValue& object, std::string_view key) {
  const auto value = object.whole(key);
  if (!value || *value < std::numeric_limits<int>::min() || *value > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*value);
}

}  // namespace backstay::creatio
