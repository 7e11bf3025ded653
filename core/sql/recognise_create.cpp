// CREATE and DROP of everything, SELECT INTO excepted.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

// Oracle's ONLINE, T-SQL's WITH (..., ONLINE = ON).
bool builds_online(Cursor c) {
  for (; !c.done(); c.advance()) {
    if (c.is(kw_online) && !(c.is_sign("=", 1) && c.is(kw_off, 2))) return true;
  }
  return false;
}

}  // namespace

// The object words behind CREATE, ALTER or DROP; the cursor ends behind them. unknown: no such kind.
ObjectKind Recogniser::object_kind(Cursor& c) {
  const Keyword k = c.peek().keyword;
  const auto take = [&](std::uint32_t words, ObjectKind kind) {
    c.advance(words);
    return kind;
  };
  switch (k) {
    case kw_table: return take(1, ObjectKind::table);
    case kw_view: return take(1, ObjectKind::view);
    case kw_materialized:
      if (c.is(kw_view, 1) && c.is(kw_log, 2)) return take(3, ObjectKind::other);
      return take(2, c.is(kw_zone, 1) ? ObjectKind::other : ObjectKind::materialized_view);
    case kw_snapshot: return take(1, ObjectKind::materialized_view);
    case kw_function: return take(1, ObjectKind::function);
    case kw_proc:
    case kw_procedure: return take(1, ObjectKind::procedure);
    case kw_aggregate: return take(1, ObjectKind::aggregate);
    case kw_routine: return take(1, ObjectKind::routine);
    case kw_package: return take(c.is(kw_body, 1) ? 2 : 1, ObjectKind::package);
    case kw_trigger: return take(1, ObjectKind::trigger);
    case kw_event:
      if (c.is(kw_trigger, 1)) return take(2, ObjectKind::trigger);
      return take(c.is(kw_session, 1) || c.is(kw_notification, 1) ? 2 : 1, ObjectKind::other);
    case kw_rule: return take(1, dialect_ == Dialect::postgresql ? ObjectKind::rule : ObjectKind::other);
    case kw_type: return take(c.is(kw_body, 1) ? 2 : 1, ObjectKind::type);
    case kw_synonym: return take(1, ObjectKind::synonym);
    case kw_public:
      if (c.is(kw_synonym, 1)) return take(2, ObjectKind::synonym);
      if (c.is(kw_database, 1) && c.is(kw_link, 2)) return take(3, ObjectKind::database_link);
      return ObjectKind::unknown;
    case kw_private:
      if (c.is(kw_synonym, 1)) return take(2, ObjectKind::synonym);
      return ObjectKind::unknown;
    case kw_index: return take(1, ObjectKind::index);
    case kw_sequence: return take(1, ObjectKind::sequence);
    case kw_domain: return take(1, ObjectKind::domain);
    case kw_policy: return take(1, ObjectKind::policy);
    case kw_statistics: return take(1, ObjectKind::statistics);
    case kw_schema: return take(1, ObjectKind::schema);
    case kw_database:
      if (c.is(kw_link, 1)) return take(2, ObjectKind::database_link);
      if (c.is(kw_audit, 1)) return take(3, ObjectKind::other);
      if (c.is(kw_scoped, 1)) return take(2, c.is(kw_configuration, 2) ? ObjectKind::database : ObjectKind::other);
      if (c.is(kw_encryption, 1)) return take(3, ObjectKind::other);
      return take(1, ObjectKind::database);
    case kw_pluggable: return take(2, ObjectKind::database);
    case kw_controlfile:
    case kw_diskgroup: return take(1, ObjectKind::other);
    case kw_tablespace: return take(1, ObjectKind::tablespace);
    case kw_bigfile:
    case kw_smallfile: return take(2, ObjectKind::tablespace);
    case kw_undo: return take(2, ObjectKind::tablespace);
    case kw_temporary:
      if (c.is(kw_tablespace, 1)) return take(2, ObjectKind::tablespace);
      return ObjectKind::unknown;
    case kw_extension: return take(1, ObjectKind::extension);
    case kw_owned: return take(2, ObjectKind::owned_by);
    case kw_user:
      if (c.is(kw_mapping, 1)) return take(2, ObjectKind::server);
      return take(1, ObjectKind::user);
    case kw_role:
    case kw_group: return take(1, ObjectKind::role);
    case kw_application: return take(2, ObjectKind::role);
    case kw_login: return take(1, ObjectKind::login);
    case kw_profile: return take(1, ObjectKind::profile);
    case kw_server:
      if (c.is(kw_role, 1)) return take(2, ObjectKind::role);
      if (c.is(kw_audit, 1)) return take(c.is(kw_specification, 2) ? 3 : 2, ObjectKind::other);
      return take(1, ObjectKind::server);
    case kw_foreign:
      if (c.is(kw_table, 1)) return take(2, ObjectKind::table);
      if (c.is(kw_data, 1)) return take(3, ObjectKind::server);
      return ObjectKind::unknown;
    case kw_external:
      if (c.is(kw_table, 1)) return take(2, ObjectKind::table);
      return take(c.is(kw_data, 1) || c.is(kw_file, 1) ? 3 : 2, ObjectKind::other);
    case kw_queue:
    case kw_service:
    case kw_contract:
    case kw_route: return take(1, ObjectKind::job_queue);
    case kw_message: return take(2, ObjectKind::job_queue);
    case kw_remote: return take(3, ObjectKind::job_queue);
    case kw_broker: return take(2, ObjectKind::job_queue);
    case kw_partition:
      if (c.is(kw_function, 1) || c.is(kw_scheme, 1)) return take(2, ObjectKind::partition_scheme);
      return ObjectKind::unknown;
    case kw_access: return take(2, ObjectKind::other);
    case kw_text: return take(3, ObjectKind::other);
    case kw_java: return take(1, ObjectKind::none);  // code, like a routine, but with no rule of its own
    case kw_operator: return take(c.is(kw_class, 1) || c.is(kw_family, 1) ? 2 : 1, ObjectKind::other);
    case kw_fulltext:
    case kw_xml: {
      const bool index = c.is(kw_index, 1);
      if (index) return take(2, ObjectKind::index);
      return take(k == kw_xml ? 3 : 2, ObjectKind::other);
    }
    case kw_spatial:
    case kw_columnstore: return take(2, ObjectKind::index);
    case kw_symmetric:
    case kw_asymmetric:
    case kw_master:
    case kw_cryptographic:
    case kw_search:
    case kw_security:
    case kw_resource:
    case kw_workload:
    case kw_availability:
    case kw_column:
    case kw_trusted:
    case kw_pfile:
    case kw_spfile: return take(1, ObjectKind::other);
    case kw_cast:
    case kw_collation:
    case kw_conversion:
    case kw_publication:
    case kw_subscription:
    case kw_transform:
    case kw_language:
    case kw_procedural:
    case kw_directory:
    case kw_context:
    case kw_library:
    case kw_assembly:
    case kw_certificate:
    case kw_credential:
    case kw_endpoint:
    case kw_default:
    case kw_dimension:
    case kw_cluster:
    case kw_outline:
    case kw_indextype:
    case kw_edition:
    case kw_restore:
    case kw_flashback:
    case kw_rollback:
    case kw_large:
    case kw_signature:
    case kw_sensitivity:
    case kw_counter:
    case kw_lockdown:
    case kw_analytic:
    case kw_hierarchy:
    case kw_attribute:
    case kw_audit:
    case kw_inmemory:
    case kw_federation: return take(1, ObjectKind::other);
    default: return ObjectKind::unknown;
  }
}

