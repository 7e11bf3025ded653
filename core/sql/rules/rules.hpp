// What all rules share: how one is declared, what it reads, how it reports.
// A rule lives in its own file, <rule>.cpp with underscores, and has one line in rules.def.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"
#include "core/sql/scope.hpp"
#include "core/sql/suppression.hpp"

namespace backstay::sql::rules {

struct Raw;  // a finding before places and texts are filled in

// Collects what rules find. Before a rule runs, begin() says which one it is.
class Reporter {
 public:
  Reporter(const TextDocument& document, const Scope& scope, std::vector<Suppression> suppressions);
  ~Reporter();

  void begin(std::size_t rule);
  // One finding at the fact's anchor. Several findings of a rule on one line count once.
  void add(const Fact& fact, Reversibility reversibility, std::string message);
  // The same elsewhere: at the start of the statement (fact.head), at a comment, at line 1.
  void add_at(Span place, const Fact* fact, Reversibility reversibility, std::string message);
  void add_as(Severity severity, Span place, Reversibility reversibility, std::string message);

  const std::vector<Suppression>& suppressions() const { return suppressions_; }
  // Findings so far that no comment allows, of at least this severity.
  std::size_t open_findings(Severity least) const;
  Reversibility worst() const;
  // Places, excerpts, order. Call once, at the end: it takes the messages along.
  Findings finish();

 private:
  void fill(Finding& finding, Raw& raw, const TextDocument::Line& line) const;
  const TextDocument& document_;
  const Scope& scope_;
  std::vector<Suppression> suppressions_;
  SuppressionIndex index_;
  std::vector<Raw> found_;
  std::size_t rule_ = 0;
};

using Check = void (*)(const Scope& scope, Reporter& report);

struct Rule {
  std::string_view id;        // "update-data"
  std::string_view reported;  // "sql/update-data"
  Severity severity;
  Check check;
  std::string_view title;
  std::string_view remedy;
};

// In the order they run: rules that look at other rules' findings come last.
std::span<const Rule> all_rules();
bool is_rule(std::string_view id);

#define BACKSTAY_RULE(function, id, severity, title, remedy) void function(const Scope& scope, Reporter& report);
#include "core/sql/rules/rules.def"
#undef BACKSTAY_RULE

// --- helpers -----------------------------------------------------------------------------------------

// Every executed fact of one verb.
template <class Function>
void each(const Scope& scope, Verb verb, Function function) {
  for (const Fact* fact : scope.executed(verb)) function(*fact);
}

// The names of a fact as written, joined; `otherwise` when the text does not tell.
std::string named(const Fact& fact, std::string_view otherwise = "an object named at run time");
std::string_view word(ObjectKind kind);  // "materialized view"
bool writes_rows(Verb verb);             // insert, update, remove, merge, truncate, bulk_load
bool defines(Verb verb);                 // create, alter, drop, rename
// Routines that come with the server or that the configuration names.
bool is_builtin_routine(const Scope& scope, const Fact& call);

}  // namespace backstay::sql::rules
