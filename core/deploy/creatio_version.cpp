#include "core/deploy/creatio_version.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

#include "core/base/ascii.hpp"

namespace backstay::deploy {
namespace {

struct Version {
  std::array<std::int32_t, 4> parts{-1, -1, -1, -1};
  std::string_view suffix;
};

// A part as .NET's Version reads it: a whole number of 32 bits that is not negative.
bool parse_part(std::string_view text, std::int32_t& part) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.front() == '-') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Version> parse(std::string_view text) {
  Version version;
  text = trimmed(text);
  const std::size_t dash = text.find('-');
  if (dash == 0) return std::nullopt;
  if (dash != std::string_view::npos) {
    version.suffix = trimmed(text.substr(dash + 1));
    text = text.substr(0, dash);
  }
  std::size_t count = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    if (count == version.parts.size() || !parse_part(text.substr(0, dot), version.parts[count])) return std::nullopt;
    ++count;
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  if (count < 2) return std::nullopt;
  return version;
}

// As the vendor's tool compares them, by letters and not by bytes: "alpha" before "Beta", and of "rc" and "RC" the small one
// first. An empty one comes before all.
int compare_suffixes(std::string_view a, std::string_view b) {
  const auto order = [](std::string_view x, std::string_view y) { return x < y ? -1 : x == y ? 0 : 1; };
  const int letters = order(lowered(a), lowered(b));
  return letters != 0 ? letters : -order(a, b);
}

}  // namespace

std::optional<int> compare_creatio_versions(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const auto left = parse(a), right = parse(b);
  if (!left || !right) return std::nullopt;
  for (std::size_t i = 0; i < left->parts.size(); ++i) {
    if (left->parts[i] != right->parts[i]) return left->parts[i] < right->parts[i] ? -1 : 1;
  }
  return compare_suffixes(left->suffix, right->suffix);
}

}  // namespace backstay::deploy
