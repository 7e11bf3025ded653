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

class Writer : public ScriptWriter {
 public:
  using ScriptWriter::ScriptWriter;

  void write_scripts() override {
    write_capture();
    write_reverse();
    out_.discard_script =
        "-- Drops what was captured for all scripts, tables put aside included. After this nothing can be taken back.\n"
        "DECLARE @sql nvarchar(max) = N'';\n"
        "SELECT @sql += N'DROP TABLE backstay_capture.' + QUOTENAME(name) + N'; ' FROM sys.tables WHERE schema_id = SCHEMA_ID(N'backstay_capture');\n"
        "EXEC sp_executesql @sql;\nIF SCHEMA_ID(N'backstay_capture') IS NOT NULL EXEC (N'DROP SCHEMA backstay_capture');\n";
  }

 private:
  ReversePiece piece_of(const PlannedStatement& statement) override;
  void capture_rows(const PlannedStatement& statement, ReversePiece& piece);
  bool weave_output(const PlannedStatement& statement, const RowCapture& rows, ReversePiece& piece);
  void define(const Fact& fact, ReversePiece& piece);
  void define_table(const Fact& fact, ReversePiece& piece);
  void change_parts(std::string_view object, std::string_view column, ReversePiece& piece);
  void keep_text(std::string_view kind, std::string_view name, ReversePiece& piece);
  void rename(const Fact& fact, ReversePiece& piece);
  void write_capture();
  void write_reverse();

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
  if (statement.rows[0].method == RowMethod::whole) keep_text("counter", statement.rows[0].table, piece);  // TRUNCATE starts the numbers anew
  piece.after += "EXEC #backstay_after " + step + ";\n";
  if (piece.reverse.empty()) piece.reverse = "EXEC #backstay_reverse_step " + step + ";\n";
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

// Everything about an object that is no text of its own: columns, constraints, indexes, states, permissions. Read from
// the catalogue before and after; what differs comes back.
void Writer::change_parts(std::string_view object, std::string_view column, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step);
  const std::string before = "EXEC #backstay_before_parts " + step + ", " + n_literal(object) + (column.empty() ? std::string() : ", " + n_literal(column)) + ";\n";
  if (piece.before.find(before) == std::string::npos) piece.before += before;
  const std::string after = "EXEC #backstay_after_parts " + step + ";\n", reverse = "EXEC #backstay_reverse_step " + step + ";\n";
  if (piece.after.find(after) == std::string::npos) piece.after += after;
  if (piece.reverse.find(reverse) == std::string::npos) piece.reverse += reverse;
}

// What one statement describes: its text before and after.
void Writer::keep_text(std::string_view kind, std::string_view name, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step), reverse = "EXEC #backstay_reverse_step " + step + ";\n", after = "EXEC #backstay_after_text " + step + ";\n";
  piece.before += "EXEC #backstay_before_text " + step + ", N'" + std::string(kind) + "', " + n_literal(name) + ";\n";
  if (piece.after.find(after) == std::string::npos) piece.after += after;
  if (piece.reverse.find(reverse) == std::string::npos) piece.reverse += reverse;
}

