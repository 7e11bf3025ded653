#include "core/schema/sql_text.hpp"

#include "core/base/ascii.hpp"

namespace backstay::schema {

namespace {

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) { return ascii_blanks.find(c) != std::string_view::npos; }

// End of what begins with a quote at `at`, behind the closing one; doubled quotes stay inside.
std::size_t behind_quotes(std::string_view sql, std::size_t at, char closing) {
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (sql[i] != closing) continue;
    if (closing != ']' && i + 1 < sql.size() && sql[i + 1] == closing) {
      ++i;
    } else {
      return i + 1;
    }
  }
  return sql.size();
}

bool plain_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    if (!in_word(c)) return false;
  }
  return true;
}

// A blank only where two words would grow together.
void separate(std::string& out, char next) {
  if (!out.empty() && in_word(out.back()) && in_word(next)) out += ' ';
}

}  // namespace

std::string even_sql(std::string_view sql) {
  std::string out;
  bool blank = false;
  for (std::size_t i = 0; i < sql.size();) {
    const char c = sql[i];
    if (is_blank(c)) {
      blank = true;
      ++i;
    } else if (sql.substr(i).starts_with("--")) {
      const auto end = sql.find('\n', i);
      i = end == std::string_view::npos ? sql.size() : end;
      blank = true;
    } else if (sql.substr(i).starts_with("/*")) {
      const auto end = sql.find("*/", i + 2);
      i = end == std::string_view::npos ? sql.size() : end + 2;
      blank = true;
    } else if (c == '\'') {
      const auto end = behind_quotes(sql, i, '\'');
      if (blank) separate(out, 'x');
      out += sql.substr(i, end - i);
      blank = false;
      i = end;
    } else if (c == '"' || c == '`' || c == '[') {
      const auto end = behind_quotes(sql, i, c == '[' ? ']' : c);
      const std::string_view name = end >= i + 2 ? sql.substr(i + 1, end - i - 2) : std::string_view();
      if (plain_name(name)) {
        separate(out, 'x');
        for (const char letter : name) out += ascii_lower(letter);
      } else {
        out += '"';
        out += name;
        out += '"';
      }
      blank = true;  // "a"b are two words
      i = end;
    } else {
      if (blank && in_word(c)) separate(out, c);
      while (i < sql.size() && in_word(sql[i])) out += ascii_lower(sql[i++]);
      if (!in_word(c)) {
        out += c;
        ++i;
      }
      blank = false;
    }
  }
  return out;
}

}  // namespace backstay::schema
