#include "core/sql/lexer.hpp"

#include <array>
#include <cstring>

#include "core/sql/char_class.hpp"

namespace backstay::sql {

Lexer::Lexer(std::string_view text, std::size_t begin, std::size_t end, Dialect dialect, bool script)
    : text_(text), pos_(begin), end_(end), tail_(end), dialect_(dialect), script_(script) {
  // DOS editors end a file with Ctrl-Z; anywhere else the byte is junk.
  while (tail_ > begin && (is_blank(text_[tail_ - 1]) || text_[tail_ - 1] == '\x1A')) --tail_;
}

void Lexer::finish(Token& token, TokenKind kind, std::size_t to) {
  token.kind = kind;
  token.end = static_cast<std::uint32_t>(to);
  pos_ = to;
}

std::size_t Lexer::line_end(std::size_t from) const {
  while (from < end_ && text_[from] != '\n' && text_[from] != '\r') ++from;
  return from;
}

// Bytes of the blank at `i`, which is no ASCII blank; 0 when it is none. Pasted scripts hold no-break
// spaces and byte order marks; the servers refuse some of them, an installer's editor hides them.
std::size_t Lexer::wide_blank(std::size_t i) const {
  switch (static_cast<unsigned char>(text_[i])) {
    case 0x1A: return i >= tail_ ? 1 : 0;
    case 0xC2: return static_cast<unsigned char>(at(i + 1)) == 0xA0 ? 2 : 0;
    case 0xE2: {
      const auto second = static_cast<unsigned char>(at(i + 1)), third = static_cast<unsigned char>(at(i + 2));
      const bool blank = (second == 0x80 && ((third >= 0x80 && third <= 0x8B) || third == 0xAF)) || (second == 0x81 && third == 0x9F);
      return blank ? 3 : 0;
    }
    case 0xE3: return at(i + 1) == '\x80' && at(i + 2) == '\x80' ? 3 : 0;
    case 0xEF: return at(i + 1) == '\xBB' && at(i + 2) == '\xBF' ? 3 : 0;
    default: return 0;
  }
}

void Lexer::skip_line_comment() {
  const std::size_t to = line_end(pos_);
  comments_.push_back({{static_cast<std::uint32_t>(pos_), static_cast<std::uint32_t>(to)}, true, !fresh_line_});
  pos_ = to;
}

// False when the comment does not end.
bool Lexer::skip_block_comment() {
  const std::size_t start = pos_;
  const bool nests = dialect_ != Dialect::oracle;
  std::size_t depth = 1, i = pos_ + 2;
  while (i < end_) {
    // A comment is mostly letters: look for the two signs that matter.
    const char c = text_[i];
    if (c == '*' && at(i + 1) == '/') {
      i += 2;
      if (--depth == 0) break;
    } else if (nests && c == '/' && at(i + 1) == '*') {
      i += 2;
      ++depth;
    } else {
      ++i;
    }
  }
  pos_ = i;
  if (depth != 0) return false;
  comments_.push_back({{static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(i)}, false, !fresh_line_});
  return true;
}

bool Lexer::next(Token& token) {
  for (;;) {
    while (pos_ < end_ && is_blank(text_[pos_])) {
      fresh_line_ = fresh_line_ || text_[pos_] == '\n' || text_[pos_] == '\r';
      ++pos_;
    }
    if (pos_ >= end_) {
      token = Token{};
      token.begin = token.end = static_cast<std::uint32_t>(end_);
      return false;
    }
    const char c = text_[pos_];
    if (const std::size_t wide = is_plain(c) ? 0 : wide_blank(pos_)) {
      pos_ += wide;
      continue;
    }
    if (c == '-' && at(pos_ + 1) == '-') {
      skip_line_comment();
      continue;
    }
    token = Token{};
    token.begin = static_cast<std::uint32_t>(pos_);
    token.flags = fresh_line_ ? token_line_start : 0;
    if (c == '/' && at(pos_ + 1) == '*') {
      if (skip_block_comment()) {
        fresh_line_ = false;
        continue;
      }
      token.flags |= token_unterminated;
      finish(token, TokenKind::junk, end_);
      return true;
    }
    read(token, c);
    fresh_line_ = false;
    return true;
  }
}

void Lexer::read(Token& token, char c) {
  if (script_ && fresh_line_ && dialect_ != Dialect::postgresql && script_line(token, c)) return;
  if (starts_word(c, dialect_)) {
    const char second = at(pos_ + 1);
    const bool may_be_prefix = second == '\'' || second == '&' || (second | 0x20) == 'q';
    if (may_be_prefix && prefixed_literal(token, c)) return;
    return word(token);
  }
  switch (c) {
    case '\'': return quoted(token, '\'', true, TokenKind::literal);
    case '"':
      return quoted(token, '"', dialect_ != Dialect::oracle,
                    double_quote_literals_ ? TokenKind::literal : TokenKind::quoted);
    case '(': return finish(token, TokenKind::open, pos_ + 1);
    case ')': return finish(token, TokenKind::close, pos_ + 1);
    case ',': return finish(token, TokenKind::comma, pos_ + 1);
    case ';': return finish(token, TokenKind::semicolon, pos_ + 1);
    case '[':
      if (dialect_ == Dialect::mssql) return quoted(token, ']', true, TokenKind::quoted);
      ++square_depth_;
      return finish(token, TokenKind::op, pos_ + 1);
    case ']':
      if (square_depth_ > 0) --square_depth_;
      return finish(token, TokenKind::op, pos_ + 1);
    case '.':
      if (is_digit(at(pos_ + 1)) && (pos_ == 0 || !continues_name(text_[pos_ - 1]))) return number(token);
      if (at(pos_ + 1) == '.') return finish(token, TokenKind::op, pos_ + 2);
      return finish(token, TokenKind::dot, pos_ + 1);
    case '$': return dollar(token);
    case ':': return colon(token);
    case '@':
      if (dialect_ == Dialect::mssql) return variable(token);
      return operators(token);
    case '&':
      if (dialect_ == Dialect::oracle && script_) return ampersand(token);
      return operators(token);
    case '\\':
      if (dialect_ == Dialect::postgresql && script_) return psql_command(token);
      return finish(token, TokenKind::junk, pos_ + 1);
    default: break;
  }
  if (is_digit(c)) return number(token);
  operators(token);
}

void Lexer::word(Token& token) {
  const char* const text = text_.data();
  const std::size_t end = end_;
  const unsigned continues = static_cast<unsigned>(char_class::continues) << static_cast<unsigned>(dialect_);
  std::size_t i = pos_ + 1;
  for (;;) {
    while (i < end && (class_of(text[i]) & (continues | char_class::wide)) == continues) ++i;
    if (i == end || (class_of(text[i]) & char_class::wide) == 0 || wide_blank(i) != 0) break;
    ++i;
  }
  token.keyword = find_keyword(std::string_view(text + pos_, i - pos_));
  finish(token, TokenKind::word, i);
}

// From the opening sign at pos_ to `close`, which is written twice inside when `doubling`.
void Lexer::quoted(Token& token, char close, bool doubling, TokenKind kind) {
  std::size_t i = pos_ + 1;
  while (i < end_) {
    const void* found = std::memchr(text_.data() + i, close, end_ - i);
    if (!found) break;
    i = static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
    if (!doubling || at(i + 1) != close) return finish(token, kind, i + 1);
    i += 2;
  }
  token.flags |= token_unterminated;
  finish(token, kind, end_);
}

// E'...': a backslash hides the next byte. pos_ is at the quote.
void Lexer::escaped_literal(Token& token) {
  token.flags |= token_escapes;
  std::size_t i = pos_ + 1;
  while (i < end_) {
    if (text_[i] == '\\') {
      i += 2;
    } else if (text_[i] != '\'') {
      ++i;
    } else if (at(i + 1) == '\'') {
      i += 2;
    } else {
      return finish(token, TokenKind::literal, i + 1);
    }
  }
  token.flags |= token_unterminated;
  finish(token, TokenKind::literal, end_);
}

bool Lexer::prefixed_literal(Token& token, char c) {
  const char second = at(pos_ + 1);
  const char letter = static_cast<char>(c | 0x20);
  if (second == '\'') {
    if (dialect_ == Dialect::postgresql && letter == 'e') {
      ++pos_;
      escaped_literal(token);
      return true;
    }
    if (dialect_ == Dialect::oracle && letter == 'q') {
      quote_op_literal(token, pos_ + 1);
      return true;
    }
    const bool known = letter == 'n' || (dialect_ == Dialect::postgresql && (letter == 'b' || letter == 'x')) ||
                       (dialect_ == Dialect::oracle && letter == 'u');
    if (!known) return false;
    if (letter == 'n') token.flags |= token_national;
    ++pos_;
    quoted(token, '\'', true, TokenKind::literal);
    return true;
  }
  if (letter == 'n' && dialect_ == Dialect::oracle && (second | 0x20) == 'q' && at(pos_ + 2) == '\'') {
    token.flags |= token_national;
    quote_op_literal(token, pos_ + 2);
    return true;
  }
  if (letter == 'u' && dialect_ == Dialect::postgresql && second == '&') {
    const char third = at(pos_ + 2);
    if (third != '\'' && third != '"') return false;
    token.flags |= token_unicode;
    pos_ += 2;
    quoted(token, third, true, third == '"' ? TokenKind::quoted : TokenKind::literal);
    return true;
  }
  return false;
}

// q'[it's]': the sign behind the quote decides what ends it; `quote` is the place of the quote.
void Lexer::quote_op_literal(Token& token, std::size_t quote) {
  token.flags |= token_quote_op;
  std::size_t i = quote + 1;
  char close[5] = {};
  std::size_t length = 1;
  const char open = at(i);
  switch (open) {
    case '[': close[0] = ']'; break;
    case '{': close[0] = '}'; break;
    case '(': close[0] = ')'; break;
    case '<': close[0] = '>'; break;
    default:
      // Any character, which can be several bytes of UTF-8.
      close[0] = open;
      while (length < 4 && (static_cast<unsigned char>(at(i + length)) & 0xC0) == 0x80) {
        close[length] = at(i + length);
        ++length;
      }
  }
  close[length] = '\'';
  const std::string_view ending(close, length + 1);
  i += length;
  const std::size_t found = i <= end_ ? text_.substr(0, end_).find(ending, i) : std::string_view::npos;
  if (found == std::string_view::npos) {
    token.flags |= token_unterminated;
    return finish(token, TokenKind::literal, end_);
  }
  finish(token, TokenKind::literal, found + ending.size());
}

void Lexer::number(Token& token) {
  std::size_t i = pos_;
  const char marker = static_cast<char>(at(i + 1) | 0x20);
  if (text_[i] == '0' && (marker == 'x' || (dialect_ == Dialect::postgresql && (marker == 'b' || marker == 'o')))) {
    i += 2;
    while (i < end_ && is_hex_digit(text_[i])) ++i;
    return finish(token, TokenKind::number, i);
  }
  while (i < end_ && (is_digit(text_[i]) || (text_[i] == '_' && is_digit(at(i + 1))))) ++i;
  // "1..10" is a range.
  if (at(i) == '.' && at(i + 1) != '.') {
    ++i;
    while (i < end_ && is_digit(text_[i])) ++i;
  }
  if ((at(i) | 0x20) == 'e') {
    std::size_t exponent = i + 1;
    if (at(exponent) == '+' || at(exponent) == '-') ++exponent;
    if (is_digit(at(exponent))) {
      i = exponent;
      while (i < end_ && is_digit(text_[i])) ++i;
    }
  }
  if (dialect_ == Dialect::oracle && ((at(i) | 0x20) == 'd' || (at(i) | 0x20) == 'f') && !continues_word(at(i + 1), dialect_)) ++i;
  finish(token, TokenKind::number, i);
}

void Lexer::operators(Token& token) {
  if (dialect_ == Dialect::postgresql) return postgresql_operator(token);
  const std::string_view two = text_.substr(pos_, end_ - pos_ < 2 ? end_ - pos_ : 2);
  static constexpr std::string_view mssql_pairs[] = {"<>", "<=", ">=", "!=", "!<", "!>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::", "||"};
  static constexpr std::string_view oracle_pairs[] = {"<>", "<=", ">=", "!=", "^=", "~=", "||", "**", "<<", ">>", "=>", ":="};
  const auto matches = [&](const auto& pairs) {
    for (const std::string_view pair : pairs) {
      if (two == pair) return true;
    }
    return false;
  };
  if (dialect_ == Dialect::mssql ? matches(mssql_pairs) : matches(oracle_pairs)) return finish(token, TokenKind::op, pos_ + 2);
  static constexpr std::string_view singles = "+-*/%=<>!&|^~?{}:@[]#";
  finish(token, singles.find(text_[pos_]) != std::string_view::npos ? TokenKind::op : TokenKind::junk, pos_ + 1);
}

// A run of operator signs that stops before a comment; a trailing + or - belongs to the operand
// unless a sign that standard operators do not have came before it (manual, section 4.1.3).
void Lexer::postgresql_operator(Token& token) {
  static constexpr std::string_view signs = "+-*/<>=~!@#%^&|?`";
  std::size_t i = pos_;
  bool special = false;
  while (i < end_ && signs.find(text_[i]) != std::string_view::npos) {
    if (i > pos_ && ((text_[i] == '-' && at(i + 1) == '-') || (text_[i] == '/' && at(i + 1) == '*'))) break;
    special = special || std::string_view("~!@#%^&|?`").find(text_[i]) != std::string_view::npos;
    ++i;
  }
  if (i == pos_) {
    return finish(token, std::string_view("{}").find(text_[pos_]) != std::string_view::npos ? TokenKind::op : TokenKind::junk, pos_ + 1);
  }
  while (!special && i > pos_ + 1 && (text_[i - 1] == '+' || text_[i - 1] == '-')) --i;
  finish(token, TokenKind::op, i);
}

}  // namespace backstay::sql
