// Calls of routines, and those whose name says what they do: rename, schedule, leave the database.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

bool begins(std::string_view word, std::string_view start) {
  return word.size() >= start.size() && same_word(word.substr(0, start.size()), start);
}

// T-SQL procedures with a meaning of their own, by bare name.
enum class Special : std::uint8_t { none, external, role, job, comment, upkeep, config, owner, foreach };

Special special_of(std::string_view name) {
  struct Row {
    std::string_view name;
    Special special;
  };
  static constexpr Row rows[] = {
      {"xp_cmdshell", Special::external},       {"sp_addlinkedserver", Special::external},
      {"sp_dropserver", Special::external},     {"sp_addlinkedsrvlogin", Special::external},
      {"sp_droplinkedsrvlogin", Special::external}, {"sp_serveroption", Special::external},
      {"sp_addrolemember", Special::role},      {"sp_addsrvrolemember", Special::role},
      {"sp_droprolemember", Special::role},     {"sp_dropsrvrolemember", Special::role},
      {"sp_addrole", Special::role},            {"sp_droprole", Special::role},
      {"sp_addlogin", Special::role},           {"sp_droplogin", Special::role},
      {"sp_adduser", Special::role},            {"sp_dropuser", Special::role},
      {"sp_grantdbaccess", Special::role},      {"sp_revokedbaccess", Special::role},
      {"sp_grantlogin", Special::role},         {"sp_change_users_login", Special::role},
      {"sp_add_job", Special::job},             {"sp_delete_job", Special::job},
      {"sp_update_job", Special::job},          {"sp_add_jobstep", Special::job},
      {"sp_update_jobstep", Special::job},      {"sp_delete_jobstep", Special::job},
      {"sp_add_jobschedule", Special::job},     {"sp_update_jobschedule", Special::job},
      {"sp_delete_jobschedule", Special::job},  {"sp_add_jobserver", Special::job},
      {"sp_delete_jobserver", Special::job},    {"sp_add_schedule", Special::job},
      {"sp_update_schedule", Special::job},     {"sp_delete_schedule", Special::job},
      {"sp_attach_schedule", Special::job},     {"sp_detach_schedule", Special::job},
      {"sp_start_job", Special::job},           {"sp_stop_job", Special::job},
      {"sp_add_category", Special::job},        {"sp_add_operator", Special::job},
      {"sp_add_alert", Special::job},           {"sp_add_notification", Special::job},
      {"sp_updatestats", Special::upkeep},      {"sp_refreshview", Special::upkeep},
      {"sp_refreshsqlmodule", Special::upkeep}, {"sp_recompile", Special::upkeep},
      {"sp_configure", Special::config},        {"sp_dboption", Special::config},
      {"sp_detach_db", Special::config},        {"sp_attach_db", Special::config},
      {"sp_changeobjectowner", Special::owner}, {"sp_changedbowner", Special::owner},
      {"sp_msforeachtable", Special::foreach},  {"sp_msforeachdb", Special::foreach},
      {"sp_msforeach_worker", Special::foreach},
  };
  for (const Row& row : rows) {
    if (row.name == name) return row.special;
  }
  if (begins(name, "sp_oa")) return Special::external;
  if (name.find("extendedproperty") != std::string_view::npos) return Special::comment;
  return Special::none;
}

// The value of an argument of EXEC: @name = value, or the one at `index`.
Cursor argument(Cursor arguments, std::size_t index, std::string_view parameter) {
  std::size_t count = 0;
  while (!arguments.done()) {
    std::uint32_t end = arguments.pos();
    while (end < arguments.last() && !arguments.at(end).is(TokenKind::comma)) end = arguments.behind_group(end);
    Cursor value = arguments.range(arguments.pos(), end);
    if (value.is(TokenKind::parameter) && value.is_sign("=", 1)) {
      if (same_word(value.spelling(), parameter)) {
        value.advance(2);
        return value;
      }
    } else if (count == index) {
      return value;
    }
    ++count;
    arguments.move_to(end);
    arguments.advance();
  }
  return arguments;
}

}  // namespace

// Something outside the database is named at token `at`.
void Recogniser::external_token(const Statement& s, std::uint32_t at) {
  const std::string_view text = spelling(token(at));
  add(Verb::external, s, at).detail = text;
}

