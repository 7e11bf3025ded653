#include "core/apply/witness_sql.hpp"

namespace backstay::apply::witness {
namespace {

bool is_postgresql(db::Engine engine) { return engine == db::Engine::postgresql; }

// PostgreSQL: a schema of our own, so that nothing of ours stands among the application's tables.
std::string table(db::Engine engine, const char* name) {
  return (is_postgresql(engine) ? "backstay." : "main.") + std::string(name);
}

std::string parameter(db::Engine engine, std::size_t number) {
  return (is_postgresql(engine) ? "$" : "?") + std::to_string(number);
}

}  // namespace

std::string exist(db::Engine engine) {
  if (is_postgresql(engine)) return "SELECT (to_regclass('backstay.backstay_op') IS NOT NULL)::int4";
  return "SELECT count(*) FROM main.sqlite_master WHERE type = 'table' AND name = 'backstay_op'";
}

std::string create(db::Engine engine) {
  std::string sql;
  if (is_postgresql(engine)) sql += "CREATE SCHEMA IF NOT EXISTS backstay;";
  sql += "CREATE TABLE IF NOT EXISTS " + table(engine, "backstay_op") +
         "(op_id text PRIMARY KEY, environment_id text, state_dir_id text, started_at text, host text, \"user\" text);"
         "CREATE TABLE IF NOT EXISTS " + table(engine, "backstay_step") +
         "(op_id text, step_id text, seq integer, digest text, applied_at text, undo text, PRIMARY KEY(op_id, step_id))";
  return sql;
}

std::string insert_operation(db::Engine engine) {
  std::string sql = "INSERT INTO " + table(engine, "backstay_op") +
                    "(op_id, environment_id, state_dir_id, started_at, host, \"user\") VALUES(";
  for (std::size_t i = 1; i <= 6; ++i) sql += (i > 1 ? ", " : "") + parameter(engine, i);
  return sql + ") ON CONFLICT DO NOTHING";
}

std::string insert_steps(db::Engine engine, std::size_t rows) {
  std::string sql = "INSERT INTO " + table(engine, "backstay_step") + "(op_id, step_id, seq, digest, applied_at, undo) VALUES";
  for (std::size_t row = 0; row < rows; ++row) {
    sql += row > 0 ? ", (" : " (";
    for (std::size_t i = 1; i <= step_columns; ++i) {
      sql += i > 1 ? ", " : "";
      // SQLite keeps a list of parameters that have a number of their own, and walks along it for each of them.
      sql += is_postgresql(engine) ? parameter(engine, row * step_columns + i) : "?";
    }
    sql += ")";
  }
  return sql;
}

std::string count_step(db::Engine engine) {
  return "SELECT count(*) FROM " + table(engine, "backstay_step") + " WHERE op_id = " + parameter(engine, 1) + " AND step_id = " +
         parameter(engine, 2);
}

std::string select_steps(db::Engine engine) {
  return "SELECT step_id, seq, digest, undo FROM " + table(engine, "backstay_step") + " WHERE op_id = " + parameter(engine, 1) +
         " ORDER BY seq DESC";
}

std::string select_foreign(db::Engine engine) {
  return "SELECT op_id, state_dir_id, started_at, host, \"user\" FROM " + table(engine, "backstay_op") + " WHERE state_dir_id <> " +
         parameter(engine, 1);
}

std::string delete_steps(db::Engine engine) {
  return "DELETE FROM " + table(engine, "backstay_step") + " WHERE op_id = " + parameter(engine, 1);
}

std::string delete_operation(db::Engine engine) {
  return "DELETE FROM " + table(engine, "backstay_op") + " WHERE op_id = " + parameter(engine, 1);
}

std::string count_rows(db::Engine engine) {
  return "SELECT (SELECT count(*) FROM " + table(engine, "backstay_op") + ") + (SELECT count(*) FROM " +
         table(engine, "backstay_step") + ")";
}

std::string drop(db::Engine engine) {
  std::string sql = "DROP TABLE " + table(engine, "backstay_step") + ";DROP TABLE " + table(engine, "backstay_op");
  // Another role may own the schema, or capture tables may live in it: then it stays.
  if (is_postgresql(engine)) {
    sql += ";DO $$ BEGIN DROP SCHEMA backstay RESTRICT;"
           " EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL; END $$";
  }
  return sql;
}

}  // namespace backstay::apply::witness
