// Cuts a script into statements as the server's usual client would (sql/dialects.md).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/sql/token.hpp"

namespace backstay::sql {

// One statement. For T-SQL one piece: control flow is cut into its parts (IF with its condition,
// BEGIN, END, ELSE, WHILE with its condition), because there a statement ends where the next can
// start; the block reader puts the parts together.
struct StatementRange {
  std::uint32_t first = 0, last = 0;  // tokens; the terminator is not among them
  std::uint32_t begin = 0, end = 0;   // bytes, with the terminator and the data lines of COPY
  std::uint32_t batch = 0;            // T-SQL: how many GO lines stand before
  bool starts_batch = false;
  bool semicolon = false;             // ended by one
  bool ends_block = false;            // Oracle: a PL/SQL unit
};

struct SplitText {
  TokenStream stream;
  std::vector<StatementRange> statements;  // in order, none overlaps another
  // psql commands in the middle of a statement, which goes on behind them.
  std::vector<Token> inner_client_lines;
  std::uint32_t batches = 1;
};

// Reads text[begin, end). `script`: as for the Lexer. Linear; recursion-free.
SplitText split(std::string_view text, std::size_t begin, std::size_t end, Dialect dialect, bool script);

// The lexer alone, for bodies and dynamic text, which the block readers cut themselves.
// Brackets are matched; in a body `;` ends every open bracket.
TokenStream read_tokens(std::string_view text, std::size_t begin, std::size_t end, Dialect dialect, bool body);

// Gives each bracket its partner. An opening one that is never closed has none, so that one typing
// error does not swallow the rest of the script. `cut_at_semicolon`: no bracket reaches over a `;`.
void match_brackets(TokenStream& stream, bool cut_at_semicolon);

// Appends the statement of tokens [first, last), which ends at byte `end`, and gives it for what else there is
// to say of it; nullptr when it has no token.
StatementRange* append_statement(SplitText& out, std::uint32_t first, std::uint32_t last, std::uint32_t end, bool semicolon);

// Cuts T-SQL tokens [first, last) of one batch into pieces and appends them.
void split_batch(const TokenStream& stream, std::uint32_t first, std::uint32_t last, std::uint32_t batch,
                 std::vector<StatementRange>& pieces);

// SQL*Plus: a word that starts a client line when a statement could start there.
bool is_sqlplus_command(std::string_view word, std::string_view next_word);

}  // namespace backstay::sql
