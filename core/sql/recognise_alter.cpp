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

void Recogniser::rename_fact(const Statement& s, const Name& from, const Name& to, ObjectKind kind, std::uint32_t anchor) {
  Fact& fact = add(Verb::rename, s, anchor, kind);
  fact.names.push_back(from);
  fact.new_name = to;
}

// ALTER SCHEMA s TRANSFER [TYPE::]object: the object moves, and its kind is not said.
void Recogniser::transfer_to_schema(const Statement& s, Cursor c) {
  c.advance();
  name(c);
  if (c.is_word("transfer")) c.advance();
  ObjectKind kind = ObjectKind::table;
  if (c.is_sign("::", 1)) {
    if (c.is(kw_type)) kind = ObjectKind::type;
    c.advance(2);
  }
  Fact& fact = add(Verb::alter, s, s.first, kind);
  fact.action = Action::define;
  fact.names.push_back(name(c));
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
  if (dialect_ == Dialect::mssql && c.is(kw_schema)) {
    transfer_to_schema(s, c);
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
      Name index;
      if (!c.is(kw_on)) index = name(c);
      Name table;
      if (c.take(kw_on)) table = name(c);
      if (c.is(kw_rename)) {
        c.advance();
        c.take(kw_to);
        rename_fact(s, index, name(c), kind, at);
        script_.facts.back().on = table;
        break;
      }
      const bool upkeep = c.is(kw_rebuild) || c.is(kw_reorganize) || c.is_word("coalesce") || c.is_word("resume") ||
                          c.is_word("pause") || c.is_word("abort");
      Fact& fact = add(upkeep ? Verb::maintenance : Verb::alter, s, at, kind);
      fact.action = upkeep ? Action::none : Action::define;
      fact.names.push_back(index);
      fact.on = table;
      if (fulltext) fact.add(Flag::no_transaction);
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

}  // namespace backstay::sql
