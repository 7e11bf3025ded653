#include "core/apply/sqlite_schema.hpp"

#include <algorithm>
#include <map>

namespace backstay::apply {

const std::string_view sqlite_objects_query =
    "SELECT o.type, o.name, o.tbl_name, coalesce(o.sql, ''), coalesce((SELECT group_concat(c.name, char(31)) FROM"
    " pragma_table_xinfo(o.name) AS c WHERE o.type = 'table'), '') FROM main.sqlite_schema AS o"
    " WHERE o.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND o.tbl_name NOT LIKE 'backstay\\_%' ESCAPE '\\' ORDER BY o.rowid";

namespace {

struct Object {
  std::string type, name, table, sql, columns;
};
using Objects = std::vector<Object>;

Objects objects_of(const db::Rows& rows) {
  Objects objects;
  for (const db::Row& row : rows.rows) {
    if (row.size() == 5) objects.push_back({row[0].text(), row[1].text(), row[2].text(), row[3].text(), row[4].text()});
  }
  return objects;
}

const Object* find(const Objects& objects, const Object& wanted) {
  for (const Object& object : objects) {
    if (object.type == wanted.type && object.name == wanted.name) return &object;
  }
  return nullptr;
}

std::string quoted(const std::string& name) {
  return db::quoted_identifier(db::Engine::sqlite, name).value_or("\"\"");
}

std::string drop(const Object& object) {
  std::string type = object.type;
  for (char& c : type) c = static_cast<char>(c - 'a' + 'A');
  return "DROP " + type + " IF EXISTS " + quoted(object.name) + ";\n";
}

std::vector<std::string> columns_of(const Object& table) {
  std::vector<std::string> columns;
  for (std::size_t at = 0; at < table.columns.size();) {
    const std::size_t end = std::min(table.columns.find('\x1f', at), table.columns.size());
    columns.push_back(table.columns.substr(at, end - at));
    at = end + 1;
  }
  return columns;
}

// Columns that were added at the end can be dropped; everything else that changes a table cannot be taken back
// from its definition alone.
void alter_back(const Object& before, const Object& after, SchemaUndo& undo) {
  const std::vector<std::string> old = columns_of(before), now = columns_of(after);
  const bool only_added = now.size() > old.size() && std::equal(old.begin(), old.end(), now.begin());
  if (!only_added) {
    undo.not_covered.push_back("table " + before.name + " was altered");
    return;
  }
  for (std::size_t i = now.size(); i > old.size(); --i) {
    undo.after_rows += "ALTER TABLE " + quoted(before.name) + " DROP COLUMN " + quoted(now[i - 1]) + ";\n";
  }
}

bool holds_no_rows(const Object& object) { return object.type == "view" || object.type == "trigger"; }

}  // namespace

SchemaUndo sqlite_schema_undo(const db::Rows& rows_before, const db::Rows& rows_after) {
  const Objects before = objects_of(rows_before), after = objects_of(rows_after);
  SchemaUndo undo;
  for (const Object& object : after) {
    const Object* old = find(before, object);
    if (old && old->sql == object.sql) continue;
    if (holds_no_rows(object)) undo.before_rows += drop(object);
  }
  for (auto object = after.rbegin(); object != after.rend(); ++object) {
    const Object* old = find(before, *object);
    if (old && old->sql == object->sql) continue;
    if (holds_no_rows(*object)) continue;
    if (object->type == "index" || !old) undo.after_rows += drop(*object);
    else alter_back(*old, *object, undo);
  }
  for (const Object& object : before) {
    const Object* now = find(after, object);
    if (now && (now->sql == object.sql || object.type == "table")) continue;
    if (object.type == "table") undo.not_covered.push_back("table " + object.name + " was dropped with its rows");
    // An index that a constraint made has no text; it comes back with its table.
    // A table has to be there for the rows that were captured of it.
    if (!object.sql.empty()) (object.type == "table" ? undo.before_rows : undo.after_rows) += object.sql + ";\n";
  }
  return undo;
}

}  // namespace backstay::apply
