#include "core/base/json.hpp"

#include "core/base/ascii.hpp"

namespace backstay {
namespace {

bool same_any_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view key) const {
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    if (it->key == key) return &it->value;
  }
  return nullptr;
}

const JsonValue* JsonValue::find_any_case(std::string_view key) const {
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    if (same_any_case(it->key, key)) return &it->value;
  }
  return nullptr;
}

std::optional<std::string> JsonValue::text(std::string_view key) const {
  const JsonValue* value = find(key);
  if (!value || value->kind != Kind::string) return std::nullopt;
  return value->string;
}

std::optional<bool> JsonValue::flag(std::string_view key) const {
  const JsonValue* value = find(key);
  if (!value || value->kind != Kind::boolean) return std::nullopt;
  return value->boolean;
}

std::optional<std::int64_t> JsonValue::whole(std::string_view key) const {
  const JsonValue* value = find(key);
  if (!value || value->kind != Kind::integer) return std::nullopt;
  return value->integer;
}

}  // namespace backstay
