// ALTER TABLE of PostgreSQL and T-SQL, and what all three share: one fact per action.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {

Fact& Recogniser::alter_fact(const Statement& s, const Name& table, Action action, std::uint32_t anchor) {
  Fact& fact = add(Verb::alter, s, anchor, ObjectKind::table);
  fact.action = action;
  fact.names.push_back(table);
  return fact;
}

// What stands at the cursor is a table constraint, not a column.
std::optional<Action> Recogniser::constraint_start(const Cursor& c) const {
  switch (c.peek().keyword) {
    case kw_constraint: return Action::add_constraint;
    case kw_primary:
      if (c.is(kw_key, 1)) return Action::add_constraint;
      return std::nullopt;
    case kw_foreign:
      if (c.is(kw_key, 1)) return Action::add_constraint;
      return std::nullopt;
    case kw_unique:
    case kw_check:
    case kw_exclude: return Action::add_constraint;
    case kw_default: return Action::column_default;  // T-SQL; only with a name it is a constraint to drop again
    default: return std::nullopt;
  }
}

// A column definition from its name to the end of the range.
void Recogniser::added_column(const Statement& s, const Name& table, Cursor c) {
  if (c.done()) return;
  const std::uint32_t at = c.pos();
  Fact& fact = alter_fact(s, table, Action::add_column, at);
  fact.column = {normalised(c.peek()), span_of(at, at + 1)};
  fact.written_column = spelling(c.peek());
  bool identity = false, null = false;
  for (c.advance(); !c.done(); c.skip()) {
    if (c.is(kw_not) && c.is(kw_null, 1) && !c.at(c.pos() - 1).is(kw_is)) {
      fact.add(Flag::not_null);
      c.advance();
    } else if (c.is(kw_null) && !c.at(c.pos() - 1).is(kw_default)) {
      null = true;
    } else if (c.is(kw_primary) && c.is(kw_key, 1)) {
      fact.add(Flag::not_null);
    } else if (c.is(kw_identity)) {
      identity = true;
    } else if (c.is(kw_stored) || c.is(kw_persisted)) {
      fact.add(Flag::rewrites_table);
    } else if (c.is(kw_default) && dialect_ == Dialect::postgresql) {
      // A default that differs from row to row fills the whole table at once.
      Cursor value = c;
      value.advance();
      if (random_key(value.range(value.pos(), value.pos() + 3)) && !value.is_word("now")) fact.add(Flag::rewrites_table);
      if (value.is_word("clock_timestamp") || value.is_word("random") || value.is_word("nextval")) fact.add(Flag::rewrites_table);
    } else if (dialect_ == Dialect::postgresql && c.is(TokenKind::word)) {
      if (c.is_word("serial") || c.is_word("bigserial") || c.is_word("smallserial")) {
        fact.add(Flag::not_null);
        fact.add(Flag::rewrites_table);
      }
    }
  }
  if (identity && !null) fact.add(Flag::not_null);
}

void Recogniser::alter_table(const Statement& s, Cursor c) {
  if (c.is(kw_all) && c.is(kw_in, 1)) {  // ALTER TABLE ALL IN TABLESPACE
    alter_fact(s, {}, Action::define, s.first);
    return;
  }
  c.take(kw_only);
  const Name table = name(c);
  if (c.is_sign("*")) c.advance();
  const std::size_t before = script_.facts.size();
  switch (dialect_) {
    case Dialect::postgresql: alter_table_postgresql(s, table, c); break;
    case Dialect::mssql: alter_table_mssql(s, table, c); break;
    case Dialect::oracle: alter_table_oracle(s, table, c); break;
  }
  if (script_.facts.size() == before) alter_fact(s, table, Action::define, s.first);
}

