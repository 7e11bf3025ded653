// Capture and reverse scripts for SQLite: plain SQL over tables that the caller knows, because SQLite has nothing that
// could look them up and act on the answer. Captured rows lie in tables backstay_<script>_<step>_before and _after.
#include <algorithm>

#include "core/rollback/object_plan.hpp"
#include "core/rollback/reverse_writer.hpp"

namespace backstay::rollback {
namespace {

using sql::Fact;
using sql::ObjectKind;
using sql::Verb;

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

// SQL over one captured set of rows; a and b are aliases.
struct Captured {
  std::string table;                       // as written
  const KnownTable* known = nullptr;
  std::string before, after;               // names of the capture tables
  std::uint32_t step = 0;
  bool adds = false;

  std::string match(std::string_view a, std::string_view b) const {
    std::string out;
    for (const std::string& k : known->key) out += (out.empty() ? "" : " AND ") + std::string(a) + "." + quoted(k) + " = " + std::string(b) + "." + quoted(k);
    return out;
  }
  // The same value of the same storage class, whatever the column's collation.
  static std::string same_cell(const std::string& column, std::string_view a, std::string_view b) {
    const std::string x = std::string(a) + "." + quoted(column), y = std::string(b) + "." + quoted(column);
    return "(typeof(" + x + ") = typeof(" + y + ") AND " + x + " IS " + y + " COLLATE BINARY)";
  }
  std::string same(std::string_view a, std::string_view b) const {
    std::string out;
    for (const std::string& c : known->columns) out += (out.empty() ? "" : " AND ") + same_cell(c, a, b);
    return out;
  }
  std::string key_text(std::string_view a) const {
    std::string out;
    for (const std::string& k : known->key) out += (out.empty() ? "" : " || ',' || ") + std::string("quote(") + std::string(a) + "." + quoted(k) + ")";
    return out;
  }
  std::string columns(std::string_view prefix = {}) const {
    std::string out;
    for (const std::string& c : known->columns) out += (out.empty() ? "" : ", ") + std::string(prefix) + quoted(c);
    return out;
  }
  bool is_key(const std::string& column) const { return std::find(known->key.begin(), known->key.end(), column) != known->key.end(); }
};

class Writer : public ScriptWriter {
 public:
  Writer(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say, const std::vector<KnownTable>& known)
      : ScriptWriter(out, plan, document, say), known_(known) {}


 private:
  ReversePiece piece_of(const PlannedStatement& statement) override;
  void capture_rows(const PlannedStatement& statement, ReversePiece& piece);
  void define(const Fact& fact, ReversePiece& piece);
  std::string reverse_of(const Captured& c) const;
  std::string conflict(const Captured& c, std::string_view column, std::string_view kind, std::string_view values, std::string_view source) const;
  std::string held(const Captured& c, std::string_view a, std::string_view column) const {
    return "EXISTS (SELECT 1 FROM backstay_conflict h WHERE h.script = '" + out_.script_id + "' AND h.relation = " + sql_literal(c.known->name) + " AND h.row_key = " + c.key_text(a) + " AND h.column_name = " + sql_literal(column) + ")";
  }
  void write_scripts() override;

