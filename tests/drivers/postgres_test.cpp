// PostgreSQL in the private cluster of tests/support/with_postgres.sh.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "core/rollback/sql_text.hpp"
#include "tests/drivers/conformance.hpp"
#include "tests/drivers/histories.hpp"

namespace backstay::db::test {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// Emptied, not made anew: a database takes a third of a second.
std::string fresh_database() {
  const std::string url = environment("BACKSTAY_PG_URL");
  auto driver = open_or_fail(url);
  auto done = driver->execute("DROP SCHEMA IF EXISTS a CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  if (!done.ok()) FAIL(done.error().message);
  return url;
}

// A cluster is there when the whole suite runs; the program alone says what is missing.
bool has_server() {
  if (!environment("BACKSTAY_PG_URL").empty()) return true;
  MESSAGE("no BACKSTAY_PG_URL: run through tests/support/with_postgres.sh");
  return false;
}

}  // namespace

TEST_CASE("postgresql: what every driver does") {
  if (!has_server()) return;
  everything_a_driver_does({Engine::postgresql, fresh_database});
}

TEST_CASE("postgresql: places inside blocks, notices, and no row values in messages") {
  if (!has_server()) return;
  auto driver = open_or_fail(fresh_database());
  const std::string block =
      "SELECT 'ä€';\nDO $x$\nBEGIN\n  RAISE NOTICE 'hello %', 1;\n  PERFORM 1;\n  INSERT INTO nowhere VALUES (1);\nEND $x$;";
  const ScriptOutcome outcome = driver->run(block, {});
  REQUIRE_FALSE(outcome.ok());
  REQUIRE(outcome.error->offset.has_value());
  CHECK(block.substr(*outcome.error->offset).starts_with("nowhere"));
  CHECK(outcome.error->line == 6);
  CHECK(outcome.error->column == 15);
  REQUIRE(outcome.notices.size() == 1);
  CHECK(outcome.notices[0].message == "hello 1");
  CHECK(outcome.notices[0].severity == "NOTICE");
  CHECK(outcome.notices[0].sqlstate == "00000");

  const std::string raise = "DO $$\nBEGIN\n  IF true THEN\n    RAISE EXCEPTION 'no %', 7 USING ERRCODE = 'P0042', HINT = 'try again';\n  END IF;\nEND $$";
  const ScriptOutcome raised = driver->run(raise, {});
  REQUIRE_FALSE(raised.ok());
  CHECK(raised.error->sqlstate == "P0042");
  CHECK(raised.error->hint == "try again");
  CHECK(raised.error->line == 4);
  CHECK(raised.error->context.starts_with("PL/pgSQL function inline_code_block"));

  run_or_fail(*driver, "CREATE TABLE person(name text PRIMARY KEY); INSERT INTO person VALUES ('Miranda')");
  const std::string again = "SELECT 1;\n  INSERT INTO person VALUES ('Miranda')";
  const ScriptOutcome twice = driver->run(again, {});
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.error->constraint == "person_pkey");
  CHECK(twice.error->detail.empty());
  CHECK((twice.error->message + twice.error->context + twice.error->hint).find("Miranda") == std::string::npos);
  CHECK(*twice.error->offset == again.find("INSERT"));
}

