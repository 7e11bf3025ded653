// INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY, queries.
#include <algorithm>

#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

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
