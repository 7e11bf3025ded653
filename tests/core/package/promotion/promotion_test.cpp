#include "core/package/promotion/promotion.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/package/promotion/time.hpp"
#include "tests/support/test_input.hpp"

using namespace backstay;
using namespace std::string_literals;

namespace {

PackageSet read(std::string_view text) {
  auto set = promotion::read_promotion(text, "p.json", Limits{});
  REQUIRE_MESSAGE(set.ok(), (set.ok() ? "" : set.error().message));
  return std::move(set.value());
}

// "level rule" of every finding, sorted; with `messages` also what it says.
std::vector<std::string> said(const PackageSet& set, bool messages = false) {
  std::vector<std::string> out;
  for (const Finding& finding : set.findings) {
    const char* level = finding.severity == Severity::error ? "error " : finding.severity == Severity::warning ? "warning " : "info ";
    out.push_back(level + finding.rule + (messages ? ": " + finding.message : ""));
  }
  std::sort(out.begin(), out.end());
  return out;
}

const Finding& only(const PackageSet& set, std::string_view rule) {
  const Finding* found = nullptr;
  for (const Finding& finding : set.findings) {
    if (finding.rule != rule) continue;
    CHECK_MESSAGE(found == nullptr, rule);
    found = &finding;
  }
  REQUIRE_MESSAGE(found, rule);
  return *found;
}

std::string line_of(std::string_view text, const Finding& finding) {
  const std::size_t start = text.rfind('\n', finding.at.offset) + 1;
  return std::string(text.substr(start, text.find('\n', start) - start));
}

constexpr std::string_view base = R"("schema": "backstay.promotion/1", "account": {"id": 1, "name": "N", "timezone": "Europe/Stockholm"},
 "sandbox": {"id": 2, "promotable": true, "created_at": "2026-08-20T06:10:00Z", "base_fingerprint": "f"})";

std::string document(const std::string& members) { return "{" + std::string(base) + (members.empty() ? "" : ",\n" + members) + "}"; }

// Everything said apart from what was not checked.
std::vector<std::string> rules(const std::string& members) {
  std::vector<std::string> out = said(read(document(members)));
  std::erase_if(out, [](const std::string& text) { return text == "info promotion/not-checked"; });
  return out;
}

using Rules = std::vector<std::string>;

}  // namespace

TEST_CASE("promotion: the clean sample has one note and nothing else") {
  const PackageSet set = read(testing::data_file("promotion/hr-incidents-clean.json"));
  CHECK(set.kind == InputKind::promotion);
  CHECK(said(set) == Rules{"info promotion/other-authors"});
  CHECK(only(set, "promotion/other-authors").message == "5 reviewed changes were made by others: revisions 206, 207, 208, 209, 213 by Devin Kaur");
}

