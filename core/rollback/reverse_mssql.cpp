// Capture and reverse scripts for SQL Server. Rows are captured by an OUTPUT clause in the statement itself, which is
// atomic; keys and columns are looked up by temporary procedures that both scripts carry (mssql/*.sql).
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

std::string n_literal(std::string_view text) { return "N" + sql_literal(text); }

bool is_module(ObjectKind kind) {
  return kind == ObjectKind::view || kind == ObjectKind::function || kind == ObjectKind::procedure || kind == ObjectKind::trigger || kind == ObjectKind::routine;
}

class Writer {
 public:
  Writer(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document) : out_(out), plan_(plan), document_(document) {}

  void write() {
    for (const PlannedStatement& statement : plan_.statements) out_.pieces.push_back(piece_of(statement));
    write_capture();
    write_reverse();
    out_.discard_script =
        "-- Drops what was captured for all scripts, tables put aside included. After this nothing can be taken back.\n"
        "DECLARE @sql nvarchar(max) = N'';\n"
        "SELECT @sql += N'DROP TABLE backstay_capture.' + QUOTENAME(name) + N'; ' FROM sys.tables WHERE schema_id = SCHEMA_ID(N'backstay_capture');\n"
        "EXEC sp_executesql @sql;\nIF SCHEMA_ID(N'backstay_capture') IS NOT NULL EXEC (N'DROP SCHEMA backstay_capture');\n";
  }

 private:
  ReversePiece piece_of(const PlannedStatement& statement);
  void capture_rows(const PlannedStatement& statement, ReversePiece& piece);
  bool weave_output(const PlannedStatement& statement, const RowCapture& rows, ReversePiece& piece);
  void define(const Fact& fact, ReversePiece& piece);
  void define_table(const Fact& fact, ReversePiece& piece);
  void alter_table(const Fact& fact, ReversePiece& piece);
  void write_capture();
  void write_reverse();

  ReverseScripts& out_;
  const CapturePlan& plan_;
  const TextDocument& document_;
};

// The rows of a plain statement come out of it. False when it has no place for an OUTPUT clause of ours.
bool Writer::weave_output(const PlannedStatement& statement, const RowCapture& rows, ReversePiece& piece) {
  const DmlShape& shape = statement.shape;
  if (statement.rows.size() != 1 || shape.kind == DmlKind::other || shape.output_at == 0 || shape.with.begin < shape.with.end || shape.derived_target) return false;
  if (rows.method != RowMethod::query && rows.method != RowMethod::inserted && rows.method != RowMethod::table) return false;
  const std::string step = std::to_string(piece.step);
  const char* kind = shape.kind == DmlKind::insert ? "inserted" : shape.kind == DmlKind::update ? "updated" : "deleted";
  const std::string from = shape.kind == DmlKind::insert ? "inserted" : "deleted";
  std::string assigned = ",";
  for (const std::string& column : rows.assigned) assigned += column + ",";
  piece.before += "EXEC #backstay_before " + step + ", " + n_literal(rows.table) + ", N'" + kind + "'" + (rows.assigned.empty() ? "" : ", " + n_literal(assigned)) + ";\n";
  std::string text = piece.statement.substr(0, shape.output_at - statement.begin);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
  piece.statement = text + "\nOUTPUT " + from + ".* INTO backstay_capture.s" + step + "_rows\n" + piece.statement.substr(shape.output_at - statement.begin);
  while (!piece.statement.empty() && static_cast<unsigned char>(piece.statement.back()) <= ' ') piece.statement.pop_back();
  return true;
}

void Writer::capture_rows(const PlannedStatement& statement, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step);
  for (const RowCapture& rows : statement.rows) {
    piece.tables.push_back(rows.table);
    raise_class(piece, ReverseClass::safe);
    if (weave_output(statement, rows, piece)) {
      if (rows.deletes) raise_class(piece, ReverseClass::needs_review, "Rows that foreign keys delete or change as well are captured with their whole tables; triggers are not.");
      continue;
    }
    piece.before += "EXEC #backstay_before " + step + ", " + n_literal(rows.table) + ", N'table';\n";
    raise_class(piece, ReverseClass::needs_review, "All rows of " + rows.table + " are copied first: " + (rows.why_not_query.empty() ? "the statement has an OUTPUT clause or a CTE of its own" : rows.why_not_query) + ".");
  }
  if (statement.rows.empty()) return;
  piece.after += "EXEC #backstay_after " + step + ";\n";
  piece.reverse += "EXEC #backstay_reverse_step " + step + ";\n";
}