void Recogniser::alter_table_postgresql(const Statement& s, const Name& table, Cursor c) {
  while (!c.done() && !full()) {
    std::uint32_t end = c.pos();
    while (end < c.last() && !c.at(end).is(TokenKind::comma)) end = c.behind_group(end);
    Cursor a = c.range(c.pos(), end);
    const std::uint32_t at = a.pos();
    const auto simple = [&](Action action) -> Fact& { return alter_fact(s, table, action, at); };
    switch (a.peek().keyword) {
      case kw_add: {
        a.advance();
        if (const auto constraint = constraint_start(a)) {
          Fact& fact = simple(*constraint);
          if (a.take(kw_constraint)) {
            fact.members.push_back(normalised(a.peek()));
            fact.add(Flag::named);
          }
          if (a.find(kw_valid) < a.last()) fact.add(Flag::not_valid);
          break;
        }
        a.take(kw_column);
        if (a.is(kw_if) && a.is(kw_not, 1)) a.advance(3);
        added_column(s, table, a);
        break;
      }
      case kw_drop: {
        a.advance();
        const bool constraint = a.take(kw_constraint);
        if (!constraint) a.take(kw_column);
        a.take(kw_if, kw_exists);
        Fact& fact = alter_fact(s, table, constraint ? Action::drop_constraint : Action::drop_column, constraint ? at : a.pos());
        if (constraint) {
          fact.members.push_back(normalised(a.peek()));
        } else {
          fact.column = {normalised(a.peek()), span_of(a.pos(), a.pos() + 1)};
          fact.written_column = spelling(a.peek());
        }
        if (a.find(kw_cascade) < a.last()) fact.add(Flag::cascade);
        break;
      }
      case kw_alter: {
        a.advance();
        if (a.take(kw_constraint)) {
          simple(Action::define);
          break;
        }
        a.take(kw_column);
        const std::uint32_t column = a.pos();
        a.advance();
        Action action = Action::define;
        const bool type = a.is(kw_type) || (a.is(kw_set) && a.is(kw_data, 1));
        const bool null = (a.is(kw_set) || a.is(kw_drop)) && a.is(kw_not, 1);
        if (type) action = Action::column_type;
        else if (null) action = Action::column_nullability;
        else if (a.is(kw_default, 1)) action = Action::column_default;
        Fact& fact = alter_fact(s, table, action, action == Action::column_type || action == Action::column_nullability ? column : at);
        if (null && a.is(kw_set)) fact.add(Flag::not_null);
        fact.column = {normalised(a.at(column)), span_of(column, column + 1)};
        fact.written_column = spelling(a.at(column));
        if (type) fact.add(Flag::rewrites_table);
        if (!type && a.find(kw_restart) < a.last()) {
          fact.verb = Verb::sequence_value;
          fact.action = Action::none;
        }
        break;
      }
      case kw_rename: {
        a.advance();
        ObjectKind kind = ObjectKind::column;
        if (a.is(kw_to)) kind = ObjectKind::table;
        if (a.take(kw_constraint)) kind = ObjectKind::constraint;
        Fact& fact = add(Verb::rename, s, at, kind);
        fact.names.push_back(table);
        if (kind == ObjectKind::column) {
          a.take(kw_column);
          fact.column = {normalised(a.peek()), span_of(a.pos(), a.pos() + 1)};
          fact.written_column = spelling(a.peek());
        } else if (kind == ObjectKind::constraint) {
          fact.members.push_back(normalised(a.peek()));
        }
        a.move_to(a.find(kw_to));
        a.advance();
        const Name to = name(a);
        script_.facts.back().new_name = to;
        break;
      }
      case kw_attach:
      case kw_detach: {
        const bool detach = a.is(kw_detach);
        a.advance();
        a.take(kw_partition);
        Fact& fact = simple(Action::partition);
        const Name other = name(a);
        script_.facts.back().other_name = other;
        if (detach && a.is(kw_concurrently)) fact.add(Flag::no_transaction);
        end = c.last();  // FOR VALUES ... has no comma outside brackets, but WITH (...) lists might
        break;
      }
      case kw_owner: add(Verb::change_owner, s, at, ObjectKind::table).names.push_back(table); break;
      case kw_validate: {
        Fact& fact = add(Verb::validate, s, at, ObjectKind::constraint);
        fact.names.push_back(table);
        break;
      }
      case kw_enable:
      case kw_disable: {
        const bool enable = a.is(kw_enable);
        a.advance();
        if (!a.take(kw_replica)) a.take(kw_always);
        if (a.is(kw_row)) {
          simple(Action::define);
          break;
        }
        const ObjectKind kind = a.is(kw_rule) ? ObjectKind::rule : ObjectKind::trigger;
        a.advance();
        Fact& fact = add(enable ? Verb::enable : Verb::disable, s, at, kind);
        fact.names.push_back(table);
        if (!a.is(kw_all) && !a.is(kw_user) && !a.done()) fact.members.push_back(normalised(a.peek()));
        break;
      }
      default: simple(Action::define); break;
    }
    c.move_to(end);
    c.advance();
  }
}

