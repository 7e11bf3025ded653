// What a script says, in one form for all three servers: the only thing the rules ever see.
// The recogniser (recognise.hpp) writes facts, the scope pass (scope.hpp) adds what needs the whole
// script, the rules read both. Nothing behind this header knows a token of a dialect.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/text_document.hpp"
#include "core/package/package.hpp"

namespace backstay::sql {

struct Config;

// Bytes of TextDocument::text(), end exclusive. For dynamic SQL: the physical place of the token
// inside the literal it was written in, so that lines are right through '' and concatenation.
struct Span {
  std::uint32_t begin = 0, end = 0;
};

// A name of an object or column. Parts are normalised as the server compares them: postgresql folds
// unquoted parts to lower case, oracle to upper case, mssql lower-cases every part. Quotes are gone.
// Absent parts are empty; no default schema is filled in. `db..t` has an empty schema.
// All views borrow from the document or from Script::pool.
struct Name {
  std::string_view server;    // first of four parts (mssql)
  std::string_view database;  // mssql; tempdb included
  std::string_view schema;    // pg_temp included
  std::string_view name;      // the bare name. Oracle "pkg"."proc" in a call: schema = pkg, name = proc
  std::string_view link;      // oracle: behind @
  std::string_view written;   // as written, with quotes and parts, for messages
  Span span;
  bool variable = false;      // table variable @t (name includes the @). #t is an ordinary name with #
};

// A name that few facts have. Without one it reads as an empty name and takes no room.
class RareName {
 public:
  RareName() = default;
  RareName(const Name& name) : name_(std::make_unique<Name>(name)) {}
  RareName(const RareName& other) : name_(other.name_ ? std::make_unique<Name>(*other.name_) : nullptr) {}
  RareName(RareName&&) noexcept = default;
  RareName& operator=(RareName other) noexcept {
    name_ = std::move(other.name_);
    return *this;
  }
  ~RareName() = default;

  const Name& operator*() const { return name_ ? *name_ : none_; }
  const Name* operator->() const { return &**this; }
  operator const Name&() const { return **this; }

 private:
  static const Name none_;
  std::unique_ptr<Name> name_;
};
inline const Name RareName::none_{};

// The names of a fact: nearly always one, which then needs no memory of its own.
class NameList {
 public:
  bool empty() const { return !any_; }
  std::size_t size() const { return more_.empty() ? (any_ ? 1 : 0) : more_.size(); }
  const Name* begin() const { return more_.empty() ? &one_ : more_.data(); }
  const Name* end() const { return begin() + size(); }
  const Name& operator[](std::size_t i) const { return begin()[i]; }
  const Name& front() const { return *begin(); }
  const Name& back() const { return begin()[size() - 1]; }
  Name* begin() { return more_.empty() ? &one_ : more_.data(); }
  Name* end() { return begin() + size(); }
  Name& operator[](std::size_t i) { return begin()[i]; }
  Name& front() { return *begin(); }
  Name& back() { return begin()[size() - 1]; }

  void push_back(const Name& name) {
    if (!any_) {
      one_ = name;
      any_ = true;
      return;
    }
    if (more_.empty()) more_.push_back(one_);
    more_.push_back(name);
  }
  void emplace_back() { push_back({}); }
  void clear() {
    more_.clear();
    any_ = false;
  }
  template <class Unwanted>
  void erase_if(Unwanted unwanted) {
    NameList kept;
    for (const Name& name : *this)
      if (!unwanted(name)) kept.push_back(name);
    *this = std::move(kept);
  }

