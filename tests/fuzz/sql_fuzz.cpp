// Any bytes, in each dialect: no crash; splitting twice gives the same; the statements stand in
// order, do not overlap and lie inside the text, so that every byte belongs to one statement or to
// one gap between two; every fact points into the text; and findings are in order and the same twice.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/sql/fact.hpp"
#include "core/sql/splitter.hpp"
#include "core/sql/sql.hpp"

using backstay::Dialect;
using backstay::TextDocument;
using backstay::sql::Config;
using backstay::sql::Fact;
using backstay::sql::SplitText;
using backstay::sql::StatementRange;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_split(std::string_view text, Dialect dialect) {
  const SplitText once = backstay::sql::split(text, 0, text.size(), dialect, true);
  const SplitText again = backstay::sql::split(text, 0, text.size(), dialect, true);
  check(once.statements.size() == again.statements.size() && once.stream.tokens.size() == again.stream.tokens.size());
  std::uint32_t end = 0, token = 0;
  for (std::size_t i = 0; i < once.statements.size(); ++i) {
    const StatementRange& range = once.statements[i];
    check(range.begin == again.statements[i].begin && range.end == again.statements[i].end);
    check(range.begin >= end && range.begin < range.end && range.end <= text.size());
    check(range.first >= token && range.first < range.last && range.last <= once.stream.tokens.size());
    end = range.end;
    token = range.last;
  }
}

// Findings stand in order, each (rule, line) once, and analysing twice gives the same.
void check_findings(const TextDocument& document, Dialect dialect, const Config& config) {
  backstay::sql::Options options;
  options.dialect = dialect;
  const backstay::sql::Analysis once = backstay::sql::analyse(document, options, config);
  const backstay::sql::Analysis again = backstay::sql::analyse(document, options, config);
  check(once.findings.size() == again.findings.size() && once.reversibility == again.reversibility);
  for (std::size_t i = 0; i < once.findings.size(); ++i) {
    const backstay::Finding& finding = once.findings[i];
    check(finding.rule == again.findings[i].rule && finding.at.offset == again.findings[i].at.offset);
    check(finding.at.line >= 1 && finding.end_line >= finding.at.line);
    if (i == 0) continue;
    const backstay::Finding& before = once.findings[i - 1];
    check(before.at.offset < finding.at.offset || (before.at.offset == finding.at.offset && before.rule < finding.rule));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const TextDocument document({reinterpret_cast<const char*>(data), size}, "fuzz.sql");
  const std::string_view text = document.text();
  Config config;
  config.limits.max_sql_nesting = 50;
  for (const Dialect dialect : {Dialect::postgresql, Dialect::mssql, Dialect::oracle}) {
    check_split(text, dialect);
    const backstay::sql::Script script = backstay::sql::read_script(document, dialect, config);
    for (std::size_t i = 0; i < script.facts.size(); ++i) {
      const Fact& fact = script.facts[i];
      check(fact.parent < static_cast<std::int64_t>(i));
      check(fact.anchor.begin <= fact.anchor.end && fact.anchor.end <= text.size());
      check(fact.span.begin <= fact.span.end && fact.span.end <= text.size());
    }
    (void)backstay::sql::list_statements(document, dialect, config);
    check_findings(document, dialect, config);
  }
  (void)backstay::sql::detect_dialect(document);
  return 0;
}
