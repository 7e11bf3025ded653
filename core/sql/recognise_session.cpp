// Transactions, settings, privileges, comments, and T-SQL's administrative statements.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {

void Recogniser::begin_transaction(const Statement& s, Cursor c) {
  Fact& fact = add(Verb::begin_transaction, s, s.first);
  while (c.is_any({kw_begin, kw_start, kw_tran, kw_transaction, kw_work, kw_distributed})) c.advance();
  if (dialect_ == Dialect::mssql && starts_name(c) && !c.is(kw_with)) fact.detail = normalised(c.peek());
}

void Recogniser::end_transaction(const Statement& s, Cursor c) {
  const bool commit = c.is(kw_commit) || c.is(kw_end);
  Fact& fact = add(commit ? Verb::commit : Verb::rollback, s, c.pos());
  c.advance();
  while (c.is_any({kw_tran, kw_transaction, kw_work})) c.advance();
  if (c.is(kw_prepared)) return;
  if (c.take(kw_to)) {
    c.take(kw_savepoint);
    fact.verb = Verb::rollback_to;
    fact.detail = normalised(c.peek());
    return;
  }
  if (dialect_ == Dialect::mssql && starts_name(c) && !c.is(kw_with)) fact.detail = normalised(c.peek());
}

void Recogniser::grant(const Statement& s, Cursor c) {
  const bool revoke = c.is(kw_revoke);
  Fact fact = add(revoke ? Verb::revoke : Verb::grant, s, c.pos());
  script_.facts.pop_back();
  const std::uint32_t on = c.find(kw_on);
  const std::uint32_t to = std::min(c.find(kw_to), revoke ? c.find(kw_from) : c.last());
  if (on < to) {
    c.move_to(on + 1);
    // ON TABLE a, b | ON ALL TABLES IN SCHEMA x | ON OBJECT::a
    if (dialect_ == Dialect::mssql && c.peek().is(TokenKind::word)) {
      Cursor type = c;
      while (type.peek().is(TokenKind::word) && !type.is_sign("::")) type.advance();
      if (type.is_sign("::")) {
        c = type;
        c.advance();
      }
    }
    const bool all = c.is(kw_all) && c.is(kw_in, 2);
    if (!all) {
      if (dialect_ == Dialect::postgresql || dialect_ == Dialect::oracle) {
        while (!c.is(TokenKind::dot, 1) && c.pos() + 1 < to &&
               c.is_any({kw_table, kw_function, kw_procedure, kw_routine, kw_sequence, kw_schema, kw_database, kw_type, kw_domain,
                         kw_language, kw_foreign, kw_data, kw_wrapper, kw_server, kw_tablespace, kw_large, kw_object, kw_directory,
                         kw_user, kw_edition, kw_java})) {
          c.advance();
        }
      }
      while (c.pos() < to && starts_name(c)) {
        fact.names.push_back(name(c));
        if (c.is(TokenKind::open)) c.skip();
        if (!c.take(TokenKind::comma)) break;
      }
    }
  }
  script_.facts.push_back(std::move(fact));
}

// COMMENT ON kind name IS ...; on a column: the table it belongs to.
void Recogniser::comment_on(const Statement& s, Cursor c) {
  Fact fact = add(Verb::comment, s, s.first);
  script_.facts.pop_back();
  c.advance();
  c.take(kw_on);
  const bool column = c.is(kw_column);
  if (column) {
    c.advance();
    fact.object = ObjectKind::column;
  } else {
    fact.object = object_kind(c);
  }
  if (starts_name(c)) {
    Name object = name(c);
    if (column && !object.schema.empty()) {
      object.name = object.schema;
      object.schema = object.database;
      object.database = object.server;
    }
    fact.names.push_back(object);
    if (c.take(kw_on) && starts_name(c)) fact.on = name(c);
  }
  script_.facts.push_back(std::move(fact));
}

// SET [SESSION | LOCAL] name {TO | =} value, RESET name.
void Recogniser::set_statement(const Statement& s, Cursor c) {
  Fact fact = add(Verb::set, s, s.first);
  script_.facts.pop_back();
  const bool reset = c.is(kw_reset);
  c.advance();
  if (reset) fact.add(Flag::resets);
  bool session = false;
  if (c.is(kw_session) && !c.is(kw_authorization, 1) && !c.is_word("characteristics", 1)) {
    session = true;
    c.advance();
  }
  (void)session;
  if (c.take(kw_local)) fact.add(Flag::local);
  if (c.is(kw_session) && c.is(kw_authorization, 1)) {
    fact.detail = "session_authorization";
    c.advance(2);
  } else if (c.is(kw_time) && c.is(kw_zone, 1)) {
    fact.detail = "timezone";
    c.advance(2);
  } else if (c.is(kw_schema) && c.is(TokenKind::literal, 1)) {
    fact.detail = "search_path";
    c.advance();
  } else if (c.is(kw_transaction) || c.is(kw_constraints) || c.is(kw_constraint)) {
    fact.detail = c.is(kw_transaction) ? "transaction" : "constraints";
    fact.add(Flag::local);  // both end with the transaction
    script_.facts.push_back(std::move(fact));
    return;
  } else {
    fact.detail = lowered(spelling(c.peek()));
    if (c.peek().is(TokenKind::quoted)) fact.detail = normalised(c.peek());
    c.advance();
    while (c.is(TokenKind::dot)) {
      const Token& part = c.peek(1);
      std::string whole(fact.detail);
      whole += '.';
      whole += lowered(spelling(part));
      fact.detail = keep(std::move(whole));
      c.advance(2);
    }
  }
  if (c.is(kw_to) || c.is_sign("=")) c.advance();
  if (c.is(kw_default)) {
    fact.add(Flag::resets);
  } else if (c.is(TokenKind::literal)) {
    fact.value = lowered(literal_value(c.peek()));
  } else {
    fact.value = lowered(spelling(c.peek()));
  }
  if (fact.detail == "role" && fact.value == "none") fact.add(Flag::resets);
  script_.facts.push_back(std::move(fact));
}

