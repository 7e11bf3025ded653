#include "tests/drivers/conformance.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace backstay::db::test {

std::unique_ptr<Driver> open_or_fail(const std::string& url, const OpenSettings& settings) {
  auto opened = open_driver(url, settings);
  if (!opened.ok()) FAIL("cannot open: " << opened.error().message);
  return std::move(opened.value());
}

void run_or_fail(Driver& driver, std::string_view script) {
  const ScriptOutcome outcome = driver.run(script, {});
  if (!outcome.ok()) FAIL("script failed: " << outcome.error->message << " [" << outcome.error->sqlstate << "]");
}

std::string cell(Driver& driver, std::string_view sql) {
  auto rows = driver.query(sql);
  if (!rows.ok()) return "error: " + rows.error().message;
  if (rows.value().rows.empty()) return "no row";
  const Value& value = rows.value().rows.front().front();
  return value.is_null() ? "null" : value.text();
}

namespace {

// Statements of ours name every schema: @t is t where scripts make it.
std::string named(Engine engine, std::string sql) {
  for (std::size_t at = 0; (at = sql.find('@', at)) != std::string::npos;) {
    sql.replace(at, 1, engine == Engine::postgresql ? "public." : "main.");
  }
  return sql;
}

void transactions(const Target& target) {
  auto driver = open_or_fail(target.fresh_url());
  CHECK(driver->tx_state() == TxState::idle);
  CHECK(driver->transaction_id().value().empty());
  run_or_fail(*driver, "CREATE TABLE t(id int PRIMARY KEY, v text)");

  REQUIRE(driver->begin().ok());
  CHECK(driver->tx_state() == TxState::open);
  CHECK_FALSE(driver->transaction_id().value().empty());
  CHECK_FALSE(driver->begin().ok());  // one at a time
  run_or_fail(*driver, "INSERT INTO t VALUES (1, 'a'); CREATE TABLE u(id int)");
  REQUIRE(driver->savepoint("s1").ok());
  run_or_fail(*driver, "INSERT INTO t VALUES (2, 'b')");
  REQUIRE(driver->rollback_to("s1").ok());
  REQUIRE(driver->release("s1").ok());
  REQUIRE(driver->commit().ok());
  CHECK(driver->tx_state() == TxState::idle);
  CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @t")) == "1");

  REQUIRE(driver->begin().ok());
  run_or_fail(*driver, "DROP TABLE u; DELETE FROM t");
  REQUIRE(driver->rollback().ok());
  CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @t")) == "1");
  CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @u")) == "0");  // structure came back too
  CHECK(driver->rollback().ok());                         // nothing open: fine
  CHECK(driver->tx_state() == TxState::idle);
}

void outcomes(const Target& target) {
  auto driver = open_or_fail(target.fresh_url());
  const ScriptOutcome outcome = driver->run(
      "-- a comment\nCREATE TABLE t(id int PRIMARY KEY, v text);\n"
      "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, ';');;\n SELECT * FROM t;\n"
      "UPDATE t SET v = 'x' WHERE id > 1;\nDELETE FROM t WHERE id = 99 /* none */",
      {});
  REQUIRE(outcome.ok());
  CHECK(outcome.succeeded == 5);
  REQUIRE(outcome.statements.size() == 5);
  CHECK(outcome.statements[0].affected == -1);
  CHECK(outcome.statements[1].tag == "INSERT");
  CHECK(outcome.statements[1].affected == 3);
  CHECK(outcome.statements[2].tag == "SELECT");
  CHECK(outcome.statements[2].affected == -1);
  CHECK(outcome.statements[3].tag == "UPDATE");
  CHECK(outcome.statements[3].affected == 2);
  CHECK(outcome.statements[4].tag == "DELETE");
  CHECK(outcome.statements[4].affected == 0);
  CHECK(driver->run("", {}).ok());
  CHECK(driver->run("  -- nothing\n/* at all */ ", {}).ok());
  CHECK_FALSE(driver->run(std::string_view("SELECT 1;\0SELECT 2", 18), {}).ok());
}

// An error's place survives letters of several bytes, earlier statements and comments.
void places(const Target& target) {
  struct Case {
    const char* what;
    const char* script;
    const char* at;        // the text that the place points at
    const char* sqlstate;
    std::size_t before;    // statements that succeeded
  };
  constexpr Case cases[] = {
      {"unknown table", "SELECT 'äöü€😀';\nSELECT 1 FROM nowhere_at_all", "nowhere_at_all", "42P01", 1},
      {"syntax", "CREATE TABLE a1(x int);\n-- Ünï\n  INSERT INTO a1 VALUES (1) oops;", "oops", "42601", 1},
      {"constraint: the statement", "CREATE TABLE a2(x int NOT NULL);\n/* é */ INSERT INTO a2 VALUES (NULL)", nullptr, "23502", 1},
      {"unknown column", "CREATE TABLE a3(x int); SELECT no_such FROM a3", "no_such", "42703", 1},
  };
  for (const Case& c : cases) {
    const std::string what = std::string(c.what) + ": " + c.script;
    CAPTURE(what);
    auto driver = open_or_fail(target.fresh_url());
    const ScriptOutcome outcome = driver->run(c.script, {});
    REQUIRE_FALSE(outcome.ok());
    const DbError& error = *outcome.error;
    INFO(error.message);
    CHECK(error.fault == Fault::statement);
    CHECK(error.sqlstate == std::string(c.sqlstate));
    if (!c.at) {
      CHECK(outcome.succeeded <= c.before);  // a server that parses or runs the text as one may undo all of it
      continue;
    }
    const std::string text = c.script;
    REQUIRE(error.offset.has_value());
    // SQLite names the place of some errors only as the statement.
    if (target.engine != Engine::sqlite || c.sqlstate == std::string_view("42601")) {
      CHECK(text.substr(*error.offset).starts_with(c.at));
    }
    CHECK(error.line == 1 + static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + static_cast<long>(*error.offset), '\n')));
    CHECK(error.column >= 1);
  }
}