// Tables are moved to the capture schema instead of being dropped, in both directions: rows are never lost.
void Writer::define_table(const Fact& fact, ReversePiece& piece) {
  for (const sql::Name& name : fact.names) {
    const std::string written(name.written), schema = name.schema.empty() ? "dbo" : std::string(name.schema);
    if (fact.verb == Verb::create) {
      piece.before += "IF OBJECT_ID(" + n_literal(written) + ") IS NOT NULL INSERT INTO backstay_capture.item (run, step, kind, relation) VALUES (CONVERT(int, SESSION_CONTEXT(N'backstay_run')), " +
                      std::to_string(piece.step) + ", N'was there', " + n_literal(written) + ");\n";
      piece.reverse += "IF OBJECT_ID(" + n_literal(written) + ") IS NOT NULL AND NOT EXISTS (SELECT 1 FROM backstay_capture.item WHERE run = CONVERT(int, SESSION_CONTEXT(N'backstay_reversing')) AND step = " +
                       std::to_string(piece.step) + " AND kind = N'was there')\n  ALTER SCHEMA backstay_capture TRANSFER " + written + ";\n";
      raise_class(piece, ReverseClass::needs_review, "The table is put aside into schema backstay_capture with the rows it holds by then.");
    } else {
      const std::string bare(written.substr(written.rfind('.') == std::string::npos ? 0 : written.rfind('.') + 1));
      piece.statement = (piece.statement.find("TRANSFER") == std::string::npos ? std::string() : piece.statement + ";\n") +
                        (fact.has(sql::Flag::if_exists) ? "IF OBJECT_ID(" + n_literal(written) + ") IS NOT NULL " : std::string()) + "ALTER SCHEMA backstay_capture TRANSFER " + written;
      piece.reverse += "IF OBJECT_ID(" + n_literal("backstay_capture." + bare) + ") IS NOT NULL ALTER SCHEMA [" + schema + "] TRANSFER backstay_capture." + bare + ";\n";
      raise_class(piece, ReverseClass::needs_review, "The table is put aside into schema backstay_capture instead of being dropped; foreign keys to it keep working on it.");
    }
  }
}

void Writer::alter_table(const Fact& fact, ReversePiece& piece) {
  const std::string table = fact.names.empty() ? std::string() : std::string(fact.names[0].written);
  const auto member = [&] { return fact.members.empty() ? std::string() : "[" + std::string(fact.members[0]) + "]"; };
  if (table.empty()) return raise_class(piece, ReverseClass::not_undone, "The object is named at run time.");
  if (fact.action == sql::Action::add_column) {
    const std::string column(fact.column.name);
    const std::string variable = "@drop" + std::to_string(piece.step) + "_" + std::to_string(piece.reverse.size());
    piece.reverse += "IF COL_LENGTH(" + n_literal(table) + ", " + n_literal(column) + ") IS NOT NULL BEGIN\n  DECLARE " + variable + " nvarchar(max) = (SELECT N'ALTER TABLE " + table +
                     " DROP CONSTRAINT ' + QUOTENAME(d.name) FROM sys.default_constraints d JOIN sys.columns c ON c.default_object_id = d.object_id WHERE c.object_id = OBJECT_ID(" +
                     n_literal(table) + ") AND c.name = " + n_literal(column) + ");\n  EXEC sp_executesql " + variable + ";\n  ALTER TABLE " + table + " DROP COLUMN [" + column + "];\nEND\n";
    return raise_class(piece, ReverseClass::needs_review, "What users enter in the new column is lost when it goes.");
  }
  if (fact.action == sql::Action::add_constraint && !fact.members.empty()) {
    piece.reverse += "IF OBJECT_ID(" + n_literal(member()) + ") IS NOT NULL OR EXISTS (SELECT 1 FROM sys.objects WHERE name = " + n_literal(std::string(fact.members[0])) + " AND parent_object_id = OBJECT_ID(" + n_literal(table) +
                     ")) ALTER TABLE " + table + " DROP CONSTRAINT " + member() + ";\n";
    return raise_class(piece, ReverseClass::safe);
  }
  raise_class(piece, ReverseClass::not_undone, "What this changes in a table is not captured on SQL Server; take a database backup.");
}

void Writer::define(const Fact& fact, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step);
  const std::string first = fact.names.empty() ? std::string() : std::string(fact.names[0].written);
  const bool nested = fact.context == sql::Context::body || fact.context == sql::Context::dynamic || first.empty();
  const ObjectPlan plan = object_plan(fact);
  if (plan.reverse_class == ReverseClass::not_undone) return raise_class(piece, ReverseClass::not_undone, plan.reason);
  if (nested) return raise_class(piece, ReverseClass::not_undone, "A definition changes inside text that is put together; it is not captured.");
  const bool makes = fact.verb == Verb::create || fact.verb == Verb::alter || fact.verb == Verb::drop;
  if (is_module(fact.object) && makes) {
    for (const sql::Name& name : fact.names) piece.before += "EXEC #backstay_before_module " + step + ", " + n_literal(name.written) + ";\n";
    piece.after += "EXEC #backstay_after_module " + step + ";\n";
    piece.reverse += "EXEC #backstay_reverse_step " + step + ";\n";
    return raise_class(piece, ReverseClass::needs_review, "Its text comes back; permissions granted on it do not.");
  }
  if (fact.object == ObjectKind::table && (fact.verb == Verb::create || fact.verb == Verb::drop)) return define_table(fact, piece);
  if (fact.verb == Verb::alter && fact.object == ObjectKind::table) return alter_table(fact, piece);
  if (fact.object == ObjectKind::index && fact.verb == Verb::create && !fact.on.name.empty()) {
    piece.reverse += "IF EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(" + n_literal(fact.on.written) + ") AND name = " + n_literal(std::string(fact.names[0].name)) + ") DROP INDEX " + first + " ON " + std::string(fact.on.written) + ";\n";
    return raise_class(piece, ReverseClass::safe);
  }
  if (fact.verb == Verb::rename && !fact.new_name.name.empty() && fact.object != ObjectKind::column && fact.object != ObjectKind::constraint && fact.object != ObjectKind::index) {
    const std::string schema = fact.names[0].schema.empty() ? "" : "[" + std::string(fact.names[0].schema) + "].";
    piece.reverse += "EXEC sp_rename " + n_literal(schema + "[" + std::string(fact.new_name.name) + "]") + ", " + n_literal(std::string(fact.names[0].name)) + ";\n";
    return raise_class(piece, ReverseClass::safe);
  }
  raise_class(piece, ReverseClass::not_undone, "Definitions of this kind are not captured on SQL Server; take a database backup.");
}