void Recogniser::alter_table_mssql(const Statement& s, const Name& table, Cursor c) {
  bool no_check = false;
  std::uint32_t at = c.pos();
  if (c.is(kw_with) && (c.is(kw_check, 1) || c.is(kw_nocheck, 1))) {
    no_check = c.is(kw_nocheck, 1);
    c.advance(2);
  }
  if (!c.is(kw_check) && !c.is(kw_nocheck)) at = c.pos();
  switch (c.peek().keyword) {
    case kw_add: {
      c.advance();
      for (bool first = true; !c.done() && !full(); first = false) {
        std::uint32_t end = c.pos();
        while (end < c.last() && !c.at(end).is(TokenKind::comma)) end = c.behind_group(end);
        Cursor a = c.range(c.pos(), end);
        if (a.is_word("period") && a.is(kw_for, 1)) {
          alter_fact(s, table, Action::define, at);
        } else if (const auto constraint = constraint_start(a)) {
          // ADD begins the first item; the others begin with their own word.
          Fact& fact = alter_fact(s, table, *constraint, first ? at : a.pos());
          if (a.take(kw_constraint)) {
            fact.members.push_back(normalised(a.peek()));
            fact.add(Flag::named);
          }
          if (no_check) fact.add(Flag::not_valid);
        } else {
          added_column(s, table, a);
        }
        c.move_to(end);
        c.advance();
      }
      return;
    }
    case kw_drop: {
      c.advance();
      // DROP CONSTRAINT a, COLUMN b, c: the word holds until the next one.
      bool column = false;
      while (!c.done() && !full()) {
        if (c.is_word("period")) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        if (c.take(kw_constraint)) column = false;
        else if (c.take(kw_column)) column = true;
        c.take(kw_if, kw_exists);
        if (c.done()) break;
        Fact& fact = alter_fact(s, table, column ? Action::drop_column : Action::drop_constraint, column ? c.pos() : at);
        if (column) {
          fact.column = {normalised(c.peek()), span_of(c.pos(), c.pos() + 1)};
          fact.written_column = spelling(c.peek());
        } else {
          fact.members.push_back(normalised(c.peek()));
        }
        while (!c.done() && !c.is(TokenKind::comma)) c.skip();
        c.advance();
      }
      return;
    }
    case kw_alter: {
      c.advance();
      c.take(kw_column);
      const std::uint32_t column = c.pos();
      const auto fill = [&](Fact& fact) {
        fact.column = {normalised(c.at(column)), span_of(column, column + 1)};
        fact.written_column = spelling(c.at(column));
      };
      c.advance();
      if (c.is(kw_add) || c.is(kw_drop)) {  // ROWGUIDCOL, PERSISTED, MASKED, ...
        fill(alter_fact(s, table, Action::define, at));
        return;
      }
      bool stated = false, not_null = false;
      for (Cursor rest = c; !rest.done(); rest.skip()) {
        if (!rest.is(kw_null)) continue;
        stated = true;
        not_null = rest.at(rest.pos() - 1).is(kw_not);
      }
      Fact& type = alter_fact(s, table, Action::column_type, column);
      fill(type);
      type.add(Flag::rewrites_table);
      if (!stated) type.add(Flag::null_not_stated);
      if (stated) {
        Fact& nullability = alter_fact(s, table, Action::column_nullability, column);
        fill(nullability);
        if (not_null) nullability.add(Flag::not_null);
      }
      return;
    }
    case kw_check:
    case kw_nocheck: {
      Fact& fact = add(c.is(kw_check) ? Verb::enable : Verb::disable, s, at, ObjectKind::constraint);
      fact.names.push_back(table);
      c.advance();
      c.take(kw_constraint);
      while (!c.done() && !c.is(kw_all)) {
        if (c.peek().is_name()) fact.members.push_back(normalised(c.peek()));
        c.advance();
      }
      return;
    }
    case kw_enable:
    case kw_disable: {
      const bool enable = c.is(kw_enable);
      c.advance();
      if (!c.take(kw_trigger)) {
        alter_fact(s, table, Action::define, at);
        return;
      }
      Fact& fact = add(enable ? Verb::enable : Verb::disable, s, at, ObjectKind::trigger);
      fact.names.push_back(table);
      while (!c.done() && !c.is(kw_all)) {
        if (c.peek().is_name()) fact.members.push_back(normalised(c.peek()));
        c.advance();
      }
      return;
    }
    case kw_switch: {
      alter_fact(s, table, Action::partition, at);
      c.move_to(c.find(kw_to));
      c.advance();
      const Name other = name(c);
      script_.facts.back().other_name = other;
      return;
    }
    case kw_rebuild: {
      alter_fact(s, table, Action::define, at);
      return;
    }
    default: alter_fact(s, table, Action::define, at); return;
  }
}

}  // namespace backstay::sql
