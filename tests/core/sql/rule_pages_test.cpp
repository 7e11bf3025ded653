// Every page of a SQL rule is that rule's test: its `sql` blocks are analysed, and each line has to
// carry exactly the findings that it names (the notation: tests/support/rule_page_blocks.hpp). Findings
// of severity info matter where they are named, and on the page of their own rule.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "core/report/rule_pages.hpp"
#include "core/sql/sql.hpp"
#include "tests/support/rule_page_blocks.hpp"
#ifdef BACKSTAY_HAS_PG_QUERY
#include <pg_query.h>
#endif

using namespace backstay;
using namespace backstay::test;

namespace {

// "3 alter-table, drop-column" a line: what a failed comparison shows.
std::string shown(const ExpectedFindings& findings) {
  std::string text;
  for (const auto& [line, names] : findings) {
    text += std::to_string(line);
    for (const std::string& name : names) text += (&name == &*names.begin() ? " " : ", ") + name;
    text += "\n";
  }
  return text;
}

std::string_view class_name(Reversibility reversibility) {
  if (reversibility == Reversibility::no) return "no";
  return reversibility == Reversibility::with_capture ? "with-capture" : "yes";
}

std::string short_id(std::string_view id) { return std::string(id.substr(id.find('/') + 1)); }

void run(const RuleBlock& block, const std::string& rule) {
  const TextDocument document(block.sql, "block.sql");
  const sql::Analysis analysis = sql::analyse(document, block.options, block.config);
  ExpectedFindings actual;
  for (const Finding& finding : analysis.findings) {
    const std::string id = short_id(finding.rule);
    const auto named = block.expected.find(finding.at.line);
    const bool wanted = id == rule || (named != block.expected.end() && named->second.count(id) != 0);
    if (finding.suppressed || (finding.severity == Severity::info && !wanted)) continue;
    actual[finding.at.line].insert(id);
  }
  INFO("core/sql/rules, page of " << rule << ", block at line " << block.page_line << " (" << block.dialect << ")\n" << block.sql);
  CHECK(shown(actual) == shown(block.expected));
  if (!block.reversible.empty()) CHECK(class_name(analysis.reversibility) == block.reversible);
}

std::size_t count_own(const RuleBlock& block, const std::string& rule) {
  std::size_t own = 0;
  for (const auto& [line, names] : block.expected) own += names.count(rule);
  return own;
}

}  // namespace

TEST_CASE("rule pages: every line of every example carries exactly the findings it names") {
  std::size_t blocks = 0;
  for (const sql::RuleInfo& rule : sql::rule_catalogue()) {
    for (const RuleBlock& block : read_rule_blocks(rule.page)) {
      run(block, short_id(rule.id));
      ++blocks;
    }
  }
  CHECK(blocks > 400);  // a reader that finds no blocks would pass everything
}

TEST_CASE("rule pages: every rule has a page that flags it and stays silent, in each of its dialects") {
  std::set<std::string> ids;
  for (const sql::RuleInfo& rule : sql::rule_catalogue()) ids.insert(short_id(rule.id));
  for (const sql::RuleInfo& rule : sql::rule_catalogue()) {
    const std::string id = short_id(rule.id);
    CAPTURE(id);
    REQUIRE_FALSE(rule.page.empty());
    std::set<std::string> flags, silent;
    for (const RuleBlock& block : read_rule_blocks(rule.page)) {
      CAPTURE(block.page_line);
      CHECK(block.trouble == "");
      const std::size_t own = count_own(block, id);
      if (block.section == "Flagged" && own > 0) flags.insert(block.dialect);
      if (block.section == "Not flagged") {
        CHECK(block.expected.empty());
        silent.insert(block.dialect);
      }
      if (block.section == "Left to other rules") {
        CHECK(own == 0);
        CHECK_FALSE(block.expected.empty());
      }
      for (const auto& [line, names] : block.expected) {
        for (const std::string& name : names) CHECK_MESSAGE(ids.count(name) == 1, "no such rule: " << name);
      }
    }
    // The third paragraph: "**error** · postgresql, mssql, oracle".
    const auto second = rule.page.find("\n\n", rule.page.find("\n\n") + 2);
    const std::string_view line = rule.page.substr(second + 2, rule.page.find('\n', second + 2) - second - 2);
    for (const std::string dialect : {"postgresql", "mssql", "oracle"}) {
      const bool has = line.find(dialect) != std::string_view::npos;
      CAPTURE(dialect);
      if (has) CHECK(flags.count(dialect) == 1);
      if (has) CHECK(silent.count(dialect) == 1);
      if (!has) CHECK(flags.count(dialect) == 0);
    }
  }
}

TEST_CASE("rule pages: page and rule agree on the severity") {
  for (const sql::RuleInfo& rule : sql::rule_catalogue()) {
    CAPTURE(rule.id);
    const auto page = report::find_rule_page(rule.id);
    REQUIRE(page);
    CHECK(page->severity == rule.severity);
  }
  std::size_t pages = 0;
  for (const report::RulePage& page : report::rule_pages()) pages += page.id.starts_with("sql/");
  CHECK(pages == sql::rule_catalogue().size());  // no page without a rule
}

#ifdef BACKSTAY_HAS_PG_QUERY
TEST_CASE("rule pages: PostgreSQL's own grammar accepts every example that is not broken on purpose") {
  std::size_t parsed = 0;
  for (const report::RulePage& page : report::rule_pages()) {
    for (const RuleBlock& block : read_rule_blocks(page.page)) {
      if (block.dialect != "postgresql") continue;
      const PgQueryParseResult result = pg_query_parse(block.sql.c_str());
      INFO(page.id << ", block at line " << block.page_line << ": " << (result.error ? result.error->message : "accepted") << "\n" << block.sql);
      CHECK((result.error != nullptr) == block.broken_syntax);
      pg_query_free_parse_result(result);
      ++parsed;
    }
  }
  CHECK(parsed > 200);
}
#endif
