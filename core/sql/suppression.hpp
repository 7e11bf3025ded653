// Comments that allow what a rule would flag: `-- backstay: allow rule[, rule] reason="..."` for one
// statement, `-- backstay: allow-file rule[, rule] reason="..."` for the whole script.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
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
};

// Finds the suppression of a finding without asking each of them.
class SuppressionIndex {
 public:
  explicit SuppressionIndex(const std::vector<Suppression>& suppressions);
  // The index of a suppression that covers `rule` at `place`, or -1. What a statement contains or runs (its
  // body, its dynamic text) is covered with it, so the facts around `fact` count as well; fact may be null.
  std::int32_t find(std::string_view rule, const Script& script, const Fact* fact, Span place) const;

 private:
  struct Cover {
    Span span;
    std::int32_t suppression = -1;
    std::int32_t around = -1;  // the next wider cover, an index into the same list
  };
  struct OfRule {
    std::int32_t whole_file = -1;
    std::vector<Cover> covers;  // by first byte, wider ones first; statements nest or are apart
  };
  static std::int32_t at(const OfRule& rule, std::uint32_t place);
  std::unordered_map<std::string_view, OfRule> rules_;
};

// All suppression comments of the script, in order.
std::vector<Suppression> read_suppressions(const TextDocument& document, const Script& script);

}  // namespace backstay::sql
