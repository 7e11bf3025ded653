#include "core/package/member_name.hpp"

#include <array>
#include <cstddef>

#include "core/base/ascii.hpp"

namespace backstay {
namespace {

bool is_separator(char c) { return c == '/' || c == '\\'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool equal_ascii(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

// Calls `use` with every part between separators; stops when it returns false.
template <class Use>
void each_part(std::string_view name, Use use) {
  std::size_t start = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && !is_separator(name[i])) continue;
    if (!use(name.substr(start, i - start))) return;
    start = i + 1;
  }
}

// Windows opens a device for these, with any extension.
bool is_device(std::string_view part) {
  const std::string_view stem = part.substr(0, part.find('.'));
  for (const std::string_view device : {"con", "prn", "aux", "nul", "conin$", "conout$"}) {
    if (equal_ascii(stem, device)) return true;
  }
  if (stem.size() < 4 || (!equal_ascii(stem.substr(0, 3), "com") && !equal_ascii(stem.substr(0, 3), "lpt"))) return false;
  const std::string_view digit = stem.substr(3);
  // Superscript digits count as digits there.
  return (digit.size() == 1 && digit[0] >= '0' && digit[0] <= '9') || digit == "\xC2\xB9" || digit == "\xC2\xB2" || digit == "\xC2\xB3";
}

// The lower-case letter of a two-byte UTF-8 sequence's code point, for the scripts that occur.
unsigned fold_code_point(unsigned c) {
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F) || (c >= 0x100 && c <= 0x12F)) return c | 1;
  return c;
}

}  // namespace

std::string normalise_member_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  each_part(name, [&](std::string_view part) {
    if (part.empty() || part == ".") return true;
    if (!out.empty()) out += '/';
    out += part;
    return true;
  });
  return out;
}

std::string_view member_name_problem(std::string_view name) {
  if (name.empty()) return "is empty";
  if (is_separator(name[0])) return "starts with a separator";
  if (name.size() > 1 && name[1] == ':' && is_letter(name[0])) return "starts with a drive letter";
  if (name.find('\0') != std::string_view::npos) return "holds a NUL character";
  std::string_view problem;
  bool named = false;
  each_part(name, [&](std::string_view part) {
    if (part == "..") problem = "leaves its folder with \"..\"";
    if (!part.empty() && part != ".") named = true;
    return problem.empty();
  });
  if (!problem.empty()) return problem;
  return named ? std::string_view() : "names no file";
}

std::string_view file_name_problem(std::string_view name) {
  if (const std::string_view problem = member_name_problem(name); !problem.empty()) return problem;
  std::string_view problem;
  each_part(name, [&](std::string_view part) {
    if (part.empty()) return true;
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F) problem = "holds a control character";
      if (c == ':') problem = "holds a colon, which names a drive or a hidden stream on Windows";
      if (c == '<' || c == '>' || c == '"' || c == '|' || c == '?' || c == '*') problem = "holds a character that Windows does not allow";
    }
    if (part.back() == '.' || part.back() == ' ') problem = "has a part that ends with a dot or a blank, which Windows drops";
    if (is_device(part)) problem = "has a part that is a device on Windows";
    return problem.empty();
  });
  return problem;
}

void fold_case(std::string_view name, std::string& out) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte < 0x80) {
      out += ascii_lower(name[i]);
    } else if (byte >= 0xC3 && byte <= 0xD4 && i + 1 < name.size()) {
      const unsigned c = fold_code_point(((byte & 0x1Fu) << 6) | (static_cast<unsigned char>(name[i + 1]) & 0x3Fu));
      out += static_cast<char>(0xC0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 0x3F));
      ++i;
    } else {
      out += name[i];
    }
  }
}

std::string fold_case(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  fold_case(name, out);
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  return a == b || (a.size() == b.size() && fold_case(a) == fold_case(b));
}

bool is_below(std::string_view name, std::string_view folder) {
  return name.size() > folder.size() && name[folder.size()] == '/' && equal_ascii(name.substr(0, folder.size()), folder);
}

}  // namespace backstay
