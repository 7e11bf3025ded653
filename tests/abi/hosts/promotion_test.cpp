// The promotion of the seed text through the interface: the host makes the changes, and whatever goes wrong it is
// asked to take them back. Nobody is logged out before the checks are done.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/abi/hosts/good_host.hpp"
#include "tests/abi/hosts/loaded_plugin.hpp"

namespace {

namespace fs = std::filesystem;

// A production whose resources are lines in a list. Change number `breaks_at` is refused.
struct Production : GoodHost {
  std::vector<std::string> made, undone;
  int asked = 0, breaks_at = 0, dies_at = 0, entered = 0;
  bool import_runs = false, import_starts_later = false;
  std::string entered_with;

  Production() {
    changes.ctx = this;
    changes.apply = [](void* ctx, const char*, const char* step, const char* json, size_t n, backstay_sink* previous) -> backstay_status {
      auto& self = *static_cast<Production*>(ctx);
      if (++self.asked == self.breaks_at) return BACKSTAY_E_HOST;
      if (self.asked == self.dies_at) std::_Exit(9);
      const std::string text(json, n);
      if (text.find("\"action\":\"") == std::string::npos || text.find("\"resource_id\":") == std::string::npos) return BACKSTAY_E_ARG;
      self.made.emplace_back(step);
      const std::string before = "{\"was\":\"" + std::string(step) + "\"}";
      return previous->write(previous->impl, before.data(), before.size());
    };
    changes.undo = [](void* ctx, const char*, const char* step, const char* json, size_t n) -> backstay_status {
      auto& self = *static_cast<Production*>(ctx);
      self.undone.emplace_back(step);
      // What was never made has no "previous"; what was, brings its own.
      const std::string text(json, n);
      return text.find("\"was\"") != std::string::npos || self.breaks_at ? BACKSTAY_OK : BACKSTAY_E_ARG;
    };
    jobs.ctx = this;
    jobs.running = [](void* ctx, backstay_sink* json) -> backstay_status {
      auto& self = *static_cast<Production*>(ctx);
      const bool runs = self.import_runs || (self.import_starts_later && self.entered > 0);
      const std::string text = runs ? R"([{"id":"job-1","kind":"import","table":"Employees","done":10,"total":100}])" : "[]";
      return json->write(json->impl, text.data(), text.size());
    };
    maint.ctx = this;
    maint.enter = [](void* ctx, const char* op, const char* json, size_t n) -> backstay_status {
      auto& self = *static_cast<Production*>(ctx);
      ++self.entered;
      self.maintenance = op;
      self.entered_with.assign(json, n);
      return BACKSTAY_OK;
    };
    maint.leave = [](void* ctx, const char*, const char*, size_t) -> backstay_status {
      static_cast<Production*>(ctx)->maintenance.clear();
      return BACKSTAY_OK;
    };
    maint.holder = [](void* ctx, backstay_sink* op) -> backstay_status {
      const std::string& holder = static_cast<Production*>(ctx)->maintenance;
      return op->write(op->impl, holder.data(), holder.size());
    };
  }
};

struct Session {
  const backstay_api& api = plugin();
  Environment environment;
  backstay_engine* engine = nullptr;
  explicit Session(const Production& production) {
    const std::string config = environment.config();
    REQUIRE(api.engine_open(&production.host, config.data(), config.size(), &engine, nullptr) == BACKSTAY_OK);
  }
  ~Session() { api.engine_close(engine); }

  backstay_status run(int32_t kind, const std::string& params, std::string& report) const {
    backstay_op* op = nullptr;
    backstay_buf* document = nullptr;
    backstay_status status = api.op_new(engine, kind, params.data(), params.size(), &op, &document);
    if (status > 0) status = api.op_run(op, &document);
    report = taken(document);
    if (op) api.op_free(op);
    return status;
  }
  std::string query(const char* what, const char* params) const {
    backstay_buf* document = nullptr;
    api.query(engine, what, params, SIZE_MAX, &document);
    return taken(document);
  }
  std::string mails() const {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(environment.path() + "/store/.backstay/outbox")) {
      if (entry.path().extension() != ".eml") continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      all += text.str();
    }
    return all;
  }
};

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

const std::string clean = R"({"inputs":[")" BACKSTAY_TEST_DATA R"(/promotion/hr-incidents-clean.json"]})";

}  // namespace

