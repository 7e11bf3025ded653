#include "native-plugin/db/undo_captured.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/apply/capture_sql.hpp"
#include "core/base/ascii.hpp"
#include "core/base/json.hpp"

namespace backstay::db {

namespace {

// temp.backstay_net holds what an operation made of each row, all in all. `kind`: I, U, D as in the captures; `held`:
// why the row stays as it is, NULL while it does not; `done`: nothing to do. temp.backstay_cell: cells of U that stay.
constexpr std::string_view make_net = R"sql(
DROP TABLE IF EXISTS temp.backstay_net;
CREATE TEMP TABLE backstay_net(id INTEGER PRIMARY KEY, tab TEXT, key TEXT, kind TEXT, "before" TEXT, "after" TEXT, held TEXT, done INT DEFAULT 0);
DROP TABLE IF EXISTS temp.backstay_cell;
CREATE TEMP TABLE backstay_cell(id INT, col TEXT, current TEXT, PRIMARY KEY (id, col)) WITHOUT ROWID;
)sql";

constexpr std::string_view fill_net = R"sql(
INSERT INTO temp.backstay_net(tab, key, kind, "before", "after")
SELECT tab, key, kind, CASE kind WHEN 'I' THEN NULL ELSE b END, CASE kind WHEN 'D' THEN NULL ELSE a END FROM (
  SELECT f.tab, f.key, f."before" AS b, l."after" AS a,
    CASE WHEN f.op = 'I' AND l.op = 'D' THEN NULL WHEN f.op = 'I' THEN 'I' WHEN l.op = 'D' THEN 'D' WHEN f."before" = l."after" THEN NULL ELSE 'U' END AS kind
  FROM (SELECT min(seq) AS lo, max(seq) AS hi FROM main.backstay_cap WHERE op_id = ?1 {steps} GROUP BY tab, key) g
  JOIN main.backstay_cap f ON f.seq = g.lo JOIN main.backstay_cap l ON l.seq = g.hi)
WHERE kind IS NOT NULL)sql";

