// The messages of every language: none is missing, none is left over, and placeholders agree.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "core/preflight.hpp"
#include "core/report/rule_pages.hpp"
#include "core/sql/rules/rules.hpp"
#include "core/text/message_text.hpp"
#include "core/text/words.hpp"
#include "tests/support/labelled_sql.hpp"
#include "tests/support/rule_page_blocks.hpp"
#include "tests/support/test_input.hpp"

using namespace backstay;
namespace fs = std::filesystem;

namespace {

std::multiset<std::string> placeholders(std::string_view form) {
  std::multiset<std::string> found;
  for (std::size_t at = form.find('{'); at != std::string_view::npos; at = form.find('{', at + 1))
    found.emplace(form.substr(at, form.find('}', at) - at + 1));
  return found;
}

std::size_t letters_beyond_ascii(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }));
}

// String literals of a source file that hold a blank between letters: what a sentence can be made of.
std::vector<std::string> sentence_pieces(const std::string& source) {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source.compare(i, 2, "//") == 0 || (source[i] == '#' && source.compare(i, 8, "#include") == 0)) {
      i = std::min(source.find('\n', i), source.size());
      continue;
    }
    if (source[i] == '\'' && i + 2 < source.size()) {
      i = source.find('\'', source[i + 1] == '\\' ? i + 3 : i + 1);
      if (i == std::string::npos) break;
      continue;
    }
    if (source[i] != '"') continue;
    std::string text;
    for (++i; i < source.size() && source[i] != '"'; ++i) {
      if (source[i] == '\\') ++i;
      text += source[i];
    }
    const std::size_t first = text.find_first_not_of(" ,;:"), last = text.find_last_not_of(" ,;:(\"");
    if (first == std::string::npos || last <= first) continue;
    const std::string piece = text.substr(first, last - first + 1);
    // Waits of an order bring their Russian along.
    if (letters_beyond_ascii(piece) > 0) continue;
    if (piece.find(' ') != std::string::npos && piece.find("  ") == std::string::npos) pieces.push_back(piece);
  }
  return pieces;
}

void collect(std::map<std::string, std::string>& unknown, const Words& words, const Findings& findings) {
  for (const Finding& finding : findings) {
    if (!words.knows(finding.message)) unknown.emplace(finding.rule + " message", finding.message);
    if (!finding.remedy.empty() && !words.knows(finding.remedy)) unknown.emplace(finding.rule + " remedy", finding.remedy);
  }
}

std::string shown(const std::map<std::string, std::string>& unknown) {
  std::string text;
  for (const auto& [what, message] : unknown) text += what + ": " + message + "\n";
  return text;
}

}  // namespace

TEST_CASE("languages: every message is there in Russian with the same placeholders, and no other") {
  std::set<std::string_view> ids, english;
  for (const MessageForm& form : message_forms(Language::ru)) {
    CAPTURE(form.id);
    CHECK(ids.insert(form.id).second);
    CHECK_MESSAGE(english.insert(form.english).second, form.english);
    CHECK_FALSE(form.other.empty());
    CHECK(placeholders(form.english) == placeholders(form.other));
  }
  CHECK(ids.size() > 500);
  const std::string_view russian = message_text("ru");
  CHECK(static_cast<std::size_t>(std::count(russian.begin(), russian.end(), '\n')) < ids.size() + 60);
  for (std::size_t at = 0; at < russian.size();) {
    const std::size_t end = std::min(russian.find('\n', at), russian.size());
    const std::string_view line = russian.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.starts_with("#")) continue;
    CHECK_MESSAGE(ids.count(line.substr(0, line.find(" = "))) == 1, line);
  }
  CHECK(language_from("ru") == Language::ru);
  CHECK_FALSE(language_from("de").has_value());
}

TEST_CASE("languages: what rules say over all examples has a Russian form") {
  const Words russian(Language::ru);
  std::map<std::string, std::string> unknown;
  for (const sql::rules::Rule& rule : sql::rules::all_rules())
    if (!russian.knows(rule.remedy)) unknown.emplace(std::string(rule.id) + " remedy", rule.remedy);
  std::size_t findings = 0;
  const auto analyse = [&](const std::string& sql, const sql::Options& options, const sql::Config& config) {
    const sql::Analysis analysis = sql::analyse(TextDocument(sql, "a.sql"), options, config);
    findings += analysis.findings.size();
    collect(unknown, russian, analysis.findings);
  };
  for (const report::RulePage& page : report::rule_pages())
    for (const test::RuleBlock& block : test::read_rule_blocks(page.page)) analyse(block.sql, block.options, block.config);
  const std::string folder = BACKSTAY_SOURCE_DIR "/tests/data/sql/";
  for (const char* file : {"catalogue_cases.txt", "adversarial_cases.txt"})
    for (const testing::LabelledScript& script : testing::read_labelled_text(folder + file)) analyse(script.sql, script.options, testing::labelled_config());
  CHECK(findings > 2000);
  CHECK(shown(unknown) == "");
}

