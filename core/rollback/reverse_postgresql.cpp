// Capture and reverse scripts for PostgreSQL. Both carry routines in pg_temp (postgresql/*.sql) that find keys,
// foreign keys and definitions in the catalogue; only captured rows stay behind, in the capture schema.
#include <algorithm>

#include "core/rollback/object_plan.hpp"
#include "core/rollback/reverse_writer.hpp"
#include "core/rollback/sql_text.hpp"

namespace backstay::rollback {
namespace {

std::string text_array(const std::vector<std::string>& values) {
  std::string out = "ARRAY[";
  for (const std::string& value : values) out += (&value == values.data() ? "" : ", ") + sql_literal(value);
  return out + "]::text[]";
}

class Writer : public ScriptWriter {
 public:
  using ScriptWriter::ScriptWriter;

  void write_scripts() override {
    write_capture();
    write_reverse();
    out_.discard_script =
        "-- Drops what was captured for all scripts, tables put aside included. After this nothing can be taken back.\n"
        "DO $$ DECLARE s record; BEGIN\n"
        "  FOR s IN SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname ~ '^backstay_capture(_r[0-9]+_s[0-9]+_[0-9]+)?$' LOOP\n"
        "    EXECUTE format('DROP SCHEMA %I CASCADE', s.nspname);\n"
        "  END LOOP;\n"
        "END $$;\n";
  }

 private:
  void watch_calls(const PlannedStatement& statement, ReversePiece& piece);
  void watch_rows(const PlannedStatement& statement, ReversePiece& piece);
  ReversePiece piece_of(const PlannedStatement& statement) override;
  void capture_rows(const PlannedStatement& statement, ReversePiece& piece);
  void weave_insert(const PlannedStatement& statement, ReversePiece& piece);
  void capture_objects(const PlannedStatement& statement, ReversePiece& piece);
  void note_made_table(const PlannedStatement& statement, ReversePiece& piece);
  void drop_tables(const PlannedStatement& statement, ReversePiece& piece);
  void write_capture();
  void write_reverse();

};

// The rows an INSERT adds are what it returns.
void Writer::weave_insert(const PlannedStatement& statement, ReversePiece& piece) {
  std::string text = slice(statement.begin, statement.shape.tail);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
  piece.statement = "WITH backstay_rows AS (\n" + text + "\nRETURNING *)\nINSERT INTO pg_temp.backstay_new SELECT * FROM backstay_rows";
}

void Writer::capture_rows(const PlannedStatement& statement, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step);
  // Whole tables first: a table that is copied needs no second capture.
  for (const RowCapture& rows : statement.rows) {
    piece.tables.push_back(rows.table);
    const std::string table = sql_literal(rows.table);
    switch (rows.method) {
      case RowMethod::query:
        piece.before += "CALL pg_temp.backstay_before_rows(" + step + ", " + table + ", " +
                        (rows.deletes ? "NULL" : text_array(rows.assigned)) + ", " + dollar_quoted(rows.query + "\n" + rows.lock) + ");\n";
        break;
      case RowMethod::inserted:
        piece.before += "CALL pg_temp.backstay_before_insert(" + step + ", " + table + ");\n";
        weave_insert(statement, piece);
        break;
      case RowMethod::table:
        piece.before += "CALL pg_temp.backstay_before_table(" + step + ", " + table + ");\n";
        break;
      case RowMethod::whole:
        piece.before += "CALL pg_temp.backstay_before_table(" + step + ", " + table + ", true);\n";
        raise_class(piece, ReverseClass::needs_review, "All rows of " + rows.table + " are copied first; the copy needs as much space as the table.");
        break;
    }
    raise_class(piece, ReverseClass::safe);
  }
  for (const sql::Fact& fact : plan_.script.facts) {
    if (fact.verb != sql::Verb::truncate || !fact.has(sql::Flag::restart_identity) || fact.head.begin < statement.begin || fact.head.begin >= statement.end) continue;
    for (const sql::Name& name : fact.names) {
      piece.before += "CALL pg_temp.backstay_before_object(" + step + ", " + sql_literal(name.schema) + ", " + sql_literal(name.name) + ");\n";
    }
    piece.before += "CALL pg_temp.backstay_with_sequence_values(" + step + ");\n";
    piece.after += "CALL pg_temp.backstay_after_objects(" + step + ");\n";
  }
  if (statement.rows.empty()) return;
  if (!statement.calls.empty()) piece.before += "CALL pg_temp.backstay_count_everything();\n";
  piece.after += "CALL pg_temp.backstay_after_rows(" + step + ");\n";
}

// Definitions are read from the catalogue before and after; what differs is what comes back.
void Writer::capture_objects(const PlannedStatement& statement, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step);
  std::string columns;
  for (const sql::Fact* fact : statement.definitions) {
    ObjectPlan plan = object_plan(*fact);
    if (plan.reverse_class != ReverseClass::unchanged) raise_class(piece, plan.reverse_class, std::move(plan.reason));
    if (plan.reverse_class == ReverseClass::not_undone) continue;
    for (const sql::Name& name : plan.objects) {
      const std::string object = sql_literal(name.schema) + ", " + sql_literal(name.name);
      const std::string call = "CALL pg_temp.backstay_before_object(" + step + ", " + object + (fact->has(sql::Flag::cascade) ? ", true" : "") + ");\n";
      if (piece.before.find(call) == std::string::npos) piece.before += call;
      if (plan.column.empty()) continue;
      columns += "CALL pg_temp.backstay_before_column(" + step + ", " + object + ", " + sql_literal(plan.column) + ");\n";
    }
    if (plan.sequence_value) piece.before += "CALL pg_temp.backstay_with_sequence_values(" + step + ");\n";
  }
  piece.before += columns;
  if (piece.before.empty()) return;
  note_made_table(statement, piece);
  drop_tables(statement, piece);
  piece.after += "CALL pg_temp.backstay_after_objects(" + step + ");\n";
}