void Recogniser::call_fact(const Statement& s, const Name& routine, CallForm form, std::uint32_t anchor) {
  Fact& fact = add(Verb::call, s, anchor);
  fact.call_form = form;
  fact.names.push_back(routine);
}

// --- T-SQL EXEC -----------------------------------------------------------------------------------

void Recogniser::execute_mssql(const Statement& s, Cursor c) {
  if (c.is(kw_exec) || c.is(kw_execute)) c.advance();
  if (c.is(TokenKind::parameter) && c.is_sign("=", 1)) {
    assign_unknown(lowered(c.spelling()), false);
    c.advance(2);
  }
  if (c.is(TokenKind::open)) {
    const Cursor text = c.inside();
    c.skip();
    const std::uint32_t at = c.find(kw_at);
    if (at < c.last()) {
      external_token(s, at + 1 < c.last() ? at + 1 : at);
      return;
    }
    run_dynamic(s, evaluate(text), s.first);
    return;
  }
  if (c.is(TokenKind::parameter)) {
    // EXEC @procedure: its name stands in a variable.
    const DynamicText text = evaluate(c.range(c.pos(), c.pos() + 1));
    if (!text.known || text.text.empty()) return opaque_dynamic(s, s.first);
    const Name routine = name_in(text.text, span_of(c.pos(), c.pos() + 1));
    c.advance();
    if (!special_procedure(s, routine, c)) call_fact(s, routine, CallForm::statement, s.first);
    return;
  }
  const std::uint32_t at = c.pos();
  const Name routine = name(c);
  if (routine.name.empty()) {
    add(Verb::other, s, s.first);
    return;
  }
  if (c.is(TokenKind::semicolon)) c.advance(2);
  if (!routine.server.empty()) external_token(s, at);
  if (!special_procedure(s, routine, c)) call_fact(s, routine, CallForm::statement, s.first);
  // OUTPUT arguments come back with values nobody knows.
  for (Cursor rest = c; !rest.done(); rest.skip()) {
    if (rest.is(TokenKind::parameter) && (rest.is(kw_output, 1) || rest.is(kw_out, 1))) assign_unknown(lowered(rest.spelling()), false);
  }
}

// sp_rename 'dbo.t.c', 'new', 'COLUMN'
void Recogniser::renamed_by_procedure(const Statement& s, Cursor arguments) {
  const Cursor object = argument(arguments, 0, "@objname");
  const Cursor to = argument(arguments, 1, "@newname");
  const Cursor type = argument(arguments, 2, "@objtype");
  Fact fact = add(Verb::rename, s, s.first, ObjectKind::unknown);
  script_.facts.pop_back();
  const auto text_of = [&](const Cursor& c, std::string_view& out) {
    const DynamicText text = evaluate(c);
    if (c.done() || !text.known) return false;
    out = keep(text.text);
    return true;
  };
  std::string_view kind, text;
  text_of(type, kind);
  const bool column = same_word(kind, "column"), index = same_word(kind, "index");
  if (text_of(object, text)) {
    Name from = name_in(text, span_of(object.pos(), object.pos() + 1));
    if ((column || index) && !from.schema.empty()) {
      const std::string_view part = from.name;
      from.name = from.schema;
      from.schema = from.database;
      from.database = from.server;
      from.server = {};
      if (column) fact.column = {part, from.span};
      else fact.members.push_back(part);
    }
    fact.names.push_back(from);
  }
  if (text_of(to, text)) {
    Name renamed;
    renamed.name = lowered(text);
    renamed.written = text;
    renamed.span = span_of(to.pos(), to.pos() + 1);
    fact.new_name = renamed;
  }
  fact.object = column ? ObjectKind::column : index ? ObjectKind::index : ObjectKind::unknown;
  script_.facts.push_back(std::move(fact));
}

