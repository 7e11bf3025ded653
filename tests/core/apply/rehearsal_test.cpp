// The rehearsal's own part: what it asks, and what it makes of the snapshots. The databases are tested elsewhere.
#include <deque>

#include <doctest/doctest.h>

#include "core/apply/machine.hpp"
#include "core/base/json.hpp"
#include "core/schema/snapshot.hpp"

using namespace backstay;
using namespace backstay::apply;

namespace {

std::string digest(std::string_view bytes) { return std::to_string(bytes.size()) + std::string(bytes.substr(0, 4)); }

std::string snapshot_of(const char* definition) {
  db::Rows rows;
  rows.rows.push_back({db::Value::of("table"), db::Value::of("public.contact"), db::Value::of("column"), db::Value::of("name"), db::Value::of(definition)});
  return schema::snapshot_json(schema::read_catalogue(rows, db::Engine::postgresql, "PostgreSQL 15", digest));
}

ApplyPlan plan_of_one_script() {
  ApplyPlan plan;
  plan.complete = true;
  PlanStep step;
  step.id = "S1";
  step.kind = StepKind::sql;
  step.package = "UsrCalls";
  step.element = "Rename";
  Content content;
  content.key = "UsrCalls/SqlScripts/Rename/script.sql";
  step.contents.push_back(content);
  plan.steps.push_back(step);
  return plan;
}

// Everything succeeds; snapshots come from the list.
struct Host {
  std::deque<std::string> snapshots;
  std::vector<std::string> asked;
  Answer perform(const Request& request) {
    asked.emplace_back(to_string(request.kind));
    Answer answer;
    if (request.kind == RequestKind::snapshot) {
      CHECK(request.text == "document");
      answer.document = snapshots.front();
      snapshots.pop_front();
    }
    if (request.kind == RequestKind::read_content) answer.document = "-- first\nUPDATE contact SET name = 'x';\n";
    return answer;
  }
};

JsonValue outcome_of(Host& host, End& end) {
  Settings settings;
  settings.op_id = "op";
  settings.engine = db::Engine::postgresql;
  settings.digest = digest;
  const auto machine = start_rehearsal(plan_of_one_script(), settings);
  Request request = machine->first();
  while (request.kind != RequestKind::done) request = machine->next(host.perform(request));
  end = machine->end();
  auto parsed = parse_json(request.text, "outcome");
  REQUIRE(parsed.ok());
  return parsed.value().root;
}

}  // namespace

TEST_CASE("rehearsal: what comes back, and comes out alike twice, is fine") {
  Host host{{snapshot_of("text"), snapshot_of("varchar"), snapshot_of("text"), snapshot_of("varchar")}, {}};
  End end = End::abandoned;
  const JsonValue outcome = outcome_of(host, end);
  CHECK(end == End::done);
  CHECK(outcome.find("changes")->items.size() == 1);
  CHECK(outcome.find("findings")->items.empty());
  // Only the target and the delivery are the host's.
  for (const std::string& kind : host.asked) {
    CAPTURE(kind);
    CHECK((kind == "lock" || kind == "unlock" || kind == "snapshot" || kind == "begin" || kind == "commit" || kind == "execute" ||
           kind == "read-rows" || kind == "run-script" || kind == "read-content" || kind == "progress"));
  }
}

TEST_CASE("rehearsal: a difference is a finding on the script that names the object") {
  Host host{{snapshot_of("text"), snapshot_of("varchar"), snapshot_of("varchar")}, {}};
  End end = End::abandoned;
  const JsonValue outcome = outcome_of(host, end);
  CHECK(end == End::differs);
  REQUIRE(outcome.find("findings")->items.size() == 1);
  const JsonValue& finding = outcome.find("findings")->items[0];
  CHECK(finding.text("rule") == "rehearsal/not-restored");
  CHECK(finding.text("file") == "UsrCalls/SqlScripts/Rename/script.sql");
  CHECK(finding.whole("line") == 2);
  CHECK(finding.text("package") == "UsrCalls");
}

TEST_CASE("rehearsal: another result the second time is told apart") {
  Host host{{snapshot_of("text"), snapshot_of("varchar"), snapshot_of("text"), snapshot_of("char")}, {}};
  End end = End::abandoned;
  const JsonValue outcome = outcome_of(host, end);
  CHECK(end == End::differs);
  REQUIRE(outcome.find("findings")->items.size() == 1);
  CHECK(outcome.find("findings")->items[0].text("rule") == "rehearsal/not-repeatable");
}
