#include "core/deploy/version_table.hpp"

#include <algorithm>

#include "core/base/ascii.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view id_column = "refschemaextensionid", version_column = "version";

// A value of a line without quotes and blanks around it; a doubled quote inside stands for one.
std::string value_of(std::string_view field) {
  field = trimmed(field);
  const bool quoted = field.size() >= 2 && (field.front() == '"' || field.front() == '\'' || field.front() == '[') &&
                      field.back() == (field.front() == '[' ? ']' : field.front());
  if (!quoted) return std::string(field);
  const char quote = field.back();
  std::string value;
  for (std::size_t i = 1; i + 1 < field.size(); ++i) {
    value += field[i];
    if (field[i] == quote && i + 2 < field.size() && field[i + 1] == quote) ++i;
  }
  return value;
}

std::vector<std::string> fields_of(std::string_view line, char separator) {
  std::vector<std::string> fields;
  std::size_t start = 0;
  char open = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && (line[i] == '"' || line[i] == '\'')) {
      if (open == 0) open = line[i];
      else if (open == line[i]) open = 0;
    }
    if (i < line.size() && (open != 0 || line[i] != separator)) continue;
    fields.push_back(value_of(line.substr(start, i - start)));
    start = i + 1;
  }
  return fields;
}

struct Heading {
  char separator = 0;
  std::size_t id = 0, version = 0;
};

std::optional<Heading> heading_of(std::string_view line) {
  for (const char separator : {'\t', '|', ';', ','}) {
    const std::vector<std::string> names = fields_of(line, separator);
    Heading heading{separator, names.size(), names.size()};
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string name = lowered(names[i]);
      if (name == id_column) heading.id = i;
      if (name == version_column) heading.version = i;
    }
    if (heading.id < names.size() && heading.version < names.size()) return heading;
  }
  return std::nullopt;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trimmed(line);
}

// "----+------", "(3 rows)", "(3 rows affected)": what SQL shells draw around a result.
bool is_decoration(std::string_view line) {
  return line.empty() || line.find_first_not_of("-+| \t=") == std::string_view::npos || (line.front() == '(' && line.back() == ')');
}

bool is_null(const std::string& value) { return value.empty() || lowered(value) == "null" || value == "\\N"; }

}  // namespace

bool is_version_table(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (!is_decoration(line)) return heading_of(line).has_value();
  }
  return false;
}

Result<std::vector<InstalledPackage>> read_version_table(const TextDocument& document) {
  std::vector<InstalledPackage> rows;
  std::optional<Heading> heading;
  std::string_view rest = document.text();
  while (!rest.empty()) {
    const std::size_t at = static_cast<std::size_t>(rest.data() - document.text().data());
    const std::string_view line = next_line(rest);
    if (is_decoration(line)) continue;
    if (!heading) {
      heading = heading_of(line);
      continue;
    }
    const std::vector<std::string> fields = fields_of(line, heading->separator);
    const std::string id = heading->id < fields.size() ? fields[heading->id] : "";
    const std::optional<std::string> package = normalise_guid(id);
    if (!package) return Error{ErrorCode::malformed, document.position(at), "\"" + id + "\" is no package id"};
    InstalledPackage row;
    row.id = *package;
    if (heading->version < fields.size() && !is_null(fields[heading->version])) row.version = fields[heading->version];
    rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<std::vector<InstalledPackage>> version_rows(const JsonValue& list) {
  std::vector<InstalledPackage> rows;
  for (const JsonValue& item : list.items) {
    const JsonValue* id = item.find_any_case(id_column);
    const auto package = id ? normalise_guid(id->string) : std::nullopt;
    if (!package) return std::nullopt;
    InstalledPackage row;
    row.id = *package;
    const JsonValue* version = item.find_any_case(version_column);
    if (version && version->is(JsonValue::Kind::string) && !version->string.empty()) row.version = version->string;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace backstay::deploy