TEST_CASE("promotion: the blocked sample says exactly what the format promises") {
  const std::string text = testing::data_file("promotion/autumn-rework-blocked.json");
  const PackageSet set = read(text);
  CHECK(said(set, true) == Rules{
      "error promotion/already-exists: revision 309 adds view 7300 (Open incidents), which is there already",
      "error promotion/broken-reference: revision 303: view 5300 (My projects) refers to 51009, which the promotion deletes",
      "error promotion/broken-reference: unchanged view 5301 (Badges) refers to 51009, which the promotion deletes",
      "error promotion/change-after-delete: revision 307 changes field 71011 (Escalated To) after 7101, which it lies in, was deleted",
      "error promotion/data-loss: revision 302 deletes field 51009 (Badge Code) with 1,174 values",
      "error promotion/data-loss: revision 306 deletes table 7101 (Escalations) with 23 records",
      "error promotion/drift: production's structure changed since the sandbox was made (sha256:a41be209 then, sha256:77c0e3d8 now)",
      "error promotion/integration-broken: integration 302 (Badge printer) uses 51009, which the promotion deletes",
      "error promotion/job-running: import job-1204 is running in production, 41,800 of 260,000 rows done",
      "error promotion/outside-window: the promotion would start after its window",
      "error promotion/rev-duplicate: revision 309 is there twice",
      "error promotion/unreviewed-changes: 3 changes are newer than the review: revisions 308, 309, 309 by Tomas Lindqvist",
      "info promotion/forward-reference: revision 304 refers to 51013, added later; the order of applying takes care of it",
      "info promotion/no-restorable-backup: no backup can be restored any more; a fresh one is made at the start of the promotion",
      "info promotion/other-authors: 5 reviewed changes were made by others: revisions 303, 304, 305 by Devin Kaur; 306, 307 by Tomas Lindqvist",
      "warning promotion/business-hours: the promotion was not announced",
      "warning promotion/field-type-change: field 51002 (Phone) changes from single_line to number and has 1,190 values",
      "warning promotion/integration-not-paused: integration 301 (Payroll sync) is neither paused nor does it retry: what it sends meanwhile is lost",
      "warning promotion/integration-retry-short: integration 302 (Badge printer) retries for 30 s, the promotion is expected to take 900 s",
      "warning promotion/nobody-notified: nobody would be told how the promotion ended",
      "warning promotion/offline-offload: device dev-17 works offline with view 5300, form 5200, which changes; its 37 pending records would go to the data offload table",
      "warning promotion/required-field: field 51003 (Email) becomes required, and 249 records have no value",
      "warning promotion/required-field: field 51013 (Risk Score) is required and has no default, and its table has 41,800 records",
      "warning promotion/untracked-resource: revision 309 changes microservice ms-12 (Badge printer), and changes of that type are not promoted"});
  // The place of a finding is the entry of the change.
  const Finding& loss = only(set, "promotion/change-after-delete");
  CHECK(text[loss.at.offset] == '{');
  CHECK(loss.at.column == 3);
  const std::size_t rev = text.find("\"rev\": 307");
  CHECK(loss.at.offset < rev);
  CHECK(rev - loss.at.offset < 12);
  CHECK(line_of(text, loss) == "  {");
}

TEST_CASE("promotion: a missing part is not checked, an empty one is looked at") {
  const std::vector<std::string> nothing = said(read(document("\"changelog\": []")));
  CHECK(std::all_of(nothing.begin(), nothing.end(), [](const std::string& text) { return text == "info promotion/not-checked"; }));
  CHECK(nothing.size() == 9);  // jobs, production, review, integrations, backups, window, requested_at, notify, devices
  CHECK(rules(R"("changelog": [], "jobs": [], "integrations": [], "backups": [], "notify": [], "offline_devices": [])") ==
        Rules{"info promotion/no-restorable-backup", "warning promotion/nobody-notified"});
}

TEST_CASE("promotion: folding, order of revisions and existence") {
  const auto changes = [](const std::string& list, const std::string& resources = "") {
    return rules("\"changelog\": [" + list + "], \"production\": {\"fingerprint\": \"f\", \"structure_locked\": true, \"resources\": [" + resources + "]}");
  };
  const auto change = [](int rev, const char* id, const char* type, const char* kind, const char* more = "") {
    return "{\"rev\": " + std::to_string(rev) + ", \"resource_id\": " + id + ", \"resource_name\": \"n\", \"resource_type\": \"" + type +
           "\", \"revision_type\": \"" + kind + "\"" + more + "}";
  };
  CHECK(changes(change(1, "1", "view", "ADD") + "," + change(2, "\"1\"", "view", "MOD")) == Rules{});
  CHECK(changes(change(1, "1", "view", "ADD") + "," + change(2, "1", "view", "DEL")) == Rules{});
  CHECK(changes(change(2, "1", "view", "ADD") + "," + change(1, "2", "view", "ADD")) == Rules{"error promotion/rev-order"});
  CHECK(changes(change(1, "1", "view", "MOD")) == Rules{"error promotion/missing-resource"});
  CHECK(changes(change(1, "1", "view", "ADD") + "," + change(2, "1", "view", "ADD")) == Rules{"error promotion/already-exists"});
  const std::string table = R"({"id": 9, "type": "table", "name": "T", "records": 5}, {"id": 91, "type": "field", "name": "F", "parent": 9, "records_with_value": 4, "definition": {"type": "text", "required": false}})";
  CHECK(changes(change(1, "91", "field", "DEL") + "," + change(2, "91", "field", "MOD"), table) == Rules{"error promotion/change-after-delete"});
  // Deleted and added again is a change; a deleted table may log that its fields go with it.
  CHECK(changes(change(1, "91", "field", "DEL") + "," + change(2, "91", "field", "ADD", ", \"after\": {\"type\": \"number\"}"), table) ==
        Rules{"warning promotion/field-type-change"});
  CHECK(changes(change(1, "9", "table", "DEL") + "," + change(2, "91", "field", "DEL"), table) == Rules{"error promotion/data-loss"});
  CHECK(changes(change(1, "91", "field", "MOD", ", \"after\": {\"required\": true}"), table) == Rules{"warning promotion/required-field"});
  CHECK(changes(change(1, "92", "field", "ADD", ", \"after\": {\"table\": 9, \"required\": true, \"default\": 0}"), table) == Rules{});
  CHECK(changes(change(1, "92", "field", "ADD", ", \"after\": {\"table\": \"9\", \"required\": true, \"default\": null}"), table) == Rules{"warning promotion/required-field"});
  CHECK(changes(change(1, "5", "view", "ADD", ", \"refs\": [77]"), table) == Rules{"error promotion/broken-reference"});
  CHECK(changes(change(1, "5", "view", "ADD", ", \"refs\": [6]") + "," + change(2, "6", "view", "ADD", ", \"refs\": [5]"), table) ==
        Rules{"error order/cycle", "info promotion/forward-reference"});
  // What nobody counted is not reported as lost, and not as safe either.
  const std::vector<std::string> uncounted = said(read(document("\"changelog\": [" + change(1, "9", "table", "DEL") + R"(], "production": {"resources": [{"id": 9, "type": "table", "name": "T"}]})")), true);
  CHECK(std::count_if(uncounted.begin(), uncounted.end(), [](const std::string& text) { return text.find("does not say how many records") != std::string::npos; }) == 1);
}

