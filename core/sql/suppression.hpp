// Comments that allow what a rule would flag: `-- backstay: allow rule[, rule] reason="..."` for one
// statement, `-- backstay: allow-file rule[, rule] reason="..."` for the whole script.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/sql/fact.hpp"

namespace backstay::sql {

struct Suppression {
  Span comment;
  bool whole_file = false;
  bool has_reason = false;
  std::string reason;
  std::vector<std::string_view> rules;    // without "sql/"; borrowed from the document
  std::vector<std::string_view> unknown;  // names that are no rule; then it suppresses nothing
  Span covers;                            // bytes of the covered statement
  bool used = false;

  bool valid() const { return !rules.empty() && unknown.empty(); }
  // For a rule of this suppression: whether a finding at `place` about `fact` is covered. What a
  // statement contains or runs (its body, its dynamic text) is covered with it.
  bool covers_place(const Script& script, const Fact* fact, Span place) const;
  bool names(std::string_view rule) const;
};

// All suppression comments of the script, in order.
std::vector<Suppression> read_suppressions(const TextDocument& document, const Script& script);

}  // namespace backstay::sql
