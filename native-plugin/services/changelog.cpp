#include "native-plugin/services/changelog.hpp"

#include <string_view>

#include "core/report/json_writer.hpp"

namespace backstay::plugin {
namespace {

std::string cell(std::string_view value) {
  std::string text;
  // What a spreadsheet skips before it looks for a formula.
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && std::string_view("=+-@").find(value[first]) != std::string_view::npos) text = "'";
  text += value;
  if (text.find_first_of(",;\"\r\n\t") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string changelog_json(const std::vector<ChangelogEntry>& entries) {
  std::string out;
  report::JsonWriter json(out);
  json.begin_object();
  json.member("schema", "backstay.changelog/1");
  json.list("changes", entries, [&](const ChangelogEntry& entry) {
    json.member("rev", entry.rev);
    json.member("resource_id", entry.resource_id);
    json.member_or_null("app_name", entry.app_name);
    json.member("resource_name", entry.resource_name);
    json.member("resource_type", entry.resource_type);
    json.member("revision_type", entry.revision_type);
    json.member_or_null("when", entry.when);
    json.member_or_null("who", entry.who);
    json.member("op_id", entry.op_id);
    json.member_or_null("before", entry.before);
    json.member_or_null("after", entry.after);
  });
  json.end_object();
  return out + "\n";
}

std::string changelog_csv(const std::vector<ChangelogEntry>& entries) {
  std::string out = "Rev,Resource ID,App Name,Resource Name,Resource Type,Revision Type,When,Who,Operation,Before,After\r\n";
  for (const ChangelogEntry& entry : entries) {
    out += std::to_string(entry.rev);
    for (const std::string* value : {&entry.resource_id, &entry.app_name, &entry.resource_name, &entry.resource_type, &entry.revision_type,
                                     &entry.when, &entry.who, &entry.op_id, &entry.before, &entry.after}) {
      out += "," + cell(*value);
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace backstay::plugin