void Recogniser::alter_session(const Statement& s, Cursor c) {
  c.advance();
  Fact fact = add(Verb::set, s, s.first);
  script_.facts.pop_back();
  if (!c.take(kw_set)) {
    fact.detail = "session";
    fact.value = lowered(spelling(c.peek()));
    script_.facts.push_back(std::move(fact));
    return;
  }
  while (!c.done()) {
    fact.detail = lowered(spelling(c.peek()));
    c.advance();
    if (c.is_sign("=")) c.advance();
    fact.value = lowered(c.is(TokenKind::literal) ? literal_value(c.peek()) : spelling(c.peek()));
    c.advance();
    script_.facts.push_back(fact);
  }
}

void Recogniser::set_mssql(const Statement& s, Cursor c) {
  c.advance();
  if (c.is(TokenKind::parameter)) {  // SET @x = ..., SET @x += ...
    const std::string_view variable = lowered(spelling(c.peek()));
    c.advance();
    add(Verb::other, s, s.first);
    if (c.is_sign("=") || c.is_sign("+=")) {
      const bool appends = c.is_sign("+=");
      c.advance();
      scan_expressions({c.pos(), s.last, {}}, last_fact());
      assign(variable, c, appends);
    } else {
      assign_unknown(variable, false);
    }
    return;
  }
  if (c.is_word("identity_insert")) {
    c.advance();
    const Name table = name(c);
    Fact& fact = add(Verb::set, s, s.first);
    fact.detail = "identity_insert";
    fact.names.push_back(table);
    fact.value = c.is(kw_on) ? "on" : "off";
    if (c.is(kw_off)) fact.add(Flag::resets);
    return;
  }
  Fact& fact = add(Verb::set, s, s.first);
  fact.detail = lowered(spelling(c.peek()));
  c.move_to(c.last() > s.first ? c.last() - 1 : s.first);
  fact.value = lowered(spelling(c.peek()));
}

bool Recogniser::session(Statement& s, Cursor& c) {
  switch (c.peek().keyword) {
    case kw_begin:
    case kw_start: begin_transaction(s, c); return true;
    case kw_end:
    case kw_abort: {
      if (dialect_ != Dialect::postgresql) return false;
      end_transaction(s, c);
      if (c.is(kw_abort)) script_.facts.back().verb = Verb::rollback;
      return true;
    }
    case kw_savepoint: {
      Fact& fact = add(Verb::savepoint, s, s.first);
      fact.detail = normalised(c.peek(1));
      return true;
    }
    case kw_release: add(Verb::other, s, s.first); return true;
    case kw_set:
    case kw_reset: set_statement(s, c); return true;
    case kw_discard: {
      Fact& fact = add(Verb::maintenance, s, s.first);
      if (c.is(kw_all, 1)) fact.add(Flag::no_transaction);
      return true;
    }
    default: return false;
  }
}

