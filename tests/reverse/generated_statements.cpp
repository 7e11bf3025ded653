// Statements that change rows of the tables of generated_database.cpp, and what users do afterwards.
#include "tests/reverse/generated_database.hpp"

namespace backstay::test {

std::string Generator::condition(const GeneratedTable& table, const std::string& qualifier) {
  const GeneratedColumn& column = table.columns[below(table.columns.size())];
  const std::string c = qualifier.empty() ? column.name : qualifier + "." + column.name;
  const std::string key = (qualifier.empty() ? "" : qualifier + ".") + table.columns[0].name;
  switch (below(sqlite_ ? 5 : 8)) {
    case 0: return c + " IS NULL";
    case 1: return c + " IS NOT NULL";
    case 2: return key + " IN (SELECT " + table.columns[0].name + " FROM " + table.name + " ORDER BY 1 LIMIT " + std::to_string(1 + below(4)) + ")";
    case 3: return "(" + c + " IS NOT NULL OR " + key + " IS NULL) AND " + key + " IN (SELECT x." + table.columns[0].name + " FROM " + table.name + " x)";
    case 4: return key + " > (SELECT min(x." + table.columns[0].name + ") FROM " + table.name + " x)";
    case 5: return "length(" + c + "::text) % 2 = " + std::to_string(below(2));
    case 6: return "lower(" + c + "::text) LIKE '%1%' -- trailing; comment\n";
    default: return "EXISTS (SELECT 1 FROM app.audit_log) OR NOT (" + c + "::text = 'x;y')";
  }
}

std::string Generator::update(const GeneratedDatabase& database, const GeneratedTable& table, bool& assigns_key) {
  const bool key_too = chance(8);
  const std::size_t first = some_column(table, key_too);
  std::string set = table.columns[first].name + " = " + literal(table, first, database);
  for (const std::size_t k : table.key) assigns_key = assigns_key || k == first;
  const std::size_t second = some_column(table, false);
  if (second != first && chance(40)) {
    if (!sqlite_ && chance(40)) set = "(" + table.columns[first].name + ", " + table.columns[second].name + ") = (" + literal(table, first, database) + ", " + literal(table, second, database) + ")";
    else set += ", " + table.columns[second].name + " = " + literal(table, second, database);
  }
  const std::string& key = table.columns[0].name;
  switch (below(sqlite_ ? 5 : 9)) {
    case 0: return "UPDATE " + table.name + " SET " + set;
    case 1: return "UPDATE " + table.name + " SET " + set + " WHERE " + condition(table, "");
    case 2: return "UPDATE " + table.name + " AS x1 SET " + set + " WHERE " + condition(table, "x1");
    case 3: return "UPDATE " + table.name + " SET " + set + "\nFROM (SELECT " + key + " AS k FROM " + table.name + " y WHERE " + condition(table, "y") + ") src\nWHERE src.k = " + table.name.substr(table.name.find('.') == std::string::npos ? 0 : table.name.find('.') + 1) + "." + key;
    case 4: return "WITH chosen AS (SELECT " + key + " AS k FROM " + table.name + " WHERE " + condition(table, "") + ")\nUPDATE " + table.name + " SET " + set + " WHERE " + key + " IN (SELECT k FROM chosen)";
    case 5: volatile_statement = true; return "UPDATE " + table.name + " SET " + set + " WHERE random() < 0.5";
    case 6: return "UPDATE ONLY " + table.name + " z SET " + set + " WHERE " + condition(table, "z") + " RETURNING *";
    case 7: return "WITH gone AS (UPDATE " + table.name + " SET " + set + " WHERE " + condition(table, "") + " RETURNING 1) SELECT count(*) FROM gone";
    default: return "UPDATE " + table.name + " u SET " + set + " FROM " + table.name + " o JOIN " + table.name + " o2 ON o2." + key + " = o." + key + " WHERE o." + key + " = u." + key + " AND " + condition(table, "u");
  }
}

std::string Generator::remove(const GeneratedDatabase&, const GeneratedTable& table) {
  const std::string& key = table.columns[0].name;
  switch (below(sqlite_ ? 4 : 6)) {
    case 0: return "DELETE FROM " + table.name + " WHERE " + condition(table, "");
    case 1: return "DELETE FROM " + table.name + " AS d WHERE " + condition(table, "d") + (sqlite_ || chance(50) ? "" : " RETURNING d.*");
    case 2: return chance(30) ? "DELETE FROM " + table.name : "DELETE FROM " + table.name + " WHERE " + key + " = (SELECT max(" + key + ") FROM " + table.name + ")";
    case 3: return "WITH old AS (SELECT " + key + " AS k FROM " + table.name + " WHERE " + condition(table, "") + ") DELETE FROM " + table.name + " WHERE " + key + " IN (SELECT k FROM old)";
    case 4: return "DELETE FROM " + table.name + " d USING " + table.name + " o WHERE o." + key + " = d." + key + " AND " + condition(table, "d");
    default: return "DELETE FROM ONLY " + table.name + " WHERE " + key + " IN (SELECT " + key + " FROM " + table.name + " ORDER BY 1 DESC LIMIT 2)";
  }
}

std::string Generator::insert(const GeneratedDatabase& database, const GeneratedTable& table) {
  if (table.identity) volatile_statement = true;
  const std::string row = insert_row(database, table);
  const std::string& key = table.columns[0].name;
  switch (below(6)) {
    case 0: return row + (chance(50) && !sqlite_ ? " RETURNING " + key : "");
    case 1: return row + " ON CONFLICT DO NOTHING";
    case 2:
      if (table.key.size() == 1) return row + " ON CONFLICT (" + key + ") DO UPDATE SET " + table.columns[some_column(table, false)].name + " = DEFAULT";
      return row;
    case 3: {
      // The conflict does happen: the row's key is one that is there.
      if (table.key.size() != 1 || table.identity) return row;
      std::string columns, values;
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].generated) continue;
        columns += (columns.empty() ? "" : ", ") + table.columns[i].name;
        values += (values.empty() ? "" : ", ") + (i == 0 ? "x." + key : literal(table, i, database));
      }
      const std::size_t c = some_column(table, false);
      return "INSERT INTO " + table.name + " (" + columns + ") SELECT " + values + " FROM " + table.name + " x WHERE " + condition(table, "x") +
             " ON CONFLICT (" + key + ") DO UPDATE SET " + table.columns[c].name + " = excluded." + table.columns[c].name;
    }
    case 4: return sqlite_ ? row : "WITH seed AS (SELECT 1) " + row;
    default: return row + ";\n" + insert_row(database, table);
  }
}

