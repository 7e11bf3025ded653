#include "core/apply/sqlite_schema.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::apply;

namespace {

db::Row object(const char* type, const char* name, const char* sql, const char* columns = "") {
  return {db::Value::of(type), db::Value::of(name), db::Value::of(name), db::Value::of(sql), db::Value::of(columns)};
}

db::Rows rows(std::vector<db::Row> list) {
  db::Rows out;
  out.rows = std::move(list);
  return out;
}

}  // namespace

TEST_CASE("schema undo: nothing changed, nothing to do") {
  const auto same = rows({object("table", "T", "CREATE TABLE T(a)", "a"), object("view", "V", "CREATE VIEW V AS SELECT 1")});
  CHECK(sqlite_schema_undo(same, same).is_empty());
}

TEST_CASE("schema undo: what is new goes, what was replaced comes back") {
  const auto before = rows({object("table", "T", "CREATE TABLE T(a)", "a"), object("view", "V", "CREATE VIEW V AS SELECT 1")});
  const auto after = rows({object("table", "T", "CREATE TABLE T(a, b, c)", "a\x1f" "b\x1f" "c"), object("table", "New", "CREATE TABLE New(x)", "x"),
                           object("trigger", "Tr", "CREATE TRIGGER Tr ..."), object("view", "V", "CREATE VIEW V AS SELECT 2")});
  const SchemaUndo undo = sqlite_schema_undo(before, after);
  CHECK(undo.before_rows == "DROP TRIGGER IF EXISTS \"Tr\";\nDROP VIEW IF EXISTS \"V\";\n");
  CHECK(undo.after_rows == "DROP TABLE IF EXISTS \"New\";\nALTER TABLE \"T\" DROP COLUMN \"c\";\nALTER TABLE \"T\" DROP COLUMN \"b\";\n"
                           "CREATE VIEW V AS SELECT 1;\n");
  CHECK(undo.not_covered.empty());
}

TEST_CASE("schema undo: lost columns and rows are named, not passed over") {
  const auto before = rows({object("table", "T", "CREATE TABLE T(a, b)", "a\x1f" "b"), object("table", "Gone", "CREATE TABLE Gone(x)", "x")});
  const auto after = rows({object("table", "T", "CREATE TABLE T(a)", "a")});
  const SchemaUndo undo = sqlite_schema_undo(before, after);
  CHECK(undo.not_covered == std::vector<std::string>{"table T was altered", "table Gone was dropped with its rows"});
}
