// Scripts with the findings and the class expected of them, and the figures of a run over them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/sql/sql.hpp"

namespace backstay::testing {

using Place = std::pair<std::string, std::uint32_t>;  // rule without "sql/", line

struct LabelledScript {
  std::string id, sql, reversible;  // reversible: "yes", "with-capture", "no"; empty when not labelled
  sql::Options options;
  std::set<Place> expected;
};

// JSON lines: {"id", "dialect", "install_type", "sql", "expect": [{"rule", "line"}], "reversible"}.
std::vector<LabelledScript> read_labelled_json(const std::string& path);

// Plain text: "===== id | dialect | install type | class", then the script; " <<< rule,rule" at the end of a
// line names what it must carry and is cut off. Lines before the first header are comment.
std::vector<LabelledScript> read_labelled_text(const std::string& path);

// The service tables of labelled.config.json.
sql::Config labelled_config();

struct Tally {
  std::size_t hit = 0, missed = 0, wrong = 0;
  double f1() const;
};

struct Score {
  Tally all;
  std::map<std::string, Tally> by_rule, by_dialect;
  std::size_t scripts = 0, exact = 0, clean = 0, false_alarms = 0, classes_right = 0;
  std::string misses;  // one line each
  std::string summary() const;
};

// Unsuppressed errors and warnings against the labels.
Score score(const std::vector<LabelledScript>& scripts, const sql::Config& config);

std::string read_file(const std::string& path);

}  // namespace backstay::testing