std::string Generator::other(const GeneratedDatabase& database, const GeneratedTable& table) {
  const std::string& key = table.columns[0].name;
  const std::size_t c = some_column(table, false);
  const std::string set = table.columns[c].name + " = " + literal(table, c, database);
  switch (below(5)) {
    case 0:
      return "MERGE INTO " + table.name + " m USING (SELECT " + key + " AS k FROM " + table.name + ") s ON s.k = m." + key +
             " WHEN MATCHED AND " + condition(table, "m") + " THEN DELETE WHEN MATCHED THEN UPDATE SET " + set;
    case 1: return "TRUNCATE " + table.name + (chance(60) ? " CASCADE" : "");
    case 2: return "DO $do$ BEGIN UPDATE " + table.name + " SET " + set + " WHERE " + condition(table, "") + "; " + insert_row(database, table) + "; END $do$";
    case 3: return "WITH d AS (DELETE FROM " + table.name + " WHERE " + condition(table, "") + " RETURNING " + key + ") UPDATE " + table.name + " SET " + set + " WHERE " + key + " NOT IN (SELECT " + key + " FROM d)";
    default: return "DO $do$ BEGIN IF EXISTS (SELECT 1 FROM " + table.name + ") THEN DELETE FROM " + table.name + " WHERE " + condition(table, "") + "; END IF; END $do$";
  }
}

std::string Generator::statement(const GeneratedDatabase& database, bool& assigns_key) {
  volatile_statement = false;
  const GeneratedTable& table = database.tables[below(database.tables.size())];
  const std::size_t kind = below(10);
  if (kind < 4) return update(database, table, assigns_key);
  if (kind < 6) return remove(database, table);
  if (kind < 9 || sqlite_) return insert(database, table);
  if (table.identity) volatile_statement = true;
  return other(database, table);
}

std::string Generator::edit(const GeneratedDatabase& database) {
  const GeneratedTable& table = database.tables[below(database.tables.size())];
  const std::string& key = table.columns[0].name;
  const std::string row = "(SELECT " + key + " FROM " + table.name + " ORDER BY 1 LIMIT 1 OFFSET " + std::to_string(below(8)) + ")";
  const std::size_t kind = below(10);
  if (kind < 6) {
    std::size_t c = some_column(table, false);
    return "UPDATE " + table.name + " SET " + table.columns[c].name + " = " + literal(table, c, database) + " WHERE " + key + " = " + row;
  }
  if (kind < 8) return "DELETE FROM " + table.name + " WHERE " + key + " = " + row;
  return insert_row(database, table);
}

}  // namespace backstay::test