  const std::vector<KnownTable>& known_;
  std::vector<Captured> captured_;
};

constexpr const char* conflict_table =
    "CREATE TABLE IF NOT EXISTS backstay_conflict (script TEXT, step INTEGER, relation TEXT, row_key TEXT, column_name TEXT, kind TEXT, before TEXT, after TEXT, current TEXT,\n"
    "  PRIMARY KEY (script, relation, row_key, column_name));\n";

void Writer::capture_rows(const PlannedStatement& statement, ReversePiece& piece) {
  for (const RowCapture& rows : statement.rows) {
    piece.tables.push_back(rows.table);
    Captured c;
    c.table = rows.table;
    c.step = piece.step;
    for (const KnownTable& table : known_) {
      if (sql::same_word(table.name, rows.name)) c.known = &table;
    }
    const bool assigns = c.known && std::any_of(rows.assigned.begin(), rows.assigned.end(), [&](const std::string& column) { return c.is_key(column); });
    if (!c.known || c.known->key.empty() || assigns) {
      raise_class(piece, ReverseClass::not_undone, !c.known ? "Nothing is known about " + rows.table + ": name its key and columns." : rows.table + " has no key that this statement leaves alone, so its rows could not be found again.");
      continue;
    }
    const std::string stem = "backstay_" + out_.script_id.substr(0, 8) + "_" + std::to_string(piece.step) + (captured_.empty() || captured_.back().step != piece.step ? "" : "_" + std::to_string(captured_.size()));
    c.before = stem + "_before";
    c.after = stem + "_after";
    const bool query = rows.method == RowMethod::query;
    c.adds = !query;
    piece.before += "CREATE TABLE " + c.before + " AS " + (query ? rows.query : "SELECT * FROM " + rows.table) + ";\n";
    const std::string same = c.same("t", "b"), match = c.match("t", "b");
    piece.after += "CREATE TABLE " + c.after + " AS SELECT t.* FROM " + rows.table + " t WHERE " +
                   (query ? "EXISTS (SELECT 1 FROM " + c.before + " b WHERE " + match + " AND NOT (" + same + "))" : "NOT EXISTS (SELECT 1 FROM " + c.before + " b WHERE " + match + " AND " + same + ")") + ";\n" +
                   "DELETE FROM " + c.before + " AS b WHERE EXISTS (SELECT 1 FROM " + rows.table + " t WHERE " + match + " AND " + same + ");\n";
    piece.reverse += reverse_of(c);
    captured_.push_back(c);
    raise_class(piece, ReverseClass::safe);
    if (rows.deletes) raise_class(piece, ReverseClass::needs_review, "Rows that foreign keys delete or change as well, and what triggers do, are not captured.");
  }
}

std::string Writer::conflict(const Captured& c, std::string_view column, std::string_view kind, std::string_view values, std::string_view source) const {
  return "INSERT INTO backstay_conflict SELECT '" + out_.script_id + "', " + std::to_string(c.step) + ", " + sql_literal(c.known->name) + ", " + c.key_text("c") + ", " + sql_literal(column) + ", '" + std::string(kind) + "', " +
         std::string(values) + " FROM " + std::string(source);
}

// As postgresql/reverse_rows.sql, with the columns written out.
std::string Writer::reverse_of(const Captured& c) const {
  const std::string t_is_c = c.match("t", "c"), pair = c.before + " c JOIN " + c.after + " a ON " + c.match("a", "c"), script = "'" + out_.script_id + "'";
  const std::string added = "NOT EXISTS (SELECT 1 FROM " + c.before + " b WHERE " + c.match("b", "c") + ")", removed = "NOT EXISTS (SELECT 1 FROM " + c.after + " a WHERE " + c.match("a", "c") + ")";
  const std::string nothing = " ON CONFLICT DO NOTHING;\n", row = "h.script = " + script + " AND h.relation = " + sql_literal(c.known->name) + " AND h.row_key = " + c.key_text("c");
  std::string out;
  if (c.adds) {
    out += "DELETE FROM backstay_conflict AS h WHERE EXISTS (SELECT 1 FROM " + c.after + " c WHERE " + added + " AND " + row + " AND NOT EXISTS (SELECT 1 FROM " + c.table + " t WHERE " + t_is_c + "));\n";
    out += "DELETE FROM backstay_conflict AS h WHERE h.column_name <> '' AND EXISTS (SELECT 1 FROM " + c.after + " c JOIN " + c.table + " t ON " + t_is_c + " WHERE " + added + " AND " + row + " AND NOT (" + c.same("t", "c") + "));\n";
    out += conflict(c, "", "in use", "NULL, NULL, NULL", c.after + " c JOIN " + c.table + " t ON " + t_is_c + " WHERE " + added + " AND NOT (" + c.same("t", "c") + ")") + nothing;
    out += "DELETE FROM " + c.table + " AS t WHERE EXISTS (SELECT 1 FROM " + c.after + " c WHERE " + t_is_c + " AND " + c.same("t", "c") + " AND " + added + ") AND NOT " + held(c, "t", "") + ";\n";
  }
  out += conflict(c, "", "key reused", "NULL, NULL, NULL", c.before + " c JOIN " + c.table + " t ON " + t_is_c + " WHERE " + removed + " AND NOT (" + c.same("t", "c") + ")") + nothing;
  out += "INSERT INTO " + c.table + " (" + c.columns() + ") SELECT " + c.columns("c.") + " FROM " + c.before + " c WHERE " + removed + " AND NOT EXISTS (SELECT 1 FROM " + c.table + " t WHERE " + t_is_c + ");\n";
  out += conflict(c, "", "gone", "NULL, NULL, NULL", pair + " WHERE NOT EXISTS (SELECT 1 FROM " + c.table + " t WHERE " + t_is_c + ")") + nothing;
  // A row that an earlier statement added and somebody changed since will stay; then it stays as they know it.
  for (const Captured& made : captured_) {
    if (!made.adds || made.known != c.known || made.step >= c.step) continue;
    out += conflict(c, "", "in use", "NULL, NULL, NULL", pair + " JOIN " + c.table + " t ON " + t_is_c + " JOIN " + made.after + " m ON " + c.match("m", "c") + " WHERE NOT (" + c.same("t", "a") +
                    ") AND NOT EXISTS (SELECT 1 FROM " + made.before + " o WHERE " + c.match("o", "m") + ")") + nothing;
  }
  for (const std::string& column : c.known->columns) {
    if (c.is_key(column)) continue;
    const std::string changed = "NOT " + Captured::same_cell(column, "c", "a"), ours = Captured::same_cell(column, "t", "a");
    const auto text = [&](std::string_view a) { return "quote(" + std::string(a) + "." + quoted(column) + ")"; };
    out += conflict(c, column, "changed", text("c") + ", " + text("a") + ", " + text("t"),
                    pair + " JOIN " + c.table + " t ON " + t_is_c + " WHERE " + changed + " AND (NOT " + ours + " OR " + held(c, "t", column) + ") AND NOT " + held(c, "t", "")) +
           " ON CONFLICT DO UPDATE SET before = excluded.before;\n";
    out += "UPDATE " + c.table + " AS t SET " + quoted(column) + " = (SELECT c." + quoted(column) + " FROM " + c.before + " c WHERE " + t_is_c + ") WHERE EXISTS (SELECT 1 FROM " + pair + " WHERE " + t_is_c + " AND " + changed + " AND " + ours +
           ") AND NOT " + held(c, "t", column) + " AND NOT " + held(c, "t", "") + ";\n";
  }
  return out;
}

void Writer::define(const Fact& fact, ReversePiece& piece) {
  const ObjectPlan plan = object_plan(fact);
  if (plan.reverse_class == ReverseClass::not_undone) return raise_class(piece, ReverseClass::not_undone, plan.reason);
  const std::string name(fact.names[0].written);
  if (fact.verb == Verb::create && (fact.object == ObjectKind::index || fact.object == ObjectKind::view || fact.object == ObjectKind::trigger) && !fact.has(sql::Flag::if_exists)) {
    piece.reverse += std::string("DROP ") + (fact.object == ObjectKind::index ? "INDEX" : fact.object == ObjectKind::view ? "VIEW" : "TRIGGER") + " IF EXISTS " + name + ";\n";
    return raise_class(piece, ReverseClass::safe);
  }
  if (fact.verb == Verb::create && fact.object == ObjectKind::table && !fact.has(sql::Flag::if_exists)) {
    piece.reverse += "DROP TABLE IF EXISTS " + name + ";\n";
    return raise_class(piece, ReverseClass::needs_review, "The table goes with all rows it holds by then; look at them first.");
  }
  if (fact.verb == Verb::rename && fact.object == ObjectKind::table && !fact.new_name->name.empty()) {
    piece.reverse += "ALTER TABLE " + std::string(fact.new_name->written) + " RENAME TO " + quoted(fact.names[0].name) + ";\n";
    return raise_class(piece, ReverseClass::needs_review, "Running the reverse script a second time fails here and changes nothing.");
  }
  raise_class(piece, ReverseClass::not_undone, "Definitions of this kind are not captured on SQLite; keep a copy of the file.");
}

ReversePiece Writer::piece_of(const PlannedStatement& statement) {
  ReversePiece piece = start_piece(statement, document_, static_cast<std::uint32_t>(out_.pieces.size() + 1));
  for (const Fact* fact : statement.definitions) define(*fact, piece);
  capture_rows(statement, piece);
  add_obstacles(statement, piece);
  return piece;
}

void Writer::write_scripts() {
  std::string& capture = out_.capture_script;
  capture = capture_heading() + "BEGIN;\n";
  for (std::size_t i = 0; i < out_.pieces.size(); ++i) {
    const ReversePiece& piece = out_.pieces[i];
    capture += "\n" + step_heading(piece);
    if (plan_.statements[i].transaction != Transaction::none) capture += as_comment(piece.statement) + "\n";
    else capture += piece.before + piece.statement + ";\n" + piece.after;
  }
  capture += "\nCOMMIT;\n";
  std::string& reverse = out_.reverse_script;
  reverse = reverse_heading() + "BEGIN;\n" + std::string(conflict_table);
  // Run twice, the second time finds nothing: the tables are gone then.
  for (const Captured& c : captured_) {
    for (const std::string& name : {c.before, c.after}) reverse += "CREATE TABLE IF NOT EXISTS " + name + " (" + c.columns() + ");\n";
  }
  reverse += reverse_steps(nullptr);
  for (const Captured& c : captured_) reverse += "DROP TABLE " + c.before + ";\nDROP TABLE " + c.after + ";\n";
  reverse += "DELETE FROM backstay_conflict WHERE script = '" + out_.script_id + "' AND kind = 'changed' AND (before IS current OR before IS after);\n"
             "SELECT step, relation, row_key, column_name, kind, before, after, current FROM backstay_conflict WHERE script = '" + out_.script_id + "' ORDER BY step DESC, relation, row_key, column_name;\nCOMMIT;\n";
  for (const Captured& c : captured_) out_.discard_script += "DROP TABLE IF EXISTS " + c.before + ";\nDROP TABLE IF EXISTS " + c.after + ";\n";
  out_.discard_script += "DROP TABLE IF EXISTS backstay_conflict;\n";
}

}  // namespace

void write_sqlite(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say, const std::vector<KnownTable>& known) {
  Writer(out, plan, document, say, known).write();
}

}  // namespace backstay::rollback