void values(const Target& target) {
  auto driver = open_or_fail(target.fresh_url());
  const bool pg = target.engine == Engine::postgresql;
  run_or_fail(*driver, pg ? "CREATE TABLE v(i bigint, r float8, t text, b bytea)" : "CREATE TABLE v(i, r, t, b)");
  const std::string blob("\0\x01\xFF'\"\\", 6);
  const std::vector<Value> row = {Value::of(std::int64_t{-9'223'372'036'854'775'807}), Value::of_real(0.1),
                                  Value::of("it's \"quoted\" \\ €😀"), Value::blob(blob)};
  auto inserted = driver->query(named(target.engine, pg ? "INSERT INTO @v VALUES ($1,$2,$3,$4)" : "INSERT INTO @v VALUES (?1,?2,?3,?4)"), row);
  if (!inserted.ok()) FAIL(inserted.error().message);
  CHECK(inserted.value().affected == 1);
  const std::vector<Value> nothing(4);
  REQUIRE(driver->query(named(target.engine, pg ? "INSERT INTO @v VALUES ($1,$2,$3,$4)" : "INSERT INTO @v VALUES (?1,?2,?3,?4)"), nothing).ok());
  auto read = driver->query(named(target.engine, "SELECT i, r, t, b FROM @v ORDER BY i IS NULL"));
  REQUIRE(read.ok());
  CHECK(read.value().columns == std::vector<std::string>{"i", "r", "t", "b"});
  REQUIRE(read.value().rows.size() == 2);
  CHECK(read.value().rows[0] == row);
  CHECK(read.value().rows[1] == nothing);
}

