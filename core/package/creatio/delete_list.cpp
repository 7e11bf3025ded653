#include "core/package/creatio/delete_list.hpp"

#include "core/base/ascii.hpp"
#include "core/base/text_document.hpp"

namespace backstay::creatio {

std::vector<DeleteListEntry> read_delete_list(std::string_view bytes, const std::string& file, Findings& findings) {
  const TextDocument document(bytes, file);
  const std::string_view text = document.text();
  constexpr std::string_view blanks = " \t\r\n";
  std::vector<DeleteListEntry> entries;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find_first_of("\r\n", start), text.size());
    const std::string_view line = trimmed(text.substr(start, end - start), blanks);
    const std::size_t at = start;
    start = end + 1;
    if (line.empty()) continue;
    const std::size_t comma = line.find(',');
    const auto id = normalise_guid(line.substr(0, comma));
    std::string_view name = comma == std::string_view::npos ? std::string_view() : line.substr(comma + 1);
    name = trimmed(name.substr(0, name.find(',')), blanks);
    if (id && !name.empty()) {
      entries.push_back({.id = *id, .name = std::string(name)});
      continue;
    }
    Finding finding;
    finding.rule = "package/malformed-delete-list";
    finding.severity = Severity::warning;
    finding.message = "line of the delete list is not \"<package UId>,<name>\"";
    finding.at = document.position(at);
    findings.push_back(std::move(finding));
  }
  return entries;
}

}  // namespace backstay::creatio