std::string quoted(std::string_view name) { return quoted_identifier(Engine::sqlite, name).value_or("\"\""); }
std::string literal(std::string_view text) { return quoted_text(Engine::sqlite, text).value_or("''"); }
std::string raw(const char* row, const char* image, const std::string& column) {
  return std::string("backstay_raw(") + row + ".\"" + image + "\", " + literal(column) + ")";
}
std::string get(const char* row, const char* image, const std::string& column) {
  return std::string("backstay_get(") + row + ".\"" + image + "\", " + literal(column) + ")";
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

struct ForeignKey {
  std::string child, parent;
  std::vector<std::pair<std::string, std::string>> columns;  // child's, parent's
  bool acts = false;  // the parent's end changes or removes the child
};

struct TableShape {
  std::string name;
  std::vector<std::string> columns;  // that can be written
  std::vector<std::string> key;      // primary key; empty: by rowid
  std::string row_id = "_rowid_";    // a spelling of it that is no column
};

// One call of undo_captured.
class Undo {
 public:
  Undo(Driver& driver, const UndoOptions& options) : driver_(driver), options_(options) {}
  DbResult<UndoReport> run();

 private:
  bool ok(const DbResult<Done>& result);
  bool sql(const std::string& text, std::int64_t* affected = nullptr);
  std::optional<Rows> rows(const std::string& text);
  bool prepare();
  bool read_shapes();
  bool read_foreign_keys();
  bool rest_triggers();
  bool wake_triggers();
  bool classify(const TableShape& table);
  bool note_cells(const TableShape& table);
  bool hold_where_cascades();
  bool apply(UndoReport& counts);
  bool insert_rows(const TableShape& table, std::int64_t& count);
  bool update_rows(const TableShape& table, std::int64_t& count);
  bool delete_rows(const TableShape& table, std::int64_t& count);
  bool find_refused(std::vector<std::pair<std::int64_t, std::string>>& refused);
  bool settle();
  bool list_conflicts();
  const std::vector<std::string>* changed_columns(const TableShape& table);
  std::string match(const TableShape& table) const;
  std::string same(const TableShape& table, const char* image) const;
  std::string captured_key(const TableShape& table, const char* row) const;
  std::string todo(const TableShape& table, const char* kind) const;
  const TableShape* shape(const std::string& name) const;

  Driver& driver_;
  const UndoOptions& options_;
  std::optional<DbError> error_;
  UndoReport report_;
  std::map<std::string, TableShape> shapes_;
  std::map<std::string, std::vector<std::string>> changed_;  // by table
  std::vector<ForeignKey> keys_;
  std::vector<std::string> triggers_;  // CREATE statements of those that rest
};

bool Undo::ok(const DbResult<Done>& result) {
  if (!result.ok()) error_ = result.error();
  return result.ok();
}

bool Undo::sql(const std::string& text, std::int64_t* affected) {
  auto done = driver_.query(text);
  if (!done.ok()) error_ = done.error();
  if (done.ok() && affected && done.value().affected > 0) *affected += done.value().affected;
  return done.ok();
}

std::optional<Rows> Undo::rows(const std::string& text) {
  auto done = driver_.query(text);
  if (done.ok()) return std::move(done.value());
  error_ = done.error();
  return std::nullopt;
}

const TableShape* Undo::shape(const std::string& name) const {
  const auto found = shapes_.find(name);
  return found == shapes_.end() ? nullptr : &found->second;
}

bool Undo::prepare() {
  if (!ok(driver_.execute(make_net))) return false;
  std::string fill(fill_net), steps;
  for (const std::string& step : options_.steps) steps += (steps.empty() ? "AND step_id IN (" : ", ") + literal(step);
  if (!steps.empty()) steps += ")";
  fill.replace(fill.find("{steps}"), 7, steps);
  const Value op = Value::of(options_.op_id);
  auto filled = driver_.query(fill, std::span<const Value>(&op, 1));
  if (!filled.ok()) {
    error_ = filled.error();
    return false;
  }
  return sql("CREATE INDEX temp.backstay_net_key ON backstay_net(tab, key)") && read_shapes() && read_foreign_keys();
}

bool Undo::read_shapes() {
  auto found = rows("SELECT n.tab, c.name, c.pk, c.hidden FROM (SELECT DISTINCT tab FROM temp.backstay_net) n "
                    "JOIN main.sqlite_schema s ON s.type = 'table' AND s.name = n.tab JOIN pragma_table_xinfo(n.tab, 'main') c ORDER BY n.tab, c.cid");
  if (!found) return false;
  std::map<std::string, std::set<std::string>> names;
  for (const Row& row : found->rows) {
    TableShape& table = shapes_[row[0].bytes];
    table.name = row[0].bytes;
    names[table.name].insert(row[1].bytes);
    if (row[2].integer > 0) table.key.push_back(row[1].bytes);
    if (row[3].integer == 0) table.columns.push_back(row[1].bytes);
  }
  for (auto& [name, table] : shapes_) {
    for (const char* spelling : {"oid", "rowid", "_rowid_"}) {
      if (!names[name].contains(spelling)) table.row_id = spelling;
    }
  }
  return sql("UPDATE temp.backstay_net SET held = 'no table' WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_schema s WHERE s.type = 'table' AND s.name = tab)");
}

// All that lead to or from a table of ours.
bool Undo::read_foreign_keys() {
  auto found = rows("SELECT s.name, f.id, f.\"table\", f.\"from\", coalesce(f.\"to\", (SELECT c.name FROM pragma_table_xinfo(f.\"table\", 'main') c WHERE c.pk = f.seq + 1)), "
                    "f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT') FROM main.sqlite_schema s JOIN pragma_foreign_key_list(s.name, 'main') f "
                    "WHERE s.type = 'table' ORDER BY s.name, f.id, f.seq");
  if (!found) return false;
  std::vector<ForeignKey> all;
  std::pair<std::string, std::int64_t> last{"", -1};
  for (const Row& row : found->rows) {
    const std::pair<std::string, std::int64_t> now{row[0].bytes, row[1].integer};
    if (now != last) {
      all.emplace_back();
      all.back().child = row[0].bytes;
      all.back().parent = row[2].bytes;
      all.back().acts = row[5].integer == 1;
    }
    last = now;
    all.back().columns.emplace_back(row[3].bytes, row[4].bytes);
  }
  for (ForeignKey& key : all) {
    for (const auto& [name, table] : shapes_) {
      if (same_name(name, key.parent)) key.parent = name;  // spelt in another case than the table's own
    }
    if (shape(key.child) || shape(key.parent)) keys_.push_back(std::move(key));
  }
  return true;
}

bool Undo::rest_triggers() {
  if (options_.fire_triggers) return true;
  auto found = rows("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name IN (SELECT DISTINCT tab FROM temp.backstay_net) ORDER BY rowid");
  if (!found) return false;
  for (const Row& row : found->rows) {
    triggers_.push_back(row[1].bytes);
    if (!sql("DROP TRIGGER main." + quoted(row[0].bytes))) return false;
  }
  return true;
}

bool Undo::wake_triggers() {
  for (const std::string& text : triggers_) {
    if (!sql(text)) return false;
  }
  return true;
}

// The row (t) of the table that a captured one (n) speaks of.
std::string Undo::match(const TableShape& table) const {
  if (table.key.empty()) return "t." + table.row_id + " = " + get("n", "key", "_rowid_");
  std::string text;
  for (const std::string& column : table.key) text += (text.empty() ? "t." : " AND t.") + quoted(column) + " IS " + get("n", "key", column);
  return text;
}

// Equal in every column. Compared as strings that tell types apart, not under the columns' collations.
std::string Undo::same(const TableShape& table, const char* image) const {
  std::string text = "(1";
  for (const std::string& column : table.columns) text += " AND backstay_encode(t." + quoted(column) + ") IS " + raw("n", image, column);
  return text + ")";
}

// The key of row `row` as captures spell it.
std::string Undo::captured_key(const TableShape& table, const char* row) const {
  if (table.key.empty()) return std::string("backstay_key('_rowid_', ") + row + "." + table.row_id + ")";
  std::string text;
  for (const std::string& column : table.key) text += (text.empty() ? "" : ", ") + literal(column) + ", " + row + "." + quoted(column);
  return "backstay_key(" + text + ")";
}

std::string Undo::todo(const TableShape& table, const char* kind) const {
  return "n.tab = " + literal(table.name) + " AND n.kind = '" + kind + "' AND n.held IS NULL AND n.done = 0";
}

bool Undo::classify(const TableShape& table) {
  const std::string here = "EXISTS (SELECT 1 FROM main." + quoted(table.name) + " t WHERE " + match(table);
  const auto mark = [&](const char* kind, const std::string& set, const std::string& where) {
    return sql("UPDATE temp.backstay_net AS n SET " + set + " WHERE " + todo(table, kind) + " AND " + where);
  };
  return mark("U", "held = 'gone'", "NOT " + here + ")") && mark("D", "done = 1", here + " AND " + same(table, "before") + ")") &&
         mark("D", "held = 'key reused'", here + ")") && mark("I", "done = 1", "NOT " + here + ")") &&
         (options_.overwrite || mark("I", "held = 'in use'", "NOT " + here + " AND " + same(table, "after") + ")")) && note_cells(table);
}

const std::vector<std::string>* Undo::changed_columns(const TableShape& table) {
  if (const auto known = changed_.find(table.name); known != changed_.end()) return &known->second;
  auto found = rows("SELECT backstay_changed_columns(n.\"before\", n.\"after\") FROM temp.backstay_net n WHERE n.kind = 'U' AND n.tab = " + literal(table.name));
  if (!found) return nullptr;
  std::vector<std::string>& changed = changed_[table.name];
  const std::string names = found->rows.front().front().text();  // separated by unit separators
  for (std::size_t at = 0; at < names.size();) {
    const auto end = std::min(names.find('\x1f', at), names.size());
    const std::string name = names.substr(at, end - at);
    if (std::find(table.columns.begin(), table.columns.end(), name) != table.columns.end()) changed.push_back(name);
    at = end + 1;
  }
  return &changed;
}

// Cells that hold neither what the operation wrote nor what was there before it: somebody's.
bool Undo::note_cells(const TableShape& table) {
  if (options_.overwrite) return true;
  const auto* columns = changed_columns(table);
  if (!columns) return false;
  for (const std::string& column : *columns) {
    const std::string now = "backstay_encode(t." + quoted(column) + ")";
    if (!sql("INSERT OR IGNORE INTO temp.backstay_cell SELECT n.id, " + literal(column) + ", " + now + " FROM temp.backstay_net n JOIN main." + quoted(table.name) +
             " t ON " + match(table) + " WHERE " + todo(table, "U") + " AND " + raw("n", "before", column) + " IS NOT " + raw("n", "after", column) + " AND " + now +
             " IS NOT " + raw("n", "after", column) + " AND " + now + " IS NOT " + raw("n", "before", column))) {
      return false;
    }
  }
  return true;
}

// A row that was added cannot go when that would take along, or empty, a row of somebody else.
bool Undo::hold_where_cascades() {
  for (const ForeignKey& key : keys_) {
    const TableShape* parent = shape(key.parent);
    if (!key.acts || !parent) continue;
    std::string refers, moves = "0";
    for (const auto& [child, parent_column] : key.columns) {
      refers += (refers.empty() ? "c." : " AND c.") + quoted(child) + " = " + get("n", "after", parent_column);
      moves += " OR " + raw("m", "before", child) + " IS NOT " + raw("m", "after", child);
    }
    std::string others;
    if (const TableShape* child = shape(key.child)) {
      others = " AND NOT EXISTS (SELECT 1 FROM temp.backstay_net m WHERE m.tab = " + literal(key.child) + " AND m.key = " + captured_key(*child, "c") +
               " AND m.held IS NULL AND (m.kind = 'I' OR m.kind = 'U' AND (" + moves + ")))";
    }
    // Each round may hold rows back that others refer to.
    std::int64_t moved = 1;
    while (moved > 0) {
      moved = 0;
      if (!sql("UPDATE temp.backstay_net AS n SET held = 'in use' WHERE " + todo(*parent, "I") + " AND EXISTS (SELECT 1 FROM main." + quoted(key.child) + " c WHERE " +
                   refers + others + ")", &moved)) {
        return false;
      }
      if (key.child != key.parent) break;
    }
  }
  return true;
}

bool Undo::insert_rows(const TableShape& table, std::int64_t& count) {
  std::string names = table.key.empty() ? table.row_id : "", values = table.key.empty() ? get("n", "key", "_rowid_") : "";
  for (const std::string& column : table.columns) {
    names += (names.empty() ? "" : ", ") + quoted(column);
    values += (values.empty() ? "" : ", ") + get("n", "before", column);
  }
  return sql("INSERT INTO main." + quoted(table.name) + "(" + names + ") SELECT " + values + " FROM temp.backstay_net n WHERE " + todo(table, "D") +
                 " AND NOT EXISTS (SELECT 1 FROM main." + quoted(table.name) + " t WHERE " + match(table) + ") ON CONFLICT DO NOTHING", &count);
}

bool Undo::update_rows(const TableShape& table, std::int64_t& count) {
  const auto* columns = changed_columns(table);
  if (!columns) return false;
  std::string sets, any;
  for (const std::string& column : *columns) {
    const std::string now = "t." + quoted(column);
    std::string ours = raw("n", "before", column) + " IS NOT " + raw("n", "after", column);
    ours += options_.overwrite ? " AND backstay_encode(" + now + ") IS NOT " + raw("n", "before", column)
                               : " AND backstay_encode(" + now + ") IS " + raw("n", "after", column);
    sets += (sets.empty() ? "" : ", ") + quoted(column) + " = CASE WHEN " + ours + " THEN " + get("n", "before", column) + " ELSE " + now + " END";
    any += (any.empty() ? "" : " OR ") + ours;
  }
  if (sets.empty()) return true;
  return sql("UPDATE OR IGNORE main." + quoted(table.name) + " AS t SET " + sets + " FROM temp.backstay_net n WHERE " + todo(table, "U") + " AND " + match(table) +
                 " AND (" + any + ")", &count);
}

bool Undo::delete_rows(const TableShape& table, std::int64_t& count) {
  std::string place = table.row_id, value = get("n", "key", "_rowid_");
  if (!table.key.empty()) {
    place = value = "";
    for (const std::string& column : table.key) {
      place += (place.empty() ? "" : ", ") + quoted(column);
      value += (value.empty() ? "" : ", ") + get("n", "key", column);
    }
    place = "(" + place + ")";
  }
  return sql("DELETE FROM main." + quoted(table.name) + " WHERE " + place + " IN (SELECT " + value + " FROM temp.backstay_net n WHERE " + todo(table, "I") + ")", &count);
}

// What comes back first, then what changes, then what goes: a child moves to its old parent before the new one goes.
bool Undo::apply(UndoReport& counts) {
  for (const auto& [name, table] : shapes_) {
    if (!insert_rows(table, counts.inserted)) return false;
  }
  for (const auto& [name, table] : shapes_) {
    if (!update_rows(table, counts.updated)) return false;
  }
  for (const auto& [name, table] : shapes_) {
    if (!delete_rows(table, counts.deleted)) return false;
  }
  return true;
}

// Rows that a constraint does not let back, seen after everything was tried.
bool Undo::find_refused(std::vector<std::pair<std::int64_t, std::string>>& refused) {
  const auto take = [&](const std::string& text, const char* why) {
    auto found = rows(text);
    if (!found) return false;
    for (const Row& row : found->rows) refused.emplace_back(row[0].integer, why);
    return true;
  };
  for (const auto& [name, table] : shapes_) {
    const std::string from = " FROM temp.backstay_net n ", joined = from + "JOIN main." + quoted(name) + " t ON " + match(table) + " WHERE ";
    if (!take("SELECT n.id" + from + "WHERE " + todo(table, "D") + " AND NOT EXISTS (SELECT 1 FROM main." + quoted(name) + " t WHERE " + match(table) + ")", "key reused")) return false;
    const auto* columns = changed_columns(table);
    if (!columns) return false;
    for (const std::string& column : *columns) {
      // Still as the operation left it: another row has the value that would come back.
      if (!take("SELECT n.id" + joined + todo(table, "U") + " AND " + raw("n", "before", column) + " IS NOT " + raw("n", "after", column) + " AND backstay_encode(t." +
                    quoted(column) + ") IS " + raw("n", "after", column), "key reused")) {
        return false;
      }
    }
  }
  for (const ForeignKey& key : keys_) {
    std::string filled, moved = "0", to_parent, to_child;
    for (const auto& [child, parent] : key.columns) {
      filled += " AND t." + quoted(child) + " IS NOT NULL";
      moved += " OR " + raw("n", "before", child) + " IS NOT " + raw("n", "after", child);
      to_parent += (to_parent.empty() ? "p." : " AND p.") + quoted(parent) + " = t." + quoted(child);
      to_child += (to_child.empty() ? "c." : " AND c.") + quoted(child) + " = " + get("n", "after", parent);
    }
    if (const TableShape* child = shape(key.child)) {
      for (const char* kind : {"D", "U"}) {
        if (!take("SELECT n.id FROM temp.backstay_net n JOIN main." + quoted(key.child) + " t ON " + match(*child) + " WHERE " + todo(*child, kind) + filled + " AND (" + moved + ")" +
                      " AND NOT EXISTS (SELECT 1 FROM main." + quoted(key.parent) + " p WHERE " + to_parent + ")", "parent missing")) {
          return false;
        }
      }
    }
    if (const TableShape* parent = shape(key.parent)) {
      if (!take("SELECT n.id FROM temp.backstay_net n WHERE " + todo(*parent, "I") + " AND EXISTS (SELECT 1 FROM main." + quoted(key.child) + " c WHERE " + to_child +
                    ") AND NOT EXISTS (SELECT 1 FROM main." + quoted(key.parent) + " t WHERE " + match(*parent) + ")", "in use")) {
        return false;
      }
    }
  }
  return true;
}

// Tries, and tries again without the rows that were refused, until the rest fits.
bool Undo::settle() {
  while (true) {
    if (!hold_where_cascades() || !ok(driver_.savepoint("undo")) || !sql("PRAGMA defer_foreign_keys = ON")) return false;
    UndoReport counts;
    std::vector<std::pair<std::int64_t, std::string>> refused;
    if (!apply(counts) || !find_refused(refused)) return false;
    if (!refused.empty()) {  // once more, for values that were taken until others had gone
      refused.clear();
      if (!apply(counts) || !find_refused(refused)) return false;
    }
    if (refused.empty()) {
      report_.inserted = counts.inserted;
      report_.updated = counts.updated;
      report_.deleted = counts.deleted;
      return ok(driver_.release("undo"));
    }
    if (!ok(driver_.rollback_to("undo")) || !ok(driver_.release("undo"))) return false;
    for (const auto& [id, why] : refused) {
      if (!sql("UPDATE temp.backstay_net SET held = " + literal(why) + " WHERE held IS NULL AND id = " + std::to_string(id))) return false;
    }
  }
}

// "i5" as people read it.
std::string shown(const Value& value) {
  if (value.is_null()) return "null";
  return value.bytes.empty() ? value.bytes : value.bytes.substr(1);
}

std::string shown_key(const std::string& json) {
  const auto parsed = parse_json(json, "key");
  std::string text;
  if (!parsed.ok()) return json;
  for (const JsonMember& member : parsed.value().root.members) {
    if (!text.empty()) text += ", ";
    text += member.key + "=" + (member.value.string.empty() ? "null" : member.value.string.substr(1));
  }
  return text;
}

bool Undo::list_conflicts() {
  const std::string most = std::to_string(max_conflicts);
  auto counted = rows("SELECT (SELECT count(*) FROM temp.backstay_net WHERE held IS NOT NULL) + (SELECT count(*) FROM temp.backstay_cell c JOIN temp.backstay_net n ON n.id = c.id WHERE n.held IS NULL)");
  if (!counted) return false;
  report_.conflict_count = counted->rows.front().front().integer;
  auto held = rows("SELECT tab, key, held FROM temp.backstay_net WHERE held IS NOT NULL ORDER BY id LIMIT " + most);
  if (!held) return false;
  for (const Row& row : held->rows) {
    UndoConflict conflict;
    conflict.table = row[0].bytes;
    conflict.key = shown_key(row[1].bytes);
    conflict.kind = row[2].bytes;
    report_.conflicts.push_back(std::move(conflict));
  }
  auto cells = rows("SELECT n.tab, n.key, c.col, backstay_raw(n.\"before\", c.col), backstay_raw(n.\"after\", c.col), c.current FROM temp.backstay_cell c "
                    "JOIN temp.backstay_net n ON n.id = c.id WHERE n.held IS NULL ORDER BY c.id, c.col LIMIT " + most);
  if (!cells) return false;
  for (const Row& row : cells->rows) {
    if (report_.conflicts.size() >= max_conflicts) break;
    report_.conflicts.push_back({row[0].bytes, shown_key(row[1].bytes), row[2].bytes, "changed", shown(row[3]), shown(row[4]), shown(row[5])});
  }
  return true;
}

DbResult<UndoReport> Undo::run() {
  auto there = rows(std::string(apply::capture::exist));
  if (!there) return *error_;
  if (there->rows.front().front().integer == 0) return report_;
  const bool own = driver_.tx_state() == TxState::idle;
  if (own && !ok(driver_.begin())) return *error_;
  bool fine = ok(driver_.savepoint("undo_all")) && prepare() && rest_triggers();
  for (const auto& [name, table] : shapes_) fine = fine && classify(table);
  if (fine && !options_.capture_op.empty()) fine = ok(driver_.start_capture(options_.capture_op, options_.capture_step));
  fine = fine && settle();
  driver_.stop_capture();
  fine = fine && wake_triggers() && list_conflicts() && ok(driver_.execute("DROP TABLE temp.backstay_net; DROP TABLE temp.backstay_cell"));
  if (fine) fine = ok(driver_.release("undo_all")) && (!own || ok(driver_.commit()));
  if (fine) return report_;
  const DbError error = *error_;
  if (error.fault == Fault::lost) return error;
  if (own) {
    (void)driver_.rollback();
  } else {
    (void)driver_.rollback_to("undo_all");
    (void)driver_.release("undo_all");
  }
  return error;
}

}  // namespace

DbResult<UndoReport> undo_captured(Driver& driver, const UndoOptions& options) { return Undo(driver, options).run(); }

}  // namespace backstay::db