bool Recogniser::create(Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  c.advance();
  std::uint32_t flags = 0;
  const auto mark = [&](Flag flag) { flags |= static_cast<std::uint32_t>(flag); };
  bool unique = false;
  // The words between CREATE and the kind of object, in whatever order a server has them.
  for (bool more = true; more && !c.done();) {
    switch (c.peek().keyword) {
      case kw_or: mark(Flag::or_replace); c.advance(2); break;
      case kw_and: c.advance(2); break;  // AND COMPILE, AND RESOLVE JAVA
      case kw_temp: mark(Flag::temporary); c.advance(); break;
      case kw_temporary:
        more = !c.is(kw_tablespace, 1);
        if (more) {
          mark(Flag::temporary);
          c.advance();
        }
        break;
      case kw_global:
      case kw_local: c.advance(); break;
      case kw_private:
        more = c.is(kw_temporary, 1);
        if (more) c.advance();
        break;
      case kw_unique: unique = true; c.advance(); break;
      case kw_editionable: case kw_noneditionable: case kw_editioning: case kw_force: case kw_noforce: case kw_no:
      case kw_constraint: case kw_recursive: case kw_trusted: case kw_unlogged: case kw_shared: case kw_clustered: case kw_nonclustered: case kw_bitmap:
      case kw_primary: case kw_immutable: case kw_sharded: case kw_duplicated: case kw_blockchain: case kw_hybrid:
      case kw_vector: case kw_json: case kw_multivalue: case kw_procedural:
        c.advance();
        break;
      case kw_columnstore:
      case kw_spatial:
        c.advance();
        break;
      default:
        // CREATE &what SYNONYM of SQL*Plus
        more = c.take(TokenKind::substitution);
    }
  }
  const bool fulltext = c.is(kw_fulltext);
  const bool package_body = (c.is(kw_package) || c.is(kw_type)) && c.is(kw_body, 1);
  const ObjectKind kind = object_kind(c);
  if (kind == ObjectKind::unknown) return false;
  if (kind == ObjectKind::index && (c.take(kw_concurrently) || builds_online(c))) mark(Flag::online);
  if (c.is(kw_if) && c.is(kw_not, 1) && c.is(kw_exists, 2)) {
    mark(Flag::if_exists);
    c.advance(3);
  }
  if (unique) mark(Flag::unique);
  if (package_body) mark(Flag::package_body);
  if (fulltext) mark(Flag::no_transaction);
  {
    Fact& fact = add(Verb::create, s, at, kind);
    fact.flags = flags;
  }
  const std::int32_t index = last_fact();
  const auto fact = [&]() -> Fact& { return script_.facts[static_cast<std::size_t>(index)]; };
  switch (kind) {
    case ObjectKind::table: create_table(fact(), c); break;
    case ObjectKind::index: create_index(fact(), c); break;
    case ObjectKind::trigger:
    case ObjectKind::rule: create_trigger(fact(), c); break;
    case ObjectKind::function:
    case ObjectKind::procedure:
    case ObjectKind::aggregate:
    case ObjectKind::package:
    case ObjectKind::type: create_routine(s, index, c); break;
    case ObjectKind::sequence: {
      const Name sequence = name(c);
      fact().names.push_back(sequence);
      const std::uint32_t owned = c.find(kw_owned);
      if (owned < c.last() && c.at(owned + 1).is(kw_by)) {
        c.move_to(owned + 2);
        fact().other_name = name(c);
      }
      break;
    }
    case ObjectKind::synonym: {
      fact().names.push_back(name(c));
      if (c.take(kw_for)) fact().on = name(c);
      if (!fact().on->link.empty() || !fact().on->server.empty()) scan_expressions(s, index);
      break;
    }
    case ObjectKind::policy:
    case ObjectKind::statistics: {
      fact().names.push_back(name(c));
      c.move_to(c.find(kind == ObjectKind::policy ? kw_on : kw_from));
      if (c.is(kw_on) || c.is(kw_from)) {
        c.advance();
        fact().on = name(c);
      }
      break;
    }
    case ObjectKind::schema:
      if (c.take(kw_authorization)) {
        fact().names.push_back(name(c));
      } else {
        fact().names.push_back(name(c));
      }
      break;
    case ObjectKind::database:
      fact().names.push_back(name(c));
      if (dialect_ != Dialect::oracle) fact().add(Flag::no_transaction);
      break;
    case ObjectKind::tablespace:
      fact().names.push_back(name(c));
      if (dialect_ == Dialect::postgresql) fact().add(Flag::no_transaction);
      break;
    case ObjectKind::server:
    case ObjectKind::database_link:
      fact().names.push_back(name(c));
      external_token(s, at);
      break;
    case ObjectKind::view:
    case ObjectKind::materialized_view:
      fact().names.push_back(name(c));
      if (kind == ObjectKind::view && dialect_ == Dialect::postgresql && fact().has(Flag::or_replace)) view_columns(fact(), c);
      if (kind == ObjectKind::materialized_view) scan_expressions({c.pos(), s.last, {}}, index);
      break;
    default: {
      if (starts_name(c)) fact().names.push_back(name(c));
      break;
    }
  }
  return true;
}

