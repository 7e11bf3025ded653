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
                                 "double precision", "integer[]", "varchar(40)", "char(6)", "app.mood", "interval", "inet", "bigint", "int4range",
                                 "text[]", "app.mood[]", "app.positive", "app.pair", "point", "xml", "bit varying(16)", "real", "numeric", "timestamp", "timetz", "tsvector", "\"char\""};
constexpr const char* sqlite_types[] = {"integer", "text", "real", "blob", "numeric"};

}  // namespace

std::string Generator::value(const std::string& type, bool may_be_null) {
  if (may_be_null && chance(15)) return "NULL";
  const std::uint64_t n = ++fresh_;
  const std::string s = std::to_string(n);
  if (type == "integer" || type == "bigint") return s;
  if (type == "app.code") return "'c" + s + "'";
  if (type == "text[]") return "ARRAY['a,\"b " + s + "', NULL, 'it''s']";
  if (type == "app.mood[]") return chance(50) ? "ARRAY['sad']::app.mood[]" : "ARRAY['very happy', NULL]::app.mood[]";
  if (type == "app.pair") return "ROW(" + s + ", 'p''" + s + "')::app.pair";
  if (type == "point") return "point(" + s + ", 1)";
  if (type == "xml") return "'<a>" + s + "</a>'::xml";
  if (type == "bit varying(16)") return s + "::bit(14)::bit varying(16)";
  if (type == "timestamp") return "TIMESTAMP '2024-01-01 00:00:00' + interval '" + s + " minutes'";
  if (type == "timetz") return "TIMETZ '10:00:00+02' + interval '" + s + " seconds'";
  if (type == "tsvector") return "to_tsvector('simple', 'word " + s + "')";
  if (type == "\"char\"") return chance(50) ? "'a'" : "'b'";
  if (type == "text" || type == "varchar(40)") return chance(20) ? "'it''s " + s + "; -- x'" : "'v" + s + "'";
  if (type == "boolean") return chance(50) ? "true" : "false";
  // 1.5 and 1.50 are equal and not the same.
  if (type == "numeric" && !sqlite_) return s + (chance(50) ? ".5" : ".50");
  if (type == "numeric(12,2)" || type == "numeric" || type == "real" || type == "app.positive") return s + ".50";
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
  const unsigned kind = static_cast<unsigned>(below(12));
  const std::string key_type = kind < 4 ? "integer" : kind < 6 && !sqlite_ ? "uuid" : kind == 6 && !sqlite_ ? "app.code" : kind == 7 && !sqlite_ ? "timestamptz" : "text";
  table.columns.push_back({"\"Id\"", "Id", key_type, false, false, false});
  if (kind < 11) table.key = {0};
  if (kind >= 8 && kind < 10) {
    table.columns.push_back({"part", "part", "integer", false, false, false});
    table.key = {0, 1};
  }
  if (kind == 9) {
    table.columns.push_back({"\"Third Part\"", "Third Part", sqlite_ ? "text" : "uuid", false, false, false});
    table.key = {2, 0, 1};
  }
  table.identity = kind == 0 && !sqlite_;
  table.unique_only = kind == 10;
  table.partitioned = !sqlite_ && !table.identity && !table.key.empty() && chance(12);
  const std::size_t plain_columns = 2 + below(4), start = below(std::size(column_names));
  for (std::size_t i = 0; i < plain_columns; ++i) {
    const Named& column = column_names[(start + i) % std::size(column_names)];
    const std::string type = sqlite_ ? sqlite_types[below(std::size(sqlite_types))] : types[below(std::size(types))];
    table.columns.push_back({column.written, column.bare, type, chance(75), false, false});
  }
  if (!table.partitioned && chance(35)) {
    table.code = "\"Code\"";
    table.columns.push_back({"\"Code\"", "Code", "text", false, false, false});
  }
  std::vector<int> candidates;
  for (std::size_t i = 0; i < before.tables.size(); ++i) {
    if (before.tables[i].key.size() == 1) candidates.push_back(static_cast<int>(i));
  }
  // Its own rows may be its parents.
  if (table.key.size() == 1 && !sqlite_ && chance(15)) candidates = {static_cast<int>(before.tables.size())};
  if (!candidates.empty() && chance(70)) {
    table.parent = candidates[below(candidates.size())];
    const GeneratedTable& parent = static_cast<std::size_t>(table.parent) == before.tables.size() ? table : before.tables[static_cast<std::size_t>(table.parent)];
    table.reference = table.columns.size();
    const std::string parent_type = parent.columns[parent.key[0]].type;
    table.columns.push_back({"\"ParentId\"", "ParentId", parent_type, true, false, false});
    constexpr const char* actions[] = {"NO ACTION", "CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT"};
    table.on_delete = actions[below(sqlite_ ? 4 : 5)];
    table.on_update = chance(40) ? "CASCADE" : "NO ACTION";
  }
  if (chance(15) && !sqlite_ && key_type != "timestamptz") table.columns.push_back({"doubled", "doubled", "text", true, true, false});
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
    if (!sqlite_ && column.nullable && !column.generated && column.name != "\"ParentId\"" && fresh_ % 4 == 0) sql += " DEFAULT " + value(column.type, false);
    if (!sqlite_ && fresh_ % 7 == 0) sql += " CHECK (" + column.name + " IS NULL OR length(" + column.name + "::text) < 500)";
  }
  if (!table.key.empty()) {
    sql += table.unique_only ? ", UNIQUE (" : ", PRIMARY KEY (";
    for (std::size_t i = 0; i < table.key.size(); ++i) sql += (i ? ", " : "") + table.columns[table.key[i]].name;
    sql += ")";
  }
  if (table.parent >= 0) {
    const GeneratedTable& parent = before.tables[static_cast<std::size_t>(table.parent)];
    sql += ", FOREIGN KEY (" + table.columns[table.reference].name + ") REFERENCES " + parent.name + " (" + parent.columns[parent.key[0]].name +
           ") ON DELETE " + table.on_delete + " ON UPDATE " + table.on_update + (sqlite_ || !chance(30) || table.on_delete == "RESTRICT" ? "" : chance(30) ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE");
  }
  if (!table.partitioned) return sql + ");\n";
  sql += ") PARTITION BY HASH (" + table.columns[table.key[0]].name + ");\n";
  for (int i = 0; i < 3; ++i) {
    sql += "CREATE TABLE app.\"piece " + std::to_string(++fresh_) + "\" PARTITION OF " + table.name + " FOR VALUES WITH (MODULUS 3, REMAINDER " + std::to_string(i) + ");\n";
  }
  return sql;
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
                     "CREATE DOMAIN app.positive AS numeric(14,4) CHECK (VALUE > 0); CREATE TYPE app.pair AS (n int, t text); CREATE DOMAIN app.code AS text CHECK (VALUE <> '');\n"
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
    database.setup += fixed_tables();
  }
  const std::size_t tables = 2 + below(3);
  for (std::size_t i = 0; i < tables; ++i) {
    const GeneratedTable made = table(i, database);
    database.tables.push_back(made);
    database.setup += create(made, database);
    const std::size_t rows = below(8) ? 4 + below(10) : 0;
    for (std::size_t r = 0; r < rows; ++r) database.setup += insert_row(database, made) + ";\n";
    if (made.before_trigger) database.setup += "CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON " + made.name + " FOR EACH ROW EXECUTE FUNCTION app.touch();\n";
    if (made.audited) database.setup += "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON " + made.name + " FOR EACH ROW EXECUTE FUNCTION app.audit();\n";
  }
  return database;
}

}  // namespace backstay::test