TEST_CASE("postgresql: scripts keep their session, ours keeps its own") {
  if (!has_server()) return;
  auto driver = open_or_fail(fresh_database());
  run_or_fail(*driver, "CREATE SCHEMA a; CREATE TABLE a.t(id int); SET search_path = a");
  CHECK(cell(*driver, "SELECT current_setting('search_path')") == "pg_catalog, pg_temp");
  run_or_fail(*driver, "INSERT INTO t VALUES (1)");  // still found
  REQUIRE(driver->begin().ok());
  CHECK(cell(*driver, "SELECT count(*) FROM a.t") == "1");
  run_or_fail(*driver, "SET search_path = nowhere");
  CHECK(cell(*driver, "SELECT 1") == "1");
  REQUIRE(driver->rollback().ok());
  run_or_fail(*driver, "INSERT INTO t VALUES (2)");  // the path of before the transaction
  CHECK(cell(*driver, "SELECT count(*) FROM a.t") == "2");
  // A function that stands in for one of ours on the scripts' path is not called.
  run_or_fail(*driver, "CREATE FUNCTION a.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$; SET search_path = a, pg_catalog");
  CHECK(cell(*driver, "SELECT lower('X')") == "x");
  // A name set by the script is no lost transaction.
  REQUIRE(driver->begin().ok());
  CHECK(driver->run("SET application_name = 'something'", {}).ok());
  CHECK(driver->tx_state() == TxState::open);
  CHECK(driver->run("SELECT 1", {}).ok());
  REQUIRE(driver->commit().ok());
}

TEST_CASE("postgresql: what may not run in a transaction runs statement by statement outside") {
  if (!has_server()) return;
  auto driver = open_or_fail(fresh_database());
  run_or_fail(*driver, "CREATE TABLE t(id int)");
  const char* script = "CREATE INDEX CONCURRENTLY i ON t(id);\nVACUUM t; INSERT INTO t VALUES (1)";
  RunOptions options;
  options.transaction_control = true;
  CHECK(driver->run(script, options).ok());
  REQUIRE(driver->begin().ok());
  const ScriptOutcome refused = driver->run(script, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error->sqlstate == "25001");
  CHECK(driver->tx_state() == TxState::failed);
  CHECK_FALSE(driver->commit().ok());  // a COMMIT that the server turns into a ROLLBACK is none
  CHECK(driver->tx_state() == TxState::idle);
  const ScriptOutcome place = driver->run("INSERT INTO t VALUES (2);\n SELECT x FROM t", options);
  REQUIRE_FALSE(place.ok());
  CHECK(place.error->line == 2);
  CHECK(place.error->column == 9);
  CHECK(cell(*driver, "SELECT count(*) FROM public.t") == "2");
}

TEST_CASE("postgresql: a session that was ended is lost, and says so ever after") {
  if (!has_server()) return;
  const std::string url = fresh_database();
  auto driver = open_or_fail(url);
  auto other = open_or_fail(url);
  REQUIRE(driver->begin().ok());
  const std::string pid = cell(*driver, "SELECT pg_backend_pid()");
  REQUIRE(other->execute("SELECT pg_terminate_backend(" + pid + ")").ok());
  const ScriptOutcome outcome = driver->run("SELECT 1", {});
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error->fault == Fault::lost);
  CHECK(driver->tx_state() == TxState::lost);
  CHECK(driver->commit().error().fault == Fault::lost);
  CHECK(driver->query("SELECT 1").error().fault == Fault::lost);
  CHECK(driver->session_lock("x", 0).error().fault == Fault::lost);
  CHECK(open_driver("postgresql://nobody@/nothing?host=/nowhere", {}).error().fault == Fault::connect);
}

