// INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY, queries; which table they really change.
#include <algorithm>

#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

bool starts_query(const Cursor& c) { return c.is(kw_select) || c.is(kw_with) || c.is(kw_values) || c.is(TokenKind::open); }

bool is_dml(const Token& t) { return t.is(kw_insert) || t.is(kw_update) || t.is(kw_delete) || t.is(kw_merge); }

}  // namespace

// WITH a AS (...), b AS (...): remembers the queries, reports those that change data, and leaves the
// cursor at the statement behind.
void Recogniser::with_list(Statement& s, Cursor& c) {
  c.advance();
  c.take(kw_recursive);
  if (c.is_word("xmlnamespaces") && c.is(TokenKind::open, 1)) {
    c.advance();
    c.skip();
    if (!c.take(TokenKind::comma)) return;
  }
  // Oracle: WITH FUNCTION f ... ; the functions are declarations, the query follows.
  if (dialect_ == Dialect::oracle && (c.is(kw_function) || c.is(kw_procedure))) {
    std::uint32_t at = c.pos();
    for (std::uint32_t i = c.pos(); i < c.last(); ++i) {
      if (c.at(i).is(TokenKind::semicolon) && (c.at(i + 1).is(kw_select) || c.at(i + 1).is(kw_with))) at = i + 1;
    }
    c.move_to(at);
    return;
  }
  while (!c.done()) {
    Cte cte;
    if (!c.peek().is_name()) return;
    cte.name = normalised(c.peek());
    c.advance();
    if (c.is(TokenKind::open)) c.skip();
    if (!c.take(kw_as)) return;
    c.take(kw_not);
    c.take(kw_materialized);
    const Cursor inner = c.inside();
    cte.first = inner.pos();
    cte.last = inner.last();
    s.ctes.push_back(cte);
    if (is_dml(inner.peek()) && dialect_ == Dialect::postgresql) {
      Statement part{s.first, s.last, s.ctes};
      Cursor dml = inner;
      // The change stands in a query; its facts are as executed as the query itself.
      if (dml.is(kw_insert)) insert(part, dml);
      else if (dml.is(kw_update)) update(part, dml);
      else if (dml.is(kw_delete)) remove(part, dml);
      else merge(part, dml);
    }
    c.skip();
    // PostgreSQL: SEARCH and CYCLE clauses may stand before the comma.
    while (!c.done() && !c.is(TokenKind::comma) && !starts_query(c) && !is_dml(c.peek())) c.skip();
    if (!c.take(TokenKind::comma)) return;
  }
}

void Recogniser::query(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  // SELECT ... INTO t makes a table, except in PL code, where it assigns.
  if (!in_block_ && c.is(kw_select) && dialect_ != Dialect::oracle) {
    Cursor rest = c;
    rest.move_to(c.find(kw_into));
    if (!rest.done() && rest.pos() < c.find(kw_from)) {
      rest.advance();
      const bool temporary = rest.take(kw_temporary) || rest.take(kw_temp);
      if (!temporary) rest.take(kw_unlogged);
      rest.take(kw_table);
      Fact& fact = add(Verb::create, s, at, ObjectKind::table);
      fact.add(Flag::as_query);
      if (temporary) fact.add(Flag::temporary);
      const Name table = name(rest);
      script_.facts.back().names.push_back(table);
      scan_expressions({at, s.last, {}}, last_fact());
      return;
    }
  }
  add(Verb::select, s, at);
  const std::int32_t index = last_fact();
  scan_expressions({s.first, s.last, {}}, index);
  if (c.is(kw_select)) {
    const Place before = place_;
    place_.parent = index;
    select_calls(s, c);
    place_ = before;
  }
}

// --- FROM lists -----------------------------------------------------------------------------------

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

// --- clauses --------------------------------------------------------------------------------------

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

// --- statements -----------------------------------------------------------------------------------

