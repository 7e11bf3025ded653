#include "tests/reverse/generated_database.hpp"

namespace backstay::test {
namespace {

struct Named {
  const char* written;
  const char* bare;
};
constexpr Named table_names[] = {{"contact", "contact"}, {"\"SysProcess\"", "SysProcess"}, {"\"Order Item\"", "Order Item"},
                                 {"\"sélect\"", "sélect"}, {"\"a\"\"b\"", "a\"b"}, {"Account", "account"}, {"\"update\"", "update"}};
constexpr Named column_names[] = {{"name", "name"}, {"\"IsActive\"", "IsActive"}, {"\"Modified On\"", "Modified On"}, {"note", "note"},
                                  {"\"where\"", "where"}, {"amount", "amount"}, {"\"from\"", "from"}, {"Kind", "kind"}, {"\"t\"", "t"}};
constexpr const char* types[] = {"integer", "text", "boolean", "numeric(12,2)", "timestamptz", "date", "uuid", "jsonb", "json", "bytea",
                                 "double precision", "integer[]", "varchar(40)", "char(6)", "app.mood", "interval", "inet", "bigint", "int4range"};
constexpr const char* sqlite_types[] = {"integer", "text", "real", "blob", "numeric"};

}  // namespace

std::string Generator::value(const std::string& type, bool may_be_null) {
  if (may_be_null && chance(15)) return "NULL";
  const std::uint64_t n = ++fresh_;
  const std::string s = std::to_string(n);
  if (type == "integer" || type == "bigint") return s;
  if (type == "text" || type == "varchar(40)") return chance(20) ? "'it''s " + s + "; -- x'" : "'v" + s + "'";
  if (type == "boolean") return chance(50) ? "true" : "false";
  if (type == "numeric(12,2)" || type == "numeric" || type == "real") return s + ".50";
  if (type == "timestamptz") return "TIMESTAMPTZ '2024-01-01 00:00:00+00' + interval '" + s + " minutes'";
  if (type == "date") return "DATE '2000-01-01' + " + s;
  if (type == "uuid") return "'00000000-0000-0000-0000-" + std::string(12 - s.size(), '0') + s + "'";
  if (type == "jsonb" || type == "json") return "'{\"a\":  " + s + "}'";
  if (type == "bytea") return "decode(lpad('" + s + "', 8, '0'), 'hex')";
  if (type == "blob") return "x'" + std::string(8 - s.size(), '0') + s + "'";
  if (type == "double precision") return chance(5) ? "'NaN'" : s + ".125";
  if (type == "integer[]") return "ARRAY[" + s + ", NULL, 3]";
  if (type == "char(6)") return "'c" + s.substr(0, 5) + "'";
  if (type == "app.mood") return chance(50) ? "'sad'" : "'very happy'";
  if (type == "interval") return "interval '" + s + " seconds'";
  if (type == "inet") return "'10." + std::to_string(n / 256 % 256) + "." + std::to_string(n % 256) + ".1'";
  return "int4range(" + s + ", " + std::to_string(n + 5) + ")";
}

// A value for a column; references point to a row that may be there.
std::string Generator::literal(const GeneratedTable& table, std::size_t column, const GeneratedDatabase& database) {
  if (table.parent >= 0 && column == table.reference) {
    const GeneratedTable& parent = database.tables[static_cast<std::size_t>(table.parent)];
    if (chance(20)) return "NULL";
    return "(SELECT " + parent.columns[parent.key[0]].name + " FROM " + parent.name + " ORDER BY 1 LIMIT 1 OFFSET " + std::to_string(below(6)) + ")";
  }
  return value(table.columns[column].type, table.columns[column].nullable);
}

std::size_t Generator::some_column(const GeneratedTable& table, bool key_too) {
  for (;;) {
    const std::size_t column = below(table.columns.size());
    if (table.columns[column].generated) continue;
    bool in_key = false;
    for (const std::size_t k : table.key) in_key = in_key || k == column;
    if (in_key && (!key_too || table.identity)) continue;
    return column;
  }
}

GeneratedTable Generator::table(std::size_t number, const GeneratedDatabase& before) {
  GeneratedTable table;
  const Named& named = table_names[(number + below(2) * 4) % std::size(table_names)];
  for (const GeneratedTable& other : before.tables) {
    if (other.relation.find(named.bare) != std::string::npos) return this->table(number + 1, before);
  }
  const bool spaced = !sqlite_ && chance(15);
  const std::string schema = sqlite_ ? "" : spaced ? "\"My Schema\"." : "app.";
  table.name = schema + named.written;
  const std::string bare = named.bare;
  const bool plain = bare == "contact" || bare == "account" || bare == "update";
  table.relation = schema + (plain ? bare : named.written);
  const unsigned kind = static_cast<unsigned>(below(10));
  const std::string key_type = kind < 4 ? "integer" : kind < 6 && !sqlite_ ? "uuid" : "text";
  table.columns.push_back({"\"Id\"", "Id", key_type, false, false, false});
  if (kind < 9) table.key = {0};
  if (kind == 8) {
    table.columns.push_back({"part", "part", "integer", false, false, false});
    table.key = {0, 1};
  }
  table.identity = kind == 0 && !sqlite_;
  const std::size_t plain_columns = 2 + below(4), start = below(std::size(column_names));
  for (std::size_t i = 0; i < plain_columns; ++i) {
    const Named& column = column_names[(start + i) % std::size(column_names)];
    const std::string type = sqlite_ ? sqlite_types[below(std::size(sqlite_types))] : types[below(std::size(types))];
    table.columns.push_back({column.written, column.bare, type, chance(75), false, false});
  }
  if (chance(35)) {
    table.code = "\"Code\"";
    table.columns.push_back({"\"Code\"", "Code", "text", false, false, false});
  }
  std::vector<int> candidates;
  for (std::size_t i = 0; i < before.tables.size(); ++i) {
    if (before.tables[i].key.size() == 1) candidates.push_back(static_cast<int>(i));
  }
  if (!candidates.empty() && chance(70)) {
    table.parent = candidates[below(candidates.size())];
    const GeneratedTable& parent = before.tables[static_cast<std::size_t>(table.parent)];
    table.reference = table.columns.size();
    table.columns.push_back({"\"ParentId\"", "ParentId", parent.columns[parent.key[0]].type, true, false, false});
    constexpr const char* actions[] = {"NO ACTION", "CASCADE", "SET NULL", "RESTRICT"};
    table.on_delete = actions[below(4)];
    table.on_update = chance(40) ? "CASCADE" : "NO ACTION";
  }
  if (chance(15) && !sqlite_) table.columns.push_back({"doubled", "doubled", "text", true, true, false});
  table.before_trigger = !sqlite_ && chance(25);
  if (table.before_trigger) table.columns.push_back({"touched", "touched", "text", true, false, true});
  table.audited = !sqlite_ && !table.before_trigger && chance(15);
  return table;
}

std::string Generator::create(const GeneratedTable& table, const GeneratedDatabase& before) {
  std::string sql = "CREATE TABLE " + table.name + " (";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const GeneratedColumn& column = table.columns[i];
    sql += (i ? ", " : "") + column.name + " " + column.type;
    if (i == 0 && table.identity) sql += chance(50) ? " GENERATED BY DEFAULT AS IDENTITY (START 5000)" : " GENERATED ALWAYS AS IDENTITY (START 5000)";
    if (column.generated) sql += " GENERATED ALWAYS AS ('x' || " + table.columns[0].name + "::text) STORED";
    if (!column.nullable) sql += " NOT NULL";
    if (column.name == table.code) sql += " UNIQUE";
  }
  if (!table.key.empty()) {
    sql += ", PRIMARY KEY (";
    for (std::size_t i = 0; i < table.key.size(); ++i) sql += (i ? ", " : "") + table.columns[table.key[i]].name;
    sql += ")";
  }
  if (table.parent >= 0) {
    const GeneratedTable& parent = before.tables[static_cast<std::size_t>(table.parent)];
    sql += ", FOREIGN KEY (" + table.columns[table.reference].name + ") REFERENCES " + parent.name + " (" + parent.columns[parent.key[0]].name +
           ") ON DELETE " + table.on_delete + " ON UPDATE " + table.on_update + (sqlite_ || !chance(30) || table.on_delete == "RESTRICT" ? "" : " DEFERRABLE");
  }
  return sql + ");\n";
}