// Without IF NOT EXISTS its success says that there was none before.
void Writer::note_made_table(const PlannedStatement& statement, ReversePiece& piece) {
  if (statement.definitions.size() != 1 || !statement.rows.empty() || !statement.calls.empty() || !statement.unread.empty() || !statement.obstacles.empty()) return;
  const sql::Fact& fact = *statement.definitions.front();
  if (fact.verb != sql::Verb::create || fact.object != sql::ObjectKind::table || fact.names.size() != 1 || fact.context != sql::Context::top || statement.in_block) return;
  if (fact.has(sql::Flag::if_exists) || fact.has(sql::Flag::temporary) || !fact.other_name->name.empty()) return;
  piece.makes_table = ReversePiece::MadeTable{std::string(fact.names[0].schema), std::string(fact.names[0].name)};
}

// DROP TABLE at script level puts the tables aside.
void Writer::drop_tables(const PlannedStatement& statement, ReversePiece& piece) {
  std::vector<std::string> tables;
  bool if_exists = false, cascades = false;
  for (const sql::Fact* fact : statement.definitions) {
    if (fact->verb != sql::Verb::drop || fact->object != sql::ObjectKind::table) return;
    if (fact->context != sql::Context::top || statement.in_block) {
      return raise_class(piece, ReverseClass::not_undone, "A table is dropped inside a block; its rows are not captured.");
    }
    for (const sql::Name& name : fact->names) tables.emplace_back(name.written);
    if_exists = if_exists || fact->has(sql::Flag::if_exists);
    cascades = cascades || fact->has(sql::Flag::cascade);
  }
  piece.tables = tables;
  piece.statement = "CALL pg_temp.backstay_drop_tables(" + std::to_string(piece.step) + ", " + text_array(tables) + ", " + (if_exists ? "true" : "false") + ", " +
                    (cascades ? "true" : "false") + ")";
  raise_class(piece, ReverseClass::needs_review, "The table is put aside in a schema of its own instead of being dropped, and moved back.");
}

// Nobody can read from the text which rows change: triggers on all tables note them.
void Writer::watch_rows(const PlannedStatement& statement, ReversePiece& piece) {
  const std::string step = std::to_string(piece.step);
  piece.before += "CALL pg_temp.backstay_watch(" + step + ");\n";
  piece.after = "CALL pg_temp.backstay_watched(" + step + ");\n" + piece.after;
  for (const std::string& why : statement.unread) {
    raise_class(piece, ReverseClass::needs_review, as_sentence(why) + " The rows it changes are noted by triggers; what else it changes is not undone.");
  }
}

