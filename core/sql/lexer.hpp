// Turns bytes into tokens, one dialect at a time, in one forward scan that never fails.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/package/package.hpp"
#include "core/sql/token.hpp"

namespace backstay::sql {

// Reads tokens one by one, because what a line means can depend on whether a statement starts there:
// only the splitter knows that, and asks with take_client_line() or take_copy_data().
//
// A byte no dialect knows is a junk token; a literal, name or comment that does not end runs to the
// end of the text and says so in its flags (the comment as a junk token). Blanks are also U+00A0, U+2000..200B, U+202F, U+205F,
// U+3000, U+FEFF, and a Ctrl-Z behind which nothing but blanks follows.
class Lexer {
 public:
  // `text` is borrowed and below 4 GiB. Only [begin, end) is read; places count from the start of text.
  // `script`: lines for clients (psql, sqlcmd, SQL*Plus), GO and / have a meaning; not so in bodies
  // and dynamic text.
  Lexer(std::string_view text, std::size_t begin, std::size_t end, Dialect dialect, bool script);

  // False, and a token of kind end, when nothing is left.
  bool next(Token& token);

  // Oracle: reads the rest of the line that starts at the token just read as one client line.
  void take_client_line(Token& token);
  // PostgreSQL: reads data lines from the next line on to the line "\." or the end.
  bool take_copy_data(Token& token);
  // T-SQL: SET QUOTED_IDENTIFIER OFF makes "..." a literal.
  void set_double_quote_literals(bool on) { double_quote_literals_ = on; }

  std::vector<Comment>& comments() { return comments_; }

 private:
  char at(std::size_t i) const { return i < end_ ? text_[i] : '\0'; }
  void finish(Token& token, TokenKind kind, std::size_t to);
  std::size_t line_end(std::size_t from) const;
  std::size_t wide_blank(std::size_t i) const;
  std::size_t skip_line_blanks(std::size_t i) const;
  void skip_line_comment();
  bool skip_block_comment();
  void read(Token& token, char c);
  void word(Token& token);
  void quoted(Token& token, char close, bool doubling, TokenKind kind);
  void escaped_literal(Token& token);
  bool prefixed_literal(Token& token, char c);
  void quote_op_literal(Token& token, std::size_t quote);
  void number(Token& token);
  void operators(Token& token);
  void postgresql_operator(Token& token);
  void dollar(Token& token);
  void colon(Token& token);
  void variable(Token& token);
  void ampersand(Token& token);
  bool script_line(Token& token, char c);
  bool batch_line(Token& token);
  void psql_command(Token& token);

  std::string_view text_;
  std::size_t pos_;
  std::size_t end_;
  std::size_t tail_;  // behind it only blanks and Ctrl-Z
  Dialect dialect_;
  bool script_;
  bool fresh_line_ = true;  // only blanks since the last line end
  bool double_quote_literals_ = false;
  std::uint32_t square_depth_ = 0;  // PostgreSQL: inside a[1:n] a colon is no variable
  std::vector<Comment> comments_;
};

}  // namespace backstay::sql
