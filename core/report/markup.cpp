#include "core/report/markup.hpp"

#include "core/report/utf8.hpp"

namespace backstay::report {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

void percent_encode(std::string& out, char c) {
  constexpr char digits[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string xml_text(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text, i);
    const std::string_view bytes = text.substr(i, point.bytes);
    i += point.bytes;
    if (point.damaged || point.value == 0xFFFE || point.value == 0xFFFF) {
      append_utf8(out, 0xFFFD);
    } else if (keep_lines && (point.value == '\n' || point.value == '\t')) {
      out += bytes;
    } else if (is_unsafe(point.value)) {
      out += visible(bytes);
    } else if (point.value == '&') {
      out += "&amp;";
    } else if (point.value == '<') {
      out += "&lt;";
    } else if (point.value == '>') {
      out += "&gt;";
    } else if (point.value == '"') {
      out += "&quot;";
    } else if (point.value == '\'') {
      out += "&#39;";
    } else {
      out += bytes;
    }
  }
  return out;
}

std::string markdown_text(std::string_view text) {
  std::string out;
  const std::string safe = visible(text);
  for (const char c : safe) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '@') {
      out += "&#64;";  // no mention
    } else if (std::string_view("\\`*_{}[]()#+!|~").find(c) != std::string_view::npos) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  // GitHub makes links of bare addresses; an entity in the middle is not recognised as one.
  replace_all(out, "://", "&#58;//");
  replace_all(out, "www.", "www&#46;");
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string safe = visible(text);
  // A table splits at every bar, also in code, unless a backslash stands before it.
  replace_all(safe, "|", "\\|");
  std::size_t longest = 0, run = 0;
  for (const char c : safe) {
    run = c == '`' ? run + 1 : 0;
    longest = run > longest ? run : longest;
  }
  const std::string fence(longest + 1, '`');
  const bool needs_blank = safe.empty() || safe.front() == '`' || safe.back() == '`';
  return fence + (needs_blank ? " " : "") + safe + (needs_blank ? " " : "") + fence;
}

std::string workflow_message(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text, i);
    const std::string_view bytes = text.substr(i, point.bytes);
    i += point.bytes;
    if (point.value == '%') {
      out += "%25";
    } else if (point.value == '\n') {
      out += "%0A";
    } else {
      out += point.damaged ? std::string("\xEF\xBF\xBD") : visible(bytes);
    }
  }
  return out;
}

std::string workflow_property(std::string_view text) {
  std::string out = workflow_message(text);
  replace_all(out, ":", "%3A");
  replace_all(out, ",", "%2C");
  return out;
}

std::string uri_of(std::string_view path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  const std::string valid = valid_utf8(path);
  for (const char c : valid) {
    if (is_unreserved(c) || c == '/') {
      out += c;
    } else if (c == '\\') {
      out += '/';
    } else {
      percent_encode(out, c);
    }
  }
  // Two slashes at the start would name a host.
  if (!path.starts_with('/') && out.starts_with("/")) out.insert(0, ".");
  return out;
}

}  // namespace backstay::report