// Routines in expressions mostly compute. The catalogue is asked when the script runs: only volatile ones can write.
void Writer::watch_calls(const PlannedStatement& statement, ReversePiece& piece) {
  std::string names;
  for (const std::string& call : statement.calls) names += (names.empty() ? "" : ", ") + call;
  if (!statement.rows.empty()) {
    return raise_class(piece, ReverseClass::needs_review, "It calls " + names + ": what a routine writes in other tables is reported, not undone.");
  }
  const std::string step = std::to_string(piece.step);
  piece.before += "CALL pg_temp.backstay_watch_calls(" + step + ", " + text_array(statement.calls) + ");\n";
  piece.after = "CALL pg_temp.backstay_watched(" + step + ");\n" + piece.after;
  raise_class(piece, ReverseClass::needs_review, "It calls " + names + ": when a routine may write, the rows it changes are noted by triggers; what else it changes is not undone.");
}

ReversePiece Writer::piece_of(const PlannedStatement& statement) {
  ReversePiece piece = start_piece(statement, document_, static_cast<std::uint32_t>(out_.pieces.size() + 1));
  capture_objects(statement, piece);
  if (!statement.calls.empty()) watch_calls(statement, piece);
  const bool watched = !statement.unread.empty() && statement.obstacles.empty() && !statement.outside_transaction && statement.transaction == Transaction::none;
  if (watched) {
    watch_rows(statement, piece);
  } else {
    capture_rows(statement, piece);
  }
  for (const auto* reasons : {&statement.unread, &statement.obstacles}) {
    for (const std::string& why : *reasons) {
      if (!watched) raise_class(piece, ReverseClass::not_undone, as_sentence(why));
    }
  }
  if (watched || (!statement.calls.empty() && statement.rows.empty())) {
    piece.reverse = "CALL pg_temp.backstay_reverse_watched(" + std::to_string(piece.step) + ");\n";
  } else if (!piece.before.empty()) piece.reverse = "CALL pg_temp.backstay_reverse_step(" + std::to_string(piece.step) + ");\n";
  return piece;
}

void Writer::write_capture() {
  std::string& out = out_.capture_script;
  out = capture_heading() +
        "SET client_min_messages TO warning;\nSET check_function_bodies TO off;\n";
  out += sql_text("postgresql/common");
  for (const char* part : {"structure", "capture_rows", "watch_rows", "capture_structure"}) out += sql_text(std::string("postgresql/") + part);
  out += "RESET client_min_messages;\nRESET check_function_bodies;\n\nBEGIN;\nCALL pg_temp.backstay_run(" + sql_literal(out_.script_id) + ");\n";
  std::size_t at = 0;
  for (std::size_t i = 0; i < out_.pieces.size(); ++i) {
    const ReversePiece& piece = out_.pieces[i];
    const PlannedStatement& statement = plan_.statements[i];
    out += "\n" + step_heading(piece) + gap_text(document_, at, statement.begin);
    at = statement.end;
    const std::string again = "CALL pg_temp.backstay_run(" + sql_literal(out_.script_id) + ", true);\n";
    if (statement.transaction == Transaction::begin) {
      out += as_comment(piece.statement) + "  (the transaction is open already)\n";
    } else if (statement.transaction != Transaction::none) {
      out += piece.statement + ";\nBEGIN;\n" + again;
    } else if (statement.outside_transaction) {
      out += "COMMIT;\n" + piece.statement + ";\nBEGIN;\n" + again;
    } else {
      out += piece.before + piece.statement + ";\n" + piece.after;
    }
  }
  out += "\nCALL pg_temp.backstay_complete();\nCOMMIT;\n";
}

void Writer::write_reverse() {
  std::string& out = out_.reverse_script;
  out = reverse_heading() +
        "SET client_min_messages TO warning;\nSET check_function_bodies TO off;\n";
  out += sql_text("postgresql/common");
  for (const char* part : {"structure", "reverse_structure", "reverse_tables", "reverse_rows", "reverse_watched"}) out += sql_text(std::string("postgresql/") + part);
  out += "RESET client_min_messages;\nRESET check_function_bodies;\n\nBEGIN;\nCALL pg_temp.backstay_start_reverse(" + sql_literal(out_.script_id) + ");\n";
  out += reverse_steps(nullptr);
  out += "\nCALL pg_temp.backstay_finish_reverse();\nSELECT step, relation, row_key, column_name, kind, before, after, current, detail\n"
         "FROM pg_temp.backstay_conflicts();\nCOMMIT;\n";
}

}  // namespace

void write_postgresql(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say) {
  Writer(out, plan, document, say).write();
}

}  // namespace backstay::rollback
