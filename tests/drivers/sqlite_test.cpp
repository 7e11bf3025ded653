// SQLite, with nothing but files in a temporary folder.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "native-plugin/db/undo_captured.hpp"
#include "tests/drivers/conformance.hpp"
#include "tests/drivers/histories.hpp"

namespace backstay::db::test {

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "backstay-db-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("sqlite: what every driver does") {
  Folder folder;
  int count = 0;
  everything_a_driver_does({Engine::sqlite, [&] {
    const std::string url = "sqlite:" + (folder.path / (std::to_string(++count) + ".db")).string();
    OpenSettings settings;
    settings.create = true;
    (void)open_or_fail(url, settings);
    return url;
  }});
}

TEST_CASE("sqlite: a script cannot leave its database or weaken it") {
  Folder folder;
  OpenSettings settings;
  settings.create = true;
  auto driver = open_or_fail("sqlite:" + (folder.path / "a.db").string(), settings);
  run_or_fail(*driver, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
  struct Case {
    const char* script;
    const char* reason;
  };
  const Case cases[] = {
      {"ATTACH '/tmp/x.db' AS x", "attach"},
      {"SELECT load_extension('/tmp/x.so')", "load extensions"},
      {"PRAGMA writable_schema = ON", "writable_schema"},
      {"PRAGMA journal_mode = OFF", "journal_mode"},
      {"pragma SYNCHRONOUS = 0", "synchronous"},
      {"PRAGMA foreign_keys = OFF", "no effect inside a transaction"},
      {"SAVEPOINT backstay_x", "backstay_"},
      {"UPDATE sqlite_schema SET sql = '' ", "sqlite_master"},
  };
  REQUIRE(driver->begin().ok());
  for (const Case& c : cases) {
    CAPTURE(c.script);
    const ScriptOutcome outcome = driver->run(c.script, {});
    REQUIRE_FALSE(outcome.ok());
    INFO(outcome.error->message);
    CHECK(outcome.error->message.find(c.reason) != std::string::npos);
    CHECK(driver->tx_state() == TxState::open);
  }
  CHECK(driver->run("PRAGMA foreign_keys; PRAGMA user_version = 5; PRAGMA foreign_keys = ON", {}).ok());
  // A denial belongs to its statement: the next error has its own words.
  const ScriptOutcome next = driver->run("SELECT * FROM nowhere", {});
  CHECK(next.error->message == "no such table: nowhere");
  CHECK(cell(*driver, "PRAGMA foreign_keys") == "1");
}

TEST_CASE("sqlite: RAISE(ROLLBACK) and ON CONFLICT ROLLBACK do not pass as ours") {
  Folder folder;
  OpenSettings settings;
  settings.create = true;
  auto driver = open_or_fail("sqlite:" + (folder.path / "a.db").string(), settings);
  run_or_fail(*driver, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
  REQUIRE(driver->begin().ok());
  const ScriptOutcome outcome = driver->run("INSERT OR ROLLBACK INTO t VALUES (1)", {});
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error->sqlstate == "23505");
  CHECK(driver->tx_state() == TxState::idle);
}

TEST_CASE("sqlite: what cannot be opened says why") {
  Folder folder;
  const std::string missing = (folder.path / "missing.db").string();
  auto opened = open_driver("sqlite:" + missing, {});
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().fault == Fault::connect);
  CHECK_FALSE(std::filesystem::exists(missing));

  const std::string text = (folder.path / "text.db").string();
  const int made = ::open(text.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string words(8'192, 'x');
  REQUIRE(::write(made, words.data(), words.size()) == static_cast<ssize_t>(words.size()));
  ::close(made);
  auto damaged = open_driver("sqlite:" + text, {});
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().fault == Fault::damaged);

  CHECK(open_driver("sqlite:" + folder.path.string(), {}).error().fault == Fault::connect);
  CHECK(open_driver("oracle:x", {}).error().fault == Fault::unsupported);

  // Another descriptor of this process: its close would drop our locks.
  OpenSettings settings;
  settings.create = true;
  const std::string path = (folder.path / "a.db").string();
  (void)open_or_fail("sqlite:" + path, settings);
  const int foreign = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  auto refused = open_driver("sqlite:" + path, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().fault == Fault::busy);
  ::close(foreign);
  CHECK(open_driver("sqlite:" + path, {}).ok());
}

TEST_CASE("sqlite: a whole copy is put back in one commit") {
  Folder folder;
  for (const char* mode : {"DELETE", "WAL"}) {
    CAPTURE(std::string(mode));
    OpenSettings settings;
    settings.create = true;
    const std::string path = (folder.path / (std::string(mode) + ".db")).string(), copy = path + ".copy";
    auto driver = open_or_fail("sqlite:" + path, settings);
    REQUIRE(driver->execute(std::string("PRAGMA journal_mode = ") + mode).ok());
    run_or_fail(*driver, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
    REQUIRE(driver->backup_file(copy).ok());
    run_or_fail(*driver, "DELETE FROM t; CREATE TABLE u(a)");
    CHECK(driver->session_lock("e", 0).value());
    REQUIRE(driver->begin().ok());
    CHECK_FALSE(driver->restore_file(copy).ok());
    REQUIRE(driver->rollback().ok());
    auto restored = driver->restore_file(copy);
    if (!restored.ok()) FAIL(restored.error().message);
    CHECK(cell(*driver, "SELECT count(*) FROM t") == "2");
    CHECK(cell(*driver, "SELECT count(*) FROM sqlite_schema WHERE name = 'u'") == "0");
    auto other = open_or_fail("sqlite:" + path);
    CHECK(cell(*other, "SELECT count(*) FROM t") == "2");
    CHECK_FALSE(other->session_lock("e", 0).value());
    CHECK_FALSE(driver->restore_file(path + ".missing").ok());
  }
}

TEST_CASE("sqlite: snapshots") {
  Folder folder;
  OpenSettings settings;
  settings.create = true;
  auto driver = open_or_fail("sqlite:" + (folder.path / "a.db").string(), settings);
  sqlite_snapshots(*driver);
  environment_of_a_database(*driver);
}

namespace {

// "id=5" or "k1=k, k2=5" as the model spells keys.
std::string model_key(const std::string& shown) {
  std::string key;
  bool value = false;
  for (const char c : shown) {
    if (c == '=') {
      value = true;
      if (!key.empty()) key += '|';
    } else if (c == ',') {
      value = false;
    } else if (value) {
      key += c;
    }
  }
  return key;
}

HistoryTarget history_target(Driver& driver, int& number) {
  HistoryTarget target;
  target.driver = &driver;
  target.apply = [&driver, &number](const std::string& sql) {
    RunOptions options;
    options.capture_op = "op" + std::to_string(number);
    options.capture_step = "s";
    (void)driver.run(sql, options);
  };
  target.take_back = [&driver, &number] {
    UndoOptions options;
    options.op_id = "op" + std::to_string(number++);
    auto undone = undo_captured(driver, options);
    if (!undone.ok()) FAIL("undo: " << undone.error().message);
    CHECK(cell(driver, "SELECT count(*) FROM pragma_foreign_key_check") == "0");
    std::set<LeftAlone> left;
    for (const UndoConflict& conflict : undone.value().conflicts) left.insert({conflict.table, model_key(conflict.key)});
    return left;
  };
  return target;
}

}  // namespace

TEST_CASE("sqlite: random histories are taken back as the model says") {
  Folder folder;
  OpenSettings settings;
  settings.create = true;
  auto driver = open_or_fail("sqlite:" + (folder.path / "a.db").string(), settings);
  REQUIRE(driver->execute("PRAGMA synchronous = OFF").ok());
  make_history_tables(*driver);
  int number = 0;
  const HistoryTarget target = history_target(*driver, number);
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    check_history(target, seed, false);
    check_history(target, seed + 1'000, true);
  }
}

namespace {

void run_captured(Driver& driver, const char* script, const char* op = "op", const char* step = "s1") {
  RunOptions options;
  options.capture_op = op;
  options.capture_step = step;
  const ScriptOutcome outcome = driver.run(script, options);
  if (!outcome.ok()) FAIL(outcome.error->message);
}

UndoReport undo_or_fail(Driver& driver, const UndoOptions& options) {
  auto undone = undo_captured(driver, options);
  if (!undone.ok()) FAIL(undone.error().message);
  return undone.value();
}

std::string all_rows(Driver& driver, const char* sql) {
  auto rows = driver.query(sql);
  if (!rows.ok()) return rows.error().message;
  std::string text;
  for (const Row& row : rows.value().rows) {
    for (const Value& value : row) text += (value.is_null() ? "null" : value.text()) + " ";
    text += "; ";
  }
  return text;
}

}  // namespace

TEST_CASE("sqlite: everything that changes rows is captured and taken back") {
  struct Case {
    const char* what;
    const char* set_up;
    const char* script;
    const char* rows;  // a query whose answer must be the same before and after the undo, and another in between
  };
  const Case cases[] = {
      {"a trigger's changes", "CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE TABLE log(n INTEGER PRIMARY KEY, w); INSERT INTO t VALUES (1, 'a');"
       "CREATE TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO log(w) VALUES (old.v); END", "UPDATE t SET v = 'b'", "SELECT * FROM t, (SELECT count(*) FROM log)"},
      {"a cascade", "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1), (2);"
       "INSERT INTO c VALUES (7, 1), (8, 2), (9, NULL)", "DELETE FROM p WHERE id = 1", "SELECT (SELECT group_concat(id) FROM p), (SELECT group_concat(id) FROM c)"},
      {"a cascade that empties", "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE SET NULL); INSERT INTO p VALUES (1), (2);"
       "INSERT INTO c VALUES (7, 1)", "DELETE FROM p", "SELECT (SELECT group_concat(id) FROM p), (SELECT p FROM c)"},
      {"what REPLACE pushes out", "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT UNIQUE); INSERT INTO t VALUES (1, 'x'), (2, 'y')",
       "INSERT OR REPLACE INTO t VALUES (3, 'x')", "SELECT * FROM t ORDER BY id"},
      {"an upsert", "CREATE TABLE t(id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 5)", "INSERT INTO t VALUES (1, 9), (2, 1) ON CONFLICT(id) DO UPDATE SET n = n + excluded.n",
       "SELECT * FROM t ORDER BY id"},
      {"DELETE without WHERE", "CREATE TABLE t(id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 5), (2, 6)", "DELETE FROM t", "SELECT * FROM t ORDER BY id"},
      {"no primary key", "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'x'), (1, 'x'), (2, 'y')", "DELETE FROM t WHERE rowid = 2; UPDATE t SET b = 'z' WHERE a = 2; INSERT INTO t VALUES (3, 3)",
       "SELECT rowid, * FROM t ORDER BY rowid"},
      {"a column called _rowid_", "CREATE TABLE t(_rowid_, b); INSERT INTO t VALUES (9, 'x'), (8, 'y')", "UPDATE t SET b = 'z'; DELETE FROM t WHERE _rowid_ = 9", "SELECT oid, * FROM t ORDER BY oid"},
      {"WITHOUT ROWID", "CREATE TABLE t(a TEXT, b INT, c, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO t VALUES ('x', 1, 1), ('y', 1, 2)", "UPDATE t SET c = c + 1; DELETE FROM t WHERE a = 'x'",
       "SELECT * FROM t ORDER BY a"},
      {"generated columns", "CREATE TABLE t(id INTEGER PRIMARY KEY, v AS (a || '!'), a TEXT, s AS (b * 2) STORED, b INT); INSERT INTO t(id, a, b) VALUES (1, 'x', 3)",
       "UPDATE t SET a = 'y', b = 4", "SELECT id, v, a, s, b FROM t"},
      {"values of every type", "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1), (2, 1.0), (3, '1'), (4, x'00ff'), (5, NULL), (6, 'a' || char(0) || 'b'), (7, CAST(x'e4ff' AS TEXT)),"
       "(8, 0.1), (9, 9e999), (10, ''), (11, x''), (12, 'quote \" back \\ line ' || char(10) || char(8232) || char(1) || ' Ã©'), (13, -9223372036854775808), (14, 1e300)",
       "UPDATE t SET v = 'gone'", "SELECT id, typeof(v), quote(v), hex(v) FROM t ORDER BY id"},
      {"values of every type as keys", "CREATE TABLE t(k PRIMARY KEY, v); INSERT INTO t VALUES (1.5, 'a'), ('1.5', 'b'), (x'31', 'c'), (CAST(x'e4' AS TEXT), 'd'), ('A', 'e'), ('a', 'f')",
       "UPDATE t SET v = v || '!'; DELETE FROM t WHERE v > 'd'", "SELECT quote(k), v FROM t ORDER BY v"},
      {"a collation that ignores case", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT COLLATE NOCASE); INSERT INTO t VALUES (1, 'a')", "UPDATE t SET v = 'A'", "SELECT id, hex(v) FROM t"},
      {"names that need quotes", "CREATE TABLE \"t \"\" '1\"(\"k ' \"\" \" INTEGER PRIMARY KEY, \"select\" TEXT); INSERT INTO \"t \"\" '1\" VALUES (1, 'x')", "UPDATE \"t \"\" '1\" SET \"select\" = 'y'",
       "SELECT * FROM \"t \"\" '1\""},
      {"changes around a new column", "CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'x'), (2, 'y')",
       "UPDATE t SET a = 'p' WHERE id = 1; ALTER TABLE t ADD COLUMN n INT DEFAULT 7; UPDATE t SET n = 8, a = 'q'; INSERT INTO t VALUES (3, 'r', 9)", "SELECT id, a FROM t ORDER BY id"},
      {"keys that move through each other", "CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')", "UPDATE t SET id = -id; UPDATE t SET id = 1 - id", "SELECT * FROM t ORDER BY id"},
      {"unique values that were passed on", "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT UNIQUE); INSERT INTO t VALUES (1, 'x')", "DELETE FROM t; INSERT INTO t VALUES (2, 'x')", "SELECT * FROM t"},
      {"a child that moved to a new parent", "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1); INSERT INTO c VALUES (5, 1)",
       "INSERT INTO p VALUES (2); UPDATE c SET p = 2; DELETE FROM p WHERE id = 1", "SELECT (SELECT group_concat(id) FROM p), (SELECT group_concat(p) FROM c)"},
      {"a tree in one table", "CREATE TABLE n(id INTEGER PRIMARY KEY, up REFERENCES n(id) ON DELETE CASCADE); INSERT INTO n VALUES (1, NULL), (2, 1), (3, 2), (4, 3)", "DELETE FROM n WHERE id = 1; INSERT INTO n VALUES (8, NULL), (9, 8)",
       "SELECT group_concat(id || ':' || coalesce(up, '-'), ' ') FROM (SELECT * FROM n ORDER BY id)"},
  };
  Folder folder;
  OpenSettings settings;
  settings.create = true;
  int count = 0;
  for (const Case& c : cases) {
    const std::string what = c.what;
    CAPTURE(what);
    auto driver = open_or_fail("sqlite:" + (folder.path / (std::to_string(++count) + ".db")).string(), settings);
    run_or_fail(*driver, c.set_up);
    const std::string before = all_rows(*driver, c.rows), schema = all_rows(*driver, "SELECT type, name, sql FROM sqlite_schema WHERE type = 'trigger'");
    REQUIRE(driver->begin().ok());
    run_captured(*driver, c.script);
    REQUIRE(driver->commit().ok());
    CHECK(all_rows(*driver, c.rows) != before);
    UndoOptions options;
    options.op_id = "op";
    options.capture_op = "undo";
    options.capture_step = "u";
    const std::string applied = all_rows(*driver, c.rows);
    const UndoReport report = undo_or_fail(*driver, options);
    CHECK(report.conflict_count == 0);
    CHECK(all_rows(*driver, c.rows) == before);
    CHECK(all_rows(*driver, "SELECT type, name, sql FROM sqlite_schema WHERE type = 'trigger'") == schema);
    const UndoReport again = undo_or_fail(*driver, options);  // nothing is left to do
    CHECK(again.inserted + again.updated + again.deleted + again.conflict_count == 0);
    // The undo is an operation like any other: it can be taken back too.
    UndoOptions back;
    back.op_id = "undo";
    CHECK(undo_or_fail(*driver, back).conflict_count == 0);
    CHECK(all_rows(*driver, c.rows) == applied);
  }
}

TEST_CASE("sqlite: what users changed since stays, and is said") {
  Folder folder;
  OpenSettings settings;
  settings.create = true;
  auto driver = open_or_fail("sqlite:" + (folder.path / "a.db").string(), settings);
  run_or_fail(*driver, "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 'a', 'b'), (2, 'a', 'b'), (3, 'a', 'b'), (4, 'a', 'b'), (5, 'a', 'b')");
  run_captured(*driver, "UPDATE t SET a = 'A' WHERE id < 4; DELETE FROM t WHERE id = 4; INSERT INTO t VALUES (6, 'n', 'n'), (7, 'n', 'n')", "op", "s1");
  run_captured(*driver, "UPDATE t SET a = 'AA' WHERE id = 1", "op", "s2");
  run_or_fail(*driver, "UPDATE t SET b = 'mine' WHERE id = 1; UPDATE t SET a = 'mine' WHERE id = 2; DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (4, 'mine', 'mine');"
                       "UPDATE t SET b = 'mine' WHERE id = 6");
  UndoOptions options;
  options.op_id = "op";
  const UndoReport report = undo_or_fail(*driver, options);
  CHECK(all_rows(*driver, "SELECT * FROM t ORDER BY id") == "1 a mine ; 2 mine b ; 4 mine mine ; 5 a b ; 6 n mine ; ");
  std::string conflicts;
  for (const UndoConflict& c : report.conflicts) conflicts += c.table + " " + c.key + " " + c.column + " " + c.kind + " " + c.before + ">" + c.after + ">" + c.current + "; ";
  CHECK(conflicts == "t id=3  gone >>; t id=4  key reused >>; t id=6  in use >>; t id=2 a changed a>A>mine; ");
  CHECK(report.conflict_count == 4);
  // Only one step of it.
  run_captured(*driver, "UPDATE t SET a = 'one'", "op2", "s1");
  run_captured(*driver, "UPDATE t SET a = 'two'", "op2", "s2");
  options.op_id = "op2";
  options.steps = {"s2"};
  CHECK(undo_or_fail(*driver, options).updated == 5);
  CHECK(cell(*driver, "SELECT group_concat(DISTINCT a) FROM t") == "one");
  // Asked to overwrite, it does.
  options.steps = {"s1"};
  run_or_fail(*driver, "UPDATE t SET a = 'mine' WHERE id = 1");
  options.overwrite = true;
  CHECK(undo_or_fail(*driver, options).conflict_count == 0);
  CHECK(cell(*driver, "SELECT a FROM t WHERE id = 1") == "a");
  // A table that is gone.
  run_captured(*driver, "UPDATE t SET a = 'x'", "op3", "s1");
  run_or_fail(*driver, "DROP TABLE t");
  options = {};
  options.op_id = "op3";
  const UndoReport gone = undo_or_fail(*driver, options);
  CHECK(gone.conflict_count == 5);
  CHECK(gone.conflicts.front().kind == "no table");
  RunOptions limited;
  limited.capture_op = "op4";
  limited.capture_step = "s";
  limited.capture_max_bytes = 10'000;
  const ScriptOutcome outcome = driver->run("CREATE TABLE big(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO big SELECT i FROM n", limited);
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error->fault == Fault::limit);
}

TEST_CASE("sqlite: scratch copies") {
  Folder folder;
  OpenSettings settings;
  settings.create = true;
  const std::string path = (folder.path / "a.db").string();
  auto driver = open_or_fail("sqlite:" + path, settings);
  run_or_fail(*driver, "PRAGMA user_version = 3; CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
  ScratchOptions options;
  options.op_id = "0190f1a1";
  options.folder = folder.path.string();
  auto scratch = driver->copy_to_scratch(options);
  REQUIRE(scratch.ok());
  {
    auto copy = open_or_fail(scratch.value().url);
    CHECK(cell(*copy, "SELECT count(*) FROM t") == "2");
    run_or_fail(*copy, "DELETE FROM t");
  }
  CHECK(cell(*driver, "SELECT count(*) FROM t") == "2");
  CHECK(driver->list_scratch(options.folder).value() == std::vector<std::string>{scratch.value().name});
  REQUIRE(driver->drop_scratch(scratch.value().name).ok());
  CHECK(driver->list_scratch(options.folder).value().empty());
  CHECK_FALSE(driver->drop_scratch(path).ok());  // only what is a scratch by its name
  CHECK(std::filesystem::exists(path));
  CHECK_FALSE(driver->backup_file(path).ok());   // never over a file that exists
}

}  // namespace backstay::db::test