void Recogniser::create_table(Fact& fact, Cursor c) {
  fact.names.push_back(name(c));
  const Name& table = fact.names.front();
  if (table.name.starts_with("ORA$PTT_") || table.schema == "pg_temp") fact.add(Flag::temporary);
  if (c.take(kw_partition) && c.take(kw_of)) fact.other_name = name(c);
  std::uint32_t i = c.pos();
  for (; i < c.last(); i = c.behind_group(i)) {
    const Keyword next = c.at(i + 1).keyword;
    if (c.at(i).is(kw_as) && (next == kw_select || next == kw_with || next == kw_values || next == kw_table ||
                              next == kw_execute || c.at(i + 1).is(TokenKind::open))) {
      fact.add(Flag::as_query);
      break;
    }
  }
  if (fact.has(Flag::as_query)) {
    const std::uint32_t query_at = i + 1;
    scan_expressions({query_at, c.last(), {}}, last_fact());
  }
}

void Recogniser::create_index(Fact& fact, Cursor c) {
  if (!c.is(kw_on)) fact.names.push_back(name(c));
  if (c.take(kw_on)) {
    c.take(kw_only);
    if (c.is(kw_cluster)) c.advance();
    fact.on = name(c);
  }
  if (fact.names.empty()) fact.names.emplace_back();
  if (fact.has(Flag::online) && dialect_ == Dialect::postgresql) fact.add(Flag::no_transaction);
}

