// The clauses of a change: what SET assigns, what WHERE filters by, whether an INSERT looks before it writes.
#include <algorithm>

#include "core/sql/recogniser.hpp"

namespace backstay::sql {

// Targets of SET a = .., (b, c) = .., t.d = ..: up to the end of the range.
void Recogniser::set_list(Fact& fact, Cursor c) {
  const auto target = [&](Cursor& at) {
    if (dialect_ == Dialect::mssql && at.is(TokenKind::parameter)) {  // @v = column = expression
      at.advance();
      if (at.is_sign("=")) at.advance();
      if (!(at.peek().is_name() && at.is_sign("=", 1))) return;
    }
    Column column;
    while (at.peek().is_name()) {
      column.name = normalised(at.peek());
      column.span = span_of(at.pos(), at.pos() + 1);
      at.advance();
      if (!at.take(TokenKind::dot)) break;
      if (at.is(TokenKind::open, 1)) break;  // c.WRITE(...)
    }
    if (!column.name.empty()) fact.set_columns.push_back(column);
  };
  while (!c.done()) {
    if (c.is(TokenKind::open)) {
      Cursor inner = c.inside();
      while (!inner.done()) {
        target(inner);
        while (!inner.done() && !inner.is(TokenKind::comma)) inner.skip();
        inner.advance();
      }
    } else {
      target(c);
    }
    while (!c.done() && !c.is(TokenKind::comma)) c.skip();
    c.advance();
  }
}

// 1 = 1, TRUE, 'a' = 'a', and what AND makes of them.
bool Recogniser::constant_true(Cursor c) const {
  while (c.is(TokenKind::open) && c.peek().partner != no_partner && c.peek().partner + 1 == c.last()) c = c.inside();
  if (c.done()) return false;
  const auto constant = [](const Token& t) { return t.is(TokenKind::number) || t.is(TokenKind::literal); };
  for (;;) {
    if (c.is(kw_true)) {
      c.advance();
    } else if (c.is(kw_not) && c.is(kw_false, 1)) {
      c.advance(2);
    } else if (constant(c.peek()) && c.is(TokenKind::op, 1) && constant(c.peek(2))) {
      const bool same = spelling(c.peek()) == spelling(c.peek(2));
      const std::string_view sign = spelling(c.peek(1));
      if (same ? sign != "=" && sign != "<=" && sign != ">=" : sign != "<>" && sign != "!=" && sign != "<" && sign != ">") return false;
      c.advance(3);
    } else if (c.is(TokenKind::open)) {
      if (!constant_true(c.inside())) return false;
      c.skip();
    } else {
      return false;
    }
    if (c.done()) return true;
    if (!c.take(kw_and)) return false;
  }
}

// WHERE says Id = literal or Id IN (literals), and nothing with OR beside it.
bool Recogniser::pins_id(Cursor c) {
  while (c.is(TokenKind::open) && c.peek().partner != no_partner && c.peek().partner + 1 == c.last()) c = c.inside();
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    if (c.at(i).is(kw_or)) return false;
  }
  const auto constant = [](const Token& t) { return t.is(TokenKind::literal) || t.is(TokenKind::number); };
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    const Token& t = c.at(i);
    const bool starts = i == c.pos() || c.at(i - 1).is(kw_and) || c.at(i - 1).is(TokenKind::dot);
    if (t.is(TokenKind::open) && (i == c.pos() || c.at(i - 1).is(kw_and))) {
      if (pins_id(c.range(i + 1, t.partner))) return true;
      continue;
    }
    if (!starts) continue;
    if (t.is_name() && same_word(normalised(t), "id")) {
      const Token& sign = c.at(i + 1);
      if (sign.is(TokenKind::op) && spelling(sign) == "=" && constant(c.at(i + 2))) return true;
      if (sign.is(kw_in) && c.at(i + 2).is(TokenKind::open)) {
        Cursor list = c.range(i + 2, c.last()).inside();
        bool all = !list.done();
        for (; !list.done(); list.advance()) {
          all = all && (constant(list.peek()) || list.is(TokenKind::comma) || list.is_sign("::") || list.peek().is(TokenKind::word));
          if (list.is(kw_select)) all = false;
        }
        if (all) return true;
      }
    }
    if (constant(t) && c.at(i + 1).is(TokenKind::op) && spelling(c.at(i + 1)) == "=") {
      std::uint32_t k = i + 2;
      while (c.at(k).is_name() && c.at(k + 1).is(TokenKind::dot)) k += 2;
      if (c.at(k).is_name() && same_word(normalised(c.at(k)), "id")) return true;
    }
  }
  return false;
}

