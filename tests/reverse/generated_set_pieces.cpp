// Tables that are the same in every database of the proof, and statements over them in shapes that no template gives:
// keys and foreign keys of several columns, trees, partitions, tables without a key, views that can be written, routines.
#include "tests/reverse/generated_database.hpp"

namespace backstay::test {
namespace {

// # stands for a number that is new each time.
constexpr const char* pieces[] = {
    "UPDATE app.pairs SET v = v + 1 WHERE a IN (1, 2)",
    "UPDATE app.pairs AS p SET v = r.id FROM app.pair_refs r WHERE (r.a, r.b) = (p.a, p.b)",
    "UPDATE app.pairs SET (v, at) = (SELECT 7.250, TIMESTAMPTZ '2020-02-02 02:02:02+05') WHERE b > 'a'",
    "UPDATE app.pairs SET a = a + 100 WHERE b = 'x'",
    "DELETE FROM app.pairs WHERE a = 2",
    "DELETE FROM app.pairs p USING app.pair_refs r WHERE r.a = p.a AND r.b = p.b AND r.id < 3",
    "DELETE FROM app.pairs; DELETE FROM app.tree WHERE id = 1",
    "INSERT INTO app.pairs (a, b) VALUES (#, 'new')",
    "INSERT INTO app.pairs SELECT a, b || '#', v, at FROM app.pairs",
    "INSERT INTO app.pairs (a, b, v) VALUES (1, 'x', 9) ON CONFLICT (a, b) DO UPDATE SET v = excluded.v WHERE pairs.v < 100",
    "INSERT INTO app.pairs (a, b, v) VALUES (1, 'x', 9), (#, 'q', 1) ON CONFLICT ON CONSTRAINT pairs_pkey DO NOTHING",
    "INSERT INTO app.pair_refs (a, b, note) SELECT a, b, 'made' FROM app.pairs ORDER BY a LIMIT 2",
    "INSERT INTO app.pair_refs DEFAULT VALUES",
    "INSERT INTO app.pair_refs OVERRIDING SYSTEM VALUE VALUES (#, NULL, NULL, E'tab\\there')",
    "MERGE INTO app.pairs t USING (VALUES (1, 'x', 5.0), (#, 'm', 6.0)) AS s(a, b, v) ON t.a = s.a AND t.b = s.b\nWHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (a, b, v) VALUES (s.a, s.b, s.v)",
    "MERGE INTO app.tree t USING app.simple s ON t.id = s.a WHEN MATCHED AND s.a = 4 THEN DELETE WHEN MATCHED AND s.a > 4 THEN DO NOTHING WHEN MATCHED THEN UPDATE SET name = 'm' || s.a",
    "WITH moved AS (DELETE FROM app.pair_refs WHERE id < 3 RETURNING *) INSERT INTO app.simple (a, b) SELECT 1000 + #, note FROM moved LIMIT 1",
    "WITH a AS (UPDATE app.simple SET note = '#' RETURNING a), b AS (INSERT INTO app.tree SELECT # + 10000, 1, 'w' RETURNING id) SELECT count(*) FROM a, b",
    "WITH RECURSIVE under AS (SELECT id FROM app.tree WHERE id = 2 UNION ALL SELECT t.id FROM app.tree t JOIN under u ON t.up = u.id) UPDATE app.tree SET name = name || '#' WHERE id IN (SELECT id FROM under)",
    "DELETE FROM app.tree WHERE id = 2",
    "UPDATE app.tree SET up = 1 WHERE id > 1",
    "UPDATE app.tree SET id = id + 1000",
    "UPDATE app.parts SET v = v * 2 WHERE region = 'eu'",
    "UPDATE app.parts SET region = 'us' WHERE id = 1",
    "UPDATE app.parts_eu SET v = -1",
    "DELETE FROM app.parts WHERE v > 10",
    "INSERT INTO app.parts VALUES (#, 'eu', 1), (#, 'nowhere', 2)",
    "TRUNCATE app.parts",
    "TRUNCATE app.pairs CASCADE",
    "TRUNCATE app.pair_refs RESTART IDENTITY",
    "TRUNCATE app.pair_refs, app.pairs, app.loose",
    "TRUNCATE ONLY app.loose",
    "UPDATE app.open_simple SET b = 'through the view' WHERE a = 3",
    "INSERT INTO app.open_simple (a, b) VALUES (#, 'v')",
    "DELETE FROM app.open_simple WHERE a = 2",
    "SELECT app.bump(#)",
    "SELECT app.bump(a) FROM app.simple",
    "CALL app.shuffle()",
    "DO $x$ DECLARE r record; BEGIN FOR r IN SELECT * FROM app.pairs LOOP UPDATE app.pairs SET v = r.v + 1 WHERE a = r.a AND b = r.b; INSERT INTO app.loose VALUES (r.a, r.b); END LOOP; END $x$",
    "DO $x$ BEGIN EXECUTE 'UPDATE app.simple SET note = ''dynamic #'''; END $x$",
    "DO $x$ DECLARE t text; BEGIN FOR t IN SELECT format('DELETE FROM app.%I WHERE %L = %L', relname, 1, 1) FROM pg_class WHERE relname = 'pair_refs' LOOP EXECUTE t; END LOOP; END $x$",
    "DO $x$ BEGIN INSERT INTO app.simple (a) VALUES (1); EXCEPTION WHEN unique_violation THEN UPDATE app.simple SET note = 'caught #'; END $x$",
    "DO $x$ BEGIN PERFORM app.bump(#); TRUNCATE app.parts; END $x$",
    "CREATE FUNCTION app.own#() RETURNS void LANGUAGE sql AS 'UPDATE app.simple SET b = ''own #'''; SELECT app.own#()",
    "SET LOCAL search_path TO app; UPDATE simple SET b = 'found by path'; DELETE FROM tree WHERE id = 3",
    "UPDATE app.simple SET b = DEFAULT; UPDATE app.simple SET b = 'last' WHERE b = 'b'; DELETE FROM app.simple WHERE b = 'last' AND a > 3",
    "INSERT INTO app.simple (a, b) VALUES (#, 'one'); UPDATE app.simple SET b = 'two' WHERE b = 'one'; DELETE FROM app.simple WHERE b = 'two'",
    "DELETE FROM app.simple WHERE a = 5; INSERT INTO app.simple (a, b) VALUES (5, 'again')",
    "CREATE TEMP TABLE scratch# AS SELECT a FROM app.simple; UPDATE scratch# SET a = 0; UPDATE app.simple s SET note = 'from scratch' WHERE NOT EXISTS (SELECT 1 FROM scratch# t WHERE t.a = s.a); DROP TABLE scratch#",
    "PREPARE p# AS UPDATE app.simple SET note = $1; EXECUTE p#('prepared'); DEALLOCATE p#",
    "UPDATE app.simple SET note = U&'d\\0061t' || $q$ -- ; 'quoted' $q$ /* nested /* */ ; */ WHERE a = ANY (ARRAY[1, 2])",
    "COMMIT; UPDATE app.simple SET note = 'in a second transaction'; BEGIN; DELETE FROM app.tree WHERE id = 4",
};

}  // namespace

std::string Generator::fixed_tables() {
  return "CREATE TABLE app.pairs (a int, b text, v numeric DEFAULT 1.50, at timestamptz DEFAULT '2024-01-01', PRIMARY KEY (a, b), CHECK (v > 0));\n"
         "INSERT INTO app.pairs VALUES (1, 'x', 1.5, DEFAULT), (1, 'y', 2.0, DEFAULT), (2, 'x', 2.00, DEFAULT), (3, '''', NULL, NULL);\n"
         "CREATE TABLE app.pair_refs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b text, note text, FOREIGN KEY (a, b) REFERENCES app.pairs ON DELETE CASCADE ON UPDATE CASCADE);\n"
         "INSERT INTO app.pair_refs (a, b, note) VALUES (1, 'x', 'n1'), (1, 'x', NULL), (2, 'x', 'n3'), (NULL, 'x', 'n4');\n"
         "CREATE TABLE app.tree (id int PRIMARY KEY, up int REFERENCES app.tree ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE, name text);\n"
         "INSERT INTO app.tree VALUES (1, NULL, 'root'), (2, 1, 'a'), (3, 2, 'b'), (4, 3, 'c'), (5, 1, 'd');\n"
         "CREATE TABLE app.parts (id int, region text, v int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);\n"
         "CREATE TABLE app.parts_eu PARTITION OF app.parts FOR VALUES IN ('eu'); CREATE TABLE app.parts_us PARTITION OF app.parts FOR VALUES IN ('us'); CREATE TABLE app.parts_rest PARTITION OF app.parts DEFAULT;\n"
         "INSERT INTO app.parts VALUES (1, 'eu', 5), (2, 'eu', 15), (3, 'us', 25), (4, 'mars', NULL);\n"
         "CREATE TABLE app.loose (a int, t text); INSERT INTO app.loose VALUES (1, 'x'), (1, 'x'), (2, NULL), (NULL, NULL);\n"
         "CREATE VIEW app.open_simple AS SELECT a, b, note FROM app.simple WHERE a > 1;\n"
         "CREATE FUNCTION app.bump(n int) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN UPDATE app.simple SET b = b || n; INSERT INTO app.loose VALUES (n, 'bumped'); RETURN n; END $f$;\n"
         "CREATE PROCEDURE app.shuffle() LANGUAGE sql AS $f$ DELETE FROM app.pair_refs WHERE id = 1; UPDATE app.loose SET t = 'shuffled' WHERE a = 1; UPDATE app.tree SET name = upper(name); $f$;\n";
}

std::string Generator::set_piece() {
  volatile_statement = true;  // rows of an identity column differ when it runs again
  std::string piece = pieces[below(std::size(pieces))];
  const std::string number = std::to_string(++fresh_);
  for (std::size_t at = piece.find('#'); at != std::string::npos; at = piece.find('#', at)) piece.replace(at, 1, number);
  return piece;
}

}  // namespace backstay::test