void Recogniser::insert(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  c.advance();
  if (dialect_ == Dialect::oracle && (c.is(kw_all) || c.is(kw_first))) return insert_all(s, c);
  if (c.take(kw_top)) {
    c.skip();
    c.take(kw_percent);
  }
  c.take(kw_into);
  c.take(kw_table);
  Fact fact = add(Verb::insert, s, at);
  script_.facts.pop_back();
  if (starts_name(c)) {
    fact.names.push_back(name(c));
  } else if (c.is(TokenKind::open)) {  // Oracle: INSERT INTO (SELECT ...) VALUES
    resolve_query(s, fact, c.inside(), 0);
    fact.flags &= ~static_cast<std::uint32_t>(Flag::filtered_target);
    c.skip();
  }
  resolve(s, fact, {}, 0);
  if (c.is(kw_partition)) {
    c.advance();
    if (c.is(TokenKind::open)) c.skip();
  }
  if (c.is(kw_with) && c.is(TokenKind::open, 1)) {
    c.advance();
    c.skip();
  }
  alias(c);
  if (c.is(TokenKind::open) && !c.inside().is(kw_select) && !c.inside().is(kw_with)) {
    fact.add(Flag::column_list);
    set_list(fact, c.inside());
    c.skip();
  }
  // Everything counts as the query, a CTE before INSERT too.
  Cursor all = cursor(s);
  if (at > s.first && !s.ctes.empty()) {
    all = Cursor(stream(), s.ctes.front().first, s.last);
    if (c.last() < s.last) all = c;  // a data-modifying CTE itself
  } else {
    all = c;
  }
  if (row_guard(s, all)) fact.add(Flag::row_guard);
  if (dialect_ == Dialect::oracle) {
    // Hints are comments for the lexer; this one is the only one that matters here.
    const std::string_view gap = stream().text.substr(token(at).end, token(at + 1).begin - token(at).end);
    if (gap.find("IGNORE_ROW_ON_DUPKEY_INDEX") != std::string_view::npos) fact.add(Flag::row_guard);
  }
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    if (!c.at(i).is(kw_on) || !c.at(i + 1).is(kw_conflict)) continue;
    for (std::uint32_t k = i + 2; k < c.last(); k = c.behind_group(k)) {
      if (!c.at(k).is(kw_do)) continue;
      fact.on_conflict = c.at(k + 1).is(kw_nothing) ? OnConflict::nothing : OnConflict::update;
      break;
    }
  }
  if (random_key(c)) fact.add(Flag::random_key);
  script_.facts.push_back(std::move(fact));
  const std::int32_t index = last_fact();
  scan_expressions({at, c.last(), {}}, index);
  // INSERT ... SELECT FROM (DELETE ... OUTPUT ...): the inner statement changes its own table.
  if (dialect_ == Dialect::mssql) {
    for (std::uint32_t i = c.pos(); i < c.last(); ++i) {
      if (!c.at(i).is(TokenKind::open) || !is_dml(c.at(i + 1)) || c.at(i + 2).is(TokenKind::open)) continue;
      const Cursor inner = c.range(i, c.last()).inside();
      if (inner.is(kw_insert)) continue;
      if (inner.is(kw_update)) update(s, inner);
      else if (inner.is(kw_delete)) remove(s, inner);
      else merge(s, inner);
      i = c.behind_group(i) - 1;
    }
  }
  // INSERT ... EXEC runs a procedure for its rows.
  if (dialect_ == Dialect::mssql) {
    while (!c.done() && !c.is(kw_exec) && !c.is(kw_execute)) c.skip();
    if (!c.done()) {
      Statement call{c.pos(), s.last, {}};
      execute_mssql(call, c);
    }
  }
}