TEST_CASE("promotion: jobs, integrations, hours and windows") {
  const auto jobs = [](const char* job) { return rules(std::string("\"changelog\": [], \"jobs\": [") + job + "]"); };
  CHECK(jobs(R"({"id": 1, "kind": "import"})") == Rules{"error promotion/job-running"});
  CHECK(jobs(R"({"id": 1, "kind": "export"})") == Rules{});
  CHECK(jobs(R"({"id": 1, "kind": "other", "blocks": true, "environment": "production", "rows_total": null})") == Rules{"error promotion/job-running"});
  CHECK(jobs(R"({"id": 1, "kind": "restore", "rows_done": 7, "rows_total": 7})") == Rules{});
  CHECK(rules(R"("changelog": [], "integrations": [{"id": 1}, {"id": 2, "paused": false, "retry": {}}, {"id": 3, "paused": true}])") == Rules{});

  const auto at = [](const char* time, const char* zone) {
    const std::string text = "{\"schema\": \"backstay.promotion/1\", \"account\": {\"id\": 1, \"name\": \"N\", \"timezone\": \"" + std::string(zone) +
                             "\"}, \"sandbox\": {\"id\": 2, \"promotable\": true, \"created_at\": \"2026-08-20T06:10:00Z\"}, \"changelog\": [], \"requested_at\": \"" +
                             time + "\", \"window\": {\"announced\": true}}";
    const std::vector<std::string> all = said(read(text), true);
    for (const std::string& line : all) {
      if (line.find("business-hours") != std::string::npos) return "working hours";
      if (line.find("was not checked: write requested_at") != std::string::npos) return "not checked";
    }
    return "outside";
  };
  CHECK(at("2026-09-02T09:00:00Z", "Europe/Stockholm") == "working hours"s);
  CHECK(at("2026-09-02T18:41:00Z", "Europe/Stockholm") == "outside"s);
  CHECK(at("2026-09-02T16:30:00Z", "Europe/Stockholm") == "not checked"s);   // 17:30 or 18:30, by the season
  CHECK(at("2026-09-02T17:30:00+01:00", "Europe/Stockholm") == "working hours"s);
  CHECK(at("2026-09-05T09:00:00Z", "UTC") == "outside"s);                    // a Saturday
  CHECK(at("2026-09-02T09:00:00Z", "Mars/Olympus") == "not checked"s);
  CHECK(rules(R"("changelog": [], "requested_at": "2026-09-02T22:00:00Z", "window": {"not_before": "2026-09-02T22:30:00Z", "announced": true})") ==
        Rules{"error promotion/outside-window"});
}

