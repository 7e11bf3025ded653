// The lexer's signs that differ most between dialects: $, :, &, @, and lines meant for clients.
#include <string_view>

#include "core/sql/char_class.hpp"
#include "core/sql/lexer.hpp"

namespace backstay::sql {

void Lexer::dollar(Token& token) {
  const char second = at(pos_ + 1);
  if (dialect_ == Dialect::oracle) {
    // $IF .. $END, $$flag
    std::size_t i = pos_ + (second == '$' ? 2 : 1);
    while (i < end_ && continues_word(text_[i], dialect_)) ++i;
    return finish(token, i > pos_ + 1 ? TokenKind::directive : TokenKind::junk, i);
  }
  if (dialect_ == Dialect::mssql) {
    if (second == '(') {
      std::size_t i = pos_ + 2;
      while (i < end_ && (continues_word(text_[i], dialect_) || text_[i] == '-')) ++i;
      if (at(i) == ')' && i > pos_ + 2) return finish(token, TokenKind::substitution, i + 1);
      return finish(token, TokenKind::op, pos_ + 1);
    }
    if (starts_word(second, dialect_)) {  // $action, $IDENTITY
      std::size_t i = pos_ + 1;
      while (i < end_ && continues_word(text_[i], dialect_)) ++i;
      return finish(token, TokenKind::word, i);
    }
    ++pos_;
    if (is_digit(second) || second == '.') return number(token);
    return finish(token, TokenKind::number, pos_);
  }
  if (is_digit(second)) {
    std::size_t i = pos_ + 1;
    while (i < end_ && is_digit(text_[i])) ++i;
    return finish(token, TokenKind::parameter, i);
  }
  // A tag is an identifier without $, or nothing.
  std::size_t i = pos_ + 1;
  while (i < end_ && text_[i] != '$' && continues_word(text_[i], dialect_)) ++i;
  if (at(i) != '$') return finish(token, TokenKind::junk, i);
  const std::string_view tag = text_.substr(pos_, i + 1 - pos_);
  token.flags |= token_dollar;
  const std::size_t found = text_.substr(0, end_).find(tag, i + 1);
  if (found == std::string_view::npos) {
    token.flags |= token_unterminated;
    return finish(token, TokenKind::literal, end_);
  }
  finish(token, TokenKind::literal, found + tag.size());
}

void Lexer::colon(Token& token) {
  const char second = at(pos_ + 1);
  if (second == '=' || (second == ':' && dialect_ != Dialect::oracle)) return finish(token, TokenKind::op, pos_ + 2);
  if (dialect_ == Dialect::postgresql) {
    if (!script_ || square_depth_ > 0) return finish(token, TokenKind::op, pos_ + 1);
    if (second == '\'' || second == '"') {
      ++pos_;
      return quoted(token, second, true, TokenKind::substitution);
    }
    if (!starts_word(second, dialect_)) return finish(token, TokenKind::op, pos_ + 1);
  } else if (dialect_ == Dialect::mssql) {
    return finish(token, TokenKind::op, pos_ + 1);
  } else if (second == '"') {
    ++pos_;
    return quoted(token, '"', false, TokenKind::parameter);
  } else if (!continues_word(second, dialect_)) {
    return finish(token, TokenKind::op, pos_ + 1);
  }
  std::size_t i = pos_ + 1;
  while (i < end_ && continues_word(text_[i], dialect_)) ++i;
  finish(token, dialect_ == Dialect::postgresql ? TokenKind::substitution : TokenKind::parameter, i);
}

// @x, @@x of T-SQL.
void Lexer::variable(Token& token) {
  std::size_t i = pos_ + 1;
  while (i < end_ && continues_word(text_[i], dialect_)) ++i;
  finish(token, TokenKind::parameter, i);
}

// &x, &&x of SQL*Plus; a dot behind the name only ends it.
void Lexer::ampersand(Token& token) {
  std::size_t i = pos_ + (at(pos_ + 1) == '&' ? 2 : 1);
  const std::size_t name = i;
  while (i < end_ && continues_word(text_[i], dialect_)) ++i;
  if (i == name) return finish(token, TokenKind::op, pos_ + 1);
  if (at(i) == '.') ++i;
  finish(token, TokenKind::substitution, i);
}

// GO, /, and sqlcmd lines: the ones that need nothing but their line to be known.
bool Lexer::script_line(Token& token, char c) {
  if (dialect_ == Dialect::mssql) {
    if ((c | 0x20) == 'g') return batch_line(token);
    const bool command = (c == ':' && starts_word(at(pos_ + 1), dialect_)) || (c == '!' && at(pos_ + 1) == '!');
    if (!command) return false;
    finish(token, TokenKind::client_line, line_end(pos_));
    return true;
  }
  if (dialect_ == Dialect::oracle && c == '/') {
    const std::size_t to = skip_line_blanks(pos_ + 1);
    if (to < end_ && text_[to] != '\n' && text_[to] != '\r') return false;
    finish(token, TokenKind::slash_line, pos_ + 1);
    return true;
  }
  return false;
}

// Behind blanks that do not end a line.
std::size_t Lexer::skip_line_blanks(std::size_t i) const {
  while (i < end_ && text_[i] != '\n' && text_[i] != '\r') {
    if (is_blank(text_[i])) {
      ++i;
    } else if (const std::size_t wide = wide_blank(i)) {
      i += wide;
    } else {
      break;
    }
  }
  return i;
}

bool Lexer::batch_line(Token& token) {
  if ((at(pos_ + 1) | 0x20) != 'o' || continues_word(at(pos_ + 2), dialect_)) {
    // A no-break space behind GO looks like a letter to continues_word.
    if ((at(pos_ + 1) | 0x20) != 'o' || pos_ + 2 >= end_ || wide_blank(pos_ + 2) == 0) return false;
  }
  std::size_t i = skip_line_blanks(pos_ + 2);
  std::size_t to = pos_ + 2;
  if (is_digit(at(i))) {
    while (i < end_ && is_digit(text_[i])) ++i;
    to = i;
    i = skip_line_blanks(i);
  }
  const bool ends = i >= end_ || text_[i] == '\n' || text_[i] == '\r' || (text_[i] == '-' && at(i + 1) == '-');
  if (!ends) return false;
  finish(token, TokenKind::batch_line, to);
  return true;
}

// A backslash command runs to the line end or to \\. Those that send the statement before it say so.
void Lexer::psql_command(Token& token) {
  if (at(pos_ + 1) == ';') {
    token.flags |= token_sends;
    return finish(token, TokenKind::semicolon, pos_ + 2);
  }
  std::size_t name_end = pos_ + 1;
  while (name_end < end_ && (continues_word(text_[name_end], dialect_) || text_[name_end] == '!' || text_[name_end] == '?')) ++name_end;
  const std::string_view name = text_.substr(pos_ + 1, name_end - pos_ - 1);
  static constexpr std::string_view senders[] = {"g", "gx", "gset", "gexec", "gdesc", "crosstabview", "watch"};
  for (const std::string_view sender : senders) {
    if (name == sender) token.flags |= token_sends;
  }
  const std::size_t to = line_end(name_end);
  if (name != "copy" && name != "!") {
    const std::size_t separator = text_.substr(0, to).find("\\\\", name_end);
    if (separator != std::string_view::npos) return finish(token, TokenKind::client_line, separator + 2);
  }
  finish(token, TokenKind::client_line, to);
}

void Lexer::take_client_line(Token& token) {
  std::size_t to = line_end(token.begin);
  // "-" at the end of a line of SQL*Plus continues it.
  while (to < end_ && to > token.begin && text_[to - 1] == '-') {
    std::size_t following = to + 1;
    if (text_[to] == '\r' && at(following) == '\n') ++following;
    to = line_end(following < end_ ? following : end_);
  }
  token.flags &= token_line_start;
  finish(token, TokenKind::client_line, to);
}

bool Lexer::take_copy_data(Token& token) {
  std::size_t i = line_end(pos_);
  if (i >= end_) return false;
  i += text_[i] == '\r' && at(i + 1) == '\n' ? 2 : 1;
  token = Token{};
  token.begin = static_cast<std::uint32_t>(i);
  while (i < end_) {
    const std::size_t to = line_end(i);
    if (text_.substr(i, to - i) == "\\.") {
      finish(token, TokenKind::copy_data, to);
      return true;
    }
    i = to;
    if (i < end_) i += text_[i] == '\r' && at(i + 1) == '\n' ? 2 : 1;
  }
  token.flags |= token_unterminated;
  finish(token, TokenKind::copy_data, end_);
  return true;
}

}  // namespace backstay::sql
