// Histories as one line of text for table tests: "A 1.0; A 1.1; B 1.0 -> A 1.1, C 2.0".
#pragma once

#include <string>
#include <string_view>

#include "core/deploy/history.hpp"

namespace backstay::testing {

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

inline deploy::History history_from(std::string_view text) {
  deploy::History history;
  const auto split = [](std::string_view& rest, std::string_view separator) {
    const std::size_t at = rest.find(separator);
    const std::string_view piece = trimmed(rest.substr(0, at));
    rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + separator.size());
    return piece;
  };
  while (!trimmed(text).empty()) {
    std::string_view version = split(text, ";");
    std::string_view title = split(version, "->");
    const std::string_view name = split(title, " ");
    const std::uint32_t own = history.package(name, name);
    history.add_version(own, history.text(title));
    while (!trimmed(version).empty()) {
      std::string_view entry = split(version, ",");
      const std::string_view package = split(entry, " ");
      history.add_entry(history.package(package), history.text(entry));
    }
  }
  return history;
}

}  // namespace backstay::testing