std::string Generator::insert_row(const GeneratedDatabase& database, const GeneratedTable& table) {
  std::string columns, values;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].generated || (i == 0 && table.identity && chance(80))) continue;
    columns += (columns.empty() ? "" : ", ") + table.columns[i].name;
    values += (values.empty() ? "" : ", ") + literal(table, i, database);
  }
  return "INSERT INTO " + table.name + " (" + columns + ")" + (table.identity ? " OVERRIDING SYSTEM VALUE" : "") + " VALUES (" + values + ")";
}

GeneratedDatabase Generator::database() {
  GeneratedDatabase database;
  if (!sqlite_) {
    database.setup = "CREATE SCHEMA app; CREATE SCHEMA \"My Schema\"; CREATE TYPE app.mood AS ENUM ('sad', 'very happy');\n"
                     "CREATE TABLE app.audit_log (at bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);\n"
                     "CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.touched := 'at ' || md5(NEW::text); RETURN NEW; END $f$;\n"
                     "CREATE FUNCTION app.audit() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN INSERT INTO app.audit_log (what) VALUES (TG_OP); RETURN NULL; END $f$;\n";
    // What the statements of generated_definitions.cpp work on.
    database.setup +=
        "CREATE FUNCTION app.nothing() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NEW; END $f$;\n"
        "CREATE TABLE app.simple (a int PRIMARY KEY, b text DEFAULT 'b', note text); INSERT INTO app.simple SELECT i, 'x' || i FROM generate_series(1, 5) i;\n"
        "CREATE INDEX by_note ON app.simple (note); COMMENT ON INDEX app.by_note IS 'found by note'; GRANT SELECT ON app.simple TO backstay_reader;\n"
        "CREATE TRIGGER guard BEFORE UPDATE ON app.simple FOR EACH ROW EXECUTE FUNCTION app.nothing();\n"
        "CREATE VIEW app.summary AS SELECT a, b FROM app.simple; COMMENT ON VIEW app.summary IS 'sums'; GRANT SELECT ON app.summary TO backstay_reader;\n"
        "CREATE VIEW app.above AS SELECT a FROM app.summary; CREATE SEQUENCE app.counter START 10; SELECT nextval('app.counter');\n"
        "CREATE FUNCTION app.plus(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 1'; COMMENT ON FUNCTION app.plus(int) IS 'adds';\n"
        "CREATE TABLE app.refers (id int PRIMARY KEY, simple int REFERENCES app.simple ON DELETE CASCADE); INSERT INTO app.refers VALUES (1, 1), (2, 3);\n";
  }
  const std::size_t tables = 2 + below(3);
  for (std::size_t i = 0; i < tables; ++i) {
    const GeneratedTable made = table(i, database);
    database.setup += create(made, database);
    const std::size_t rows = below(8) ? 4 + below(10) : 0;
    for (std::size_t r = 0; r < rows; ++r) database.setup += insert_row(database, made) + ";\n";
    if (made.before_trigger) database.setup += "CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON " + made.name + " FOR EACH ROW EXECUTE FUNCTION app.touch();\n";
    if (made.audited) database.setup += "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON " + made.name + " FOR EACH ROW EXECUTE FUNCTION app.audit();\n";
    database.tables.push_back(made);
  }
  return database;
}

// --- statements -------------------------------------------------------------------------------------

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
