#include "core/deploy/version_number.hpp"

#include <limits>

namespace backstay::deploy {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// One part with the blanks and the sign that .NET's Int32.TryParse allows in its default style.
bool parse_part(std::string_view text, std::int32_t& value) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return false;
  std::int64_t sum = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    sum = sum * 10 + (c - '0');
    if (sum > std::int64_t{1} + std::numeric_limits<std::int32_t>::max()) return false;
  }
  if (negative) sum = -sum;
  if (sum > std::numeric_limits<std::int32_t>::max()) return false;
  value = static_cast<std::int32_t>(sum);
  return true;
}

}  // namespace

bool parse_version_number(std::string_view text, VersionParts& parts) {
  parts.clear();
  while (true) {
    const std::size_t dot = text.find('.');
    std::int32_t part = 0;
    if (!parse_part(text.substr(0, dot), part)) {
      parts.clear();
      return false;
    }
    parts.push_back(part);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  while (!parts.empty() && parts.back() == 0) parts.pop_back();
  return true;
}

int compare_versions(const VersionParts& a, const VersionParts& b) {
  const std::size_t longest = a.size() > b.size() ? a.size() : b.size();
  for (std::size_t i = 0; i < longest; ++i) {
    const std::int32_t left = i < a.size() ? a[i] : 0;
    const std::int32_t right = i < b.size() ? b[i] : 0;
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

int compare_version_texts(std::string_view a, std::string_view b) {
  VersionParts left, right;
  parse_version_number(a, left);
  parse_version_number(b, right);
  return compare_versions(left, right);
}

}  // namespace backstay::deploy