// INSERT ALL | FIRST: several targets, each behind INTO.
void Recogniser::insert_all(const Statement& s, Cursor c) {
  Fact fact = add(Verb::insert, s, c.pos() - 1);
  script_.facts.pop_back();
  std::uint32_t query_at = c.find(kw_select);
  for (std::uint32_t i = c.pos(); i < query_at; i = c.behind_group(i)) {
    if (!c.at(i).is(kw_into)) continue;
    Cursor target = c.range(i + 1, query_at);
    if (starts_name(target)) fact.names.push_back(name(target));
  }
  if (row_guard(s, c)) fact.add(Flag::row_guard);
  if (random_key(c)) fact.add(Flag::random_key);
  script_.facts.push_back(std::move(fact));
  scan_expressions({c.pos(), s.last, {}}, last_fact());
}

// The head that UPDATE and DELETE share: TOP, ONLY, the target with its hints and its alias. The cursor is
// moved behind it. The fact is not in the list yet.
Recogniser::DmlHead Recogniser::dml_head(const Statement& s, Verb verb, Cursor& c) {
  const std::uint32_t at = c.pos();
  c.advance();
  if (c.take(kw_top)) {
    c.skip();
    c.take(kw_percent);
  }
  DmlHead head{add(verb, s, at), false, {}, {}};
  script_.facts.pop_back();
  if (verb == Verb::remove) c.take(kw_from);
  c.take(kw_only);
  if (c.is(TokenKind::open)) {
    Cursor inner = c.inside();
    if (inner.peek().is_name() && !starts_query(inner)) {
      head.fact.names.push_back(name(inner));
    } else {
      resolve_query(s, head.fact, inner, 0);
      head.derived = true;
    }
    c.skip();
  } else if (starts_name(c)) {
    head.fact.names.push_back(name(c));
    if (c.is_sign("*")) c.advance();
  }
  if (c.is(kw_with) && c.is(TokenKind::open, 1)) {
    c.advance();
    c.skip();
  }
  head.alias = alias(c);
  if (!head.fact.names.empty()) head.written = head.fact.names.front().name;
  return head;
}

// Where FROM, WHERE and what follows them start, outside brackets; the cursor's end when they are not there.
Recogniser::DmlClauses Recogniser::dml_clauses(const Cursor& c, std::uint32_t start, Verb verb) const {
  DmlClauses found{c.last(), c.last(), c.last()};
  for (std::uint32_t i = start; i < c.last(); i = c.behind_group(i)) {
    const Token& t = c.at(i);
    if (i > 0 && c.at(i - 1).is(TokenKind::dot)) continue;
    const bool names_sources = t.is(kw_from) || (verb == Verb::remove && t.is(kw_using));
    if (names_sources && found.from == c.last() && found.where == c.last() && !c.at(i - 1).is(kw_distinct)) found.from = i;
    if (t.is(kw_where) && found.where == c.last()) found.where = i;
    if (t.is(kw_returning) || t.is(kw_option) || (t.is(kw_log) && c.at(i + 1).is(kw_errors)) ||
        (t.is(kw_return) && dialect_ == Dialect::oracle)) {
      found.tail = i;
      break;
    }
  }
  return found;
}

// The tables of FROM; in T-SQL the target may be one of them by its alias.
std::vector<TableSource> Recogniser::dml_sources(const Statement& s, const Cursor& c, const DmlClauses& clauses, DmlHead& head) {
  std::vector<TableSource> sources;
  if (clauses.from < c.last()) {
    const Cursor list = c.range(clauses.from + 1, std::min(clauses.where, clauses.tail));
    sources = from_list(list);
    if (has_join(list)) head.fact.add(Flag::join_in_from);
  }
  if (!head.derived && dialect_ == Dialect::mssql) resolve(s, head.fact, sources, 0);
  if (head.alias.empty()) head.alias = head.written;
  return sources;
}

