// FROM lists, and which table a change really hits: through aliases, derived tables, inline views and CTEs.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {

bool Recogniser::ends_alias(const Token& t) const {
  if (t.kind == TokenKind::quoted) return false;
  if (t.kind != TokenKind::word) return true;
  switch (t.keyword) {
    case kw_where: case kw_join: case kw_inner: case kw_left: case kw_right: case kw_full: case kw_cross: case kw_natural:
    case kw_on: case kw_using: case kw_with: case kw_set: case kw_order: case kw_group: case kw_having: case kw_union:
    case kw_except: case kw_intersect: case kw_minus: case kw_tablesample: case kw_for: case kw_outer: case kw_output:
    case kw_option: case kw_pivot: case kw_unpivot: case kw_returning: case kw_return: case kw_limit: case kw_offset:
    case kw_fetch: case kw_window: case kw_when: case kw_values: case kw_select: case kw_default: case kw_connect:
    case kw_start: case kw_log: case kw_into: case kw_partition: case kw_subpartition: case kw_from: case kw_model:
    case kw_straight: case kw_as: case kw_loop: case kw_then: case kw_exec: case kw_execute: case kw_lateral:
    case kw_overriding: case kw_sample: case kw_end: case kw_begin: return true;
    default: return false;
  }
}

// [AS] alias; empty when there is none.
std::string_view Recogniser::alias(Cursor& c) {
  const bool as = c.take(kw_as);
  if (!as && ends_alias(c.peek())) return {};
  if (!c.peek().is_name()) return {};
  const std::string_view found = normalised(c.peek());
  c.advance();
  return found;
}

void Recogniser::from_item(std::vector<TableSource>& out, Cursor& c) {
  TableSource item;
  c.take(kw_lateral);
  const bool only = c.take(kw_only);
  if (c.is(TokenKind::open)) {
    Cursor inner = c.inside();
    if (only && inner.peek().is_name()) {
      item.name = name(inner);
    } else if (starts_query(inner) && !inner.is(TokenKind::open)) {
      item.derived = true;
      item.first = inner.pos();
      item.last = inner.last();
    } else {
      // A join in brackets: its tables can be targets like any other.
      if (nesting_ < limits_.max_sql_nesting) {
        ++nesting_;
        const std::vector<TableSource> joined = from_list(inner);
        --nesting_;
        out.insert(out.end(), joined.begin(), joined.end());
      }
      c.skip();
      alias(c);
      return;
    }
    c.skip();
  } else if (starts_name(c)) {
    item.name = name(c);
    c.is_sign("*") ? c.advance() : void();
    if (c.is(TokenKind::open)) {
      Cursor inner = c.inside();
      const bool hint = dialect_ == Dialect::mssql && inner.peek().is(TokenKind::word) && inner.pos() + 1 == inner.last();
      item.function = !hint;
      c.skip();
    }
  } else {
    c.skip();
    return;
  }
  if (c.is(kw_with) && c.is(TokenKind::open, 1)) {
    c.advance();
    c.skip();
  }
  item.alias = alias(c);
  if (item.alias.empty()) item.alias = item.name.name;
  out.push_back(item);
}

// The tables of a FROM list, from its first item to the end of the range or the next clause.
std::vector<TableSource> Recogniser::from_list(Cursor c) {
  std::vector<TableSource> out;
  bool expects = true;
  while (!c.done()) {
    if (expects) {
      from_item(out, c);
      expects = false;
      continue;
    }
    switch (c.peek().keyword) {
      case kw_where: case kw_group: case kw_order: case kw_having: case kw_union: case kw_returning: case kw_option:
      case kw_limit: case kw_window: return out;
      case kw_join: expects = true; c.advance(); continue;
      
      default: break;
    }
    if (c.is_word("apply")) expects = true;
    if (c.is(TokenKind::comma)) expects = true;
    c.skip();
  }
  return out;
}

bool Recogniser::has_join(Cursor c) const {
  for (; !c.done(); c.skip()) {
    if (c.is(kw_join) || c.is_word("apply")) return true;
    if (c.is(TokenKind::open) && has_join(c.inside().is(kw_select) ? c.range(c.pos(), c.pos()) : c.inside())) return true;
  }
  return false;
}

// The table behind a query: the first of its FROM list, seen through further queries.
void Recogniser::resolve_query(const Statement& s, Fact& fact, Cursor c, std::uint32_t depth) {
  fact.names.clear();
  if (depth > 16) return;
  while (c.is(TokenKind::open)) c = c.inside();
  const std::uint32_t from = c.find(kw_from);
  if (from >= c.last()) return;
  if (c.find(kw_where) < c.last()) fact.add(Flag::filtered_target);
  c.move_to(from + 1);
  if (has_join(c)) fact.add(Flag::filtered_target);
  const std::vector<TableSource> tables = from_list(c);
  if (tables.empty() || tables.front().function) return;
  const TableSource& first = tables.front();
  if (first.derived) return resolve_query(s, fact, c.range(first.first, first.last), depth + 1);
  fact.names.push_back(first.name);
  for (const Cte& cte : s.ctes) {
    if (cte.name == first.name.name && first.name.schema.empty() && !(c.pos() >= cte.first && c.pos() < cte.last)) {
      return resolve_query(s, fact, Cursor(stream(), cte.first, cte.last), depth + 1);
    }
  }
}

// Sees through an alias of the FROM list, a derived table or a CTE: fact.names[0] is as written.
void Recogniser::resolve(const Statement& s, Fact& fact, const std::vector<TableSource>& from, std::uint32_t depth) {
  if (fact.names.empty()) return;
  const Name target = fact.names.front();
  if (!target.schema.empty() || !target.database.empty()) return;
  for (const TableSource& item : from) {
    if (item.alias != target.name) continue;
    if (item.derived) return resolve_query(s, fact, Cursor(stream(), item.first, item.last), depth + 1);
    if (item.function) {
      fact.names.clear();
      return;
    }
    fact.names.front() = item.name;
    break;
  }
  if (!fact.names.front().schema.empty()) return;
  for (auto cte = s.ctes.rbegin(); cte != s.ctes.rend(); ++cte) {
    if (cte->name == fact.names.front().name) {
      return resolve_query(s, fact, Cursor(stream(), cte->first, cte->last), depth + 1);
    }
  }
}

}  // namespace backstay::sql
