// Every format over the same reports: what they carry, and that nothing breaks out of them.
#include "core/report/report.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <pugixml.hpp>

#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"
#include "core/report/lines.hpp"
#include "core/report/utf8.hpp"
#include "tests/core/report/hostile_report.hpp"

using namespace backstay;
using namespace backstay::report;

namespace {

constexpr Format every_format[] = {Format::text, Format::json, Format::sarif, Format::junit, Format::markdown, Format::html, Format::github};

// For the test that validates against the schemas (tests/cli/schemas.mjs).
void keep(const std::string& name, const std::string& text) {
  const char* folder = std::getenv("BACKSTAY_REPORTS");
  if (folder) std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << text;
}

Report small_report() {
  Report report;
  report.inputs.push_back(test::input_entry("scripts/a.sql", InputKind::sql_script));
  report.inputs.back().bytes = 40;
  report.inputs.back().sha256 = std::string(64, '0');
  report.scripts.push_back(test::script_entry("", "a.sql", "scripts/a.sql"));
  Finding finding;
  finding.rule = "sql/update-data";
  finding.severity = Severity::error;
  finding.message = "old values are lost";
  finding.input = "scripts/a.sql";
  finding.at = {.file = "a.sql", .line = 2, .column = 1, .offset = 10};
  finding.end_line = 2;
  finding.end_column = 7;
  finding.length = 6;
  finding.excerpt = "UPDATE t SET a = 1";
  finding.excerpt_column = 1;
  report.findings.push_back(finding);
  summarise(report);
  return report;
}

const JsonValue& at(const JsonValue& value, std::string_view key) {
  const JsonValue* found = value.find(key);
  REQUIRE(found != nullptr);
  return *found;
}

// Line breaks are the writers' own; any other control character would be an input's.
bool only_safe_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text, i);
    if (point.damaged || (point.value != '\n' && is_unsafe(point.value))) return false;
    i += point.bytes;
  }
  return true;
}