void Recogniser::create_trigger(Fact& fact, Cursor c) {
  fact.names.push_back(name(c));
  bool named = false;
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    const Token& t = c.at(i);
    if (t.is(kw_instead)) fact.add(Flag::instead_of);
    // ON t, but not ON DATABASE | ALL SERVER | SCHEMA; in a rule: ON event TO t.
    const bool place = fact.object == ObjectKind::rule ? t.is(kw_to) : t.is(kw_on);
    if (place && !named) {
      Cursor table = c.range(i + 1, c.last());
      if (!table.is(kw_database) && !table.is(kw_all) && !table.is(kw_schema)) fact.on = name(table);
      if (fact.object == ObjectKind::trigger && table.is(TokenKind::dot)) table.advance();
      named = true;
    }
    if (t.is(kw_execute) && (c.at(i + 1).is(kw_function) || c.at(i + 1).is(kw_procedure))) {
      Cursor function = c.range(i + 2, c.last());
      fact.other_name = name(function);
      return;
    }
    // The body of T-SQL and PL/SQL follows.
    if (named && (t.is(kw_begin) || t.is(kw_declare) || (t.is(kw_as) && dialect_ == Dialect::mssql))) return;
    if (t.is(kw_do) && fact.object == ObjectKind::rule) {
      if (c.at(i + 1).is(kw_instead)) fact.add(Flag::instead_of);
      return;
    }
  }
}

// What stands behind RETURNS, as written.
std::string_view Recogniser::result_type(Cursor c) const {
  c.advance();
  const std::uint32_t first = c.pos();
  for (; !c.done(); c.skip()) {
    const Keyword word = c.peek().keyword;
    const bool ends = word == kw_language || word == kw_as || word == kw_immutable || word == kw_stable || word == kw_volatile ||
                      word == kw_cost || word == kw_rows || word == kw_security || word == kw_set || word == kw_begin || word == kw_return ||
                      c.is_word("strict") || c.is_word("parallel") || c.is_word("called") || c.is_word("leakproof") || c.is_word("window");
    if (ends) break;
  }
  if (c.pos() <= first) return {};
  return stream().text.substr(token(first).begin, token(c.pos() - 1).end - token(first).begin);
}

