#include "core/rollback/capture_plan.hpp"

#include <algorithm>

#include "core/rollback/routine_calls.hpp"
#include "core/sql/rules/rules.hpp"
#include "core/sql/scope.hpp"

namespace backstay::rollback {
namespace {

using namespace backstay::sql;

class Planner {
 public:
  Planner(const TextDocument& document, CapturePlan& plan, const Scope& scope, const std::vector<KnownTable>& known)
      : document_(document), plan_(plan), scope_(scope), known_(known) {}

  void run(const std::vector<StatementInfo>& listing);

 private:
  void facts_of(PlannedStatement& statement);
  void add_fact(PlannedStatement& statement, const Fact& fact);
  void add_bodies(PlannedStatement& statement);
  void add_rows(PlannedStatement& statement, const Fact& fact);
  void add_call(PlannedStatement& statement, const Fact& fact);
  bool nested(const Fact& fact) const;
  void try_query(PlannedStatement& statement, RowCapture& rows);
  std::string slice(Span span) const { return std::string(document_.text().substr(span.begin, span.end - span.begin)); }
  void find_key(RowCapture& rows) const;

  const TextDocument& document_;
  CapturePlan& plan_;
  const Scope& scope_;
  const std::vector<KnownTable>& known_;
  std::size_t next_fact_ = 0;
};

void unread(PlannedStatement& statement, std::string why) {
  if (std::find(statement.unread.begin(), statement.unread.end(), why) == statement.unread.end()) statement.unread.push_back(std::move(why));
}

void obstacle(PlannedStatement& statement, std::string why) {
  if (std::find(statement.obstacles.begin(), statement.obstacles.end(), why) == statement.obstacles.end()) {
    statement.obstacles.push_back(std::move(why));
  }
}

// A name as script text that names the same object again; from its parts when it was written with comments or U&.
std::string written(const Name& name) {
  const std::string_view text = name.written;
  const bool plain = !text.empty() && text.find("/*") == std::string_view::npos && text.find("--") == std::string_view::npos &&
                     text.find('&') == std::string_view::npos && text.find('\n') == std::string_view::npos;
  if (plain) return std::string(text);
  std::string out;
  for (const std::string_view part : {name.database, name.schema, name.name}) {
    if (part.empty()) continue;
    if (!out.empty()) out += '.';
    out += '"' + std::string(part) + '"';
  }
  return out;
}

void Planner::find_key(RowCapture& rows) const {
  for (const KnownTable& table : known_) {
    if (table.name != rows.name || (!rows.schema.empty() && !table.schema.empty() && table.schema != rows.schema)) continue;
    const bool assigns = std::any_of(table.key.begin(), table.key.end(), [&](const std::string& column) {
      return std::find(rows.assigned.begin(), rows.assigned.end(), column) != rows.assigned.end();
    });
    if (!assigns) rows.key = table.key;
    rows.keyless = table.key.empty();
    return;
  }
}

// Turns UPDATE and DELETE into the SELECT that names their rows: sources move into EXISTS, so that a row
// comes once however many source rows it meets.
void Planner::try_query(PlannedStatement& statement, RowCapture& rows) {
  const DmlShape& shape = statement.shape;
  rows.why_not_query = unrepeatable(plan_.text.stream, statement.first, statement.last, shape);
  if (!rows.why_not_query.empty()) return;
  const std::string qualifier(shape.qualifier);
  std::string query;
  if (shape.with.begin < shape.with.end) query += slice(shape.with) + "\n";
  query += "SELECT " + qualifier + ".* FROM " + slice(shape.target);
  if (shape.sources.begin < shape.sources.end) {
    query += "\nWHERE EXISTS (SELECT 1 FROM " + slice(shape.sources);
    if (shape.where.begin < shape.where.end) query += "\nWHERE " + slice(shape.where);
    query += ")";
  } else if (shape.where.begin < shape.where.end) {
    query += "\nWHERE " + slice(shape.where);
  }
  rows.method = RowMethod::query;
  rows.query = std::move(query);
  rows.where = shape.where;
  rows.lock = plan_.script.dialect == Dialect::postgresql ? "FOR UPDATE OF " + qualifier : plan_.script.dialect == Dialect::oracle ? "FOR UPDATE" : "";
}

// Inside something that a capture cannot be put into. T-SQL control flow is cut into its statements.
bool Planner::nested(const Fact& fact) const {
  if (plan_.script.dialect == Dialect::mssql) return fact.context == Context::body || fact.context == Context::dynamic;
  return fact.context != Context::top;
}

void Planner::add_rows(PlannedStatement& statement, const Fact& fact) {
  if (fact.names.empty()) return unread(statement, "the table it writes to is named at run time");
  for (std::size_t n = 0; n < fact.names.size(); ++n) {
    const Exemption exemption = scope_.exemption(fact, n);
    // A table this script makes goes as a whole; a temporary one goes by itself.
    if (exemption == Exemption::temporary || exemption == Exemption::owned || exemption == Exemption::scratch) continue;
    const Name& name = fact.names[n];
    if (!name.server.empty() || !name.link.empty()) {
      obstacle(statement, "it writes to another server");
      continue;
    }
    RowCapture rows;
    rows.table = written(name);
    rows.schema = name.schema;
    rows.name = name.name;
    for (const Column& column : fact.set_columns) {
      if (fact.verb == Verb::update) rows.assigned.emplace_back(column.name);
    }
    rows.deletes = fact.verb == Verb::remove || fact.verb == Verb::merge || fact.verb == Verb::truncate;
    if (fact.verb == Verb::truncate) {
      rows.method = RowMethod::whole;
      rows.why_not_query = "it removes all rows";
    } else if (statement.in_block || nested(fact)) {
      rows.why_not_query = "it stands inside a block";
    } else if (fact.verb == Verb::merge) {
      rows.why_not_query = "MERGE may insert, update and delete";
    } else if (fact.verb == Verb::bulk_load) {
      rows.why_not_query = "its rows come from outside";
    } else if (statement.shape.conflict_update) {
      rows.why_not_query = "it inserts or updates";
    } else if (statement.shape.writes_in_with) {
      rows.why_not_query = "a CTE of it changes data as well";
    } else if (fact.verb == Verb::insert && statement.shape.kind == DmlKind::insert && fact.names.size() == 1) {
      rows.method = RowMethod::inserted;
    } else if ((fact.verb == Verb::update && statement.shape.kind == DmlKind::update) || (fact.verb == Verb::remove && statement.shape.kind == DmlKind::remove)) {
      try_query(statement, rows);
    } else {
      rows.why_not_query = "it is part of another statement";
    }
    find_key(rows);
    const auto same = std::find_if(statement.rows.begin(), statement.rows.end(), [&](const RowCapture& other) {
      return other.name == rows.name && other.schema == rows.schema && other.method == rows.method;
    });
    if (same == statement.rows.end()) {
      statement.rows.push_back(std::move(rows));
    } else {
      same->deletes = same->deletes || rows.deletes;
      same->assigned.insert(same->assigned.end(), rows.assigned.begin(), rows.assigned.end());
    }
  }
}

// What a routine of this script does runs where it is called.
void Planner::add_bodies(PlannedStatement& statement) {
  statement.in_block = true;
  for (const Fact& fact : plan_.script.facts) {
    const FactScope& scope = scope_.of(fact);
    if (scope.executed && scope.in_body && fact.verb != Verb::call && fact.verb != Verb::run_prepared) add_fact(statement, fact);
  }
}

void Planner::add_call(PlannedStatement& statement, const Fact& fact) {
  if (rules::is_builtin_routine(scope_, fact)) return;
  if (scope_.of(fact).known_routine) return add_bodies(statement);
  unread(statement, "it calls " + rules::named(fact) + ", whose effects do not stand in this script");
}

void Planner::add_fact(PlannedStatement& statement, const Fact& fact) {
  switch (fact.verb) {
    case Verb::insert: case Verb::update: case Verb::remove: case Verb::merge: case Verb::truncate: case Verb::bulk_load:
      return add_rows(statement, fact);
    case Verb::create: case Verb::alter: case Verb::drop: case Verb::rename: case Verb::enable: case Verb::disable: case Verb::comment:
    case Verb::grant: case Verb::revoke: case Verb::change_owner: case Verb::sequence_value:
      // What the script makes and drops again leaves nothing behind; of routines, overloads pass for one.
      if (scope_.exemption(fact) < (is_routine(fact.object) ? Exemption::temporary : Exemption::scratch)) statement.definitions.push_back(&fact);
      if (fact.has(Flag::no_transaction)) statement.outside_transaction = true;
      return;
    case Verb::call: return add_call(statement, fact);
    case Verb::run_prepared: return add_bodies(statement);
    case Verb::dynamic:
      if (!fact.has(Flag::known_text)) unread(statement, "it runs text that is put together at run time");
      return;
    case Verb::external: return obstacle(statement, "it reaches outside of the database: " + std::string(fact.detail));
    case Verb::server_config: return obstacle(statement, "it changes the server, not the database");
    case Verb::schedule_job: return obstacle(statement, "it changes scheduled jobs");
    case Verb::client_command: return obstacle(statement, "it is a command for a client program: " + std::string(fact.detail));
    case Verb::substitution: return obstacle(statement, "a client program puts text into it");
    case Verb::pragma:
      if (fact.detail == "autonomous_transaction") obstacle(statement, "it commits in a transaction of its own");
      return;
    case Verb::not_understood: return obstacle(statement, "it was not understood: " + std::string(fact.detail));
    case Verb::begin_transaction: statement.transaction = Transaction::begin; break;
    case Verb::commit: statement.transaction = Transaction::commit; break;
    case Verb::rollback: statement.transaction = Transaction::rollback; break;
    case Verb::maintenance: break;
    default: break;
  }
  if (fact.has(Flag::no_transaction)) statement.outside_transaction = true;
  if (statement.transaction != Transaction::none && fact.context != Context::top) {
    statement.transaction = Transaction::none;
    obstacle(statement, "it ends the transaction from inside");
  }
}

void Planner::facts_of(PlannedStatement& statement) {
  const std::vector<Fact>& facts = plan_.script.facts;
  while (next_fact_ < facts.size() && facts[next_fact_].head.begin < statement.begin) ++next_fact_;
  for (std::size_t i = next_fact_; i < facts.size() && facts[i].head.begin < statement.end; ++i) {
    const FactScope& scope = scope_.of(facts[i]);
    if (!scope.executed || scope.in_body) continue;
    add_fact(statement, facts[i]);
  }
}

void Planner::run(const std::vector<StatementInfo>& listing) {
  std::size_t listed = 0;
  const std::vector<Token>& tokens = plan_.text.stream.tokens;
  for (const StatementRange& range : plan_.text.statements) {
    if (range.first >= range.last) continue;
    PlannedStatement statement;
    statement.first = range.first;
    statement.last = range.last;
    statement.begin = tokens[range.first].begin;
    statement.end = tokens[range.last - 1].end;
    statement.line = document_.position(statement.begin).line;
    statement.end_line = document_.position(statement.end > statement.begin ? statement.end - 1 : statement.begin).line;
    while (listed < listing.size() && listing[listed].begin < statement.begin) ++listed;
    if (listed < listing.size() && listing[listed].begin == statement.begin) statement.kind = listing[listed].kind;
    statement.shape = read_dml_shape(plan_.text.stream, range.first, range.last, plan_.script.dialect);
    facts_of(statement);
    const bool computes = statement.kind == "SELECT" || statement.kind == "DO" || statement.kind == "VALUES" || statement.kind == "EXECUTE" || !statement.rows.empty();
    if (computes && statement.definitions.empty() && statement.unread.empty() && statement.transaction == Transaction::none) {
      statement.calls = routine_calls(plan_.text.stream, range.first, range.last, scope_);
    }
    plan_.statements.push_back(std::move(statement));
  }
}

}  // namespace

std::string_view to_string(RowMethod method) {
  switch (method) {
    case RowMethod::query: return "query";
    case RowMethod::inserted: return "inserted";
    case RowMethod::table: return "table";
    case RowMethod::whole: return "whole";
  }
  return "table";
}

CapturePlan capture_plan(const TextDocument& document, Dialect dialect, const Config& config, const std::vector<KnownTable>& known) {
  CapturePlan plan;
  plan.script = read_script(document, dialect, config);
  plan.text = split(document.text(), 0, document.text().size(), dialect, true);
  Options options;
  options.dialect = dialect;
  const Scope scope(plan.script, options, config);
  Planner(document, plan, scope, known).run(list_statements(document, dialect, config));
  return plan;
}

}  // namespace backstay::rollback
