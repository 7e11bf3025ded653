#include "core/apply/work.hpp"

#include <algorithm>

#include "core/apply/rehearsal_findings.hpp"
#include "core/base/ascii.hpp"
#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"
#include "core/rollback/reverse.hpp"
#include "core/rollback/sql_text.hpp"
#include "core/sql/sql.hpp"

namespace backstay::apply {
namespace {

std::vector<std::string> texts_of(const JsonValue* list) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; list && i < list->items.size(); ++i) texts.push_back(list->items[i].string);
  return texts;
}

}  // namespace

std::string write_undoing(const Undoing& undoing) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("step", undoing.step);
  json.member("package", undoing.package);
  json.member("element", undoing.element);
  json.member("uid", undoing.uid);
  json.member("class", undoing.reverse_class);
  json.texts("reasons", undoing.reasons);
  json.member("prepare", undoing.prepare);
  json.member("reverse", undoing.reverse);
  json.member("discard", undoing.discard);
  if (!undoing.host.empty()) {
    json.member("host", undoing.host);
    json.member_flag("host_undo", undoing.host_was_undo);
  }
  if (!undoing.run.empty()) json.member("run", undoing.run);
  if (!undoing.parts.empty()) {
    json.list("parts", undoing.parts, [&](const Undoing::Part& part) {
      json.member("step", std::uint64_t{part.step});
      json.texts("tables", part.tables);
      json.member("reverse", part.reverse);
    });
  }
  if (!undoing.tables.empty()) json.texts("tables", undoing.tables);
  json.member_flag("captured", undoing.captured);
  json.member_flag("suspends", undoing.suspends);
  json.end_object();
  return out;
}

std::string nbc_sentence(const Undoing& undoing) {
  return "script " + undoing.package + "/" + undoing.element + " is not declared backward compatible";
}

Undoing undoing_of(const JsonValue& root) {
  Undoing undoing;
  undoing.step = root.text("step").value_or("");
  undoing.package = root.text("package").value_or("");
  undoing.element = root.text("element").value_or("");
  undoing.uid = root.text("uid").value_or("");
  undoing.reverse_class = root.text("class").value_or("");
  undoing.prepare = root.text("prepare").value_or("");
  undoing.reverse = root.text("reverse").value_or("");
  undoing.discard = root.text("discard").value_or("");
  undoing.captured = root.flag("captured").value_or(false);
  undoing.suspends = root.flag("suspends").value_or(false);
  undoing.host = root.text("host").value_or("");
  undoing.host_was_undo = root.flag("host_undo").value_or(false);
  undoing.run = root.text("run").value_or("");
  undoing.reasons = texts_of(root.find("reasons"));
  undoing.tables = texts_of(root.find("tables"));
  if (const JsonValue* parts = root.find("parts")) {
    for (const JsonValue& part : parts->items) undoing.parts.push_back({static_cast<std::uint32_t>(part.whole("step").value_or(0)), texts_of(part.find("tables")), part.text("reverse").value_or("")});
  }
  return undoing;
}

