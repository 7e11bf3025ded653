#include "core/sql/splitter_oracle.hpp"

namespace backstay::sql {
namespace {

struct Command {
  std::string_view word;
  std::size_t shortest;  // SQL*Plus takes any abbreviation of at least this length
};

constexpr Command commands[] = {
    {"accept", 3},  {"append", 6},   {"archive", 7}, {"attribute", 9}, {"break", 3},      {"btitle", 3},  {"change", 6},
    {"clear", 2},   {"column", 3},   {"compute", 4}, {"connect", 4},   {"copy", 4},       {"define", 3},  {"del", 3},
    {"describe", 4},{"disconnect", 4},{"edit", 2},   {"execute", 4},   {"exit", 4},       {"get", 3},     {"help", 4},
    {"history", 4}, {"host", 2},     {"input", 5},   {"list", 4},      {"password", 5},   {"pause", 3},   {"print", 3},
    {"prompt", 3},  {"quit", 4},     {"recover", 7}, {"remark", 3},    {"repfooter", 4},  {"repheader", 4}, {"run", 3},
    {"save", 3},    {"show", 3},     {"shutdown", 8},{"spool", 3},     {"start", 3},      {"startup", 7}, {"store", 5},
    {"timing", 4},  {"ttitle", 3},   {"undefine", 5},{"variable", 3},  {"whenever", 8},   {"xquery", 6},
};

// What CREATE makes, read from the words behind it; `none` while that is not clear, or never will be.
UnitEnd::Kind unit_of_create(const std::vector<Token>& tokens, std::uint32_t first, std::uint32_t last) {
  using Kind = UnitEnd::Kind;
  for (std::uint32_t i = first + 1; i < last && i < first + 12; ++i) {
    switch (tokens[i].keyword) {
      case kw_or:
      case kw_replace:
      case kw_and:
      case kw_compile:
      case kw_editionable:
      case kw_noneditionable:
      case kw_if:
      case kw_not:
      case kw_exists:
      case kw_noforce:
      case kw_force: continue;
      case kw_function:
      case kw_procedure: return Kind::routine;
      case kw_trigger: return Kind::trigger;
      case kw_package: return Kind::package;
      case kw_type: return Kind::type;
      case kw_library: return Kind::type;
      case kw_java: return Kind::until_slash;
      default: return Kind::none;
    }
  }
  return Kind::none;
}

}  // namespace

bool is_sqlplus_command(std::string_view word, std::string_view next_word) {
  if (same_word(word, "set")) {
    return !same_word(next_word, "role") && !same_word(next_word, "transaction") && !same_word(next_word, "constraint") &&
           !same_word(next_word, "constraints");
  }
  for (const Command& command : commands) {
    if (word.size() >= command.shortest && word.size() <= command.word.size() &&
        same_word(word, command.word.substr(0, word.size()))) {
      return true;
    }
  }
  return false;
}

void UnitEnd::header_word(const Token& token) {
  const bool body = token.is(kw_is) || token.is(kw_as);
  if (!body) return;
  header_ = false;
  header_closed_ = true;
  pending_.push_back(depth_);
}

bool UnitEnd::feed(const Token& token) {
  const bool after_dot = after_dot_;
  after_dot_ = token.is(TokenKind::dot);
  const Keyword before = before_;
  before_ = token.keyword;
  if (token.is(TokenKind::open)) ++brackets_;
  if (token.is(TokenKind::close)) brackets_ -= brackets_ > 0 ? 1 : 0;
  if (token.is(TokenKind::semicolon)) {
    brackets_ = 0;  // no bracket of PL/SQL reaches over a semicolon
    header_ = false;
    header_closed_ = false;
    if (kind_ == Kind::until_slash || depth_ != 0 || !pending_.empty()) return false;
    return kind_ != Kind::with_query || query_;
  }
  if (token.kind != TokenKind::word || after_dot) return false;
  if (header_closed_) {
    header_closed_ = false;
    // A call specification has no BEGIN.
    if ((token.is(kw_language) || token.is(kw_external)) && !pending_.empty()) pending_.pop_back();
  }
  switch (token.keyword) {
    case kw_procedure:
    case kw_function:
      // Inside statements these words do not occur; END of a section may name one (END BEFORE ...).
      if (brackets_ == 0 && before != kw_end) header_ = true;
      return false;
    case kw_is:
    case kw_as:
      if (brackets_ != 0) return false;
      if (header_) {
        header_word(token);
      } else if (!opened_ && (kind_ == Kind::package || kind_ == Kind::package_body || kind_ == Kind::type_body)) {
        opened_ = true;
        ++depth_;
      }
      return false;
    case kw_body:
      if (!opened_ && kind_ == Kind::package && before == kw_package) kind_ = Kind::package_body;
      if (!opened_ && kind_ == Kind::type && before == kw_type) kind_ = Kind::type_body;
      return false;
    case kw_compound:
      return false;
    case kw_trigger:
      if (before == kw_compound) ++depth_;
      return false;
    case kw_declare: pending_.push_back(depth_); return false;
    case kw_begin:
      // The BEGIN of a block inside a body is not the one a declaration waits for.
      if (!pending_.empty() && pending_.back() == depth_) {
        pending_.pop_back();
      } else if (kind_ == Kind::package_body && depth_ == 1) {
        return false;  // initialisation part: shares the END of the package
      }
      ++depth_;
      return false;
    case kw_if:
    case kw_case:
    case kw_loop:
      if (before != kw_end) ++depth_;
      return false;
    case kw_end: depth_ -= depth_ > 0 ? 1 : 0; return false;
    case kw_select:
      if (depth_ == 0 && pending_.empty()) query_ = true;
      return false;
    default: return false;
  }
}

void split_oracle(Lexer& lexer, SplitText& out) {
  std::vector<Token>& tokens = out.stream.tokens;
  Token token;
  std::uint32_t first = 0;
  UnitEnd unit;
  bool creating = false;
  const auto close = [&](std::uint32_t last, std::uint32_t end, bool semicolon) {
    if (StatementRange* range = append_statement(out, first, last, end, semicolon)) range->ends_block = unit.kind() != UnitEnd::Kind::none;
    first = static_cast<std::uint32_t>(tokens.size());
    unit.start(UnitEnd::Kind::none);
    creating = false;
  };
  while (lexer.next(token)) {
    const auto here = static_cast<std::uint32_t>(tokens.size());
    if (token.is(TokenKind::slash_line)) {
      tokens.push_back(token);
      close(here, here > first ? tokens[here - 1].end : token.end, false);
      continue;
    }
    if (here == first) {
      const std::string_view spelling = out.stream.spelling(token);
      bool command = (token.is(TokenKind::op) && (spelling == "@" || spelling == "!")) || spelling == "$";
      if (token.is(TokenKind::word)) {
        // The word behind decides about SET alone; reading it off the text spares a look-ahead.
        std::size_t i = token.end;
        const std::string_view text = out.stream.text;
        while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
        std::size_t word_end = i;
        while (word_end < text.size() && word_end - i < 16 && (text[word_end] | 0x20) >= 'a' && (text[word_end] | 0x20) <= 'z') ++word_end;
        command = is_sqlplus_command(spelling, text.substr(i, word_end - i));
      }
      if (command && (token.flags & token_line_start) != 0) {
        lexer.take_client_line(token);
        tokens.push_back(token);
        close(here + 1, token.end, false);
        continue;
      }
      if (token.is(kw_begin) || token.is(kw_declare) || spelling == "<<") unit.start(UnitEnd::Kind::block);
      creating = token.is(kw_create);
    }
    tokens.push_back(token);
    if (creating && unit.kind() == UnitEnd::Kind::none) {
      const UnitEnd::Kind kind = unit_of_create(tokens, first, here + 1);
      if (kind != UnitEnd::Kind::none) unit.start(kind);
      if (here >= first + 12) creating = false;
    }
    if (here == first + 1 && tokens[first].is(kw_with) && (token.is(kw_function) || token.is(kw_procedure))) {
      unit.start(UnitEnd::Kind::with_query);
    }
    if (unit.kind() != UnitEnd::Kind::none) {
      if (unit.feed(token)) close(here, token.end, true);
    } else if (token.is(TokenKind::semicolon)) {
      close(here, token.end, true);
    }
  }
  const auto count = static_cast<std::uint32_t>(tokens.size());
  if (count > first) close(count, tokens.back().end, false);
  out.stream.comments = std::move(lexer.comments());
  match_brackets(out.stream, true);
}

}  // namespace backstay::sql
