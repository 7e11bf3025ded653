// Names as the server compares them: folding, quotes, parts.
#include <algorithm>

#include "core/sql/recogniser.hpp"

namespace backstay::sql {

std::string_view Recogniser::keep(std::string text) {
  const auto found = interned_.find(text);
  if (found != interned_.end()) return *found;
  script_.pool.push_back(std::move(text));
  const std::string_view kept = script_.pool.back();
  interned_.insert(kept);
  return kept;
}

// Lower case of ASCII letters; borrows when nothing changes.
std::string_view Recogniser::lowered(std::string_view text) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::none_of(text.begin(), text.end(), upper)) return text;
  std::string copy(text);
  for (char& c : copy) {
    if (upper(c)) c = static_cast<char>(c | 0x20);
  }
  return keep(std::move(copy));
}

// An unquoted name as the server compares it.
std::string_view Recogniser::folded(std::string_view text) {
  if (dialect_ != Dialect::oracle) return lowered(text);
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  if (std::none_of(text.begin(), text.end(), lower)) return text;
  std::string copy(text);
  for (char& c : copy) {
    if (lower(c)) c = static_cast<char>(c & ~0x20);
  }
  return keep(std::move(copy));
}

std::string_view Recogniser::normalised(const Token& t) {
  std::string_view text = spelling(t);
  if (t.kind != TokenKind::quoted) return folded(text);
  if (!text.empty() && (text.front() | 0x20) == 'u') text.remove_prefix(2);  // U&"..."
  const char close = text.size() > 1 && text.front() == '[' ? ']' : '"';
  text.remove_prefix(1);
  if (!text.empty() && (t.flags & token_unterminated) == 0) text.remove_suffix(1);
  if (text.find(close) != std::string_view::npos) {
    std::string single;
    for (std::size_t i = 0; i < text.size(); ++i) {
      single += text[i];
      if (text[i] == close && i + 1 < text.size() && text[i + 1] == close) ++i;
    }
    text = keep(std::move(single));
  }
  return dialect_ == Dialect::mssql ? lowered(text) : text;
}

// A name can start here. Any word may be one: what is reserved differs by server and version.
bool Recogniser::starts_name(const Cursor& c) const {
  return c.peek().is_name() || c.is(TokenKind::substitution) || (dialect_ == Dialect::mssql && c.is(TokenKind::parameter));
}

Name Recogniser::name(Cursor& c) {
  Name out;
  const std::uint32_t first = c.pos();
  std::string_view parts[4];
  std::size_t count = 0;
  for (;;) {
    std::string_view part;
    if (starts_name(c)) {
      const Token& t = c.peek();
      out.variable = t.is(TokenKind::parameter);
      part = t.is(TokenKind::substitution) ? spelling(t) : normalised(t);
      c.advance();
    } else if (!(c.is(TokenKind::dot) || c.is_sign("..")) || count == 0) {
      break;
    }
    if (count == 4) {  // more parts than any server has: keep the last ones
      parts[0] = parts[1];
      parts[1] = parts[2];
      parts[2] = parts[3];
      count = 3;
    }
    parts[count++] = part;
    if (c.is_sign("..") && dialect_ == Dialect::mssql) {  // db..t
      c.advance();
      if (count < 4) parts[count++] = std::string_view();
      continue;
    }
    if (!c.take(TokenKind::dot)) break;
  }
  if (count == 0) return out;
  out.name = parts[count - 1];
  if (count > 1) out.schema = parts[count - 2];
  if (count > 2) out.database = parts[count - 3];
  if (count > 3) out.server = parts[count - 4];
  if (dialect_ == Dialect::oracle && c.is_sign("@") && c.peek(1).is_name()) {
    c.advance();
    out.link = normalised(c.peek());
    c.advance();
    while (c.is(TokenKind::dot) && c.peek(1).is_name()) c.advance(2);  // the link's domain
  }
  out.span = span_of(first, c.pos());
  const Token& left = token(first);
  const Token& right = token(c.pos() > first ? c.pos() - 1 : first);
  out.written = stream().text.substr(left.begin, right.end - left.begin);
  return out;
}

// A name written inside a literal: sp_rename 'dbo.Lead', setval('"Seq"').
Name Recogniser::name_in(std::string_view text, Span span) {
  // Its own tokens, in a text of its own that the pool owns.
  const std::string_view kept = keep(std::string(text));
  Source inner;
  inner.stream = read_tokens(kept, 0, kept.size(), dialect_, true);
  const Source* outer = source_;
  source_ = &inner;
  Cursor c(inner.stream, 0, static_cast<std::uint32_t>(inner.stream.tokens.size()));
  Name out = name(c);
  source_ = outer;
  if (out.name.empty()) out.name = lowered(kept);
  out.written = kept;
  out.span = span;
  return out;
}

}  // namespace backstay::sql