// True when the procedure says what it does by its name, and a fact was written.
bool Recogniser::special_procedure(const Statement& s, const Name& routine, Cursor arguments) {
  if (routine.name == "sp_executesql") {
    Cursor text = argument(arguments, 0, "@stmt");
    if (text.done()) text = argument(arguments, 0, "@statement");
    run_dynamic(s, evaluate(text), s.first);
    return true;
  }
  if (routine.name == "sp_rename") {
    renamed_by_procedure(s, arguments);
    return true;
  }
  switch (special_of(routine.name)) {
    case Special::none: return false;
    case Special::external: {
      Fact& fact = add(Verb::external, s, s.first);
      fact.anchor = routine.span;
      fact.detail = routine.written;
      return true;
    }
    case Special::role: add(Verb::alter, s, s.first, ObjectKind::role).action = Action::define; return true;
    case Special::job: add(Verb::schedule_job, s, s.first).detail = routine.name; return true;
    case Special::comment: add(Verb::comment, s, s.first); return true;
    case Special::upkeep: add(Verb::maintenance, s, s.first); return true;
    case Special::config: add(Verb::server_config, s, s.first).detail = routine.name; return true;
    case Special::owner: add(Verb::change_owner, s, s.first); return true;
    case Special::foreach: opaque_dynamic(s, s.first); return true;
  }
  return false;
}

// --- calls of functions ---------------------------------------------------------------------------

// A statement-level call, or a select item that is one. Functions with facts of their own are left
// to scan_expressions.
void Recogniser::called(const Statement& s, const Name& routine, Cursor arguments, CallForm form, std::uint32_t anchor) {
  (void)arguments;
  if (routine.name.empty()) return;
  const std::string_view bare = routine.name, package = routine.schema;
  if (dialect_ == Dialect::mssql && begins(bare, "open") && package.empty()) return;  // OPENQUERY and kin
  if (dialect_ == Dialect::postgresql) {
    if (bare == "setval" || bare == "set_config" || package == "cron" || begins(bare, "dblink") || bare == "lo_import" ||
        bare == "lo_export" || bare == "pg_read_file" || bare == "pg_read_binary_file") {
      return;
    }
  } else if (dialect_ == Dialect::oracle) {
    if (package == "DBMS_SQL" && bare == "PARSE") return;
    if (package == "DBMS_UTILITY" && bare == "EXEC_DDL_STATEMENT") return;
    if (package == "DBMS_SCHEDULER" || package == "DBMS_JOB" || begins(package, "UTL_")) return;
    if (package == "DBMS_STATS" || package == "DBMS_MVIEW" || package == "DBMS_SNAPSHOT") {
      add(Verb::maintenance, s, anchor);
      return;
    }
  }
  call_fact(s, routine, form, anchor);
}

// SELECT f(), g(1) AS x without FROM; SELECT * FROM f().
void Recogniser::select_calls(const Statement& s, Cursor c) {
  c.advance();
  while (c.is(kw_all) || c.is(kw_distinct)) c.advance();
  std::uint32_t from = c.pos();
  while (from < c.last() && !(c.at(from).is(kw_from) && !c.at(from - 1).is(kw_distinct))) {
    const Token& t = c.at(from);
    if (t.is(kw_union) || t.is(kw_except) || t.is(kw_intersect) || t.is(kw_minus)) break;
    from = c.behind_group(from);
  }
  std::uint32_t items_end = from;
  for (std::uint32_t i = c.pos(); i < from; i = c.behind_group(i)) {
    if (c.at(i).is(kw_into) || c.at(i).is(kw_where)) {
      items_end = i;
      break;
    }
  }
  const bool has_from = from < c.last() && c.at(from).is(kw_from);
  if (dialect_ == Dialect::mssql) {
    // SELECT @x = ..., @y = ...: assignments; with FROM nobody knows the value.
    const bool catalogue = has_from && reads_catalogue(c);
    Cursor items = c.range(c.pos(), items_end);
    if (items.is(kw_top)) {
      items.advance();
      items.skip();
    }
    while (!items.done()) {
      std::uint32_t end = items.pos();
      while (end < items.last() && !items.at(end).is(TokenKind::comma)) end = items.behind_group(end);
      Cursor item = items.range(items.pos(), end);
      if (item.is(TokenKind::parameter) && (item.is_sign("=", 1) || item.is_sign("+=", 1))) {
        const std::string_view variable = lowered(item.spelling());
        const bool appends = item.is_sign("+=", 1);
        item.advance(2);
        if (has_from) assign_unknown(variable, catalogue);
        else assign(variable, item, appends);
      }
      items.move_to(end);
      items.advance();
    }
  }
  if (!has_from) {
    select_items(s, c.range(c.pos(), items_end));
    return;
  }
  const Cursor list = c.range(from + 1, c.last());
  const std::vector<TableSource> tables = from_list(list);
  if (tables.size() == 1 && tables.front().function) called(s, tables.front().name, list, CallForm::from, s.first);
}

