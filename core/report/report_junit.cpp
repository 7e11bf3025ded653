// JUnit XML as build servers read it: a suite per input, a test per script and per other place with
// findings. A finding at or above --fail-on fails its test, the others are printed beside it.
#include <map>

#include "core/report/markup.hpp"
#include "core/report/text_page.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

struct Test {
  std::string group, name;
  std::vector<const Finding*> findings;
};

struct Suite {
  std::string name;
  bool unreadable = false;
  std::vector<Test> tests;
  std::map<std::string, std::size_t> by_file;

  Test& test(const std::string& file, const std::string& group) {
    const auto [found, is_new] = by_file.try_emplace(file, tests.size());
    if (is_new) tests.push_back({group, file, {}});
    return tests[found->second];
  }
};

std::vector<Suite> suites_of(const Report& report) {
  std::vector<Suite> suites;
  std::map<std::string, std::size_t> numbers;
  const auto suite = [&](const std::string& input) -> Suite& {
    const auto [found, is_new] = numbers.try_emplace(input, suites.size());
    if (is_new) suites.push_back({input, false, {}, {}});
    return suites[found->second];
  };
  for (const InputEntry& input : report.inputs) {
    Suite& made = suite(input.path);
    made.unreadable = !input.kind;
    made.test(input.path, "input");
  }
  for (const ScriptEntry& script : report.scripts) suite(script.input).test(script.file, script.package.empty() ? "script" : script.package);
  for (const Finding& finding : report.findings) {
    if (finding.suppressed) continue;
    Suite& owner = suite(finding.input.empty() && !report.inputs.empty() ? report.inputs.front().path : finding.input);
    const std::string file = finding.at.file.empty() ? owner.name : finding.at.file;
    owner.test(file, finding.package.empty() ? "input" : finding.package).findings.push_back(&finding);
  }
  return suites;
}

std::string line_of(const Finding& finding) {
  std::string line;
  if (finding.at.line > 0) line = std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column) + " ";
  line += std::string(to_string(finding.severity)) + " " + finding.rule + ": " + finding.message;
  return xml_text(line) + (finding.remedy.empty() ? "" : "\n  fix: " + xml_text(finding.remedy)) + "\n";
}

struct Outcome {
  std::string failing, other, first_rule;
  std::size_t failures = 0;
};

Outcome outcome_of(const Test& test, const WriteOptions& options) {
  Outcome outcome;
  for (const Finding* finding : test.findings) {
    if (options.fail_on && finding->severity >= *options.fail_on) {
      if (outcome.failures++ == 0) outcome.first_rule = finding->rule;
      outcome.failing += line_of(*finding);
    } else {
      outcome.other += line_of(*finding);
    }
  }
  return outcome;
}

void write_suite(std::string& out, const Suite& suite, const WriteOptions& options, std::size_t& total_failed, std::size_t& total_errors) {
  std::string tests;
  std::size_t failed = 0, errors = 0;
  for (const Test& test : suite.tests) {
    const Outcome outcome = outcome_of(test, options);
    tests += "    <testcase classname=\"" + xml_text(test.group) + "\" name=\"" + xml_text(test.name) + "\"";
    if (outcome.failing.empty() && outcome.other.empty()) {
      tests += "/>\n";
      continue;
    }
    tests += ">\n";
    if (outcome.failures > 0) {
      const bool is_error = suite.unreadable;  // not a verdict about the input: it was never looked at
      const std::string_view tag = is_error ? "error" : "failure";
      ++(is_error ? errors : failed);
      tests += "      <" + std::string(tag) + " message=\"" + counted(outcome.failures, "finding", "findings") + "\" type=\"" +
               xml_text(outcome.first_rule) + "\">" + outcome.failing + "</" + std::string(tag) + ">\n";
    }
    if (!outcome.other.empty()) tests += "      <system-out>" + outcome.other + "</system-out>\n";
    tests += "    </testcase>\n";
  }
  out += "  <testsuite name=\"" + xml_text(suite.name) + "\" tests=\"" + std::to_string(suite.tests.size()) + "\" failures=\"" +
         std::to_string(failed) + "\" errors=\"" + std::to_string(errors) + "\" skipped=\"0\">\n" + tests + "  </testsuite>\n";
  total_failed += failed;
  total_errors += errors;
}

std::string seconds(std::uint64_t ms) {
  const std::string rest = std::to_string(ms % 1000);
  return std::to_string(ms / 1000) + "." + std::string(3 - rest.size(), '0') + rest;
}

}  // namespace

std::string write_junit(const Report& report, const WriteOptions& options) {
  std::string suites;
  std::size_t tests = 0, failed = 0, errors = 0;
  for (const Suite& suite : suites_of(report)) {
    tests += suite.tests.size();
    write_suite(suites, suite, options, failed, errors);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"backstay\" tests=\"" + std::to_string(tests) +
         "\" failures=\"" + std::to_string(failed) + "\" errors=\"" + std::to_string(errors) + "\" time=\"" +
         seconds(report.summary.milliseconds) + "\">\n" + suites + "</testsuites>\n";
}

}  // namespace backstay::report
