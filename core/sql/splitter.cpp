#include "core/sql/splitter.hpp"

#include "core/sql/lexer.hpp"
#include "core/sql/splitter_oracle.hpp"

namespace backstay::sql {
namespace {

void reserve(TokenStream& stream, std::size_t bytes) { stream.tokens.reserve(bytes / 6 + 16); }

void read_all(Lexer& lexer, TokenStream& stream, Dialect dialect) {
  Token token;
  Keyword before = no_keyword;
  while (lexer.next(token)) {
    if (dialect == Dialect::mssql && token.kind == TokenKind::word) {
      if (before == kw_quoted_identifier) lexer.set_double_quote_literals(token.keyword == kw_off);
      before = token.keyword;
    }
    stream.tokens.push_back(token);
  }
  stream.comments = std::move(lexer.comments());
}

// COPY ... FROM STDIN takes the lines behind its semicolon.
bool reads_stdin(const TokenStream& stream, std::uint32_t first, std::uint32_t last) {
  if (first >= last || !stream.tokens[first].is(kw_copy)) return false;
  for (std::uint32_t i = first; i + 1 < last; ++i) {
    if (stream.tokens[i].is(kw_from) && stream.tokens[i + 1].is(kw_stdin)) return true;
  }
  return false;
}

// psql cuts at `;` outside brackets and outside BEGIN ATOMIC .. END of a routine; it counts an
// opening bracket that is never closed like any other, we do not (match_brackets).
void cut_postgresql(SplitText& out) {
  const std::vector<Token>& tokens = out.stream.tokens;
  std::uint32_t first = 0, atomic = 0;
  bool routine = false;
  const auto close = [&](std::uint32_t last, std::uint32_t end, bool semicolon) {
    append_statement(out, first, last, end, semicolon);
    atomic = 0;
    routine = false;
  };
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    switch (token.kind) {
      case TokenKind::open:
        if (token.partner != no_partner) i = token.partner;
        break;
      case TokenKind::semicolon:
        if (atomic > 0) break;
        close(i, token.end, true);
        first = i + 1;
        break;
      case TokenKind::copy_data:
        if (!out.statements.empty()) out.statements.back().end = token.end;
        first = i + 1;
        break;
      case TokenKind::client_line:
        // Only those that send the statement, and those between statements, are left in the tokens.
        if (i > first) close(i, tokens[i - 1].end, false);
        first = i;
        close(i + 1, token.end, false);
        first = i + 1;
        break;
      case TokenKind::word:
        if (i < first + 4 && (token.is(kw_function) || token.is(kw_procedure)) && tokens[first].is(kw_create)) routine = true;
        if (!routine) break;
        if (atomic == 0) {
          if (token.is(kw_atomic) && tokens[i - 1].is(kw_begin)) atomic = 1;
        } else if (token.is(kw_case) || token.is(kw_begin)) {
          ++atomic;
        } else if (token.is(kw_end)) {
          --atomic;
        }
        break;
      default: break;
    }
  }
  const auto count = static_cast<std::uint32_t>(tokens.size());
  if (count > first) close(count, tokens.back().end, false);
}

void split_postgresql(Lexer& lexer, SplitText& out) {
  std::vector<Token>& tokens = out.stream.tokens;
  Token token;
  std::uint32_t first = 0;
  std::uint32_t depth = 0;
  while (lexer.next(token)) {
    if (token.kind == TokenKind::client_line && tokens.size() > first && (token.flags & token_sends) == 0) {
      out.inner_client_lines.push_back(token);
      continue;
    }
    tokens.push_back(token);
    if (token.kind == TokenKind::open) {
      ++depth;
    } else if (token.kind == TokenKind::close) {
      depth -= depth > 0 ? 1 : 0;
    } else if (token.kind == TokenKind::client_line) {
      first = static_cast<std::uint32_t>(tokens.size());
      depth = 0;
    } else if (token.kind == TokenKind::semicolon && depth == 0) {
      const auto last = static_cast<std::uint32_t>(tokens.size() - 1);
      if (reads_stdin(out.stream, first, last) && lexer.take_copy_data(token)) tokens.push_back(token);
      first = static_cast<std::uint32_t>(tokens.size());
    }
  }
  out.stream.comments = std::move(lexer.comments());
  match_brackets(out.stream, false);
  cut_postgresql(out);
}

void split_mssql(Lexer& lexer, SplitText& out) {
  read_all(lexer, out.stream, Dialect::mssql);
  std::vector<Token>& tokens = out.stream.tokens;
  match_brackets(out.stream, true);
  std::uint32_t first = 0, batch = 0;
  const auto count = static_cast<std::uint32_t>(tokens.size());
  for (std::uint32_t i = 0; i <= count; ++i) {
    if (i < count && !tokens[i].is(TokenKind::batch_line)) continue;
    split_batch(out.stream, first, i, batch, out.statements);
    first = i + 1;
    ++batch;
  }
  out.batches = batch;
}

}  // namespace