 private:
  Name one_;
  std::vector<Name> more_;  // all of them when there are several
  bool any_ = false;
};

enum class Verb : std::uint8_t {
  other,            // understood and of no interest: PRINT, RAISE, DECLARE x, assignment, SET NOCOUNT, ...
  // Structure. These stand before what they contain; the contained facts name them as parent.
  block,            // DO body, anonymous block, BEGIN ... END, TRY, batch-level block
  branch,           // one THEN/ELSE/WHEN part (IF, CASE statement), or the one statement under a T-SQL IF
  loop,             // FOR, WHILE, LOOP, FORALL, cursor loop
  handler,          // WHEN ... THEN of an EXCEPTION part, BEGIN CATCH. anchor: WHEN / BEGIN (CATCH)
  subprogram,       // local FUNCTION/PROCEDURE of an executed block: its facts ARE executed
  prepare,          // PREPARE p AS (names[0]); the prepared statement is inside, not executed
  dynamic,          // executed dynamic text: EXEC(...), sp_executesql, EXECUTE, EXECUTE IMMEDIATE, DBMS_SQL.PARSE,
                    // OPEN c FOR text, \gexec, sp_MSforeachtable. Known or skeleton text: its facts are inside
  // Definitions: see ObjectKind. A body of a routine, trigger, ... is inside its create fact.
  create,           // also CTAS and SELECT ... INTO t (object table)
  alter,            // one fact per action, see Action
  drop,
  rename,           // names[0] -> new_name: ALTER ... RENAME, sp_rename, RENAME a TO b
  enable, disable,  // triggers, constraints (object trigger / constraint): names[0] = table when the
                    // statement names one, members = the triggers or constraints, empty = ALL
  validate,         // VALIDATE CONSTRAINT, ALTER TRIGGER ... COMPILE and other ALTER ... COMPILE
  comment,          // COMMENT ON, extended properties
  grant, revoke,    // names = objects granted on (empty for roles and system privileges); DENY is grant
  change_owner,     // OWNER TO, ALTER AUTHORIZATION (names), ALTER DEFAULT PRIVILEGES (no names)
  maintenance,      // ANALYZE, VACUUM, UPDATE STATISTICS, REINDEX, REBUILD, DBMS_STATS, REFRESH
  // Data.
  select,           // plain query; calls and externals inside are facts of their own (parent = this)
  insert, update, remove, merge,  // `remove` is DELETE. A data-modifying CTE is a fact of its own
  truncate,         // names = all tables; also TRUNCATE/DROP PARTITION (names[0] = the table)
  bulk_load,        // COPY t FROM, BULK INSERT t
  copy_out,         // COPY ... TO STDOUT (harmless); to a file also an `external` fact
  sequence_value,   // setval() (anchor: function name), RESTART of an identity column, RESEED (names[0] = table or sequence)
  lock_table,
  // Calls.
  call,             // a routine runs, names[0]; see CallForm. Built-ins need not be left out
  run_prepared,     // EXECUTE p of postgresql when p is a prepared statement
  // Transactions and session.
  begin_transaction, commit, rollback, savepoint, rollback_to,  // detail = name, normalised, when given
                    // T-SQL ROLLBACK TRAN name: rollback with detail (the scope pass looks for SAVE TRAN)
  set,              // one setting, see Setting
  pragma,           // executed PRAGMA; detail = "autonomous_transaction" or another name, lower case
  // The world around.
  external,         // anchor: the token that names the outside thing; detail = that token as written
                    // (rules.md external-access: also `t@link`, four-part names, EXEC ... AT, COPY ... TO file/PROGRAM)
  server_config,    // ALTER SYSTEM, ALTER DATABASE, sp_configure, RECONFIGURE, DBCC ...; detail = what
  schedule_job,     // detail = routine
  client_command,   // a line for psql, SQL*Plus, sqlcmd; detail = the line, trimmed
  substitution,     // &x, :x, $(x); anchor: the variable; in_literal tells where
  not_understood,   // detail = why, a plain clause: "parenthesis is never closed"
};

enum class ObjectKind : std::uint8_t {
  none, unknown,
  table, view, materialized_view,
  function, procedure, aggregate, routine,   // routine: DROP ROUTINE
  package, trigger, rule, type, synonym,     // package: spec and body. rule: postgresql CREATE RULE
  index, sequence, constraint, column, domain, policy, statistics,
  schema, database, tablespace, extension, owned_by,
  user, role, login, profile,                // also GRANT-less sp_addrolemember (alter, role)
  server, database_link,                     // always with an `external` fact as well
  job_queue,                                 // QUEUE, MESSAGE TYPE, SERVICE, CONTRACT
  partition_scheme,                          // PARTITION FUNCTION / SCHEME
  other,                                     // COLLATION, CAST, OPERATOR, PUBLICATION, DIRECTORY, CONTEXT, FULLTEXT,
                                             // MATERIALIZED VIEW LOG, ASSEMBLY, TEXT SEARCH, EVENT TRIGGER is trigger
};

// What an ALTER does. One fact per action; anchors: column actions at the column name, other ALTER
// TABLE actions at the action's first word, ALTER of entities at ALTER.
enum class Action : std::uint8_t {
  none,
  define,              // entity: definition, options, schema or attributes change; table: any action without its own name
  add_enum_value, 
  add_column,          // column filled
  drop_column,         // DROP COLUMN, DROP (a, b): one fact per column; SET UNUSED
  column_type, column_nullability,  // T-SQL ALTER COLUMN c type [NOT] NULL: two facts (type first)
  column_default, 
  add_constraint,      // PK, FK, UNIQUE, CHECK, EXCLUDE, named DEFAULT (mssql); members[0] = its name
  drop_constraint,     // members[0] = its name; DROP PRIMARY KEY
  partition,           // ATTACH, DETACH, SWITCH, EXCHANGE, SPLIT, MERGE; other_name = the partition or other table
};

// What a fact is nested in, worst first for the reader; parent tells exactly.
enum class Context : std::uint8_t { top, block, branch, loop, handler, body, dynamic };

enum class Where : std::uint8_t { absent, constant_true, current_of, condition };
enum class OnConflict : std::uint8_t { none, nothing, update };
enum class CallForm : std::uint8_t { statement, select, from };  // from: SELECT * FROM f()

// Yes/no properties; only those that hold are set.
enum class Flag : std::uint32_t {
  or_replace = 1u << 0,        // OR REPLACE, OR ALTER
  if_exists = 1u << 1,         // IF [NOT] EXISTS written in the statement itself
  temporary = 1u << 2,         // TEMP, TEMPORARY, GLOBAL/PRIVATE TEMPORARY
  as_query = 1u << 3,          // CTAS, SELECT INTO, CREATE ... LIKE counts as plain create
  instead_of = 1u << 4,        // INSTEAD OF trigger, CREATE RULE ... DO INSTEAD
  cascade = 1u << 5,           // CASCADE, CASCADE CONSTRAINTS, DROP TYPE ... FORCE
  unique = 1u << 6,            // unique index
  online = 1u << 7,            // CONCURRENTLY, ONLINE
  not_null = 1u << 8,          // added column: NOT NULL, PRIMARY KEY, or IDENTITY NOT NULL
  not_valid = 1u << 9,         // NOT VALID, WITH NOCHECK, NOVALIDATE
  rewrites_table = 1u << 10,   // volatile default, stored generated column, type change that rewrites
  restart_identity = 1u << 11, // TRUNCATE ... RESTART IDENTITY
  no_transaction = 1u << 12,   // the server refuses it inside a transaction (rules.md non-transactional-statement)
  join_in_from = 1u << 13,     // T-SQL UPDATE/DELETE with a JOIN in its FROM
  filtered_target = 1u << 14,  // target CTE, derived table or inline view with a WHERE or JOIN of its own
  pins_id = 1u << 15,          // WHERE says Id = literal or Id IN (literals), on the target, outside OR/NOT
  row_guard = 1u << 16,        // NOT EXISTS, NOT IN (query), LEFT JOIN ... IS NULL, EXCEPT, MINUS in the query;
                               // hint IGNORE_ROW_ON_DUPKEY_INDEX
  random_key = 1u << 17,       // NEWID(), gen_random_uuid(), SYS_GUID(), now() among the inserted values
  known_text = 1u << 18,       // dynamic: text is known (bind parameters allowed)
  skeleton = 1u << 19,         // inside an opaque dynamic: only the kind is sure. Anchor: that literal
  reads_catalogue = 1u << 20,  // branch: its condition looks into a catalogue (rules.md, routine guard),
                               // itself or through a variable such a query filled just before
  catches_all = 1u << 21,      // handler: WHEN OTHERS, BEGIN CATCH
  reraises = 1u << 22,         // handler: raises on some path
  catches_duplicate = 1u << 23,// handler: unique_violation, DUP_VAL_ON_INDEX
  in_literal = 1u << 24,       // substitution inside a literal
  local = 1u << 25,            // SET LOCAL, set_config(..., true)
  resets = 1u << 26,           // RESET x, SET x TO DEFAULT, REVERT, SET IDENTITY_INSERT t OFF
  named = 1u << 27,            // constraint with a name
  column_list = 1u << 28,      // INSERT with a column list; postgresql view whose output columns are known
  package_body = 1u << 29,     // PACKAGE BODY, TYPE BODY
  null_not_stated = 1u << 30,  // T-SQL ALTER COLUMN without NULL / NOT NULL
};

struct Column {
  std::string_view name;       // normalised
  Span span;
};

// One statement, one action of a statement, or one structural node.
struct Fact {
  Verb verb = Verb::other;
  ObjectKind object = ObjectKind::none;
  Action action = Action::none;
  Context context = Context::top;
  CallForm call_form = CallForm::statement;
  Where where = Where::absent;
  OnConflict on_conflict = OnConflict::none;
  std::uint32_t flags = 0;
  std::int32_t parent = -1;    // index of the enclosing structural, create (body), prepare or dynamic fact
  Span anchor;                 // the token a finding points at (rules.md section 3)
  Span head;                   // first token of the whole statement
  Span span;                   // the whole statement, terminator excluded; equal for all facts of one statement

