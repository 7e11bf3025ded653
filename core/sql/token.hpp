// What the lexer makes of a text: tokens, comments beside them, nothing copied.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/sql/fact.hpp"
#include "core/sql/keywords.hpp"

namespace backstay::sql {

enum class TokenKind : std::uint8_t {
  end,          // behind the last token; also what reading past a range gives
  word,         // unquoted: keyword or name, temp names (#t) included
  quoted,       // "a" or [a]
  literal,      // any string literal with its prefix and quotes
  number,
  parameter,    // @x, @@x, :x, $1: a value the server or the block knows
  substitution, // :x of psql, $(x) of sqlcmd, &x of SQL*Plus: text a client would put in
  op,           // operators and every other sign
  comma,
  semicolon,
  open,         // (
  close,        // )
  dot,
  directive,    // $IF, $END, $$flag of conditional compilation
  client_line,  // a line for psql, SQL*Plus or sqlcmd, to its end
  batch_line,   // GO [n]
  slash_line,   // a line with nothing but /
  copy_data,    // data lines behind COPY ... FROM STDIN, with the closing \.
  junk,         // a byte no dialect knows
};

// Bits of Token::flags.
enum : std::uint8_t {
  token_line_start = 1,    // only blanks before it on its line
  token_unterminated = 2,  // literal, name or data that runs to the end of the text
  token_escapes = 4,       // E'..': backslash escapes
  token_dollar = 8,        // $tag$..$tag$
  token_quote_op = 16,     // q'[..]'
  token_unicode = 32,      // U&'..'
  token_national = 64,     // N'..'
  token_sends = 128,       // a client line that ends the statement before it (\g, \gexec, \;)
};

// Brackets nested deeper than this make a stream irregular: whoever has a limit looks at each of them.
constexpr std::uint32_t ordinary_nesting = 32;

constexpr std::uint32_t no_partner = 0xFFFFFFFFu;

struct Token {
  std::uint32_t begin = 0, end = 0;  // bytes in the text
  std::uint32_t partner = no_partner;  // of a bracket: index of the other one, when there is one
  Keyword keyword = no_keyword;
  TokenKind kind = TokenKind::end;
  std::uint8_t flags = 0;

  bool is(Keyword k) const { return keyword == k; }
  bool is(TokenKind k) const { return kind == k; }
  bool is_name() const { return kind == TokenKind::word || kind == TokenKind::quoted; }
};

// Tokens of one text. The text outlives the stream.
struct TokenStream {
  std::string_view text;
  std::vector<Token> tokens;
  std::vector<Comment> comments;
  // Set by match_brackets(); most texts have none of either, which spares another look at each token.
  bool irregular = false;      // something is unterminated, a bracket has no partner, or brackets nest deeply
  bool substitutions = false;  // some token is one

  std::string_view spelling(const Token& token) const { return text.substr(token.begin, token.end - token.begin); }
};

}  // namespace backstay::sql