// What the WHERE clause filters by: its kind, and the target's columns in it outside subqueries.
void Recogniser::where_clause(Fact& fact, const Statement& s, Cursor c, std::string_view target_alias) {
  (void)s;
  fact.where = Where::condition;
  if (c.is(kw_current) && c.is(kw_of, 1)) {
    fact.where = Where::current_of;
    return;
  }
  if (constant_true(c)) {
    fact.where = Where::constant_true;
    return;
  }
  if (pins_id(c)) fact.add(Flag::pins_id);
  const std::string_view bare = fact.names.empty() ? std::string_view() : fact.names.front().name;
  for (std::uint32_t i = c.pos(); i < c.last(); ++i) {
    const Token& t = c.at(i);
    if (t.is(TokenKind::open) && (c.at(i + 1).is(kw_select) || c.at(i + 1).is(kw_with))) {
      i = c.behind_group(i) - 1;
      continue;
    }
    if (!t.is_name()) continue;
    std::string_view qualifier;
    std::uint32_t last = i;
    while (c.at(last + 1).is(TokenKind::dot) && c.at(last + 2).is_name()) {
      qualifier = normalised(c.at(last));
      last += 2;
    }
    const Token& column = c.at(last);
    const bool call = c.at(last + 1).is(TokenKind::open) && !(column.is(kw_and) || column.is(kw_or) || column.is(kw_in));
    const bool cast = i > c.pos() && c.at(i - 1).is(TokenKind::op) && spelling(c.at(i - 1)) == "::";
    const std::uint32_t from = i;
    i = last;
    if (call || cast) continue;
    if (column.is(TokenKind::word) && last == from) {
      switch (column.keyword) {
        case kw_and: case kw_or: case kw_not: case kw_is: case kw_null: case kw_in: case kw_like: case kw_between:
        case kw_exists: case kw_true: case kw_false: case kw_case: case kw_when: case kw_then: case kw_else: case kw_end:
        case kw_any: case kw_all: case kw_some: case kw_ilike: case kw_distinct: case kw_from: case kw_escape: continue;
        default: break;
      }
      if (c.at(last + 1).is(TokenKind::literal)) continue;  // INTERVAL '1 day'
    }
    if (!qualifier.empty() && qualifier != target_alias && qualifier != bare) continue;
    fact.where_columns.push_back({normalised(column), span_of(last, last + 1)});
  }
}

// The query of an INSERT looks before it adds.
bool Recogniser::row_guard(const Statement& s, Cursor c) const {
  (void)s;
  bool outer_join = false;
  for (std::uint32_t i = c.pos(); i < c.last(); ++i) {
    const Token& t = c.at(i);
    switch (t.keyword) {
      case kw_not:
        if (c.at(i + 1).is(kw_exists) || (c.at(i + 1).is(TokenKind::open) && c.at(i + 2).is(kw_exists))) return true;
        if (c.at(i + 1).is(kw_in) && c.at(i + 2).is(TokenKind::open) && (c.at(i + 3).is(kw_select) || c.at(i + 3).is(kw_with))) return true;
        break;
      case kw_except: return true;
      case kw_minus:
        if (dialect_ == Dialect::oracle) return true;
        break;
      case kw_left:
        if (c.at(i + 1).is(kw_join) || c.at(i + 1).is(kw_outer)) outer_join = true;
        break;
      case kw_is:
        if (outer_join && c.at(i + 1).is(kw_null)) return true;
        break;
      case kw_isnull:  // PostgreSQL's operator; the function of T-SQL has a bracket
        if (outer_join && !c.at(i + 1).is(TokenKind::open)) return true;
        break;
      default: break;
    }
  }
  return false;
}

bool Recogniser::random_key(Cursor c) const {
  static constexpr std::string_view makers[] = {"newid", "newsequentialid", "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v4",
                                                "sys_guid", "now", "getdate", "getutcdate", "sysdatetime"};
  for (; !c.done(); c.advance()) {
    if (!c.is(TokenKind::open, 1) || !c.is(TokenKind::word)) {
      continue;
    }
    for (const std::string_view maker : makers) {
      if (same_word(spelling(c.peek()), maker)) return true;
    }
  }
  return false;
}

}  // namespace backstay::sql