void Recogniser::finish_dml(const Statement& s, const Cursor& c, std::uint32_t at, const DmlClauses& clauses, DmlHead& head) {
  if (clauses.where < c.last()) where_clause(head.fact, s, c.range(clauses.where + 1, clauses.tail), head.alias);
  script_.facts.push_back(std::move(head.fact));
  scan_expressions({at, c.last(), {}}, last_fact());
}

void Recogniser::update(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  DmlHead head = dml_head(s, Verb::update, c);
  const std::uint32_t set = c.find(kw_set);
  const DmlClauses clauses = dml_clauses(c, set, Verb::update);
  std::uint32_t output = c.last();
  for (std::uint32_t i = set; i < std::min(clauses.from, clauses.where); i = c.behind_group(i)) {
    if (c.at(i).is(kw_output)) output = i;
  }
  set_list(head.fact, c.range(set + 1, std::min({clauses.from, clauses.where, clauses.tail, output})));
  const std::vector<TableSource> sources = dml_sources(s, c, clauses, head);
  if (dialect_ == Dialect::mssql) {
    // UPDATE dbo.Contact ... FROM dbo.Contact c: the alias names the target as well.
    for (const TableSource& item : sources) {
      if (!item.derived && !item.function && item.name.name == head.written && item.alias != head.written) head.alias = item.alias;
    }
  }
  finish_dml(s, c, at, clauses, head);
}

void Recogniser::remove(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  DmlHead head = dml_head(s, Verb::remove, c);
  const DmlClauses clauses = dml_clauses(c, c.pos(), Verb::remove);
  dml_sources(s, c, clauses, head);
  finish_dml(s, c, at, clauses, head);
}

void Recogniser::merge(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  c.advance();
  if (c.take(kw_top)) {
    c.skip();
    c.take(kw_percent);
  }
  c.take(kw_into);
  c.take(kw_only);
  Fact fact = add(Verb::merge, s, at);
  script_.facts.pop_back();
  if (starts_name(c)) {
    fact.names.push_back(name(c));
    resolve(s, fact, {}, 0);
  } else if (c.is(TokenKind::open)) {
    resolve_query(s, fact, c.inside(), 0);
  }
  script_.facts.push_back(std::move(fact));
  scan_expressions({at, c.last(), {}}, last_fact());
}

void Recogniser::truncate(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  c.advance();
  const bool cluster = c.take(kw_cluster);
  c.take(kw_table);
  Fact fact = add(Verb::truncate, s, at);
  script_.facts.pop_back();
  (void)cluster;
  for (;;) {
    c.take(kw_only);
    if (!starts_name(c)) break;
    fact.names.push_back(name(c));
    if (c.is_sign("*")) c.advance();
    if (!c.take(TokenKind::comma)) break;
  }
  for (; !c.done(); c.skip()) {
    if (c.is(kw_cascade)) fact.add(Flag::cascade);
    if (c.is(kw_restart) && c.is(kw_identity, 1)) fact.add(Flag::restart_identity);
  }
  script_.facts.push_back(std::move(fact));
}

// COPY t [(columns)] FROM ... | TO ..., COPY (query) TO ...
void Recogniser::copy(const Statement& s, Cursor c) {
  c.advance();
  c.take(kw_binary);
  Fact fact = add(Verb::copy_out, s, s.first);
  script_.facts.pop_back();
  if (c.is(TokenKind::open)) {
    // COPY (DELETE ... RETURNING ...) TO changes data.
    Cursor inner = c.inside();
    Statement part{s.first, s.last, {}};
    if (is_dml(inner.peek())) dispatch(part, inner);
    c.skip();
  } else {
    fact.names.push_back(name(c));
    if (c.is(TokenKind::open)) c.skip();
  }
  const bool in = c.is(kw_from);
  if (in) fact.verb = Verb::bulk_load;
  c.advance();
  script_.facts.push_back(std::move(fact));
  if (in ? c.is(kw_program) : !c.is(kw_stdout) && !c.is(kw_stdin)) external_token(s, c.pos());
}

}  // namespace backstay::sql