TEST_CASE("languages: what the samples and damaged inputs report has a Russian form") {
  const Words russian(Language::ru);
  std::map<std::string, std::string> unknown;
  std::size_t findings = 0;
  const auto check = [&](const Input& input) {
    report::Report report = preflight({input}, {}, nullptr);
    findings += report.findings.size();
    collect(unknown, russian, report.findings);
    for (const std::string& reason : report.rollback.reasons)
      if (!russian.knows(reason)) unknown.emplace("rollback reason", reason);
    for (const report::RollbackStep& step : report.rollback.steps)
      if (!step.note.empty() && !russian.knows(step.note)) unknown.emplace("rollback note", step.note);
    for (const deploy::Repair& repair : report.order.repairs)
      if (!russian.knows(repair.title)) unknown.emplace("repair", repair.title);
  };
  for (const auto& entry : fs::recursive_directory_iterator(BACKSTAY_SOURCE_DIR "/tests/data")) {
    if (!entry.is_regular_file()) continue;
    const std::string path = fs::relative(entry.path(), BACKSTAY_SOURCE_DIR "/tests/data").string();
    Input input = testing::input_from({{fs::path(path).filename().string(), testing::data_file(path)}});
    input.path = path;
    input.is_folder = false;
    check(input);
  }
  for (const char* folder : {"creatio/unsafe-patch", "creatio/tangled-delivery", "creatio/safe-loyalty/1.1"}) check(testing::input_from_folder(folder));
  CHECK(findings > 300);
  CHECK(shown(unknown) == "");
}

// A new sentence in the code is found before a Russian user finds it.
TEST_CASE("languages: every sentence in the sources has a form") {
  // What no report shows: other areas' own pages and files, SQL, markup.
  static const std::set<std::string> without = {
      "deploy/exchange.cpp", "deploy/environment.cpp", "deploy/sort_report.cpp", "package/creatio/pack.cpp", "package/creatio/unpack.cpp",
      "package/origam/edit_dependency.cpp", "base/json_count.cpp", "base/json_parser.cpp", "package/promotion/time.cpp"};
  // Tables and comparisons, keys of a document, and pieces that a form splits at a placeholder.
  static const std::set<std::string> no_sentence = {
      "-+| t=", "Severity::error, activity.at, package.name,\n", "\" that", ") refers to", "set def* off*", "set scan off*", "true or false",
      "one of the structure fingerprints", "\" is no package id", "holds a second .sql file", "holds a script named", "a row without \"Row", "no \"PackageData\" list"};
  std::string forms;
  for (const MessageForm& form : message_forms(Language::ru)) {
    forms += '\n';
    forms += form.english;
  }
  std::string missing;
  std::size_t files = 0;
  for (const char* area : {"base", "deploy", "package", "sql/rules", "rollback/plan.cpp"}) {
    const fs::path root = fs::path(BACKSTAY_SOURCE_DIR) / "core";
    std::vector<fs::path> sources;
    if (fs::is_regular_file(root / area)) sources.push_back(root / area);
    else
      for (const auto& entry : fs::recursive_directory_iterator(root / area))
        if (entry.path().extension() == ".cpp") sources.push_back(entry.path());
    for (const fs::path& source : sources) {
      const std::string name = fs::relative(source, root).string();
      if (without.count(name)) continue;
      ++files;
      for (const std::string& piece : sentence_pieces(testing::read_file(source.string())))
        if (forms.find(piece) == std::string::npos && !no_sentence.count(piece)) missing += name + ": " + piece + "\n";
    }
  }
  CHECK(files > 90);
  CHECK(missing == "");
}

TEST_CASE("languages: names and code inside a sentence are kept") {
  const Words russian(Language::ru), english(Language::en);
  const std::string message = "the column \"старый код\" of \"Contact\" is dropped with all its values";
  CHECK(russian(message) == "удаляется колонка \"старый код\" в \"Contact\" со всеми значениями");
  CHECK(english(message) == message);
  CHECK(russian("the view \"a\", \"b\" and 2 more is dropped and not created again; the previous version may still need it") ==
        "удаляется и не создаётся снова представление \"a\", \"b\" and 2 more; предыдущей версии этот объект может быть нужен");
  CHECK(russian("packages depend on each other in a circle: A depends on B depends on A") ==
        "пакеты зависят друг от друга по кругу: A зависит от B зависит от A");
  CHECK(russian("  error: ") == "  ошибка: ");
  CHECK(russian(", 3 warnings") == ", предупреждений: 3");
  CHECK(russian("something nobody has listed") == "something nobody has listed");
  CHECK(letters_beyond_ascii(russian("not confirmed as backward compatible, so the platform suspends its rollback: A, B and 3 more")) > 60);
}