void Writer::define(const Fact& fact, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step);
  const std::string first = fact.names.empty() ? std::string() : std::string(fact.names[0].written);
  const ObjectPlan plan = object_plan(fact);
  if (fact.verb == Verb::comment && first.empty()) return raise_class(piece, ReverseClass::not_undone, "Extended properties that a procedure sets are not captured.");
  if (plan.reverse_class == ReverseClass::not_undone) return raise_class(piece, ReverseClass::not_undone, plan.reason);
  if (fact.context == sql::Context::body || first.empty()) return raise_class(piece, ReverseClass::not_undone, "The object is named at run time.");
  const bool makes = fact.verb == Verb::create || fact.verb == Verb::alter || fact.verb == Verb::drop;
  if (is_module(fact.object) && makes) {
    for (const sql::Name& name : fact.names) {
      change_parts(name.written, {}, piece);
      piece.before += "EXEC #backstay_before_module " + step + ", " + n_literal(name.written) + ";\n";
    }
    piece.after = "EXEC #backstay_after_module " + step + ";\n" + piece.after;
    return raise_class(piece, ReverseClass::safe);
  }
  if (fact.object == ObjectKind::table && (fact.verb == Verb::create || fact.verb == Verb::drop)) {
    if (fact.verb == Verb::create || fact.context != sql::Context::dynamic) return define_table(fact, piece);
    return raise_class(piece, ReverseClass::not_undone, "A table is dropped inside text that is put together; its rows are not captured.");
  }
  const char* text = fact.verb == Verb::sequence_value || (fact.object == ObjectKind::sequence && fact.verb == Verb::alter) ? "counter" : !makes ? nullptr
                   : fact.object == ObjectKind::synonym ? "synonym" : fact.object == ObjectKind::type ? "type" : fact.object == ObjectKind::sequence ? "sequence" : nullptr;
  if (text != nullptr) {
    for (const sql::Name& name : fact.names) keep_text(text, name.written, piece);
    return raise_class(piece, plan.reverse_class == ReverseClass::unchanged ? ReverseClass::safe : plan.reverse_class, plan.reason);
  }
  if (fact.object == ObjectKind::schema && fact.verb == Verb::create) {
    piece.reverse += "IF SCHEMA_ID(" + n_literal(fact.names[0].name) + ") IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sys.objects WHERE schema_id = SCHEMA_ID(" + n_literal(fact.names[0].name) + ")) DROP SCHEMA " + first + ";\n";
    return raise_class(piece, ReverseClass::needs_review, "The schema goes only when nothing is in it any more.");
  }
  if (fact.verb == Verb::rename && !fact.new_name->name.empty()) return rename(fact, piece);
  // Of an index, trigger or statistics it is the table that is looked at.
  const std::string owner = !fact.on->name.empty() ? std::string(fact.on->written) : first;
  const bool of_table = fact.object == ObjectKind::table || fact.object == ObjectKind::index || fact.object == ObjectKind::constraint || fact.object == ObjectKind::column || fact.object == ObjectKind::trigger || fact.object == ObjectKind::view ||
                        is_module(fact.object) || fact.object == ObjectKind::none || fact.object == ObjectKind::unknown;
  const bool in_place = fact.verb == Verb::alter || fact.verb == Verb::enable || fact.verb == Verb::disable || fact.verb == Verb::grant || fact.verb == Verb::revoke || fact.verb == Verb::comment || fact.object == ObjectKind::index ||
                        fact.object == ObjectKind::constraint;
  const bool known_owner = fact.object != ObjectKind::index || !fact.on->name.empty();
  if (!of_table || !in_place || !known_owner) {
    return raise_class(piece, ReverseClass::not_undone, "Definitions of this kind are not captured on SQL Server; take a database backup.");
  }
  change_parts(owner, plan.column, piece);
  if (fact.action == sql::Action::add_column) return raise_class(piece, ReverseClass::needs_review, "What users enter in the new column is lost when it goes.");
  raise_class(piece, plan.reverse_class == ReverseClass::unchanged ? ReverseClass::safe : plan.reverse_class, plan.reason);
}

void Writer::rename(const Fact& fact, ReversePiece& piece) {
  const sql::Name& name = fact.names[0];
  const std::string schema = name.schema.empty() ? "" : "[" + std::string(name.schema) + "].";
  if (fact.object == ObjectKind::column || fact.object == ObjectKind::index) {
    const std::string part(!fact.column.name.empty() ? fact.column.name : fact.members.empty() ? std::string_view() : fact.members[0]);
    if (part.empty()) return raise_class(piece, ReverseClass::not_undone, "The object is named at run time.");
    piece.reverse += "EXEC sp_rename " + n_literal(schema + "[" + std::string(name.name) + "].[" + std::string(fact.new_name->name) + "]") + ", " + n_literal(part) + ", N'" + (fact.object == ObjectKind::column ? "COLUMN" : "INDEX") + "';\n";
    return raise_class(piece, ReverseClass::safe);
  }
  piece.reverse += "EXEC sp_rename " + n_literal(schema + "[" + std::string(fact.new_name->name) + "]") + ", " + n_literal(name.name) + ";\n";
  raise_class(piece, ReverseClass::safe);
}

ReversePiece Writer::piece_of(const PlannedStatement& statement) {
  ReversePiece piece = start_piece(statement, document_, static_cast<std::uint32_t>(out_.pieces.size() + 1));
  if (statement.kind == "ALTER-SCHEMA") {
    raise_class(piece, ReverseClass::not_undone, "It moves an object to another schema; move it back by hand.");
  } else {
    for (const Fact* fact : statement.definitions) define(*fact, piece);
  }
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
  out = capture_heading() +
        "SET XACT_ABORT ON;\nGO\n";
  for (const char* part : {"mssql/common", "mssql/capture", "mssql/parts", "mssql/capture_parts", "mssql/texts"}) out += sql_text(part);
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
  out = reverse_heading() +
        "SET XACT_ABORT ON;\nGO\n";
  for (const char* part : {"mssql/common", "mssql/parts", "mssql/reverse_parts", "mssql/texts", "mssql/reverse"}) out += sql_text(part);
  out += "BEGIN TRANSACTION;\nDECLARE @backstay_run int = (SELECT MAX(run) FROM backstay_capture.run WITH (UPDLOCK) WHERE script = N'" + out_.script_id + "' AND reversed_at IS NULL);\n"
         "EXEC sp_set_session_context N'backstay_reversing', @backstay_run;\nIF @backstay_run IS NOT NULL\nBEGIN\n";
  out += reverse_steps(nullptr);
  out += "UPDATE backstay_capture.run SET reversed_at = SYSUTCDATETIME() WHERE run = @backstay_run;\nEND;\n"
         "SELECT step, relation, row_key, column_name, kind, detail FROM backstay_capture.conflict WHERE run = @backstay_run;\nCOMMIT TRANSACTION;\n";
}

}  // namespace

void write_mssql(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say) { Writer(out, plan, document, say).write(); }

}  // namespace backstay::rollback
