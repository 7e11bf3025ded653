#include "core/package/origam/dependencies_csv.hpp"

#include "core/deploy/version_number.hpp"
#include "core/package/package.hpp"

namespace backstay::origam {
namespace {

// Bytes of the white-space character that `text` starts or ends with, 0 when there is none: .NET trims
// Unicode white space, so a list pasted from a document may hold no-break spaces.
constexpr std::string_view wide_blanks[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
    "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
    "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
    "\xE3\x80\x80"};

std::size_t blank_at_start(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')) return 1;
  for (const std::string_view blank : wide_blanks) {
    if (text.starts_with(blank)) return blank.size();
  }
  return 0;
}

std::size_t blank_at_end(std::string_view text) {
  if (text.empty()) return 0;
  if (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r')) return 1;
  for (const std::string_view blank : wide_blanks) {
    if (text.ends_with(blank)) return blank.size();
  }
  return 0;
}

std::string_view trim(std::string_view text) {
  while (const std::size_t size = blank_at_start(text)) text.remove_prefix(size);
  while (const std::size_t size = blank_at_end(text)) text.remove_suffix(size);
  return text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"" + std::string(text.substr(0, 80)) + (text.size() > 80 ? "...\"" : "\"");
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return out;
}

void read_line(std::string_view text, std::string_view line, DependencyList& list) {
  const auto offset = [&](std::string_view part) { return static_cast<std::size_t>(part.data() - text.data()); };
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) {
    list.faults.push_back({offset(line), "expected \"package GUID, version number\", found " + quoted(line)});
    return;
  }
  const std::string_view id = line.substr(0, comma);
  const std::string_view rest = line.substr(comma + 1);
  const std::string_view number = rest.substr(0, rest.find(','));
  const auto guid = normalise_guid(id);
  if (!guid) {
    list.faults.push_back({offset(line), quoted(id) + " is not a package id in " + quoted(line)});
    return;
  }
  deploy::VersionParts parts;
  if (!deploy::parse_version_number(number, parts)) {
    list.faults.push_back({offset(number), quoted(number) + " is not a version number in " + quoted(line)});
    return;
  }
  const std::string_view bare = trim(number);
  list.lines.push_back({*guid, std::string(number), offset(line), offset(bare), bare.size()});
}

}  // namespace

DependencyList read_dependencies_csv(std::string_view text, std::size_t max_lines) {
  DependencyList list;
  std::size_t start = 0;
  while (start <= text.size()) {
    std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = trim(text.substr(start, end - start));
    start = end + 1;
    if (line.empty()) continue;
    if (list.lines.size() + list.faults.size() == max_lines) {
      list.over_limit = true;
      break;
    }
    read_line(text, line, list);
  }
  return list;
}

std::string write_dependencies_csv(const std::vector<DependencyLine>& lines, std::string_view line_break) {
  std::string out;
  for (const DependencyLine& line : lines) {
    out += line_break;
    out += line.id + "," + line.number;
  }
  return out;
}

}  // namespace backstay::origam