bool is_same_table(std::string_view a, std::string_view b) {
  const std::string one = bare_name(a), other = bare_name(b);
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

namespace {

std::string literal(std::string_view text) { return db::quoted_text(db::Engine::postgresql, text).value_or("''"); }

bool touches(const Undoing::Part& part, const std::vector<std::string>& tables) {
  for (const std::string& table : part.tables) {
    if (std::any_of(tables.begin(), tables.end(), [&](const std::string& wanted) { return is_same_table(table, wanted); })) return true;
  }
  return false;
}

}  // namespace

std::string reverse_script(const Undoing& undoing, const std::vector<std::string>& tables, ReverseHow how) {
  if (undoing.parts.empty()) return tables.empty() ? undoing.reverse : std::string();
  std::string parts;
  for (const Undoing::Part& part : undoing.parts) {
    if (!tables.empty() && !touches(part, tables)) continue;
    if (how.puts_aside) parts += "CALL pg_temp.backstay_put_aside(" + literal(undoing.run) + ", " + std::to_string(part.step) + ");\n";
    parts += part.reverse;
  }
  if (parts.empty()) return parts;
  return "CALL pg_temp.backstay_start_reverse(" + literal(undoing.run) + ");\n" + parts + "CALL pg_temp.backstay_finish_reverse();\n" + (how.overwrites ? "CALL pg_temp.backstay_overwrite();\n" : "");
}

Result<Undoing> read_undoing(std::string_view text) {
  const auto document = parse_json(text, "undo");
  if (!document.ok()) return document.error();
  Undoing undoing = undoing_of(document.value().root);
  if (undoing.step.empty()) return Error{ErrorCode::malformed, {}, "an entry of the undo list names no step"};
  return undoing;
}

namespace {

std::string texts(std::initializer_list<std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) out += rollback::sql_text("postgresql/" + std::string(name));
  return out;
}

void append(Work& work, std::string_view sql, std::size_t origin) {
  work.pieces.push_back({work.text.size(), work.text.size() + sql.size(), origin});
  work.text += sql;
}

// Nothing but tables where there were none, and rows in them.
bool only_makes_tables(const rollback::ReverseScripts& scripts) {
  bool makes = false;
  for (const rollback::ReversePiece& piece : scripts.pieces) {
    if (piece.makes_table) {
      makes = true;
    } else if (piece.kind != "INSERT" || !piece.before.empty() || !piece.after.empty()) {
      return false;
    }
  }
  return makes;
}

void weave_postgresql(Work& work, const std::string& run) {
  rollback::ReverseOptions options;
  const rollback::ReverseScripts scripts = rollback::reverse_scripts(work.document, options, sql::Config{});
  work.undoing.reverse_class = rollback::to_string(scripts.reverse_class);
  for (const rollback::ReversePiece& piece : scripts.pieces) {
    work.has_captures |= !piece.before.empty() || !piece.after.empty();
    for (const std::string& reason : piece.reasons) work.undoing.reasons.push_back("line " + std::to_string(piece.line) + ": " + reason);
  }
  if (!work.has_captures) return append(work, work.document.text(), 0);
  work.undoing.run = run;
  for (auto piece = scripts.pieces.rbegin(); piece != scripts.pieces.rend(); ++piece) {
    if (piece->reverse.empty()) continue;
    work.undoing.parts.push_back({piece->step, piece->tables, piece->reverse});
    for (const std::string& table : piece->tables) {
      if (std::find(work.undoing.tables.begin(), work.undoing.tables.end(), table) == work.undoing.tables.end()) work.undoing.tables.push_back(table);
    }
  }
  work.made.clear();
  if (only_makes_tables(scripts)) {
    for (const rollback::ReversePiece& piece : scripts.pieces) {
      if (piece.makes_table) work.made.push_back({piece.step, piece.makes_table->schema, piece.makes_table->name});
    }
    return append(work, work.document.text(), 0);
  }
  work.text = "CALL pg_temp.backstay_run(" + literal(run) + ");\n";
  for (const rollback::ReversePiece& piece : scripts.pieces) {
    work.text += piece.before;
    // A statement that a capture replaces has no places of its own: all of it stands where it began.
    append(work, piece.statement, piece.begin);
    work.text += ";\n" + piece.after;
  }
  work.text += "CALL pg_temp.backstay_complete();\n";
}

// Its own undoing: tables that were put aside come home first, then definitions and rows.
void weave_reverse(Work& work, const std::string& run) {
  const std::string of = literal(work.run);
  work.text = "CALL pg_temp.backstay_run(" + literal(run) + ");\nCALL pg_temp.backstay_before_reverse(" + of + ");\n";
  append(work, work.document.text(), 0);
  work.text += "CALL pg_temp.backstay_after_reverse();\nCALL pg_temp.backstay_complete();\n";
  work.has_captures = true;
  work.undoing.run = run;
  for (auto step = work.reversed_steps.rbegin(); step != work.reversed_steps.rend(); ++step) {
    work.undoing.parts.push_back({100000 + *step, {}, "CALL pg_temp.backstay_reverse_step(" + std::to_string(100000 + *step) + ");\n"});
  }
  work.undoing.parts.push_back({1, work.undoing.tables, "CALL pg_temp.backstay_reverse_watched(1);\n"});
}

}  // namespace

