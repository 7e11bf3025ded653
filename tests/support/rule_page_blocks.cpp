#include "tests/support/rule_page_blocks.hpp"

#include <cstdlib>

namespace backstay::test {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  text.erase(0, text.find_first_not_of(" \t"));
  return text;
}

void read_fence(const std::string& info, RuleBlock& block) {
  const auto words = split(info, ' ');
  block.dialect = words.size() > 1 ? words[1] : "";
  block.options.dialect = dialect_from(block.dialect);
  if (!block.options.dialect) block.trouble = "no dialect behind sql";
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const std::string key = words[i].substr(0, equals), value = equals == std::string::npos ? "" : words[i].substr(equals + 1);
    if (key == "service") {
      block.config.service_tables = split(value, ',');
    } else if (key == "reversible") {
      block.reversible = value;
    } else if (key == "syntax") {
      block.broken_syntax = value == "broken";
    } else if (key == "flag") {
      block.options.has_descriptor = true;
      if (value != "absent") block.options.backward_compatible = value == "set";
    } else if (key == "install_type") {
      for (const auto type : {InstallType::before_package, InstallType::after_package, InstallType::after_schema_data, InstallType::uninstall_app}) {
        if (to_string(type) == value) block.options.install_type = type;
      }
      if (!block.options.install_type) block.trouble = "unknown install type " + value;
    } else {
      block.trouble = "unknown option " + words[i];
    }
  }
}

void expect(RuleBlock& block, std::uint32_t line, const std::string& names) {
  for (const std::string& name : split(names, ',')) block.expected[line].insert(trimmed(name));
}

void read_line(std::string line, std::uint32_t& count, RuleBlock& block) {
  constexpr std::string_view at_mark = "-- finding@", mark = "-- finding: ";
  if (line.starts_with(at_mark) && count == 0) {
    const auto colon = line.find(':');
    const int number = std::atoi(line.c_str() + at_mark.size());
    if (number <= 0 || colon == std::string::npos) block.trouble = "malformed: " + line;
    expect(block, static_cast<std::uint32_t>(number), line.substr(colon + 1));
    return;
  }
  ++count;
  const auto at = line.rfind(mark);
  if (at != std::string::npos) {
    expect(block, count, line.substr(at + mark.size()));
    line.resize(at);
    while (!line.empty() && line.back() == ' ') line.pop_back();
  }
  block.sql += line + "\n";
}

}  // namespace

std::vector<RuleBlock> read_rule_blocks(std::string_view page) {
  std::vector<RuleBlock> blocks;
  std::string section;
  bool inside = false;
  std::uint32_t count = 0;
  std::size_t page_line = 0;
  for (const std::string& line : split(page, '\n')) {
    ++page_line;
    if (inside) {
      inside = line != "```";
      if (inside) read_line(line, count, blocks.back());
    } else if (line.starts_with("## ")) {
      section = line.substr(3);
    } else if (line.starts_with("```")) {
      blocks.emplace_back();
      blocks.back().section = section;
      blocks.back().page_line = page_line;
      read_fence(line.substr(3), blocks.back());
      inside = true;
      count = 0;
    }
  }
  return blocks;
}

}  // namespace backstay::test