void Recogniser::select_items(const Statement& s, Cursor items) {
  while (!items.done() && !full()) {
    std::uint32_t end = items.pos();
    while (end < items.last() && !items.at(end).is(TokenKind::comma)) end = items.behind_group(end);
    Cursor item = items.range(items.pos(), end);
    if (item.is(TokenKind::open)) item = item.inside();  // (f()).*
    if (item.peek().is_name()) {
      const Name routine = name(item);
      if (item.is(TokenKind::open)) {
        const Cursor arguments = item.inside();
        item.skip();
        // Behind the call only a cast or an alias.
        if (item.is_sign("::")) item.advance(2);
        if (item.is(TokenKind::open)) item.skip();
        item.take(kw_as);
        if (item.peek().is_name()) item.advance();
        // T-SQL calls functions of users by two parts; one part is always built in.
        const bool built_in = dialect_ == Dialect::mssql && routine.schema.empty();
        if (item.done() && !built_in) called(s, routine, arguments, CallForm::select, s.first);
      }
    }
    items.move_to(end);
    items.advance();
  }
}

// --- functions that reach outside, wherever they stand ------------------------------------------------

// Looks at one word before a bracket or dot; returns the next token to look at.
std::uint32_t Recogniser::special_function(const Statement& s, std::uint32_t at, std::int32_t parent) {
  const Token& word = token(at);
  const std::string_view text = spelling(word);
  const Place before = place_;
  place_.parent = parent;
  const auto arguments_at = [&](std::uint32_t open) { return Cursor(stream(), open, s.last).inside(); };
  std::uint32_t next = at + 1;
  const bool call = token(at + 1).is(TokenKind::open);
  const bool dotted = token(at + 1).is(TokenKind::dot);
  if (dialect_ == Dialect::oracle && dotted && same_word(text, "sys")) {  // SYS.UTL_FILE.FREMOVE
    place_ = before;
    return special_function(s, at + 2, parent);
  }
  if (dialect_ == Dialect::postgresql) {
    const Keyword left = at > s.first ? token(at - 1).keyword : no_keyword;
    if (call && same_word(text, "setval")) {
      const Cursor arguments = arguments_at(at + 1);
      Fact fact = add(Verb::sequence_value, s, at);
      script_.facts.pop_back();
      if (arguments.is(TokenKind::literal)) {
        fact.names.push_back(name_in(literal_value(arguments.peek()), span_of(arguments.pos(), arguments.pos() + 1)));
      }
      script_.facts.push_back(std::move(fact));
    } else if (call && same_word(text, "set_config")) {
      Cursor arguments = arguments_at(at + 1);
      Fact& fact = add(Verb::set, s, at);
      if (arguments.is(TokenKind::literal)) fact.detail = lowered(literal_value(arguments.peek()));
      if (arguments.is(TokenKind::literal, 2)) fact.value = lowered(literal_value(arguments.peek(2)));
      if (arguments.last() > arguments.pos() && !arguments.at(arguments.last() - 1).is(kw_false)) fact.add(Flag::local);
    } else if (dotted && same_word(text, "cron") && token(at + 3).is(TokenKind::open)) {
      add(Verb::schedule_job, s, s.first).detail = lowered(spelling(token(at + 2)));
      next = at + 3;
    } else if (call && left != kw_function && (begins(text, "dblink") || same_word(text, "lo_import") || same_word(text, "lo_export") ||
                                               same_word(text, "pg_read_file") || same_word(text, "pg_read_binary_file"))) {
      external_token(s, at);
    }
  } else if (dialect_ == Dialect::oracle && dotted && same_word(text, "sys") && token(at + 3).is(TokenKind::dot)) {
    place_ = before;
    return special_function(s, at + 2, parent);
  } else if (dialect_ == Dialect::oracle && dotted) {
    const std::string_view member = spelling(token(at + 2));
    const bool has_arguments = token(at + 3).is(TokenKind::open);
    if (begins(text, "utl_")) {
      static constexpr std::string_view outside[] = {"utl_file", "utl_http", "utl_mail", "utl_smtp", "utl_tcp"};
      for (const std::string_view package : outside) {
        if (same_word(text, package)) external_token(s, at);
      }
    } else if (same_word(text, "dbms_scheduler") || same_word(text, "dbms_job")) {
      // Running or enabling a job changes no definition.
      const std::string_view what = lowered(member);
      if (same_word(text, "dbms_job") || begins(what, "create_") || begins(what, "drop_")) add(Verb::schedule_job, s, s.first).detail = what;
    } else if (same_word(text, "dbms_sql") && same_word(member, "parse") && has_arguments) {
      Cursor arguments = arguments_at(at + 3);
      while (!arguments.done() && !arguments.is(TokenKind::comma)) arguments.skip();
      arguments.advance();
      std::uint32_t end = arguments.pos();
      while (end < arguments.last() && !arguments.at(end).is(TokenKind::comma)) end = arguments.behind_group(end);
      if (arguments.is_sign("=>", 1)) arguments.advance(2);
      run_dynamic(s, evaluate(arguments.range(arguments.pos(), end)), at);
    } else if (same_word(text, "dbms_utility") && same_word(member, "exec_ddl_statement") && has_arguments) {
      run_dynamic(s, evaluate(arguments_at(at + 3)), at);
    }
    next = at + 3;
  }
  place_ = before;
  return next;
}

