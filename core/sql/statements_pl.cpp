// Statements inside PL/pgSQL and PL/SQL blocks that hold no others: assignments, calls, EXECUTE, and what SQL they know.
#include <algorithm>

#include "core/sql/recogniser.hpp"

namespace backstay::sql {

bool Recogniser::reads_catalogue(Cursor c) {
  static constexpr std::string_view catalogues[] = {
      "object_id",    "objects",      "procedures",  "routines",       "to_regproc",    "to_regprocedure", "to_regprocedure",
      "pg_proc",      "user_objects", "all_objects", "user_procedures", "all_procedures", "dba_objects",    "sysobjects",
      "sql_modules",  "all_sql_modules"};
  for (; !c.done(); c.advance()) {
    const Token& t = c.peek();
    if (t.is(TokenKind::parameter) || t.is(TokenKind::word) || t.is(TokenKind::quoted)) {
      const std::string_view text = t.is(TokenKind::quoted) ? spelling(t).substr(1, spelling(t).size() - 2) : spelling(t);
      if (text.size() >= 7) {  // the shortest of them
        for (const std::string_view catalogue : catalogues) {
          if (text.size() == catalogue.size() && same_word(text, catalogue)) return true;
        }
      }
      if (!catalogue_variables_) continue;
      const auto found = variables_.find(t.is(TokenKind::parameter) ? lowered(text) : normalised(t));
      if (found != variables_.end() && found->second.catalogue) return true;
    }
  }
  return false;
}

void Recogniser::raise(const Statement& s, Cursor c) {
  add(Verb::other, s, s.first);
  if (handlers_.empty()) return;
  bool raises = !c.is(kw_print);
  if (dialect_ == Dialect::postgresql) {
    const std::string_view level = spelling(c.peek(1));
    for (const std::string_view quiet : {"notice", "warning", "info", "log", "debug"}) {
      if (c.is(TokenKind::word, 1) && same_word(level, quiet)) raises = false;
    }
  }
  if (raises) script_.facts[static_cast<std::size_t>(handlers_.back())].add(Flag::reraises);
}

void Recogniser::simple_statement(std::uint32_t first, std::uint32_t last) {
  Statement s{first, last, {}};
  if (first >= last) return;
  understood(s, [&] { return dialect_ == Dialect::postgresql ? simple_postgresql(s, cursor(s)) : simple_oracle(s, cursor(s)); });
}

// Variables a query fills: SELECT ... INTO [STRICT] a, b | BULK COLLECT INTO a.
void Recogniser::into_targets(Cursor c) {
  const std::uint32_t into = c.find(kw_into);
  if (into >= c.last()) return;
  const bool catalogue = reads_catalogue(c);
  Cursor target = c.range(into + 1, c.last());
  target.take(kw_strict);
  while (target.peek().is_name()) {
    const std::string_view name = normalised(target.peek());
    target.advance();
    while (target.is(TokenKind::dot)) target.advance(2);
    assign_unknown(name, catalogue);
    if (!target.take(TokenKind::comma)) break;
  }
}

// x := e, x.f := e, x[1] := e, and PL/pgSQL's x = e.
bool Recogniser::assignment(const Statement& s, Cursor c) {
  if (!c.peek().is_name() && !c.is(TokenKind::parameter)) return false;
  const bool simple = c.is(TokenKind::op, 1);
  const std::string_view target = c.is(TokenKind::parameter) ? spelling(c.peek()) : normalised(c.peek());
  c.advance();
  while (!c.done() && !c.is_sign(":=") && !(dialect_ == Dialect::postgresql && c.is_sign("="))) {
    const bool part = c.is(TokenKind::dot) || c.is_sign("[") || c.is(TokenKind::open);
    if (!part) return false;
    if (c.is_sign("[")) {
      while (!c.done() && !c.is_sign("]")) c.advance();
      c.advance();
    } else if (c.is(TokenKind::dot)) {
      c.advance(2);
    } else {
      c.skip();
    }
  }
  if (c.done()) return false;
  c.advance();
  add(Verb::other, s, s.first);
  scan_expressions({c.pos(), s.last, {}}, last_fact());
  if (simple) assign(target, c, false);
  return true;
}

// EXECUTE [IMMEDIATE] text [INTO ...] [USING ...]
void Recogniser::dynamic_statement(const Statement& s, Cursor c) {
  c.advance();
  c.take(kw_immediate);
  std::uint32_t end = c.pos();
  while (end < c.last()) {
    const Token& t = c.at(end);
    if (t.is(kw_into) || t.is(kw_using) || t.is(kw_bulk) || t.is(kw_returning) || t.is(kw_return) || t.is(kw_loop)) break;
    end = c.behind_group(end);
  }
  run_dynamic(s, evaluate(c.range(c.pos(), end)), s.first);
  into_targets(c.range(end, c.last()));
}

bool Recogniser::simple_postgresql(Statement& s, Cursor c) {
  if (assignment(s, c)) return true;
  switch (c.peek().keyword) {
    case kw_null: case kw_get: case kw_assert: case kw_fetch: case kw_move: case kw_close: case kw_exit: case kw_continue:
      add(Verb::other, s, s.first);
      if (c.is(kw_fetch)) into_targets(c);
      return true;
    case kw_return:
      if (c.is_word("query", 1)) {
        c.advance(2);
        if (c.is(kw_execute)) {
          dynamic_statement(s, c);
          return true;
        }
        Statement inner{c.pos(), s.last, {}};
        return dispatch(inner, c);
      }
      add(Verb::other, s, s.first);
      scan_expressions({s.first + 1, s.last, {}}, last_fact());
      return true;
    case kw_raise: raise(s, c); return true;
    case kw_perform: {
      add(Verb::select, s, s.first);
      const std::int32_t index = last_fact();
      scan_expressions({s.first + 1, s.last, {}}, index);
      const Place before = place_;
      place_.parent = index;
      select_calls(s, c);
      place_ = before;
      return true;
    }
    case kw_execute: dynamic_statement(s, c); return true;
    case kw_open: {
      const std::uint32_t at = c.find(kw_for);
      if (at < c.last() && c.at(at + 1).is(kw_execute)) {
        dynamic_statement(s, c.range(at + 1, c.last()));
        return true;
      }
      add(Verb::other, s, s.first);
      return true;
    }
    default: break;
  }
  if (!dispatch(s, c)) return false;
  if (c.is(kw_select) || c.is(kw_with)) {
    into_targets(c);
  } else if (c.is_any({kw_insert, kw_update, kw_delete, kw_merge}) && c.find(kw_returning) < c.last()) {
    into_targets(c.range(c.find(kw_returning), c.last()));
  }
  return true;
}

bool Recogniser::simple_oracle(Statement& s, Cursor c) {
  switch (c.peek().keyword) {
    case kw_null: case kw_return: case kw_exit: case kw_continue: case kw_goto: case kw_fetch: case kw_close: case kw_pipe:
      // A procedure may have such a name all the same: the bracket tells.
      if (c.is(TokenKind::dot, 1)) break;
      add(Verb::other, s, s.first);
      if (c.is(kw_fetch)) into_targets(c);
      if (c.is(kw_return)) scan_expressions({s.first + 1, s.last, {}}, last_fact());
      return true;
    case kw_pragma: add(Verb::pragma, s, s.first).detail = lowered(spelling(c.peek(1))); return true;
    case kw_raise: raise(s, c); return true;
    case kw_execute:
      if (!c.is(kw_immediate, 1)) break;
      dynamic_statement(s, c);
      return true;
    case kw_open: {
      const std::uint32_t at = c.find(kw_for);
      if (at < c.last() && !c.at(at + 1).is(kw_select) && !c.at(at + 1).is(kw_with) && !c.at(at + 1).is(TokenKind::open)) {
        dynamic_statement(s, c.range(at, c.last()));
        return true;
      }
      add(Verb::other, s, s.first);
      return true;
    }
    case kw_select: case kw_with:
      if (!dispatch(s, c)) return false;
      into_targets(c);
      return true;
    case kw_insert: case kw_update: case kw_delete: case kw_merge: {
      if (!dispatch(s, c)) return false;
      const std::uint32_t returning = std::min(c.find(kw_returning), c.find(kw_return));
      if (returning < c.last()) into_targets(c.range(returning, c.last()));
      return true;
    }
    case kw_commit: case kw_rollback: case kw_savepoint: case kw_lock: case kw_create: case kw_alter: case kw_drop:
    case kw_truncate: case kw_grant: case kw_revoke: case kw_comment:
      if (c.is(TokenKind::dot, 1) || c.is(TokenKind::open, 1)) break;
      return dispatch(s, c);
    case kw_set:
      if (c.is(kw_transaction, 1) || c.is(kw_role, 1) || c.is(kw_constraints, 1)) return dispatch(s, c);
      break;
    default: break;
  }
  if (assignment(s, c)) return true;
  if (!c.peek().is_name() && !c.is(TokenKind::substitution)) return false;
  const Name routine = name(c);
  if (same_word(routine.name, "raise_application_error")) {
    raise(s, c);
    return true;
  }
  // v.DELETE; v.EXTEND(2): methods of a collection.
  const bool method = !routine.schema.empty() && (routine.name == "DELETE" || routine.name == "EXTEND" || routine.name == "TRIM");
  const Cursor arguments = c.inside();
  if (c.is(TokenKind::open)) c.skip();
  // Record fields and elements in front of a method: v(1).items.EXTEND
  if (c.is(TokenKind::dot)) {
    add(Verb::other, s, s.first);
    return true;
  }
  if (!c.done()) return false;
  const std::size_t before = script_.facts.size();
  if (method) add(Verb::other, s, s.first);
  else called(s, routine, arguments, CallForm::statement, s.first);
  scan_expressions(s, script_.facts.size() > before ? last_fact() : place_.parent);
  return true;
}

}  // namespace backstay::sql
