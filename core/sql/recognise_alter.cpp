// ALTER: one fact per action, at the place of the action.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

bool is_entity(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::view:
    case ObjectKind::materialized_view:
    case ObjectKind::function:
    case ObjectKind::procedure:
    case ObjectKind::aggregate:
    case ObjectKind::routine:
    case ObjectKind::package:
    case ObjectKind::trigger:
    case ObjectKind::rule:
    case ObjectKind::type:
    case ObjectKind::domain:
    case ObjectKind::synonym: return true;
    default: return false;
  }
}

}  // namespace

Fact& Recogniser::alter_fact(const Statement& s, const Name& table, Action action, std::uint32_t anchor) {
  Fact& fact = add(Verb::alter, s, anchor, ObjectKind::table);
  fact.action = action;
  fact.names.push_back(table);
  return fact;
}

void Recogniser::rename_fact(const Statement& s, const Name& from, const Name& to, ObjectKind kind, std::uint32_t anchor) {
  Fact& fact = add(Verb::rename, s, anchor, kind);
  fact.names.push_back(from);
  fact.new_name = to;
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

bool Recogniser::alter(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  c.advance();
  if (c.is(kw_session)) {
    alter_session(s, c);
    return true;
  }
  if (c.is(kw_system)) {
    add(Verb::server_config, s, at).detail = "ALTER SYSTEM";
    if (dialect_ == Dialect::postgresql) script_.facts.back().add(Flag::no_transaction);
    return true;
  }
  if (c.is(kw_default) && c.is_word("privileges", 1)) {
    add(Verb::change_owner, s, at);
    return true;
  }
  if (c.is(kw_authorization)) {
    Fact& fact = add(Verb::change_owner, s, at);
    c.advance();
    c.take(kw_on);
    Cursor target = c;
    if (target.is(TokenKind::word) && target.is_sign("::", 1)) target.advance(2);
    fact.names.push_back(name(target));
    return true;
  }
  if (c.is(kw_server) && c.is(kw_configuration, 1)) {
    add(Verb::server_config, s, at).detail = "ALTER SERVER CONFIGURATION";
    return true;
  }
  while (c.is(kw_editionable) || c.is(kw_noneditionable) || c.is(kw_shared)) c.advance();
  const bool fulltext = c.is(kw_fulltext);
  const ObjectKind kind = object_kind(c);
  if (kind == ObjectKind::unknown) return false;
  bool if_exists = c.take(kw_if, kw_exists);
  if (is_entity(kind)) {
    alter_entity(s, c, kind);
    return true;
  }
  switch (kind) {
    case ObjectKind::table: alter_table(s, c); break;
    case ObjectKind::sequence: alter_sequence(s, c); break;
    case ObjectKind::database: {
      Fact& fact = add(Verb::server_config, s, at);
      fact.detail = "ALTER DATABASE";
      const bool tablespace = c.find(kw_tablespace) < c.last();
      if (dialect_ == Dialect::mssql || (dialect_ == Dialect::postgresql && tablespace)) fact.add(Flag::no_transaction);
      break;
    }
    case ObjectKind::index: {
      const Name index = name(c);
      Name table;
      if (c.take(kw_on)) table = name(c);
      if (c.is(kw_rename)) {
        c.advance();
        c.take(kw_to);
        rename_fact(s, index, name(c), kind, c.last() > at + 1 ? at : at);
        script_.facts.back().on = table;
        break;
      }
      const bool upkeep = c.is(kw_rebuild) || c.is(kw_reorganize) || c.is_word("coalesce") || c.is_word("resume") ||
                          c.is_word("pause") || c.is_word("abort");
      Fact& fact = add(upkeep ? Verb::maintenance : Verb::alter, s, at, kind);
      fact.action = upkeep ? Action::none : Action::define;
      fact.names.push_back(index);
      fact.on = table;
      if (c.is(kw_attach)) fact.action = Action::partition;
      break;
    }
    case ObjectKind::partition_scheme: {
      Fact& fact = add(Verb::alter, s, at, kind);
      fact.action = Action::partition;
      fact.names.push_back(name(c));
      break;
    }
    case ObjectKind::policy: {
      const Name policy = name(c);
      Name table;
      if (c.take(kw_on)) table = name(c);
      if (c.is(kw_rename)) {
        rename_fact(s, policy, {}, kind, at);
      } else {
        Fact& fact = add(Verb::alter, s, at, kind);
        fact.action = Action::define;
        fact.names.push_back(policy);
      }
      script_.facts.back().on = table;
      break;
    }
    default: {
      if (starts_name(c)) {
        const Name object = name(c);
        if (c.is(kw_owner) && c.is(kw_to, 1)) {
          add(Verb::change_owner, s, at, kind).names.push_back(object);
          break;
        }
        if (c.is(kw_rename) && c.is(kw_to, 1)) {
          c.advance(2);
          rename_fact(s, object, name(c), kind, at);
          break;
        }
        Fact& fact = add(Verb::alter, s, at, kind);
        fact.action = Action::define;
        fact.names.push_back(object);
      } else {
        add(Verb::alter, s, at, kind).action = Action::define;
      }
      if (fulltext) script_.facts.back().add(Flag::no_transaction);
      if (kind == ObjectKind::server || kind == ObjectKind::database_link) external_token(s, at);
      break;
    }
  }
  if (if_exists && !script_.facts.empty()) script_.facts.back().add(Flag::if_exists);
  return true;
}

void Recogniser::alter_entity(const Statement& s, Cursor c, ObjectKind kind) {
  const std::uint32_t at = s.first;
  const Name entity = name(c);
  std::string_view signature;
  if (c.is(TokenKind::open) && c.peek().partner != no_partner) {
    signature = stream().text.substr(c.peek().end, token(c.peek().partner).begin - c.peek().end);
    if (dialect_ == Dialect::postgresql) c.skip();
  }
  Name table;
  if (kind == ObjectKind::trigger && c.is(kw_on)) {
    c.advance();
    table = name(c);
  }
  Fact fact = add(Verb::alter, s, at, kind);
  script_.facts.pop_back();
  fact.action = Action::define;
  fact.names.push_back(entity);
  fact.on = table;
  fact.signature = signature;
  switch (c.peek().keyword) {
    case kw_owner: fact.verb = Verb::change_owner; break;
    case kw_compile: fact.verb = Verb::validate; break;
    case kw_enable:
    case kw_disable:
      if (kind == ObjectKind::trigger && dialect_ == Dialect::oracle) {
        fact.verb = c.is(kw_enable) ? Verb::enable : Verb::disable;
        fact.members.push_back(entity.name);
        fact.names.clear();
      } else if (kind == ObjectKind::trigger && dialect_ == Dialect::postgresql) {
        fact.verb = c.is(kw_enable) ? Verb::enable : Verb::disable;  // event triggers
        fact.members.push_back(entity.name);
        fact.names.clear();
      }
      break;
    case kw_rename: {
      c.advance();
      // Columns of views are renamed like the view; values and attributes of types belong to the type.
      if (c.is(kw_value) || c.is(kw_attribute)) break;
      fact.verb = Verb::rename;
      if (c.take(kw_column)) {
        fact.object = ObjectKind::column;
        fact.column = {normalised(c.peek()), span_of(c.pos(), c.pos() + 1)};
      } else if (!c.is(kw_to)) {
        fact.object = ObjectKind::column;
        fact.column = {normalised(c.peek()), span_of(c.pos(), c.pos() + 1)};
      }
      c.move_to(c.find(kw_to));
      c.advance();
      fact.new_name = name(c);
      if (fact.object == ObjectKind::column) fact.object = kind;
      break;
    }
    case kw_add:
      if (c.is(kw_value, 1)) fact.action = Action::add_enum_value;
      break;
    default: break;
  }
  script_.facts.push_back(std::move(fact));
}

void Recogniser::alter_sequence(const Statement& s, Cursor c) {
  const Name sequence = name(c);
  if (c.is(kw_owner)) {
    add(Verb::change_owner, s, s.first, ObjectKind::sequence).names.push_back(sequence);
  } else if (c.is(kw_rename)) {
    c.advance();
    c.take(kw_to);
    rename_fact(s, sequence, name(c), ObjectKind::sequence, s.first);
  } else {
    Fact& fact = add(Verb::alter, s, s.first, ObjectKind::sequence);
    fact.action = Action::define;
    fact.names.push_back(sequence);
  }
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

void Recogniser::alter_table_oracle(const Statement& s, const Name& table, Cursor c) {
  // Actions follow each other without commas: ADD (...) MODIFY (...) DROP COLUMN ...
  const auto columns = [&](Cursor list, const auto& each) {
    while (!list.done() && !full()) {
      std::uint32_t end = list.pos();
      while (end < list.last() && !list.at(end).is(TokenKind::comma)) end = list.behind_group(end);
      each(list.range(list.pos(), end));
      list.move_to(end);
      list.advance();
    }
  };
  const auto action_start = [&](const Cursor& at) {
    return at.is(kw_add) || at.is(kw_modify) || at.is(kw_drop) || at.is(kw_rename) || at.is(kw_enable) || at.is(kw_disable);
  };
  const auto skip_rest = [&] {
    while (!c.done() && !action_start(c)) c.skip();
  };
  while (!c.done() && !full()) {
    const std::uint32_t at = c.pos();
    switch (c.peek().keyword) {
      case kw_add: {
        c.advance();
        // A new partition is empty: no rows move.
        if (c.is(kw_partition) || c.is(kw_subpartition) || c.is(kw_supplemental)) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        bool first = true;
        const auto one = [&](Cursor a) {
          if (const auto constraint = constraint_start(a)) {
            Fact& fact = alter_fact(s, table, *constraint, first ? at : a.pos());
            if (a.take(kw_constraint)) {
              fact.members.push_back(normalised(a.peek()));
              fact.add(Flag::named);
            }
            if (a.find(kw_novalidate) < a.last()) fact.add(Flag::not_valid);
          } else {
            added_column(s, table, a);
          }
          first = false;
        };
        if (c.is(TokenKind::open)) {
          columns(c.inside(), one);
          c.skip();
        } else {
          // One column or constraint; DISABLE and ENABLE behind a constraint are its state.
          c.take(kw_column);
          const bool constraint = constraint_start(c).has_value();
          std::uint32_t end = c.pos() + 1;
          while (end < c.last() && !c.at(end).is(kw_add) && !c.at(end).is(kw_modify) && !(c.at(end).is(kw_drop) && !constraint)) {
            end = c.behind_group(end);
          }
          one(c.range(c.pos(), end));
          c.move_to(end);
        }
        continue;
      }
      case kw_modify: {
        c.advance();
        if (c.is(kw_constraint) || (c.is(kw_primary) && c.is(kw_key, 1)) || (c.is(kw_unique) && c.is(TokenKind::open, 1))) {
          const bool disable = c.find(kw_disable) < c.last();
          const bool enable = c.find(kw_enable) < c.last() || c.find(kw_validate) < c.last();
          if (!disable && !enable) {
            alter_fact(s, table, Action::define, at);
          } else {
            Fact& fact = add(disable ? Verb::disable : Verb::enable, s, at, ObjectKind::constraint);
            fact.names.push_back(table);
            if (c.take(kw_constraint)) fact.members.push_back(normalised(c.peek()));
          }
          return;
        }
        if (c.is(kw_partition) || c.is(kw_subpartition) || c.is(kw_default) || c.is_word("lob") || c.is_word("nested")) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        const auto one = [&](Cursor a) {
          if (a.done()) return;
          const std::uint32_t column = a.pos();
          const auto fill = [&](Action action) -> Fact& {
            Fact& fact = alter_fact(s, table, action, column);
            fact.column = {normalised(a.at(column)), span_of(column, column + 1)};
            fact.written_column = spelling(a.at(column));
            return fact;
          };
          a.advance();
          // A type follows unless the next word already belongs to a property.
          const bool type = a.peek().is(TokenKind::word) && !a.is_any({kw_not, kw_null, kw_default, kw_constraint, kw_primary, kw_unique,
                                                                      kw_check, kw_references, kw_visible, kw_invisible, kw_generated,
                                                                      kw_encrypt, kw_decrypt, kw_drop, kw_collate, kw_enable, kw_disable});
          bool property = false;
          if (type) fill(Action::column_type).add(Flag::rewrites_table);
          for (; !a.done(); a.skip()) {
            if (a.is(kw_null) && !a.at(a.pos() - 1).is(kw_default)) {
              const bool not_null = a.at(a.pos() - 1).is(kw_not);
              Fact& fact = fill(Action::column_nullability);
              if (not_null) fact.add(Flag::not_null);
              property = true;
            }
          }
          if (!type && !property) fill(Action::column_default).anchor = span_of(at, at + 1);
        };
        if (c.is(TokenKind::open)) {
          columns(c.inside(), one);
          c.skip();
        } else {
          std::uint32_t end = c.pos() + 1;
          while (end < c.last() && !c.at(end).is(kw_add) && !c.at(end).is(kw_modify)) end = c.behind_group(end);
          one(c.range(c.pos(), end));
          c.move_to(end);
        }
        continue;
      }
      case kw_set:
      case kw_drop: {
        const bool set = c.is(kw_set);
        c.advance();
        if (set && !c.take(kw_unused)) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        if (c.is(kw_partition) || c.is(kw_subpartition)) {
          Fact& fact = add(Verb::truncate, s, at, ObjectKind::table);
          fact.names.push_back(table);
          return;
        }
        if (c.is(kw_unused)) {  // DROP UNUSED COLUMNS
          alter_fact(s, table, Action::define, at);
          return;
        }
        if (c.is(kw_constraint) || (c.is(kw_primary) && c.is(kw_key, 1)) || (c.is(kw_unique) && c.is(TokenKind::open, 1))) {
          Fact& fact = alter_fact(s, table, Action::drop_constraint, at);
          if (c.take(kw_constraint)) fact.members.push_back(normalised(c.peek()));
          c.advance();
          while (!c.done() && !action_start(c)) {
            if (c.is(kw_cascade)) fact.add(Flag::cascade);
            c.skip();
          }
          continue;
        }
        const std::size_t before = script_.facts.size();
        const auto one = [&](Cursor a) {
          Fact& fact = alter_fact(s, table, Action::drop_column, a.pos());
          fact.column = {normalised(a.peek()), span_of(a.pos(), a.pos() + 1)};
          fact.written_column = spelling(a.peek());
        };
        if (c.is(TokenKind::open)) {
          columns(c.inside(), one);
          c.skip();
        } else {
          c.take(kw_column);
          c.take(kw_columns);
          if (c.is(TokenKind::open)) {
            columns(c.inside(), one);
            c.skip();
          } else if (!c.done()) {
            one(c.range(c.pos(), c.pos() + 1));
            c.advance();
          }
        }
        while (!c.done() && !action_start(c)) {
          if (c.is(kw_cascade)) {
            for (std::size_t i = before; i < script_.facts.size(); ++i) script_.facts[i].add(Flag::cascade);
          }
          c.skip();
        }
        continue;
      }
      case kw_rename: {
        c.advance();
        ObjectKind kind = ObjectKind::table;
        if (c.take(kw_column)) kind = ObjectKind::column;
        else if (c.take(kw_constraint)) kind = ObjectKind::constraint;
        else if (c.is(kw_partition) || c.is(kw_subpartition)) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        Fact& fact = add(Verb::rename, s, at, kind);
        fact.names.push_back(table);
        if (kind == ObjectKind::column) {
          fact.column = {normalised(c.peek()), span_of(c.pos(), c.pos() + 1)};
          fact.written_column = spelling(c.peek());
        } else if (kind == ObjectKind::constraint) {
          fact.members.push_back(normalised(c.peek()));
        }
        c.move_to(c.find(kw_to));
        c.advance();
        const Name to = name(c);
        script_.facts.back().new_name = to;
        skip_rest();
        continue;
      }
      case kw_truncate: {
        Fact& fact = add(Verb::truncate, s, at, ObjectKind::table);
        fact.names.push_back(table);
        if (c.find(kw_cascade) < c.last()) fact.add(Flag::cascade);
        return;
      }
      case kw_exchange:
      case kw_split:
      case kw_merge:
      case kw_coalesce: {
        alter_fact(s, table, Action::partition, at);
        const std::uint32_t with = c.find(kw_with);
        if (with < c.last() && c.at(with + 1).is(kw_table)) {
          c.move_to(with + 2);
          const Name other = name(c);
          script_.facts.back().other_name = other;
        }
        return;
      }
      case kw_enable:
      case kw_disable: {
        const bool enable = c.is(kw_enable);
        c.advance();
        while (c.is(kw_validate) || c.is(kw_novalidate)) c.advance();
        if (c.is(kw_all) && c.is(kw_triggers, 1)) {
          add(enable ? Verb::enable : Verb::disable, s, at, ObjectKind::trigger).names.push_back(table);
          return;
        }
        if (c.is(kw_constraint) || c.is(kw_primary) || c.is(kw_unique)) {
          Fact& fact = add(enable ? Verb::enable : Verb::disable, s, at, ObjectKind::constraint);
          fact.names.push_back(table);
          if (c.take(kw_constraint)) fact.members.push_back(normalised(c.peek()));
          c.advance();
          skip_rest();
          continue;
        }
        alter_fact(s, table, Action::define, at);
        return;
      }
      default:
        alter_fact(s, table, Action::define, at);
        return;
    }
  }
}

}  // namespace backstay::sql
