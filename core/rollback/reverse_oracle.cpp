// Capture and reverse scripts for Oracle. A package of our own (oracle/package.sql) finds keys and copies rows; its
// tables are made before the script starts, because DDL commits. The reverse script is a separate run.
// No server was at hand: our own splitter reads what is written here, nothing more is proved.
#include <algorithm>

#include "core/rollback/object_plan.hpp"
#include "core/rollback/reverse_writer.hpp"
#include "core/rollback/sql_text.hpp"

namespace backstay::rollback {
namespace {

using sql::Fact;
using sql::ObjectKind;
using sql::Verb;

// q'~...~' with a delimiter that the text does not hold before a quote.
std::string q_literal(std::string_view text) {
  for (const char mark : std::string_view("~!^|#%")) {
    if (text.find(std::string(1, mark) + "'") == std::string_view::npos) return std::string("q'") + mark + std::string(text) + mark + "'";
  }
  return sql_literal(text);
}

std::string_view metadata_type(const Fact& fact) {
  switch (fact.object) {
    case ObjectKind::view: return "VIEW";
    case ObjectKind::materialized_view: return "MATERIALIZED_VIEW";
    case ObjectKind::function: return "FUNCTION";
    case ObjectKind::procedure: return "PROCEDURE";
    case ObjectKind::trigger: return "TRIGGER";
    case ObjectKind::package: return fact.has(sql::Flag::package_body) ? "PACKAGE_BODY" : "PACKAGE_SPEC";
    case ObjectKind::synonym: return "SYNONYM";
    case ObjectKind::sequence: return "SEQUENCE";
    case ObjectKind::type: return fact.has(sql::Flag::package_body) ? "TYPE_BODY" : "TYPE_SPEC";
    case ObjectKind::index: return fact.verb == Verb::drop ? "INDEX" : std::string_view();
    default: return {};
  }
}

class Writer : public ScriptWriter {
 public:
  using ScriptWriter::ScriptWriter;

  void write_scripts() override {
    write_capture();
    write_reverse();
    out_.discard_script =
        "-- Drops what was captured for all scripts. After this nothing can be taken back.\nBEGIN\n"
        "  FOR t IN (SELECT table_name FROM user_tables WHERE table_name LIKE 'BST\\_%' ESCAPE '\\' OR table_name IN ('BACKSTAY_ITEM', 'BACKSTAY_CONFLICT', 'BACKSTAY_MODULE', 'BACKSTAY_PART')) LOOP\n"
        "    EXECUTE IMMEDIATE 'DROP TABLE \"' || t.table_name || '\" PURGE';\n  END LOOP;\n  EXECUTE IMMEDIATE 'DROP PACKAGE backstay_parts';\n  EXECUTE IMMEDIATE 'DROP PACKAGE backstay_rows';\nEND;\n/\n";
  }

 private:
  ReversePiece piece_of(const PlannedStatement& statement) override;
  void capture_rows(const PlannedStatement& statement, ReversePiece& piece);
  void define(const Fact& fact, ReversePiece& piece);
  void change_parts(std::string_view object, std::string_view column, ReversePiece& piece);
  void rename(const Fact& fact, ReversePiece& piece);
  void define_table(const Fact& fact, ReversePiece& piece);
  std::string call(std::string_view routine, const ReversePiece& piece, std::string_view more = {}) const {
    return "  backstay_rows." + std::string(routine) + "('" + out_.script_id + "', " + std::to_string(piece.step) + std::string(more) + ");\n";
  }
  static std::string quiet(std::string_view ddl) { return "  EXECUTE IMMEDIATE " + q_literal(ddl) + ";\n"; }
  void write_capture();
  void write_reverse();