void many_rows(const Target& target) {
  auto driver = open_or_fail(target.fresh_url());
  run_or_fail(*driver, "CREATE TABLE m(n int, t text)");
  constexpr std::int64_t count = 20'000;
  std::int64_t made = 0;
  auto inserted = driver->insert_rows(named(target.engine, "@m"), "\"n\", \"t\"", [&](Row& row) {
    if (made == count) return false;
    row = {Value::of(made), made % 3 == 0 ? Value::null() : Value::of("tab\there \\ new\nline " + std::to_string(made))};
    ++made;
    return true;
  });
  if (!inserted.ok()) FAIL(inserted.error().message);
  CHECK(inserted.value() == count);
  CHECK(driver->tx_state() == TxState::idle);
  CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @m WHERE t IS NULL")) == "6667");
  std::int64_t seen = 0, sum = 0;
  auto read = driver->each_row(named(target.engine, "SELECT n, t FROM @m ORDER BY n"), {}, [&](const Row& row) {
    if (row[0].integer == 1) CHECK(row[1].bytes == "tab\there \\ new\nline 1");
    sum += row[0].integer;
    return ++seen < 15'000;
  });
  CHECK(read.ok());
  CHECK(seen == 15'000);
  CHECK(sum == 14'999 * 15'000 / 2);
  CHECK(cell(*driver, "SELECT 1") == "1");  // the session is usable after an early stop
  auto broken = driver->insert_rows("nowhere", "a", [](Row&) { return false; });
  CHECK_FALSE(broken.ok());
  CHECK(cell(*driver, "SELECT 1") == "1");
}

// A script that would end our transaction never comes back as a success.
void script_made_commits(const Target& target) {
  constexpr const char* scripts[] = {
      "INSERT INTO t VALUES (7); COMMIT", "ROLLBACK; INSERT INTO t VALUES (7)", "INSERT INTO t VALUES (7); COMMIT; BEGIN",
      "END; BEGIN; INSERT INTO t VALUES (7)", "COMMIT; BEGIN; SAVEPOINT x",
      "INSERT INTO t VALUES (7); COMMIT; SELECT * FROM nowhere", "COMMIT; BEGIN; SELECT * FROM nowhere",
      "SAVEPOINT x; ROLLBACK TO x; ROLLBACK; BEGIN; SELECT * FROM nowhere"};
  for (const char* script : scripts) {
    CAPTURE(script);
    auto driver = open_or_fail(target.fresh_url());
    run_or_fail(*driver, "CREATE TABLE t(id int)");
    REQUIRE(driver->begin().ok());
    run_or_fail(*driver, "INSERT INTO t VALUES (1)");
    const ScriptOutcome outcome = driver->run(script, {});
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.error->fault == Fault::ended_transaction);
    CHECK(driver->rollback().ok());
    CHECK(driver->tx_state() == TxState::idle);
    if (target.engine == Engine::sqlite) CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @t")) == "0");  // refused before it ran
  }
  auto driver = open_or_fail(target.fresh_url());
  RunOptions options;
  options.transaction_control = true;
  CHECK(driver->run("CREATE TABLE t(id int); BEGIN; INSERT INTO t VALUES (1); COMMIT", options).ok());
  CHECK(driver->tx_state() == TxState::idle);
  CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @t")) == "1");
  // Left open by the script: named, not ours.
  CHECK(driver->run("BEGIN; INSERT INTO t VALUES (2)", options).ok());
  CHECK(driver->tx_state() == TxState::foreign);
  CHECK(driver->rollback().ok());
  CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @t")) == "1");
  // An ordinary error, also after savepoints of the script's own, is none of that.
  REQUIRE(driver->begin().ok());
  const ScriptOutcome ordinary = driver->run("SAVEPOINT x; ROLLBACK TO x; SELECT * FROM nowhere", {});
  REQUIRE_FALSE(ordinary.ok());
  CHECK(ordinary.error->fault == Fault::statement);
  CHECK(driver->rollback().ok());
  // Savepoints of its own are a script's business.
  REQUIRE(driver->begin().ok());
  CHECK(driver->run("SAVEPOINT a; INSERT INTO t VALUES (3); ROLLBACK TO a; RELEASE a", {}).ok());
  CHECK(driver->tx_state() == TxState::open);
  CHECK(driver->rollback().ok());
}