TEST_CASE("promotion: the host makes every change, users come back, a mail lies ready and the changelog names all") {
  Production production;
  const Session session(production);
  std::string report;
  const backstay_status status = session.run(BACKSTAY_OP_APPLY, clean, report);
  INFO(report);
  REQUIRE(std::string(plugin().status_name(status)) == "BACKSTAY_OK");
  CHECK(production.made.size() == 13);  // 14 revisions; one view was added and then changed
  CHECK(production.undone.empty());
  CHECK(production.entered == 1);
  CHECK(production.maintenance.empty());
  CHECK(has(production.entered_with, "\"offline_edits\":\"continue\""));
  CHECK(has(production.entered_with, "Badge printer"));
  CHECK(has(session.mails(), "marisol.ortiz@norrvik.example"));
  CHECK_FALSE(has(session.mails(), "it-duty@norrvik.example"));
  const std::string changelog = session.query("changelog", R"({"format":"csv"})");
  CHECK(has(changelog, "HR investigators"));
  CHECK(has(changelog, "ADD"));

  // On demand it all goes back, last first, with what each change said it replaced.
  REQUIRE(session.run(BACKSTAY_OP_RESTORE, "{}", report) == BACKSTAY_OK);
  CHECK(production.undone.size() == 13);
}

TEST_CASE("promotion: a change that fails takes the earlier ones along, and people hear of it") {
  Production production;
  production.breaks_at = 6;
  const Session session(production);
  std::string report;
  const backstay_status status = session.run(BACKSTAY_OP_APPLY, clean, report);
  INFO(report);
  CHECK(status < 0);
  CHECK(has(report, "ROLLED_BACK"));
  CHECK(production.made.size() == 5);
  REQUIRE(production.undone.size() == 6);  // the refused one too: nobody knows what it did
  CHECK(production.undone.back() == production.made.front());
  CHECK(production.maintenance.empty());
  CHECK(has(session.mails(), "it-duty@norrvik.example"));
}

TEST_CASE("promotion: after a crash in the middle of a change recovery takes back every change that was begun") {
  Production production;
  const Session session(production);
  const pid_t child = ::fork();
  if (child == 0) {
    std::string report;
    production.dies_at = 4;
    (void)session.run(BACKSTAY_OP_APPLY, clean, report);
    std::_Exit(1);  // it should not have come back
  }
  int state = 0;
  ::waitpid(child, &state, 0);
  REQUIRE(WIFEXITED(state));
  REQUIRE(WEXITSTATUS(state) == 9);
  production.breaks_at = -1;  // the fourth change has nothing to hand back
  std::string report;
  CHECK(session.run(BACKSTAY_OP_APPLY, clean, report) == BACKSTAY_E_UNRECOVERED);
  CHECK(session.run(BACKSTAY_OP_RECOVER, "{}", report) == BACKSTAY_OK);
  INFO(report);
  CHECK(production.made.empty());
  CHECK(production.undone.size() == 4);
  CHECK(production.maintenance.empty());
}

TEST_CASE("promotion: a running import refuses it before anybody is logged out") {
  Production production;
  production.import_runs = true;
  const Session session(production);
  std::string report;
  CHECK(session.run(BACKSTAY_OP_APPLY, clean, report) == BACKSTAY_E_BUSY_JOB);
  CHECK(has(report, "import job-1 on Employees"));
  CHECK(production.entered == 0);
  CHECK(production.made.empty());
}

TEST_CASE("promotion: an import that starts before the lock refuses it behind the lock, and users come back") {
  Production production;
  production.import_starts_later = true;
  const Session session(production);
  std::string report;
  CHECK(session.run(BACKSTAY_OP_APPLY, clean, report) == BACKSTAY_E_BUSY_JOB);
  CHECK(production.entered == 1);
  CHECK(production.maintenance.empty());
  CHECK(production.made.empty());
}

TEST_CASE("promotion: outside its window nothing happens, and one that is blocked is refused") {
  Production production;
  const Session session(production);
  std::string report;
  const std::string late = clean.substr(0, clean.size() - 1) + R"(,"window":{"not_after":"2026-06-30T00:00:00Z"}})";
  CHECK(session.run(BACKSTAY_OP_APPLY, late, report) == BACKSTAY_E_BLOCKED);
  CHECK(has(report, "window"));
  CHECK(session.run(BACKSTAY_OP_APPLY, R"({"inputs":[")" BACKSTAY_TEST_DATA R"(/promotion/autumn-rework-blocked.json"]})", report) < 0);
  CHECK(production.entered == 0);
  CHECK(production.made.empty());
}
