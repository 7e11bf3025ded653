// The output columns of a view, as far as its text tells: PostgreSQL compares them when the view is replaced.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

bool ends_select_list(Keyword word) {
  switch (word) {
    case kw_from:
    case kw_where:
    case kw_group:
    case kw_having:
    case kw_window:
    case kw_union:
    case kw_intersect:
    case kw_except:
    case kw_order:
    case kw_limit:
    case kw_with: return true;
    default: return false;
  }
}

}  // namespace

// The name of one select item, empty when the server would make one up. False for `*`.
bool Recogniser::output_column(Cursor item, Column& column) {
  const std::uint32_t first = item.pos(), last = item.last();
  if (first >= last) return false;
  const Token& end = token(last - 1);
  if (end.is(TokenKind::op) && spelling(end) == "*" && (last - first == 1 || token(last - 2).is(TokenKind::dot))) return false;
  const auto named = [&](std::uint32_t i) { column = {normalised(token(i)), span_of(i, i + 1)}; };
  if (last - first > 1 && end.is_name()) {
    const Token& before = token(last - 2);
    const bool alias = before.is(kw_as) || before.is(TokenKind::close) || before.is(TokenKind::literal) || before.is(TokenKind::number) ||
                       before.is(kw_end) || (before.is_name() && before.keyword == no_keyword && end.keyword == no_keyword);
    if (alias) {
      named(last - 1);
      return true;
    }
  }
  // a.b.c, f(x), and a cast of either go by their last name.
  std::uint32_t i = first;
  while (i + 2 < last && token(i).is_name() && token(i + 1).is(TokenKind::dot)) i += 2;
  if (!token(i).is_name()) return true;
  std::uint32_t behind = i + 1;
  if (token(behind).is(TokenKind::open) && behind < last) behind = item.behind_group(behind);
  if (behind >= last || (token(behind).is(TokenKind::op) && spelling(token(behind)) == "::")) named(i);
  return true;
}

// Behind the view's name: (columns), or the items of the query's first SELECT. Flag::column_list: all are known.
void Recogniser::view_columns(Fact& fact, Cursor c) {
  if (c.is(TokenKind::open)) {
    set_list(fact, c.inside());
    fact.add(Flag::column_list);
    return;
  }
  c.move_to(c.find(kw_as));
  c.advance();
  while (c.is(TokenKind::open)) c = c.inside();
  if (!c.is(kw_select)) c.move_to(c.find(kw_select));  // behind WITH
  if (!c.take(kw_select)) return;
  c.take(kw_all);
  if (c.is(kw_distinct)) {
    c.advance();
    if (c.take(kw_on)) c.skip();
  }
  std::uint32_t first = c.pos();
  for (std::uint32_t i = first;; i = c.behind_group(i)) {
    const Token& t = c.at(i);
    const bool ends = i >= c.last() || ends_select_list(t.keyword);
    if (!ends && !t.is(TokenKind::comma)) continue;
    Column column;
    if (!output_column(c.range(first, i), column)) {
      fact.set_columns.clear();
      return;
    }
    fact.set_columns.push_back(column);
    if (ends) break;
    first = i + 1;
  }
  fact.add(Flag::column_list);
}

}  // namespace backstay::sql