  // DML: the resolved targets (aliases, CTEs, derived tables and inline views seen through); INSERT ALL and
  // TRUNCATE have several. Definitions: the objects. An ALTER's object. Index: names[0] = the index (may be
  // empty), on = the table. Trigger and rule: on = table or view. Unresolvable target: empty names.
  NameList names;
  RareName on;                 // table of an index, trigger, rule, policy, statistics; SYNONYM: what it stands for
  RareName new_name;           // rename
  RareName other_name;         // PARTITION OF parent; ATTACH/SWITCH/EXCHANGE partner; function a trigger executes;
                               // OWNED BY table of a sequence; schema that the elements of CREATE SCHEMA are in
  std::vector<std::string_view> members;    // constraints, triggers, partitions an action names; normalised
  std::vector<Column> set_columns;          // UPDATE SET targets; INSERT column list; output of a replaced view
  std::vector<Column> where_columns;        // columns in WHERE outside subqueries that are unqualified or
                                            // qualified by the target (name or alias)
  Column column;               // of a column action; written_column for messages
  std::string_view written_column;
  std::string_view detail;     // see the verbs; postgresql routine: what it RETURNS, as written
  std::string_view value;      // set: the value, unquoted and lower case
  std::string_view signature;  // routine: argument list as written, for overloads