bool Recogniser::dispatch_mssql(Statement& s, Cursor& c) {
  switch (c.peek().keyword) {
    case kw_exec:
    case kw_execute:
      if (c.is(kw_as, 1)) {
        Fact& fact = add(Verb::set, s, s.first);
        fact.detail = "execute_as";
        return true;
      }
      execute_mssql(s, c);
      return true;
    case kw_revert: {
      Fact& fact = add(Verb::set, s, s.first);
      fact.detail = "execute_as";
      fact.add(Flag::resets);
      return true;
    }
    case kw_deny: grant(s, c); return true;
    case kw_begin:
      if (c.is(kw_tran, 1) || c.is(kw_transaction, 1) || c.is(kw_distributed, 1)) begin_transaction(s, c);
      else add(Verb::other, s, s.first);
      return true;
    case kw_save: {
      Fact& fact = add(Verb::savepoint, s, s.first);
      fact.detail = normalised(c.peek(2));
      return true;
    }
    case kw_use: {
      Fact& fact = add(Verb::set, s, s.first);
      fact.detail = "database";
      fact.value = lowered(normalised(c.peek(1)));
      return true;
    }
    case kw_set: set_mssql(s, c); return true;
    case kw_declare: {
      add(Verb::other, s, s.first);
      const std::int32_t parent = last_fact();
      c.advance();
      // DECLARE @a int = 1, @b nvarchar(max) = N'...': each with its value, NULL when there is none.
      while (!c.done()) {
        if (!c.is(TokenKind::parameter)) break;
        const std::string_view variable = lowered(spelling(c.peek()));
        std::uint32_t end = c.pos();
        while (end < c.last() && !c.at(end).is(TokenKind::comma)) end = c.behind_group(end);
        Cursor a = c.range(c.pos(), end);
        while (!a.done() && !a.is_sign("=")) a.skip();
        if (a.done()) {
          variables_.erase(variable);
        } else {
          a.advance();
          assign(variable, a, false);
        }
        c.move_to(end);
        c.advance();
      }
      scan_expressions({s.first, s.last, {}}, parent);
      return true;
    }
    case kw_disable:
    case kw_enable: {
      if (!c.is(kw_trigger, 1)) return false;
      Fact fact = add(c.is(kw_enable) ? Verb::enable : Verb::disable, s, s.first, ObjectKind::trigger);
      script_.facts.pop_back();
      c.advance(2);
      while (!c.done() && !c.is(kw_on)) {
        if (c.is(kw_all)) {
          c.advance();
        } else if (starts_name(c)) {
          fact.members.push_back(name(c).name);
        } else {
          c.advance();
        }
      }
      if (c.take(kw_on) && !c.is(kw_all) && !c.is(kw_database)) fact.names.push_back(name(c));
      script_.facts.push_back(std::move(fact));
      return true;
    }
    case kw_bulk: {
      c.advance();
      c.take(kw_insert);
      const Name table = name(c);
      add(Verb::bulk_load, s, s.first).names.push_back(table);
      return true;
    }
    case kw_backup:
    case kw_restore: {
      Fact& fact = add(Verb::maintenance, s, s.first);
      fact.add(Flag::no_transaction);
      return true;
    }
    case kw_reconfigure: {
      Fact& fact = add(Verb::server_config, s, s.first);
      fact.detail = "RECONFIGURE";
      fact.add(Flag::no_transaction);
      return true;
    }
    case kw_shutdown:
    case kw_kill: add(Verb::server_config, s, s.first).detail = spelling(token(s.first)); return true;
    case kw_dbcc: {
      const std::string_view command = spelling(c.peek(1));
      const auto begins = [&](std::string_view with) { return command.size() >= with.size() && same_word(command.substr(0, with.size()), with); };
      c.advance(2);
      if (same_word(command, "checkident")) {
        Cursor arguments = c.inside();
        Name table;
        if (arguments.is(TokenKind::literal)) {
          table = name_in(literal_value(arguments.peek()), span_of(arguments.pos(), arguments.pos() + 1));
        } else {
          table = name(arguments);
        }
        const bool reseeds = c.inside().find(kw_noreseed) >= c.inside().last() && c.inside().find(kw_reseed) < c.inside().last();
        Fact& fact = add(reseeds ? Verb::sequence_value : Verb::other, s, s.first);
        fact.names.push_back(table);
        return true;
      }
      const bool harmless = begins("check") || begins("show") || same_word(command, "opentran");
      Fact& fact = add(harmless ? Verb::other : Verb::server_config, s, s.first);
      if (!harmless) fact.detail = keep("DBCC " + std::string(command));
      return true;
    }
    case kw_print:
    case kw_raiserror:
    case kw_throw:
      raise(s, c);
      return true;
    case kw_open: case kw_close: case kw_fetch: case kw_deallocate: case kw_return: case kw_break: case kw_continue:
    case kw_goto: case kw_waitfor: case kw_checkpoint: case kw_readtext: case kw_send: case kw_receive: case kw_end:
    case kw_setuser: case kw_move: case kw_get: case kw_lineno:
      add(Verb::other, s, s.first);
      if (c.is(kw_fetch)) {
        // FETCH ... INTO @a, @b: values from a query.
        c.move_to(c.find(kw_into));
        for (c.advance(); c.is(TokenKind::parameter); c.advance()) {
          assign_unknown(lowered(spelling(c.peek())), false);
          c.advance();
        }
      }
      return true;
    case kw_writetext:
    case kw_updatetext: {
      c.advance();
      c.take(kw_bulk);
      Name column = name(c);
      column.name = column.schema;
      column.schema = column.database;
      column.database = column.server;
      add(Verb::update, s, s.first).names.push_back(column);
      script_.facts.back().where = Where::current_of;
      return true;
    }
    case kw_add: {  // ADD SIGNATURE TO
      Fact& fact = add(Verb::alter, s, s.first, ObjectKind::other);
      fact.action = Action::define;
      return true;
    }
    default: return false;
  }
}

}  // namespace backstay::sql