// As Markdown reads it: a run of backquotes ends at the next run of the same length.
std::string without_code_spans(std::string_view text) {
  std::string out;
  const auto run_at = [&](std::size_t i) { return text.find_first_not_of('`', i) - i; };
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\\') {
      out += text.substr(i, 2);
      i += 2;
    } else if (text[i] == '`') {
      const std::size_t length = run_at(i);
      std::size_t end = i + length;
      while (end < text.size() && !(text[end] == '`' && run_at(end) == length)) end += text[end] == '`' ? run_at(end) : 1;
      REQUIRE(end < text.size());
      i = end + length;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("every format: valid UTF-8, no control characters, ends with a line break, the same each time") {
  const Report report = test::hostile_report();
  for (const Format format : every_format) {
    CAPTURE(to_string(format));
    const std::string text = write(report, format);
    CHECK(valid_utf8(text) == text);
    CHECK(text.ends_with('\n'));
    CHECK(text == write(report, format));
    // JSON keeps what it can escape; U+202E is data there, and harmless.
    if (format != Format::json && format != Format::sarif) CHECK(only_safe_characters(text));
    CHECK(format_from(to_string(format)) == format);
  }
  CHECK_FALSE(format_from("yaml").has_value());
}

TEST_CASE("every format can write an empty report") {
  for (const Format format : every_format) CHECK_FALSE(write({}, format).empty());
  keep("empty.json", write({}, Format::json));
  keep("empty.sarif", write({}, Format::sarif));
}

TEST_CASE("json: the members of the contract in its order, null for what is absent") {
  const std::string text = write(test::hostile_report(), Format::json);
  keep("hostile.json", text);
  const auto document = parse_json(text, "report");
  REQUIRE(document.ok());
  const JsonValue& root = document.value().root;
  const char* expected[] = {"schema", "generator", "inputs", "packages", "scripts", "order", "findings", "rollback", "summary", "suppressed"};
  REQUIRE(root.members.size() == std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) CHECK(root.members[i].key == expected[i]);

  const char* finding_members[] = {"rule", "severity", "message", "package", "file", "line", "column", "end_line",
                                   "end_column", "offset", "length", "remedy", "reversibility"};
  const JsonValue& findings = at(root, "findings");
  CHECK(findings.items.size() == 5);
  for (std::size_t i = 0; i < std::size(finding_members); ++i) CHECK(findings.items[0].members[i].key == finding_members[i]);
  CHECK(at(root, "suppressed").items.size() == 1);

  const JsonValue& bare = findings.items[3];
  CHECK(at(bare, "line").is(JsonValue::Kind::null));
  CHECK(at(bare, "offset").integer == 7);
  CHECK(at(bare, "package").is(JsonValue::Kind::null));
  CHECK(at(findings.items[4], "offset").is(JsonValue::Kind::null));

  const JsonValue& scripts = at(root, "scripts");
  CHECK(at(scripts.items[0], "backward_compatible").is(JsonValue::Kind::null));
  CHECK(at(scripts.items[1], "backward_compatible").is(JsonValue::Kind::boolean));
  CHECK(scripts.items[0].find("install_type") != nullptr);
  CHECK(scripts.items[1].find("install_type") == nullptr);
  CHECK(at(at(root, "packages").items[0], "maintainer").string.empty());
  CHECK(at(at(root, "packages").items[0], "modified").is(JsonValue::Kind::null));
  CHECK(at(at(root, "packages").items[0], "modified_ms").integer == INT64_MAX);
}

TEST_CASE("sarif: a place in a file, a place inside an archive, a suppression") {
  const std::string text = write(test::hostile_report(), Format::sarif);
  keep("hostile.sarif", text);
  const auto document = parse_json(text, "sarif");
  REQUIRE(document.ok());
  const JsonValue& run = at(document.value().root, "runs").items[0];
  const JsonValue& results = at(run, "results");
  REQUIRE(results.items.size() == 6);
  CHECK(at(results.items[3], "suppressions").items.size() == 1);
  const JsonValue& location = at(at(results.items[0], "locations").items[0], "physicalLocation");
  const JsonValue& artifact = at(run, "artifacts").items[static_cast<std::size_t>(at(at(location, "artifactLocation"), "index").integer)];
  CHECK(at(artifact, "parentIndex").integer == 0);

  const std::string small = write(small_report(), Format::sarif);
  keep("small.sarif", small);
  CHECK(small.find("\"uri\": \"scripts/a.sql\"") != std::string::npos);
  CHECK(small.find("parentIndex") == std::string::npos);
}

TEST_CASE("junit: well-formed, and --fail-on decides what fails") {
  struct Row {
    std::optional<Severity> fail_on;
    int failures;
  };
  const Row rows[] = {{Severity::error, 1}, {Severity::warning, 1}, {std::nullopt, 0}};
  for (const Row& row : rows) {
    pugi::xml_document document;
    REQUIRE(document.load_string(write(small_report(), Format::junit, {.fail_on = row.fail_on}).c_str()));
    CHECK(document.child("testsuites").attribute("failures").as_int() == row.failures);
    CHECK(document.child("testsuites").child("testsuite").attribute("tests").as_int() == 2);
  }
  pugi::xml_document hostile;
  REQUIRE(hostile.load_string(write(test::hostile_report(), Format::junit).c_str()));
  CHECK(hostile.child("testsuites").attribute("errors").as_int() == 1);
}

TEST_CASE("html: the only tags are its own, and there is no script") {
  const std::string text = write(test::hostile_report(), Format::html);
  CHECK(text.find("<script") == std::string::npos);
  CHECK(text.find("</pre><script") == std::string::npos);
  CHECK(text.find("&lt;script&gt;") != std::string::npos);
  CHECK(text.find("default-src 'none'") != std::string::npos);
  // Every tag that opens is closed again, whatever the texts say.
  for (const char* tag : {"div", "p", "pre", "table", "ul", "ol", "code", "h2"}) {
    std::size_t opened = 0, closed = 0;
    const std::string open = "<" + std::string(tag), close = "</" + std::string(tag) + ">";
    for (std::size_t i = text.find(open); i != std::string::npos; i = text.find(open, i + 1)) {
      const char next = text[i + open.size()];
      opened += next == '>' || next == ' ';
    }
    for (std::size_t i = text.find(close); i != std::string::npos; i = text.find(close, i + 1)) ++closed;
    CAPTURE(tag);
    CHECK(opened == closed);
  }
}

TEST_CASE("github: one command a line, none of them an input's") {
  const std::string text = write(test::hostile_report(), Format::github);
  std::size_t lines = 0, commands = 0;
  for (std::size_t i = 0; i < text.size(); ++lines) {
    const std::size_t end = text.find('\n', i);
    const std::string_view line(text.data() + i, end - i);
    commands += line.starts_with("::");
    CHECK_FALSE(line.starts_with("::error::"));
    CHECK_FALSE(line.starts_with("##["));
    i = end + 1;
  }
  CHECK(lines == 6);
  CHECK(commands == 5);
  CHECK(write(small_report(), Format::github).starts_with(
      "::error file=scripts/a.sql,line=2,col=1,endLine=2,endColumn=7,title=sql/update-data::old values are lost\n"));
}

TEST_CASE("markdown: a row per finding, whatever it holds") {
  const std::string text = write(test::hostile_report(), Format::markdown);
  std::size_t rows = 0;
  for (std::size_t i = text.find("\n| "); i != std::string::npos; i = text.find("\n| ", i + 1)) ++rows;
  CHECK(rows == 2 + 5);  // head, rule, findings that count
  // Inside a code span nothing acts; outside of it there must be nothing that could.
  const std::string prose = without_code_spans(text);
  CHECK(prose.size() < text.size());
  CHECK(prose.find('<') == std::string::npos);
  CHECK(prose.find('@') == std::string::npos);
  CHECK(prose.find("](") == std::string::npos);
}

TEST_CASE("text: readable at 80 columns") {
  const std::string text = write(small_report(), Format::text);
  CHECK(text ==
        "scripts/a.sql: sql-script, 40 bytes\n"
        "\n"
        "scripts/a.sql:2:1\n"
        "  error: old values are lost [sql/update-data]\n"
        "  2 | UPDATE t SET a = 1\n"
        "    | ^^^^^^\n"
        "\n"
        "Checked 0 packages, 1 script, 0 statements\n"
        "1 error, 0 warnings, 0 notes\n");
  CHECK(write(small_report(), Format::text, {.quiet = true}).ends_with("\n\n1 error, 0 warnings, 0 notes\n"));
  CHECK(write(small_report(), Format::text, {.colour = true}).find("\x1b[1;31merror\x1b[0m") == std::string::npos);
  CHECK(write(small_report(), Format::text, {.colour = true}).find("\x1b[1;31m  error: \x1b[0m") != std::string::npos);
}

TEST_CASE("lines: one object a line, the asker's id as it was") {
  CHECK(batch_error_line("{\"a\": [1.50]}", "no\nway") == "{\"id\":{\"a\": [1.50]},\"error\":\"no\\nway\"}");
  CHECK(statement_line({.line = 2, .end_line = 4, .kind = "CREATE-VIEW", .context = "top"}) ==
        "{\"line\":2,\"end_line\":4,\"kind\":\"CREATE-VIEW\",\"context\":\"top\"}");
  const std::string line = batch_report_line("7", test::hostile_report(), 3);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(parse_json(line, "line").ok());
}

TEST_CASE("location: inside a folder one path, inside an archive two") {
  Report report;
  report.inputs.push_back(test::folder_entry("pkgs/UsrA", InputKind::creatio_package));
  report.inputs.push_back(test::input_entry("d/x.zip", InputKind::creatio_delivery));
  report.inputs.push_back(test::folder_entry(".", InputKind::origam_model));
  const auto located = [&](const char* input, const char* file) {
    Finding finding;
    finding.input = input;
    finding.at.file = file;
    const Location location = location_of(report, finding);
    return location.path + (location.inside.empty() ? "" : " > " + location.inside);
  };
  CHECK(located("pkgs/UsrA", "SqlScripts/x.sql") == "pkgs/UsrA/SqlScripts/x.sql");
  CHECK(located("d/x.zip", "UsrB/SqlScripts/x.sql") == "d/x.zip > UsrB/SqlScripts/x.sql");
  CHECK(located("d/x.zip", "d/x.zip") == "d/x.zip");
  CHECK(located("d/x.zip", "") == "d/x.zip");
  CHECK(located(".", "Root/a.origam") == "Root/a.origam");
  CHECK(located("", "who/knows") == "who/knows");
}