TEST_CASE("promotion: what is refused, with its place") {
  const auto outcome = [](const std::string& text, const Limits& limits = {}) {
    const auto set = promotion::read_promotion(text, "p.json", limits);
    if (set.ok()) return std::string("ok");
    return std::to_string(set.error().at.line) + ":" + std::to_string(set.error().at.column) + " " + std::string(error_rule(set.error().code)) + " " + set.error().message;
  };
  CHECK(outcome("{\n}") == "1:1 archive/not-recognised JSON without \"schema\": \"backstay.promotion/1\"");
  CHECK(outcome("\xEF\xBB\xBF{\"schema\":\n \"backstay.promotion/2\"}")
            .find("archive/not-recognised schema \"backstay.promotion/2\" is not") != std::string::npos);
  CHECK(outcome("{\n\"schema\" oops").starts_with("2:1"));
  CHECK(outcome(document("")) == "1:1 archive/malformed \"changelog\" is missing");
  CHECK(outcome(document("\"changelog\": {}")) == "3:14 archive/malformed \"changelog\" is no list");
  CHECK(outcome(document("\"changelog\": [\n[]]")) == "4:1 archive/malformed an item of \"changelog\" is no object");
  CHECK(outcome(document("\"changelog\": [\n{\"rev\": 1}]")) == "4:1 archive/malformed \"resource_id\" is missing");
  CHECK(outcome(document("\"changelog\": [{\"rev\": 0, \"resource_id\": 1, \"resource_name\": \"\", \"resource_type\": \"app\", \"revision_type\": \"ADD\"}]"))
            .find("\"rev\" has to be positive") != std::string::npos);
  CHECK(outcome(document("\"changelog\": [{\"rev\": 1, \"resource_id\": 1, \"resource_name\": \"\", \"resource_type\": \"app\", \"revision_type\": \"PUT\"}]"))
            .find("revision type \"PUT\" is none of") != std::string::npos);
  CHECK(outcome(document("\"changelog\": [], \"requested_at\": \"tomorrow\"")).find("is no time with a zone: \"tomorrow\"") != std::string::npos);
  Limits limits;
  limits.max_promotion_changes = 1;
  CHECK(outcome(document("\"changelog\": [{}, {}]"), limits).find("archive/limit-exceeded more than 1 changes") != std::string::npos);
  CHECK(outcome(document("\"x\": " + std::string(40, '[') + std::string(40, ']') + ", \"changelog\": []")).find("nested deeper than 32") != std::string::npos);
  limits.max_promotion_bytes = 10;
  CHECK(outcome(document("\"changelog\": []"), limits).find("archive/limit-exceeded promotion file of") != std::string::npos);
}

TEST_CASE("promotion: times") {
  using promotion::parse_time;
  CHECK(parse_time("1970-01-01T00:00:00Z")->utc_s == 0);
  CHECK(parse_time("2026-09-02T18:41:00Z")->utc_s == 1788374460);
  CHECK(parse_time("2026-09-02T20:41:00.25+02:00")->utc_s == 1788374460);
  CHECK(parse_time("2026-09-02T20:41:00+02:00")->offset_minutes == 120);
  CHECK(parse_time("1969-12-31T23:59:59-00:30")->utc_s == 1799);
  CHECK(parse_time("2024-02-29T00:00:00Z").has_value());
  for (const char* bad : {"", "2026-09-02", "2026-09-02T18:41:00", "2026-9-02T18:41:00Z", "2026-13-02T18:41:00Z", "2025-02-29T00:00:00Z",
                          "2026-09-02 18:41:00Z", "2026-09-02T24:00:00Z", "2026-09-02T18:41:00.Z", "2026-09-02T18:41:00+2:00", "2026-09-02T18:41:00Zz"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_time(bad).has_value());
  }
  CHECK(promotion::in_working_hours(1788374460, 0) == false);
  CHECK(promotion::in_working_hours(0, 480));        // a Thursday, 08:00
  CHECK_FALSE(promotion::in_working_hours(0, 479));
  CHECK_FALSE(promotion::in_working_hours(-86400 * 4, 600));  // a Sunday
}
