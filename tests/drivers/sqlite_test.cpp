// SQLite, with nothing but files in a temporary folder.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/drivers/conformance.hpp"

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