  bool has(Flag flag) const { return (flags & static_cast<std::uint32_t>(flag)) != 0; }
  void add(Flag flag) { flags |= static_cast<std::uint32_t>(flag); }
};

// `set` puts the setting's name, lower case, into detail: "search_path", "role", "session_authorization",
// "lock_timeout", "session_replication_role"; "current_schema" (ALTER SESSION SET); "database" (USE);
// "execute_as" (EXECUTE AS / REVERT resets); "identity_insert" (value on/off, names[0] the table); others as
// written. set_config(): anchor at the function name.

struct Comment {
  Span span;                   // with its -- or /* */
  bool line_comment = false;
  bool trailing = false;       // a token stands before it on the same line
};

struct Script {
  Dialect dialect = Dialect::postgresql;
  std::vector<Fact> facts;     // in order of their first token; a parent stands before its children.
                               // Every statement, also a harmless one, leaves at least one fact
  std::vector<Comment> comments;
  std::size_t statements = 0;  // top-level statements
  std::list<std::string> pool; // owns text that is not literally in the document
};

// Reads a script in one forward pass. Never fails: what it cannot read becomes a not_understood fact.
// `document` must outlive the answer. Implemented by the recogniser.
//
// What counts as inside (parent) and is therefore judged differently:
//   create of routine, trigger, package, type: body facts, executed only when the script calls the routine
//   package bodies: one `subprogram` fact (names[0]) for each packaged routine between package and statements
//   prepare: executed only by run_prepared; EXPLAIN without ANALYZE: no inner facts; EXPLAIN ANALYZE: only the inner ones
//   dynamic known: inner facts, context dynamic; dynamic opaque with skeleton: one inner fact with Flag::skeleton
//   CREATE SCHEMA with elements: no facts for the elements; job actions: none
Script read_script(const TextDocument& document, Dialect dialect, const Config& config);

}  // namespace backstay::sql
