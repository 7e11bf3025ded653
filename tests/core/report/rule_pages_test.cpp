#include "core/report/rule_pages.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/base/page_text.hpp"
#include "core/sql/rules/pages.hpp"

using namespace backstay;
using report::find_rule_page;
using report::page_section;

TEST_CASE("rule pages: each has a name of its own, a severity and a title that fits a line or two") {
  const auto pages = report::rule_pages();
  REQUIRE(pages.size() == page_texts().size());
  std::set<std::string_view> seen;
  for (const auto& page : pages) {
    CAPTURE(page.id);
    CHECK(seen.insert(page.id).second);
    CHECK(page.id.find('/') != std::string_view::npos);
    CHECK(page.title.size() >= 20);
    CHECK(page.title.size() <= 160);
    CHECK(page.title.find('\n') == std::string_view::npos);
    CHECK(page.title.ends_with('.'));
    // The third paragraph names the severity; a page without one would silently be a warning.
    const auto line = page.page.substr(page.page.find("\n\n", page.page.find("\n\n") + 2) + 2);
    CHECK((line.starts_with("**error**") || line.starts_with("**warning**") || line.starts_with("**info**")));
    CHECK_FALSE(page_section(page.page, "Why it matters").empty());
    CHECK_FALSE(page_section(page.page, "Repair").empty());
  }
}

TEST_CASE("rule pages: a file is named after its rule") {
  for (const PageText& page : page_texts()) {
    CAPTURE(page.path);
    std::string name(page.id.starts_with("sql/") ? page.id.substr(4) : page.id);
    for (char& c : name) {
      if (c == '/' || c == '-') c = '_';
    }
    CHECK(page.path.substr(page.path.rfind('/') + 1) == name + ".md");
  }
}

TEST_CASE("rule pages: found by full and by short name") {
  REQUIRE(find_rule_page("sql/update-data"));
  CHECK(find_rule_page("sql/update-data")->id == "sql/update-data");
  CHECK(find_rule_page("sql/update-data")->severity == Severity::error);
  CHECK(find_rule_page("update-data")->id == "sql/update-data");
  CHECK_FALSE(find_rule_page("date-data"));
  CHECK_FALSE(find_rule_page("no-such-rule"));
  CHECK_FALSE(find_rule_page(""));
  CHECK(sql::rules::rule_page("update-data") == find_rule_page("update-data")->page);
  CHECK(sql::rules::rule_page("sql/update-data") == find_rule_page("update-data")->page);
  CHECK(sql::rules::rule_page("sql/").empty());
  CHECK(sql::rules::rule_page("").empty());
}

TEST_CASE("rule pages: sections are cut out without heading and blank edges") {
  constexpr std::string_view page = "# r\n\nT.\n\n## Why it matters\n\nBecause.\n\nAnd so.\n\n## Repair\nDo.\n";
  CHECK(page_section(page, "Why it matters") == "Because.\n\nAnd so.");
  CHECK(page_section(page, "Repair") == "Do.");
  CHECK(page_section(page, "Why").empty());
  CHECK(page_section(page, "").empty());
}

#ifndef __EMSCRIPTEN__
// What is compiled in is the file, byte for byte: CMake has opinions on semicolons and backslashes.
TEST_CASE("rule pages: the compiled-in text is the file") {
  REQUIRE_FALSE(page_texts().empty());
  for (const PageText& page : page_texts()) {
    CAPTURE(page.path);
    std::ifstream file(std::string(BACKSTAY_SOURCE_DIR "/core/") + std::string(page.path), std::ios::binary);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    CHECK(text.str() == page.text);
  }
}
#endif