namespace {

std::string with_texts(std::initializer_list<const char*> names, const std::string& rest) {
  std::string script = "SET client_min_messages TO warning;\n";
  for (const char* name : names) script += std::string(rollback::sql_text(name)) + "\n";
  return script + "RESET client_min_messages;\n" + rest;
}

// Applies statements as dynamic SQL under watch, and takes them back, as the generated scripts do.
class Watched {
 public:
  explicit Watched(Driver& driver) : driver_(driver) {
    run_or_fail(driver_, with_texts({"postgresql/common", "postgresql/structure", "postgresql/capture_rows", "postgresql/watch_rows", "postgresql/reverse_structure", "postgresql/reverse_rows", "postgresql/reverse_watched"}, ""));
  }
  void begin() {
    step_ = 0;
    script_ = "history" + std::to_string(++number_);
    run_or_fail(driver_, "CALL pg_temp.backstay_run('" + script_ + "')");
  }
  bool apply(const std::string& sql) {
    const std::string step = std::to_string(step_ + 1);
    const ScriptOutcome outcome = driver_.run("BEGIN; CALL pg_temp.backstay_watch(" + step + "); DO $dynamic$ BEGIN EXECUTE $text$" + sql +
                                                  "$text$; END $dynamic$; CALL pg_temp.backstay_watched(" + step + "); COMMIT", control());
    if (outcome.ok()) {
      ++step_;
      return true;
    }
    if (outcome.error->sqlstate.starts_with("23")) {
      CHECK(driver_.rollback().ok());
      return false;
    }
    FAIL("apply: " << outcome.error->message << " / " << outcome.error->context << " / " << sql);
    return false;
  }
  void take_back() {
    std::string sql = "BEGIN; CALL pg_temp.backstay_start_reverse('" + script_ + "');";
    for (int step = step_; step > 0; --step) sql += "CALL pg_temp.backstay_reverse_watched(" + std::to_string(step) + ");";
    const ScriptOutcome outcome = driver_.run(sql + "CALL pg_temp.backstay_finish_reverse(); COMMIT", control());
    if (!outcome.ok()) FAIL("take back: " << outcome.error->message << " / " << outcome.error->context);
  }
  Rows conflicts() {
    auto rows = driver_.query("SELECT relation, row_key, column_name, kind FROM pg_temp.backstay_conflicts()");
    if (!rows.ok()) FAIL(rows.error().message);
    return rows.value();
  }

 private:
  static RunOptions control() {
    RunOptions options;
    options.transaction_control = true;
    return options;
  }
  Driver& driver_;
  std::string script_;
  int step_ = 0, number_ = 0;
};

// {"id": 5} or {"k1": "k", "k2": 5} as the model spells keys.
std::string model_key(const std::string& json) {
  std::string key;
  bool value = false;
  for (const char c : json) {
    if (c == ':') {
      value = true;
      if (!key.empty()) key += '|';
    } else if (c == ',' || c == '}') {
      value = false;
    } else if (value && c != ' ' && c != '"') {
      key += c;
    }
  }
  return key;
}

}  // namespace

TEST_CASE("postgresql: random histories of dynamic SQL are taken back as the model says") {
  if (!has_server()) return;
  auto driver = open_or_fail(fresh_database());
  REQUIRE(driver->execute("DROP SCHEMA IF EXISTS backstay_capture CASCADE").ok());
  make_history_tables(*driver);
  Watched watched(*driver);
  HistoryTarget target;
  target.driver = driver.get();
  target.start = [&] { watched.begin(); };
  target.apply = [&](const std::string& sql) { (void)watched.apply(sql); };
  target.take_back = [&] {
    watched.take_back();
    std::set<LeftAlone> left;
    for (const Row& row : watched.conflicts().rows) left.insert({row[0].bytes.substr(row[0].bytes.find('.') + 1), model_key(row[1].bytes)});
    return left;
  };
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    check_history(target, seed, false);
    check_history(target, seed + 1'000, true);
  }
}