void Recogniser::scan_expressions(const Statement& s, std::int32_t parent) {
  const Place before = place_;
  for (std::uint32_t i = s.first; i < s.last && !full(); ++i) {
    const Token& t = token(i);
    if (dialect_ == Dialect::mssql) {
      if ((t.is(kw_openrowset) || t.is(kw_opendatasource) || t.is(kw_openquery)) && token(i + 1).is(TokenKind::open)) {
        place_.parent = parent;
        external_token(s, i);
        place_ = before;
        continue;
      }
      // Four parts behind a word that wants a table: a linked server.
      switch (t.keyword) {
        case kw_from: case kw_join: case kw_into: case kw_update: case kw_delete: case kw_using: case kw_merge: case kw_for: {
          if (!token(i + 1).is_name()) break;
          Cursor c(stream(), i + 1, s.last);
          const Name table = name(c);
          if (table.server.empty()) break;
          place_.parent = parent;
          external_token(s, i + 1);
          place_ = before;
          break;
        }
        default: break;
      }
      continue;
    }
    if (dialect_ == Dialect::oracle && t.is(TokenKind::op) && spelling(t) == "@" && i > s.first && token(i - 1).is_name() &&
        token(i + 1).is_name()) {
      std::uint32_t head = i - 1;
      while (head > s.first + 1 && token(head - 1).is(TokenKind::dot) && token(head - 2).is_name()) head -= 2;
      place_.parent = parent;
      external_token(s, head);
      place_ = before;
      continue;
    }
    if (t.kind != TokenKind::word) continue;
    const Token& following = token(i + 1);
    if (!following.is(TokenKind::open) && !following.is(TokenKind::dot)) continue;
    if (i > s.first && token(i - 1).is(TokenKind::dot)) {
      // pg_catalog.setval(...): the last part counts.
      if (dialect_ != Dialect::postgresql || !following.is(TokenKind::open)) continue;
    }
    i = special_function(s, i, parent) - 1;
  }
}

// EXPLAIN runs nothing, EXPLAIN ANALYZE runs the statement.
void Recogniser::explain(Statement& s, Cursor c) {
  c.advance();
  bool analyze = false;
  if (dialect_ == Dialect::postgresql) {
    if (c.is(TokenKind::open)) {
      for (Cursor options = c.inside(); !options.done(); options.advance()) {
        if (!options.is(kw_analyze) && !options.is(kw_analyse)) continue;
        const std::string_view value = options.peek(1).is(TokenKind::comma) ? std::string_view() : spelling(options.peek(1));
        analyze = !(options.is(kw_false, 1) || options.is(kw_off, 1) || value == "0");
      }
      c.skip();
    } else {
      while (c.is(kw_analyze) || c.is(kw_analyse) || c.is(kw_verbose)) {
        analyze = analyze || !c.is(kw_verbose);
        c.advance();
      }
    }
  }
  if (!analyze) {
    add(Verb::other, s, s.first);
    return;
  }
  Statement inner{c.pos(), s.last, {}};
  const std::size_t before = script_.facts.size();
  if (!dispatch(inner, c)) {
    forget_facts(before);
    add(Verb::other, s, s.first);
  }
}

}  // namespace backstay::sql