  std::string prepare_;
};

void Writer::capture_rows(const PlannedStatement& statement, ReversePiece& piece) {
  for (const RowCapture& rows : statement.rows) {
    piece.tables.push_back(rows.table);
    const bool query = rows.method == RowMethod::query && statement.rows.size() == 1;
    std::string assigned = ",";
    for (const std::string& column : rows.assigned) assigned += column + ",";
    prepare_ += call("prepare", piece, ", " + sql_literal(rows.table) + ", '" + (query ? "rows" : "table") + "', " + sql_literal(rows.method == RowMethod::query ? assigned : ","));
    piece.before += call("before_rows", piece, ", " + sql_literal(rows.table) + ", " + (query ? q_literal(rows.query) : std::string("NULL")));
    raise_class(piece, ReverseClass::safe);
    if (rows.deletes) raise_class(piece, ReverseClass::needs_review, "Rows that foreign keys delete as well, and what triggers do, are not captured.");
    if (!query) raise_class(piece, ReverseClass::needs_review, "All rows of " + rows.table + " are copied first" + (rows.why_not_query.empty() ? std::string() : ": " + rows.why_not_query) + ".");
  }
  if (statement.rows.empty()) return;
  piece.after += call("after_rows", piece);
  piece.reverse += call("reverse_rows", piece);
}

void Writer::define_table(const Fact& fact, ReversePiece& piece) {
  const std::string table(fact.names[0].written);
  if (fact.verb == Verb::create) {
    // Only when it was not there before. Not purged: the recycle bin keeps what users have entered.
    change_parts(table, {}, piece);
    return raise_class(piece, ReverseClass::needs_review, "The table goes into the recycle bin with all rows it holds by then; look at them first.");
  }
  if (fact.verb == Verb::drop) {
    piece.reverse += quiet("FLASHBACK TABLE " + table + " TO BEFORE DROP");
    const bool purged = piece.statement.find("PURGE") != std::string::npos || piece.statement.find("purge") != std::string::npos;
    if (purged) return raise_class(piece, ReverseClass::not_undone, "The table is purged, not put into the recycle bin.");
    return raise_class(piece, ReverseClass::needs_review, "It comes back from the recycle bin while that holds it; its indexes keep their bin names and foreign keys to it do not come back.");
  }
}

// Everything about an object that is no text of its own: columns, constraints, indexes, states, privileges, comments. Read
// from the catalogue before and after; what differs comes back.
void Writer::change_parts(std::string_view object, std::string_view column, ReversePiece& piece) {
  const std::string key = "('" + out_.script_id + "', " + std::to_string(piece.step);
  const auto add = [](std::string& to, const std::string& call) { if (to.find(call) == std::string::npos) to += call; };
  add(piece.before, "  backstay_parts.keep" + key + ", " + sql_literal(object) + (column.empty() ? std::string() : ", " + sql_literal(column)) + ");\n");
  add(piece.after, "  backstay_parts.kept" + key + ");\n");
  add(piece.reverse, "  backstay_parts.restore" + key + ");\n");
}

void Writer::define(const Fact& fact, ReversePiece& piece) {
  const bool switches = fact.verb == Verb::enable || fact.verb == Verb::disable;
  if (switches && fact.object == ObjectKind::trigger && fact.on->name.empty()) {
    const std::string_view object = !fact.names.empty() ? fact.names[0].written : fact.members.empty() ? std::string_view() : fact.members[0];
    if (!object.empty()) {
      change_parts(object, {}, piece);
      return raise_class(piece, ReverseClass::safe);
    }
  }
  const ObjectPlan plan = object_plan(fact);
  if (plan.reverse_class == ReverseClass::not_undone) return raise_class(piece, ReverseClass::not_undone, plan.reason);
  if (fact.names.empty() || fact.names[0].written.empty() || fact.context == sql::Context::body) return raise_class(piece, ReverseClass::not_undone, "The object is named at run time.");
  const std::string name(fact.names[0].written);
  const std::string_view type = metadata_type(fact);
  const bool makes = fact.verb == Verb::create || fact.verb == Verb::drop || fact.verb == Verb::alter;
  if (!type.empty() && (makes || fact.verb == Verb::sequence_value)) {
    std::vector<std::string> types = {std::string(type)};
    // Dropped, a specification takes its body along; replaced, it leaves it where it is.
    if (fact.verb == Verb::drop && type == "PACKAGE_SPEC") types.push_back("PACKAGE_BODY");
    if (fact.verb == Verb::drop && type == "TYPE_SPEC") types.push_back("TYPE_BODY");
    for (const std::string& kept : types) {
      piece.before += call("keep_module", piece, ", '" + kept + "', " + sql_literal(name));
      piece.reverse += call("restore_module", piece, ", '" + kept + "', " + sql_literal(name));
    }
    const std::string after = call("kept_modules", piece);
    if (piece.after.find(after) == std::string::npos) piece.after += after;
    if (fact.object == ObjectKind::sequence) return raise_class(piece, ReverseClass::needs_review, "It comes back as it was, at the number it stood at; numbers drawn since may come twice.");
    change_parts(name, {}, piece);
    return raise_class(piece, ReverseClass::safe);
  }
  if (fact.object == ObjectKind::table && (fact.verb == Verb::create || fact.verb == Verb::drop)) return define_table(fact, piece);
  if (fact.verb == Verb::rename && !fact.new_name->name.empty()) return rename(fact, piece);
  // Of an index or constraint it is the table that is looked at.
  const std::string owner = !fact.on->name.empty() ? std::string(fact.on->written) : name;
  const bool of_table = fact.object == ObjectKind::table || fact.object == ObjectKind::constraint || fact.object == ObjectKind::column || fact.object == ObjectKind::view || fact.object == ObjectKind::none ||
                        fact.object == ObjectKind::unknown || !fact.on->name.empty() || fact.verb == Verb::grant || fact.verb == Verb::revoke || fact.verb == Verb::comment;
  if (!of_table) return raise_class(piece, ReverseClass::not_undone, "Definitions of this kind are not captured on Oracle; take a database backup.");
  change_parts(owner, plan.column, piece);
  if (fact.action == sql::Action::add_column) return raise_class(piece, ReverseClass::needs_review, "What users enter in the new column is lost when it goes.");
  if (fact.action == sql::Action::column_type) return raise_class(piece, ReverseClass::needs_review, "A filled column does not take its old type back: a new column takes its place, with the captured values; what users wrote since, indexes and constraints on it are lost.");
  raise_class(piece, plan.reverse_class == ReverseClass::unchanged ? ReverseClass::safe : plan.reverse_class, plan.reason);
}

void Writer::rename(const Fact& fact, ReversePiece& piece) {
  const std::string old_name = "\"" + std::string(fact.names[0].name) + "\"", new_name = "\"" + std::string(fact.new_name->name) + "\"", table(fact.names[0].written);
  if (fact.object == ObjectKind::column && !fact.column.name.empty()) {
    piece.reverse += quiet("ALTER TABLE " + table + " RENAME COLUMN " + new_name + " TO \"" + std::string(fact.column.name) + "\"");
  } else if (fact.object == ObjectKind::constraint && !fact.members.empty()) {
    piece.reverse += quiet("ALTER TABLE " + table + " RENAME CONSTRAINT " + new_name + " TO \"" + std::string(fact.members[0]) + "\"");
  } else if (fact.object == ObjectKind::none || fact.object == ObjectKind::unknown || piece.kind == "RENAME") {
    piece.reverse += quiet("RENAME " + new_name + " TO " + old_name);
  } else if (fact.object == ObjectKind::table) {
    piece.reverse += quiet("ALTER TABLE " + std::string(fact.new_name->written) + " RENAME TO " + old_name);
  } else if (fact.object == ObjectKind::index) {
    piece.reverse += quiet("ALTER INDEX " + std::string(fact.new_name->written) + " RENAME TO " + old_name);
  } else {
    return raise_class(piece, ReverseClass::not_undone, "Which object is renamed is not said here.");
  }
  raise_class(piece, ReverseClass::safe);
}

ReversePiece Writer::piece_of(const PlannedStatement& statement) {
  ReversePiece piece = start_piece(statement, document_, static_cast<std::uint32_t>(out_.pieces.size() + 1));
  for (const Fact* fact : statement.definitions) define(*fact, piece);
  capture_rows(statement, piece);
  add_obstacles(statement, piece);
  if (statement.transaction == Transaction::rollback) raise_class(piece, ReverseClass::not_undone, "It rolls back the captures as well; leave transactions to the installer.");
  return piece;
}

std::string block(const std::string& calls) { return calls.empty() ? std::string() : "BEGIN\n" + calls + "END;\n/\n"; }

void Writer::write_capture() {
  std::string& out = out_.capture_script;
  out = capture_heading() + "SET DEFINE OFF\nWHENEVER SQLERROR EXIT FAILURE ROLLBACK\n";
  out += sql_text("oracle/package");
  out += sql_text("oracle/parts");
  out += block(prepare_);
  std::size_t at = 0;
  for (std::size_t i = 0; i < out_.pieces.size(); ++i) {
    const ReversePiece& piece = out_.pieces[i];
    const PlannedStatement& statement = plan_.statements[i];
    out += "\n" + step_heading(piece) + gap_text(document_, at, statement.begin);
    at = statement.end;
    const bool unit = statement.kind == "BLOCK" || statement.kind.find("-PROCEDURE") != std::string::npos || statement.kind.find("-FUNCTION") != std::string::npos ||
                      statement.kind.find("-PACKAGE") != std::string::npos || statement.kind.find("-TRIGGER") != std::string::npos || statement.kind.find("-TYPE") != std::string::npos;
    const bool client = std::any_of(plan_.script.facts.begin(), plan_.script.facts.end(), [&](const Fact& fact) {
      return fact.verb == Verb::client_command && fact.head.begin == statement.begin;
    });
    out += block(piece.before) + piece.statement;
    if (unit && statement.kind.find("DROP") != 0) out += (piece.statement.back() == ';' ? "" : ";") + std::string("\n/\n");
    else out += client ? "\n" : ";\n";
    out += block(piece.after);
  }
  out += "COMMIT;\n";
}

void Writer::write_reverse() {
  std::string& out = out_.reverse_script;
  out = reverse_heading() + "SET DEFINE OFF\nWHENEVER SQLERROR EXIT FAILURE ROLLBACK\n";
  out += reverse_steps(block);
  out += "SELECT step, tab, row_key, column_name, kind, detail FROM backstay_conflict WHERE script = '" + out_.script_id + "';\nCOMMIT;\n";
}

}  // namespace

void write_oracle(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say) { Writer(out, plan, document, say).write(); }

}  // namespace backstay::rollback
