#include "native-plugin/services/redact.hpp"

#include <algorithm>
#include <array>

#include "core/base/ascii.hpp"

namespace backstay::plugin {
namespace {

constexpr std::string_view mask = "***";
constexpr auto names = std::to_array<std::string_view>({"password", "passwd", "pwd", "sslpassword", "passphrase"});

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool starts_with_any_case(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (ascii_lower(text[i]) != lower[i]) return false;
  }
  return true;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

// The value behind a name at `at`: `password=`, `password = `, `"password": "`, also with the quotes escaped,
// as in JSON inside of JSON.
struct Value {
  std::size_t begin = std::string_view::npos, end = std::string_view::npos;  // without the quotes around it
  bool bare_json = false;  // "password": 1234
  bool found() const { return begin < end; }
};

Value value_behind(std::string_view text, std::size_t at) {
  const bool quoted_name = at < text.size() && (text[at] == '"' || text[at] == '\\');
  while (at < text.size() && (text[at] == '"' || text[at] == '\\')) ++at;
  at = skip_blanks(text, at);
  if (at >= text.size() || (text[at] != '=' && text[at] != ':')) return {};
  const bool is_assignment = text[at] == '=';
  at = skip_blanks(text, at + 1);
  const std::string_view rest = text.substr(at);
  std::string_view opening, closing;
  if (rest.starts_with("\\\"")) opening = closing = "\\\"";
  else if (rest.starts_with("\"")) opening = closing = "\"";
  else if (rest.starts_with("'")) opening = closing = "'";
  else if (is_assignment && rest.starts_with("{")) opening = "{", closing = "}";  // ODBC
  else if (rest.starts_with("{") || rest.starts_with("[")) return {};
  at += opening.size();
  if (closing.empty()) return {at, std::min(text.size(), text.find_first_of(" \t\r\n;&,\"'\\)]}", at)), quoted_name && !is_assignment};
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text.substr(i).starts_with(closing)) return {at, i, false};
    if (text[i] == '\\') ++i;  // an escaped quote is part of the value
  }
  return {at, text.size(), false};
}

// scheme://user:password@host. The password may hold anything but blanks, quotes and '/'.
std::size_t url_password_end(std::string_view text, std::size_t at, std::size_t& begin) {
  const std::size_t end = std::min(text.size(), text.find_first_of(" \t\r\n\"'/?#", at));
  const std::string_view authority = text.substr(at, end - at);
  const std::size_t colon = authority.find(':'), sign = authority.rfind('@');
  if (colon == std::string_view::npos || sign == std::string_view::npos || sign < colon) return std::string_view::npos;
  begin = at + colon + 1;
  return at + sign;
}

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + mask.size())) text.replace(at, what.size(), mask);
}

}  // namespace

void Redactor::add_secret(std::string_view secret) {
  if (secret.size() >= 4) secrets_.emplace_back(secret);
}

void Redactor::add_secrets_of_url(std::string_view url) {
  std::size_t begin = 0;
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    const std::size_t end = url_password_end(url, scheme + 3, begin);
    if (end != std::string_view::npos) add_secret(url.substr(begin, end - begin));
  }
  for (std::size_t i = 0; i < url.size(); ++i) {
    for (const std::string_view name : names) {
      if (!starts_with_any_case(url.substr(i), name) || (i > 0 && is_name_byte(url[i - 1]))) continue;
      const Value value = value_behind(url, i + name.size());
      if (value.found()) add_secret(url.substr(value.begin, value.end - value.begin));
    }
  }
}

std::string Redactor::operator()(std::string_view text) const {
  std::string out;
  std::size_t kept = 0;
  const auto hide = [&](std::size_t begin, std::size_t end, std::string_view with) {
    out.append(text.substr(kept, begin - kept)).append(with);
    kept = end;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i < kept) continue;
    if (text.substr(i).starts_with("://")) {
      std::size_t begin = 0;
      const std::size_t end = url_password_end(text, i + 3, begin);
      if (end != std::string_view::npos) hide(begin, end, mask);
      continue;
    }
    if (i > 0 && is_name_byte(text[i - 1])) continue;
    for (const std::string_view name : names) {
      if (!starts_with_any_case(text.substr(i), name)) continue;
      const Value value = value_behind(text, i + name.size());
      if (value.found()) hide(value.begin, value.end, value.bare_json ? "\"***\"" : mask);
      break;
    }
  }
  out.append(text.substr(kept));
  for (const std::string& secret : secrets_) replace_all(out, secret);
  return out;
}

}  // namespace backstay::plugin