// Routines, packages and types: the name, the arguments, and where a body would have to be read.
void Recogniser::create_routine(const Statement& s, std::int32_t index, Cursor c) {
  Fact& fact = script_.facts[static_cast<std::size_t>(index)];
  fact.names.push_back(name(c));
  if (dialect_ == Dialect::mssql && c.is(TokenKind::semicolon)) c.advance(2);  // p;1
  if (c.is(TokenKind::open)) {
    const Token& open = c.peek();
    const std::uint32_t close = open.partner;
    fact.signature = stream().text.substr(open.end, token(close).begin - open.end);
    c.skip();
  }
  Body body;
  body.create = index;
  body.source = source_;
  if (dialect_ != Dialect::postgresql) {
    body.first = c.pos();
    body.last = s.last;
    if (fact.object != ObjectKind::type) bodies_.push_back(body);
    return;
  }
  if (fact.object != ObjectKind::function && fact.object != ObjectKind::procedure) return;
  if (c.is(kw_returns)) fact.detail = result_type(c);
  bool plpgsql = false;
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    if (c.at(i).is(kw_as) && c.at(i + 1).is(TokenKind::literal)) body.token = i + 1;
    if (c.at(i).is(kw_begin) && c.at(i + 1).is(kw_atomic)) {
      body.first = i + 2;
      body.last = c.last();
      body.sql = true;
    }
    if (c.at(i).is(kw_language)) {
      const Token& language = c.at(i + 1);
      std::string_view text = language.is(TokenKind::literal) ? literal_value(language) : spelling(language);
      if (same_word(text, "sql")) body.sql = true;
      if (same_word(text, "plpgsql")) plpgsql = true;
    }
  }
  if ((body.token != 0 || body.first != 0) && (plpgsql || body.sql)) bodies_.push_back(body);
}

bool Recogniser::drop(const Statement& s, Cursor c) {
  const std::uint32_t at = c.pos();
  c.advance();
  while (c.is(kw_trusted) || c.is(kw_procedural) || (c.is(kw_temporary) && !c.is(kw_tablespace, 1))) c.advance();
  const bool fulltext = c.is(kw_fulltext);
  const ObjectKind kind = object_kind(c);
  if (kind == ObjectKind::unknown) return false;
  std::uint32_t flags = 0;
  if (kind == ObjectKind::index && c.take(kw_concurrently)) {
    flags |= static_cast<std::uint32_t>(Flag::online) | static_cast<std::uint32_t>(Flag::no_transaction);
  }
  if (fulltext) flags |= static_cast<std::uint32_t>(Flag::no_transaction);
  if (c.take(kw_if, kw_exists)) flags |= static_cast<std::uint32_t>(Flag::if_exists);
  const bool whole = kind == ObjectKind::database || (kind == ObjectKind::tablespace && dialect_ == Dialect::postgresql);
  if (whole && dialect_ != Dialect::oracle) flags |= static_cast<std::uint32_t>(Flag::no_transaction);
  Fact fact = add(Verb::drop, s, at, kind);
  script_.facts.pop_back();
  fact.flags = flags;
  if (kind == ObjectKind::owned_by || kind == ObjectKind::user) {
    if (starts_name(c)) fact.names.push_back(name(c));
  } else {
    for (;;) {
      if (!starts_name(c) || c.is(kw_on)) break;
      Name object = name(c);
      // Old T-SQL: DROP INDEX t.ix names the table first.
      if (kind == ObjectKind::index && dialect_ == Dialect::mssql && !object.schema.empty() && !c.is(kw_on)) {
        Name table = object;
        table.name = object.schema;
        table.schema = object.database;
        table.database = object.server;
        table.server = {};
        fact.on = table;
        object.schema = object.database = object.server = {};
      }
      // Statistics go by their table: DROP STATISTICS s.t.name.
      if (kind == ObjectKind::statistics && dialect_ == Dialect::mssql) object.database = object.server = {};
      fact.names.push_back(object);
      if (c.is(TokenKind::open)) {  // argument types
        const Token& open = c.peek();
        fact.signature = stream().text.substr(open.end, token(open.partner).begin - open.end);
        c.skip();
      }
      if (c.take(kw_on)) {
        if (starts_name(c)) fact.on = name(c);
        if (c.is(kw_with) && c.is(TokenKind::open, 1)) {
          c.advance();
          c.skip();
        }
      }
      if (!c.take(TokenKind::comma)) break;
    }
  }
  if (kind == ObjectKind::index && c.take(kw_on)) fact.on = name(c);  // DROP FULLTEXT INDEX ON t
  for (; !c.done(); c.skip()) {
    if (c.is(kw_cascade) || (c.is(kw_force) && kind == ObjectKind::type)) fact.add(Flag::cascade);
  }
  script_.facts.push_back(std::move(fact));
  if (kind == ObjectKind::server || kind == ObjectKind::database_link) external_token(s, at);
  return true;
}

}  // namespace backstay::sql