std::string slow_query(Engine engine) {
  if (engine == Engine::postgresql) return "SELECT pg_sleep(20)";
  return "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000) SELECT sum(n) FROM c";
}

void timeouts_and_cancel(const Target& target) {
  auto driver = open_or_fail(target.fresh_url());
  run_or_fail(*driver, "CREATE TABLE t(id int)");
  const auto start = std::chrono::steady_clock::now();
  RunOptions options;
  options.timeout_ms = 200;
  const ScriptOutcome late = driver->run("SELECT 1; " + slow_query(target.engine), options);
  REQUIRE_FALSE(late.ok());
  CHECK(late.error->fault == Fault::timeout);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  CHECK(cell(*driver, "SELECT 1") == "1");

  driver->cancel();  // nothing runs: nothing happens
  CHECK(cell(*driver, "SELECT 1") == "1");
  REQUIRE(driver->begin().ok());
  run_or_fail(*driver, "INSERT INTO t VALUES (1)");
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    driver->cancel();
  });
  const ScriptOutcome cancelled = driver->run(slow_query(target.engine), {});
  canceller.join();
  REQUIRE_FALSE(cancelled.ok());
  CHECK(cancelled.error->fault == Fault::cancelled);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  CHECK(driver->rollback().ok());
  CHECK(cell(*driver, named(target.engine, "SELECT count(*) FROM @t")) == "0");
}

void session_locks(const Target& target) {
  const std::string url = target.fresh_url();
  auto first = open_or_fail(url), second = open_or_fail(url);
  CHECK(first->session_lock("environment-1", 0).value());
  CHECK(first->session_lock("environment-1", 0).value());  // ours already
  CHECK_FALSE(second->session_lock("environment-1", 100).value());
  REQUIRE(first->begin().ok());
  CHECK(first->rollback().ok());
  CHECK_FALSE(second->session_lock("environment-1", 0).value());  // outlives transactions
  REQUIRE(first->session_unlock("environment-1").ok());
  CHECK(second->session_lock("environment-1", 2'000).value());
  second.reset();  // and ends with its session
  CHECK(first->session_lock("environment-1", 2'000).value());
}

void waits_for_locks(const Target& target) {
  const std::string url = target.fresh_url();
  OpenSettings settings;
  settings.lock_timeout_ms = 150;
  auto first = open_or_fail(url, settings), second = open_or_fail(url, settings);
  run_or_fail(*first, "CREATE TABLE t(id int); INSERT INTO t VALUES (1)");
  REQUIRE(first->begin().ok());
  run_or_fail(*first, "UPDATE t SET id = 2");
  if (target.engine == Engine::sqlite) {
    auto begun = second->begin();
    REQUIRE_FALSE(begun.ok());
    CHECK(begun.error().fault == Fault::busy);
  } else {
    REQUIRE(second->begin().ok());
    const ScriptOutcome blocked = second->run("UPDATE t SET id = 3", {});
    REQUIRE_FALSE(blocked.ok());
    CHECK(blocked.error->fault == Fault::busy);
    CHECK(second->tx_state() == TxState::failed);
  }
  CHECK(second->rollback().ok());
  REQUIRE(first->commit().ok());
  REQUIRE(second->begin().ok());
  run_or_fail(*second, "UPDATE t SET id = 3");
  REQUIRE(second->commit().ok());
  CHECK(cell(*first, named(target.engine, "SELECT id FROM @t")) == "3");
}

}  // namespace

void everything_a_driver_does(const Target& target) {
  SUBCASE("transactions") { transactions(target); }
  SUBCASE("outcomes") { outcomes(target); }
  SUBCASE("places of errors") { places(target); }
  SUBCASE("values") { values(target); }
  SUBCASE("many rows") { many_rows(target); }
  SUBCASE("commits made by scripts") { script_made_commits(target); }
  SUBCASE("timeouts and cancel") { timeouts_and_cancel(target); }
  SUBCASE("session locks") { session_locks(target); }
  SUBCASE("waiting for locks") { waits_for_locks(target); }
}

}  // namespace backstay::db::test