StatementRange* append_statement(SplitText& out, std::uint32_t first, std::uint32_t last, std::uint32_t end, bool semicolon) {
  if (last <= first) return nullptr;
  StatementRange& range = out.statements.emplace_back();
  range.first = first;
  range.last = last;
  range.begin = out.stream.tokens[first].begin;
  range.end = end;
  range.semicolon = semicolon;
  return &range;
}

void match_brackets(TokenStream& stream, bool cut_at_semicolon) {
  std::vector<Token>& tokens = stream.tokens;
  std::uint32_t depth = 0;
  // The stack lives in the tokens themselves: an open bracket remembers the one around it.
  std::uint32_t innermost = no_partner;
  const auto forget = [&] {
    depth = 0;
    stream.irregular = stream.irregular || innermost != no_partner;
    while (innermost != no_partner) {
      const std::uint32_t around = tokens[innermost].partner;
      tokens[innermost].partner = no_partner;
      innermost = around;
    }
  };
  const auto count = static_cast<std::uint32_t>(tokens.size());
  bool rule = false;  // CREATE RULE r AS ... DO (a; b): its bracket holds semicolons
  for (std::uint32_t i = 0; i < count; ++i) {
    Token& token = tokens[i];
    stream.irregular = stream.irregular || (token.flags & token_unterminated) != 0;
    switch (token.kind) {
      case TokenKind::word:
        if (token.is(kw_rule) && i > 0 && (tokens[i - 1].is(kw_create) || tokens[i - 1].is(kw_replace))) rule = true;
        break;
      case TokenKind::open:
        token.partner = innermost;
        innermost = i;
        stream.irregular = stream.irregular || ++depth > ordinary_nesting;
        break;
      case TokenKind::close:
        if (innermost != no_partner) {
          const std::uint32_t around = tokens[innermost].partner;
          tokens[innermost].partner = i;
          token.partner = innermost;
          innermost = around;
          --depth;
        } else {
          stream.irregular = true;
        }
        break;
      case TokenKind::substitution: stream.substitutions = true; break;
      case TokenKind::semicolon:
        if (!cut_at_semicolon || (rule && innermost != no_partner)) break;
        forget();
        rule = false;
        break;
      case TokenKind::batch_line:
      case TokenKind::slash_line:
      case TokenKind::client_line: forget(); break;
      default: break;
    }
  }
  forget();
}

TokenStream read_tokens(std::string_view text, std::size_t begin, std::size_t end, Dialect dialect, bool body) {
  TokenStream stream;
  stream.text = text;
  reserve(stream, end - begin);
  Lexer lexer(text, begin, end, dialect, false);
  read_all(lexer, stream, dialect);
  match_brackets(stream, body || dialect != Dialect::postgresql);
  return stream;
}

SplitText split(std::string_view text, std::size_t begin, std::size_t end, Dialect dialect, bool script) {
  SplitText out;
  out.stream.text = text;
  reserve(out.stream, end - begin);
  Lexer lexer(text, begin, end, dialect, script);
  switch (dialect) {
    case Dialect::postgresql: split_postgresql(lexer, out); break;
    case Dialect::mssql: split_mssql(lexer, out); break;
    case Dialect::oracle: split_oracle(lexer, out); break;
  }
  return out;
}

}  // namespace backstay::sql