TEST_CASE("postgresql: everything that dynamic SQL changes is noted and taken back") {
  if (!has_server()) return;
  struct Case {
    const char* what;
    const char* set_up;
    const char* statement;
    const char* rows;
  };
  const Case cases[] = {
      {"a trigger's changes", "CREATE TABLE t(id int PRIMARY KEY, v text); CREATE TABLE log(n serial PRIMARY KEY, w text); INSERT INTO t VALUES (1, 'a');"
       "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.log(w) VALUES (OLD.v); RETURN NEW; END';"
       "CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()", "UPDATE t SET v = 'b'", "SELECT (SELECT string_agg(v, ',') FROM public.t), (SELECT count(*) FROM public.log)"},
      {"a cascade", "CREATE TABLE p(id int PRIMARY KEY); CREATE TABLE c(id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (7, 1), (8, 2)",
       "DELETE FROM p WHERE id = 1", "SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM public.p), (SELECT string_agg(id::text, ',' ORDER BY id) FROM public.c)"},
      {"TRUNCATE", "CREATE TABLE t(id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, NULL)", "TRUNCATE t", "SELECT string_agg(t::text, ' ' ORDER BY id) FROM public.t"},
      {"no key", "CREATE TABLE t(a int, b text); INSERT INTO t VALUES (1, 'x'), (1, 'x'), (2, 'y')", "WITH d AS (DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)) UPDATE t SET b = 'z' WHERE a = 2",
       "SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM public.t"},
      {"partitions", "CREATE TABLE t(id int PRIMARY KEY, v text) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);"
       "INSERT INTO t VALUES (1, 'a'), (11, 'b')", "UPDATE t SET v = v || '!', id = id + 1; INSERT INTO t2 VALUES (19, 'direct'); DELETE FROM t1", "SELECT string_agg(t::text, ' ' ORDER BY id) FROM public.t"},
      {"identity and generated columns", "CREATE TABLE t(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text, up text GENERATED ALWAYS AS (upper(v)) STORED); INSERT INTO t(v) VALUES ('a'), ('b')",
       "DELETE FROM t WHERE id = 1; UPDATE t SET v = 'c'", "SELECT string_agg(t::text, ' ' ORDER BY id) FROM public.t"},
      {"types of all kinds", "CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE TABLE t(id int PRIMARY KEY, j json, b jsonb, y bytea, n numeric, f float8, d timestamptz, i interval, a int[], m mood, r int4range, x xml);"
       "INSERT INTO t VALUES (1, 'null', '{\"k\": null}', '\\x00ff', 1.00, 'NaN', '2026-01-02 03:04:05.678+09', '-1 day', '{{1,2},{3,NULL}}', 'ok', '[1,5)', '<a/>')",
       "DELETE FROM t; INSERT INTO t(id) VALUES (2)", "SELECT string_agg(concat_ws('|', id, j, b, y, n, f, d, i, a, m, r, x), ' ' ORDER BY id) FROM public.t"},
      {"a column more", "CREATE TABLE t(id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')", "UPDATE t SET v = 'b'; ALTER TABLE t ADD COLUMN n int; UPDATE t SET n = 5, v = 'c'", "SELECT string_agg(concat_ws('|', id, v), ' ') FROM public.t"},
  };
  for (const Case& c : cases) {
    const std::string what = c.what;
    CAPTURE(what);
    auto driver = open_or_fail(fresh_database());
    REQUIRE(driver->execute("DROP SCHEMA IF EXISTS backstay_capture CASCADE").ok());
    run_or_fail(*driver, c.set_up);
    const std::string before = cell(*driver, c.rows);
    Watched watched(*driver);
    watched.begin();
    REQUIRE(watched.apply(c.statement));
    CHECK(cell(*driver, c.rows) != before);
    CHECK(cell(*driver, "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'backstay%'") == "0");
    watched.take_back();
    CHECK(cell(*driver, c.rows) == before);
    CHECK(watched.conflicts().rows.empty());
  }
}

