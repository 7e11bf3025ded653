#include "core/deploy/creatio_version.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace backstay::deploy {
namespace {

struct Version {
  std::array<std::int64_t, 4> parts{-1, -1, -1, -1};
  std::string_view suffix;
};

std::optional<Version> parse(std::string_view text) {
  Version version;
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    version.suffix = text.substr(dash + 1);
    if (version.suffix.empty()) return std::nullopt;
    text = text.substr(0, dash);
  }
  std::size_t count = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (count == version.parts.size() || part.empty() || part.front() == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), version.parts[count]);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    ++count;
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  if (count < 2) return std::nullopt;
  return version;
}

}  // namespace

std::optional<int> compare_creatio_versions(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const auto left = parse(a), right = parse(b);
  if (!left || !right) return std::nullopt;
  for (std::size_t i = 0; i < left->parts.size(); ++i) {
    if (left->parts[i] != right->parts[i]) return left->parts[i] < right->parts[i] ? -1 : 1;
  }
  return left->suffix < right->suffix ? -1 : left->suffix == right->suffix ? 0 : 1;
}

}  // namespace backstay::deploy