void weave(Work& work, std::string_view bytes, db::Engine engine, const std::string& run) {
  work.document = TextDocument(work.content.empty() || work.is_binding ? std::string_view(work.own) : bytes, work.content);
  work.undoing.step = work.step;
  work.undoing.package = work.package;
  work.undoing.element = work.element;
  work.text.clear();
  work.pieces.clear();
  const bool is_captured = work.kind == Work::Kind::script || work.kind == Work::Kind::statements;
  if (engine == db::Engine::postgresql && is_captured && !work.is_outside) return weave_postgresql(work, run);
  if (engine == db::Engine::postgresql && work.kind == Work::Kind::undoing && !work.run.empty()) return weave_reverse(work, run);
  append(work, work.document.text(), 0);
}

std::string created_call(const std::vector<const Work*>& works, const std::string& op_id) {
  std::string list;
  report::JsonWriter json(list, 0);
  json.begin_array();
  for (const Work* work : works) {
    for (const Work::Made& made : work->made) {
      json.begin_object();
      json.member("run", op_id + "/" + work->step);
      json.member("step", std::uint64_t{made.step});
      json.member("schema", made.schema);
      json.member("name", made.name);
      json.end_object();
    }
  }
  json.end_array();
  return "CALL pg_temp.backstay_created(" + literal(list) + ");\n";
}

std::string capture_prelude() { return texts({"common", "structure", "capture_rows", "watch_rows", "capture_structure"}); }

std::string reverse_prelude() { return texts({"common", "structure", "reverse_structure", "reverse_tables", "reverse_rows", "reverse_watched", "overwrite", "import"}); }

std::string export_prelude() { return texts({"common", "structure", "reverse_structure", "export"}); }

std::string captured_reverse_prelude() {
  return texts({"common", "structure", "capture_rows", "watch_rows", "capture_structure", "capture_reverse", "reverse_structure", "reverse_tables", "reverse_rows", "reverse_watched", "overwrite", "import"});
}

std::string forget_captures(const std::string& op_id) {
  const std::string runs = literal(op_id + "/%");
  return "DO $backstay$\n"
         "DECLARE held record; aside record;\n"
         "BEGIN\n"
         "  IF to_regclass('backstay_capture.run') IS NULL THEN RETURN; END IF;\n"
         "  FOR held IN SELECT i.* FROM backstay_capture.item i JOIN backstay_capture.run r USING (run) WHERE r.script LIKE " + runs + " LOOP\n"
         "    IF held.before_rows IS NOT NULL THEN EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', held.before_rows); END IF;\n"
         "    IF held.after_rows IS NOT NULL THEN EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', held.after_rows); END IF;\n"
         "  END LOOP;\n"
         "  FOR aside IN SELECT nspname FROM pg_catalog.pg_namespace n, backstay_capture.run r WHERE r.script LIKE " + runs + "\n"
         "    AND n.nspname ~ ('^backstay_capture_r' || r.run || '_s')\n"
         // What export.sql leaves where it is.
         "    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND (c.relkind = 'p' OR c.relispartition OR c.reloftype <> 0\n"
         "      OR EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE c.relkind = 'r' AND c.oid IN (h.inhparent, h.inhrelid)))) LOOP\n"
         "    EXECUTE format('DROP SCHEMA %I CASCADE', aside.nspname);\n"
         "  END LOOP;\n"
         "  DELETE FROM backstay_capture.item i USING backstay_capture.run r WHERE r.run = i.run AND r.script LIKE " + runs + ";\n"
         "  DELETE FROM backstay_capture.conflict c USING backstay_capture.run r WHERE r.run = c.run AND r.script LIKE " + runs + ";\n"
         "  DELETE FROM backstay_capture.run WHERE script LIKE " + runs + ";\n"
         "  IF NOT EXISTS (SELECT 1 FROM backstay_capture.run) THEN DROP SCHEMA backstay_capture CASCADE; END IF;\n"
         "END $backstay$;\n";
}

SourcePos place_of(const Work& work, std::uint64_t offset) {
  for (const Work::Piece& piece : work.pieces) {
    if (offset < piece.begin || offset > piece.end) continue;
    return work.document.position(std::min<std::size_t>(piece.origin + (offset - piece.begin), work.document.text().size()));
  }
  return {};
}

}  // namespace backstay::apply