TEST_CASE("postgresql: the orphan of a killed client is fenced until it is gone") {
  if (!has_server()) return;
  const std::string url = fresh_database();
  { run_or_fail(*open_or_fail(url), "CREATE TABLE t(id int)"); }
  for (const char* script : {"INSERT INTO t VALUES (1); SELECT pg_sleep(30)", "INSERT INTO t SELECT 1 FROM pg_sleep(30)"}) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {  // no test runs in here: it only waits to be killed
      auto opened = open_driver(url, {});
      if (!opened.ok() || !opened.value()->session_lock("fence", 0).ok() || !opened.value()->begin().ok()) ::_exit(1);
      if (::write(ready[1], "x", 1) != 1) ::_exit(1);
      (void)opened.value()->run(script, {});
      ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    auto driver = open_or_fail(url);
    CHECK_FALSE(driver->session_lock("fence", 0).value());  // its statement still runs
    CHECK_FALSE(driver->lock_holders().value().empty());
    CHECK(driver->session_lock("fence", 10'000).value());
    CHECK(cell(*driver, "SELECT count(*) FROM public.t") == "0");
  }
}

TEST_CASE("postgresql: scratch databases") {
  if (!has_server()) return;
  auto driver = open_or_fail(fresh_database());
  run_or_fail(*driver, "CREATE TABLE city(id int PRIMARY KEY, name text, up text GENERATED ALWAYS AS (upper(name)) STORED);"
                       "CREATE TABLE contact(id serial PRIMARY KEY, city int REFERENCES city, raw bytea, made timestamptz DEFAULT now());"
                       "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';"
                       "INSERT INTO city(id, name) VALUES (1, E'a\\tb'), (2, NULL); INSERT INTO contact(city, raw) VALUES (1, '\\x00ff'), (2, NULL), (2, NULL);"
                       "CREATE TRIGGER never BEFORE INSERT ON city FOR EACH ROW EXECUTE FUNCTION no(); CREATE VIEW v AS SELECT name FROM city");
  ScratchOptions options;
  options.op_id = "0190F1A1-77";
  options.sample_rows = 2;
  options.sample_tables = {"public.city", "public.contact"};
  for (const ScratchMode mode : {ScratchMode::template_database, ScratchMode::dump}) {
    options.mode = mode;
    auto scratch = driver->copy_to_scratch(options);
    if (!scratch.ok()) FAIL(scratch.error().message);
    CHECK(scratch.value().name == "backstay_scratch_0190f1a177");
    CHECK(driver->list_scratch("").value() == std::vector<std::string>{scratch.value().name});
    {
      auto copy = open_or_fail(scratch.value().url);
      CHECK(cell(*copy, "SELECT count(*) FROM public.city") == "2");
      CHECK(cell(*copy, "SELECT count(*) FROM public.contact") == (mode == ScratchMode::dump ? "2" : "3"));
      CHECK(cell(*copy, "SELECT count(*) FROM public.v WHERE name = E'a\\tb'") == "1");
      CHECK(cell(*copy, "SELECT tgenabled FROM pg_trigger WHERE tgname = 'never'") == "O");
      run_or_fail(*copy, "DROP TABLE contact");
    }
    CHECK(cell(*driver, "SELECT count(*) FROM public.contact") == "3");
    CHECK(scratch.value().left_out.empty() == (mode == ScratchMode::template_database));
    REQUIRE(driver->drop_scratch(scratch.value().name).ok());
    CHECK(driver->list_scratch("").value().empty());
  }
  CHECK_FALSE(driver->drop_scratch("app").ok());
  // Refused while somebody else is connected.
  auto other = open_or_fail(environment("BACKSTAY_PG_URL"));
  options.mode = ScratchMode::template_database;
  auto refused = driver->copy_to_scratch(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().fault == Fault::busy);
  CHECK(cell(*driver, "SELECT 1") == "1");
}

TEST_CASE("postgresql: snapshots") {
  if (!has_server()) return;
  auto driver = open_or_fail(fresh_database());
  postgres_snapshots(*driver);
  environment_of_a_database(*driver);
}

TEST_CASE("database urls for reports hold no secrets") {
  CHECK(redacted_url("postgresql://me:s3cr@t@host:5432/db?sslmode=require") == "postgresql://me:...@host:5432/db?sslmode=require");
  CHECK(redacted_url("postgresql://me@host/db?password=x&a=b") == "postgresql://me@host/db?password=...&a=b");
  CHECK(redacted_url("postgresql:host=h password='a b\\'c' dbname=d") == "postgresql:host=h password=... dbname=d");
  CHECK(redacted_url("sqlite:/a/password=b.db") == "sqlite:/a/password=b.db");
}

}  // namespace backstay::db::test