ReversePiece Writer::piece_of(const PlannedStatement& statement) {
  ReversePiece piece = start_piece(statement, document_, static_cast<std::uint32_t>(out_.pieces.size() + 1));
  for (const Fact* fact : statement.definitions) define(*fact, piece);
  capture_rows(statement, piece);
  add_obstacles(statement, piece);
  if (statement.transaction == Transaction::rollback) raise_class(piece, ReverseClass::not_undone, "It rolls back the captures as well; leave transactions to the installer.");
  return piece;
}

bool starts_module(const PlannedStatement& statement) {
  return statement.kind.find("-VIEW") != std::string::npos || statement.kind.find("-PROC") != std::string::npos || statement.kind.find("-FUNCTION") != std::string::npos ||
         statement.kind.find("-TRIGGER") != std::string::npos;
}

void Writer::write_capture() {
  std::string& out = out_.capture_script;
  out = "-- The script with captures: what each statement changes is kept, in the same transaction.\n"
        "-- Run this instead of the script, in one session. Unverified on a server. Written by backstay reverse.\n"
        "SET XACT_ABORT ON;\nGO\n";
  out += sql_text("mssql/common");
  out += sql_text("mssql/capture");
  out += "BEGIN TRANSACTION;\nINSERT INTO backstay_capture.run (script) VALUES (N'" + out_.script_id + "');\n"
         "DECLARE @backstay_run int = SCOPE_IDENTITY();\nEXEC sp_set_session_context N'backstay_run', @backstay_run;\nGO\n";
  std::size_t at = 0;
  for (std::size_t i = 0; i < out_.pieces.size(); ++i) {
    const ReversePiece& piece = out_.pieces[i];
    const PlannedStatement& statement = plan_.statements[i];
    out += document_.text().substr(at, statement.begin - at);
    at = statement.end;
    if (piece.before.empty() && piece.after.empty()) {
      out += piece.statement;
    } else if (starts_module(statement) && statement.kind.find("DROP") != 0) {
      // First in its batch, and its text runs to the end of it.
      out += "\n" + piece.before + "GO\n" + piece.statement + "\nGO\n" + piece.after;
    } else {
      out += "BEGIN\n" + piece.before + piece.statement + ";\n" + piece.after + "END";
    }
  }
  out += document_.text().substr(at);
  out += "\nGO\nCOMMIT TRANSACTION;\n";
}

void Writer::write_reverse() {
  std::string& out = out_.reverse_script;
  out = "-- Takes back what the capture script applied, last statement first. Values that somebody has written since stay;\n"
        "-- the last query lists them. Running it again changes nothing. Unverified on a server. Written by backstay reverse.\n"
        "SET XACT_ABORT ON;\nGO\n";
  out += sql_text("mssql/common");
  out += sql_text("mssql/reverse");
  out += "BEGIN TRANSACTION;\nDECLARE @backstay_run int = (SELECT MAX(run) FROM backstay_capture.run WITH (UPDLOCK) WHERE script = N'" + out_.script_id + "' AND reversed_at IS NULL);\n"
         "EXEC sp_set_session_context N'backstay_reversing', @backstay_run;\nIF @backstay_run IS NOT NULL\nBEGIN\n";
  for (auto piece = out_.pieces.rbegin(); piece != out_.pieces.rend(); ++piece) {
    if (piece->reverse_class == ReverseClass::unchanged) continue;
    out += step_heading(*piece) + as_comment(document_.text().substr(piece->begin, piece->end - piece->begin)) + "\n" + piece->reverse;
  }
  out += "UPDATE backstay_capture.run SET reversed_at = SYSUTCDATETIME() WHERE run = @backstay_run;\nEND;\n"
         "SELECT step, relation, row_key, column_name, kind, detail FROM backstay_capture.conflict WHERE run = @backstay_run;\nCOMMIT TRANSACTION;\n";
}

}  // namespace

void write_mssql(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document) { Writer(out, plan, document).write(); }

}  // namespace backstay::rollback
