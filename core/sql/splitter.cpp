#include "core/sql/splitter.hpp"

#include "core/sql/lexer.hpp"
#include "core/sql/splitter_oracle.hpp"

namespace backstay::sql {
namespace {

void reserve(TokenStream& stream, std::size_t bytes) { stream.tokens.reserve(bytes / 6 + 16); }

// Gives each bracket its partner, token by token as they are read; see match_brackets().
class BracketMatcher {
 public:
  BracketMatcher(TokenStream& stream, bool cut_at_semicolon) : stream_(stream), cut_at_semicolon_(cut_at_semicolon) {}

  void feed(std::uint32_t i) {
    std::vector<Token>& tokens = stream_.tokens;
    Token& token = tokens[i];
    flags_ |= token.flags;
    switch (token.kind) {
      case TokenKind::word:
        if (cut_at_semicolon_ && token.is(kw_rule) && i > 0 && (tokens[i - 1].is(kw_create) || tokens[i - 1].is(kw_replace))) rule_ = true;
        return;
      case TokenKind::open:
        token.partner = innermost_;
        innermost_ = i;
        if (++depth_ > ordinary_nesting) stream_.irregular = true;
        return;
      case TokenKind::close: return close(i, token);
      case TokenKind::substitution: stream_.substitutions = true; return;
      case TokenKind::semicolon:
        if (!cut_at_semicolon_ || (rule_ && innermost_ != no_partner)) return;
        forget();
        rule_ = false;
        return;
      case TokenKind::batch_line:
      case TokenKind::slash_line:
      case TokenKind::client_line: return forget();
      default: return;
    }
  }

  void finish() {
    forget();
    if ((flags_ & token_unterminated) != 0) stream_.irregular = true;
  }

 private:
  void close(std::uint32_t i, Token& token) {
    if (innermost_ == no_partner) {
      stream_.irregular = true;
      return;
    }
    Token& open = stream_.tokens[innermost_];
    token.partner = innermost_;
    innermost_ = open.partner;
    open.partner = i;
    --depth_;
  }

  // Brackets that are open now never close.
  void forget() {
    depth_ = 0;
    stream_.irregular = stream_.irregular || innermost_ != no_partner;
    while (innermost_ != no_partner) {
      Token& open = stream_.tokens[innermost_];
      innermost_ = open.partner;
      open.partner = no_partner;
    }
  }

  TokenStream& stream_;
  bool cut_at_semicolon_;
  bool rule_ = false;  // CREATE RULE r AS ... DO (a; b): its bracket holds semicolons
  unsigned flags_ = 0;
  std::uint32_t depth_ = 0;
  // The stack lives in the tokens themselves: an open bracket remembers the one around it.
  std::uint32_t innermost_ = no_partner;
};

// The next token at the end of the list, written where it stays; nullptr, and no token, at the end of the text.
Token* append_next(Lexer& lexer, std::vector<Token>& tokens) {
  Token& token = tokens.emplace_back();
  if (lexer.next(token)) return &token;
  tokens.pop_back();
  return nullptr;
}

void read_all(Lexer& lexer, TokenStream& stream, Dialect dialect) {
  Keyword before = no_keyword;
  while (const Token* token = append_next(lexer, stream.tokens)) {
    if (dialect == Dialect::mssql && token->kind == TokenKind::word) {
      if (before == kw_quoted_identifier) lexer.set_double_quote_literals(token->keyword == kw_off);
      before = token->keyword;
    }
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
// opening bracket that is never closed like any other, we do not (BracketMatcher).
class PostgresqlCutter {
 public:
  explicit PostgresqlCutter(SplitText& out) : out_(out), tokens_(out.stream.tokens) {}

  // Tokens outside brackets, in order.
  void feed(std::uint32_t i) {
    const Token& token = tokens_[i];
    switch (token.kind) {
      case TokenKind::word: return word(i, token);
      case TokenKind::semicolon:
        if (atomic_ > 0) return;
        close(i, token.end, true);
        first_ = i + 1;
        return;
      case TokenKind::copy_data:
        if (!out_.statements.empty()) out_.statements.back().end = token.end;
        first_ = i + 1;
        return;
      case TokenKind::client_line:
        // Only those that send the statement, and those between statements, are left in the tokens.
        if (i > first_) close(i, tokens_[i - 1].end, false);
        first_ = i;
        close(i + 1, token.end, false);
        first_ = i + 1;
        return;
      default: return;
    }
  }

  void finish() {
    const auto count = static_cast<std::uint32_t>(tokens_.size());
    if (count > first_) close(count, tokens_.back().end, false);
  }

  // The same again for all tokens, when brackets that never close were taken for open ones.
  void again() {
    out_.statements.clear();
    first_ = atomic_ = 0;
    routine_ = false;
    for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
      if (!tokens_[i].is(TokenKind::open)) feed(i);
      else if (tokens_[i].partner != no_partner) i = tokens_[i].partner;
    }
  }

 private:
  void close(std::uint32_t last, std::uint32_t end, bool semicolon) {
    append_statement(out_, first_, last, end, semicolon);
    atomic_ = 0;
    routine_ = false;
  }

  void word(std::uint32_t i, const Token& token) {
    if (i < first_ + 4 && (token.is(kw_function) || token.is(kw_procedure)) && tokens_[first_].is(kw_create)) routine_ = true;
    if (!routine_) return;
    if (atomic_ == 0) {
      if (token.is(kw_atomic) && tokens_[i - 1].is(kw_begin)) atomic_ = 1;
    } else if (token.is(kw_case) || token.is(kw_begin)) {
      ++atomic_;
    } else if (token.is(kw_end)) {
      --atomic_;
    }
  }

  SplitText& out_;
  const std::vector<Token>& tokens_;
  std::uint32_t first_ = 0, atomic_ = 0;
  bool routine_ = false;
};

void split_postgresql(Lexer& lexer, SplitText& out) {
  std::vector<Token>& tokens = out.stream.tokens;
  BracketMatcher brackets(out.stream, false);
  PostgresqlCutter cutter(out);
  std::uint32_t first = 0;
  std::uint32_t depth = 0;
  bool never_closed = false;
  while (const Token* token = append_next(lexer, tokens)) {
    const auto i = static_cast<std::uint32_t>(tokens.size() - 1);
    switch (token->kind) {
      case TokenKind::open: ++depth; break;
      case TokenKind::close: depth -= depth > 0 ? 1 : 0; break;
      case TokenKind::client_line:
        if (i > first && (token->flags & token_sends) == 0) {
          out.inner_client_lines.push_back(*token);
          tokens.pop_back();
          continue;
        }
        first = i + 1;
        never_closed = never_closed || depth > 0;
        depth = 0;
        break;
      default: break;
    }
    brackets.feed(i);
    if (depth > 0) continue;
    cutter.feed(i);
    if (token->kind != TokenKind::semicolon) continue;
    Token data;
    if (reads_stdin(out.stream, first, i) && lexer.take_copy_data(data)) {
      tokens.push_back(data);
      brackets.feed(i + 1);
      cutter.feed(i + 1);
    }
    first = static_cast<std::uint32_t>(tokens.size());
  }
  out.stream.comments = std::move(lexer.comments());
  brackets.finish();
  if (never_closed || depth > 0) cutter.again();
  cutter.finish();
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
  BracketMatcher brackets(stream, cut_at_semicolon);
  for (std::uint32_t i = 0; i < stream.tokens.size(); ++i) brackets.feed(i);
  brackets.finish();
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
