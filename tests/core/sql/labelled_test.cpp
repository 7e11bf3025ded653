// The labelled scripts: every rule on the right line, and silence elsewhere.
//
// BACKSTAY_MISSES=1 prints every miss with its source line. BACKSTAY_LABELLED=FILE (.jsonl or the plain form)
// takes another file, prints its figures and misses, and requires nothing of them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <set>
#include <string>

#include "tests/support/labelled_sql.hpp"

using namespace backstay;
using namespace backstay::testing;

namespace {

const std::string folder = BACKSTAY_SOURCE_DIR "/tests/data/sql/";

Score run(const std::vector<LabelledScript>& scripts) {
  Score result = score(scripts, labelled_config());
  if (std::getenv("BACKSTAY_MISSES")) std::cout << result.misses << result.summary();
  return result;
}

}  // namespace

TEST_CASE("labelled scripts: findings, lines and classes") {
  if (const char* other = std::getenv("BACKSTAY_LABELLED")) {
    const std::string path = other;
    const Score result = score(path.ends_with(".jsonl") ? read_labelled_json(path) : read_labelled_text(path), labelled_config());
    std::cout << result.misses << result.summary();
    return;
  }
  const Score result = run(read_labelled_json(folder + "labelled.jsonl"));
  INFO(result.misses << result.summary());
  CHECK(result.scripts == 192);
  CHECK(result.all.f1() >= 0.98);
  CHECK(result.by_dialect.size() == 3);
  for (const auto& entry : result.by_dialect) CHECK_MESSAGE(entry.second.f1() >= 0.97, entry.first);
  CHECK(result.false_alarms == 0);
  CHECK(result.exact * 100 >= result.scripts * 95);
  CHECK(result.classes_right * 100 >= result.scripts * 97);
}

TEST_CASE("catalogue cases: every On and Not of the rule catalogue, in the spellings of each server") {
  const Score result = run(read_labelled_text(folder + "catalogue_cases.txt"));
  INFO(result.misses << result.summary());
  CHECK(result.scripts > 150);
  CHECK(result.misses == "");
}

TEST_CASE("adversarial cases: nested code, guards, scopes and odd spellings") {
  const Score result = run(read_labelled_text(folder + "adversarial_cases.txt"));
  INFO(result.misses << result.summary());
  CHECK(result.scripts > 310);
  CHECK(result.misses == "");
}

TEST_CASE("labelled scripts: the catalogue has every rule that is labelled") {
  std::set<std::string> known, flagged;
  for (const sql::RuleInfo& rule : sql::rule_catalogue()) known.insert(std::string(rule.id));
  CHECK(known.size() == 71);
  for (const char* file : {"labelled.jsonl", "catalogue_cases.txt"}) {
    const std::string path = folder + file;
    for (const LabelledScript& script : path.ends_with(".jsonl") ? read_labelled_json(path) : read_labelled_text(path))
      for (const Place& place : script.expected) {
        CHECK_MESSAGE(known.count("sql/" + place.first) == 1, place.first);
        flagged.insert(place.first);
      }
  }
  // The 57 rules that labels cover; the rest are information and the package's flag.
  CHECK(flagged.size() == 57);
}
