#include <doctest/doctest.h>

#include <string>

#include "core/package/origam/deployment_version.hpp"
#include "core/package/origam/edit_dependency.hpp"
#include "tests/support/test_input.hpp"

using namespace backstay;
using namespace backstay::origam;
using namespace backstay::testing;

namespace {

#define ROOT "147fa70d-6519-4393-b5d0-87931f9fd609"
#define SECURITY "951f2cda-2867-4b99-8824-071fa8749ead"
#define VERSION "e11573ff-2899-5842-a55d-31d5c0d955fe"

std::string file_with(const std::string& list) {
  return "<x:file xmlns:x='m'><dv:DeploymentVersion dv:deploymentDependenciesCsv=\"" + list + "\" x:id=\"" VERSION "\" dv:version=\"1.0\"/></x:file>";
}

// The new list between its quotes, or "line:column message".
std::string list_after(const std::string& bytes, const DependencyEdit& edit) {
  const auto edited = edit_dependency(bytes, "a.origam", edit, Limits{});
  if (!edited.ok()) return std::to_string(edited.error().at.line) + ":" + std::to_string(edited.error().at.column) + " " + edited.error().message;
  const std::string& made = edited.value().bytes;
  const std::size_t begin = made.find("Csv=\"") + 5;
  return made.substr(begin, made.find('"', begin) - begin);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("edit dependency: the vendor's deadlock gets the bytes of its repair") {
  const std::string before = data_file("origam/deadlock/A/DeploymentVersion/A/1.0.origam");
  const auto edited = edit_dependency(before, "1.0.origam", {VERSION, 1, SECURITY, "5.3.1", "5.3.2"}, Limits{});
  REQUIRE(edited.ok());
  CHECK(edited.value().bytes == data_file("origam/deadlock-repair/A 1.0.origam.expected"));
  CHECK(edited.value().before == SECURITY ", 5.3.1");
  CHECK(edited.value().after == SECURITY ", 5.3.2");
}

TEST_CASE("edit dependency: only the bytes of the number change, whatever surrounds them") {
  struct Row { const char* what; const char* list; std::size_t entry; const char* to; const char* expected; };
  static constexpr Row rows[] = {
      {"as ORIGAM writes on Windows", "&#xD;&#xA;" ROOT ", 5.1.9&#xD;&#xA;" SECURITY ", 5.3.1", 0, "5.1.10", "&#xD;&#xA;" ROOT ", 5.1.10&#xD;&#xA;" SECURITY ", 5.3.1"},
      {"the last one", "&#xA;" ROOT ", 5.1.9&#xA;" SECURITY ", 5.3.1", 1, "6", "&#xA;" ROOT ", 5.1.9&#xA;" SECURITY ", 6"},
      {"literal breaks, no break first", ROOT ",5.1.9\r\n" SECURITY ",5.3.1\n", 0, "1", ROOT ",1\r\n" SECURITY ",5.3.1\n"},
      {"third column and blanks", ROOT " ,\t 5.1.9 \t, note, 5.1.9\n", 0, "1.2", ROOT " ,\t 1.2 \t, note, 5.1.9\n"},
      {"braces and upper case", "{147FA70D-6519-4393-B5D0-87931F9FD609},5.1.9", 0, "5.2", "{147FA70D-6519-4393-B5D0-87931F9FD609},5.2"},
      {"digits written as references", ROOT ", &#53;.&#x31;.&#57;&#32;\n", 0, "5.2", ROOT ", 5.2&#32;\n"},
      {"blank lines and a line that is none", "\n\nnonsense\n  \n" ROOT ", 5.1.9\n", 0, "7", "\n\nnonsense\n  \n" ROOT ", 7\n"},
      {"the same package twice", ROOT ", 5.1.9\n" ROOT ", 5.1.9", 1, "7", ROOT ", 5.1.9\n" ROOT ", 7"},
      {"letters of several bytes in the column behind", ROOT ", 5.1.9, \xC5\xBElu\xC5\xA5\n" ROOT ", 5.1.9, \xE2\x82\xAC", 1, "7.0", ROOT ", 5.1.9, \xC5\xBElu\xC5\xA5\n" ROOT ", 7.0, \xE2\x82\xAC"},
      {"the first line goes with the break behind it", ROOT ", 5.1.9\r\n" SECURITY ", 5.3.1", 0, nullptr, SECURITY ", 5.3.1"},
      {"a line goes with the break before it", "&#xD;&#xA;" ROOT ", 5.1.9&#xD;&#xA;" SECURITY ", 5.3.1&#xD;&#xA;", 0, nullptr, "&#xD;&#xA;" SECURITY ", 5.3.1&#xD;&#xA;"},
      {"the last line too", "&#xD;&#xA;" ROOT ", 5.1.9&#xD;&#xA;" SECURITY ", 5.3.1", 1, nullptr, "&#xD;&#xA;" ROOT ", 5.1.9"},
      {"the only line", "&#xD;&#xA;" ROOT ", 5.1.9", 0, nullptr, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const bool second = row.entry == 1 && std::string_view(row.list).find(SECURITY) != std::string_view::npos;
    DependencyEdit edit{VERSION, row.entry, second ? SECURITY : ROOT, second ? "5.3.1" : "5.1.9", std::nullopt};
    if (row.to) edit.to = row.to;
    CHECK(list_after(file_with(row.list), edit) == row.expected);
  }
}

TEST_CASE("edit dependency: the odd files of the quirks model") {
  struct Row { const char* file; const char* version; std::size_t entry; const char* package; const char* from; const char* before; const char* after; };
  static constexpr Row rows[] = {
      {"Core/DeploymentVersion/Core/1.0.origam", nullptr, 0, "93edb8d0-0103-5a6d-a6f3-2f68e96f17b9", "0.10", "2F68E96F17B9, 0.10\"", "2F68E96F17B9, 12.34.5\""},
      {"Core/DeploymentVersion/Core/2.0.origam", nullptr, 0, "93edb8d0-0103-5a6d-a6f3-2f68e96f17b9", "1.0", " , 1.0 , note&#10;", " , 12.34.5 , note&#10;"},
      {"Legacy/DeploymentVersion/Legacy/1.0.0.origam", nullptr, 0, "93edb8d0-0103-5a6d-a6f3-2f68e96f17b9", "2.0", "17b9, 2.0\"", "17b9, 12.34.5\""},
      {"Sales Desk/DeploymentVersion/Sales Desk/1.10.origam", nullptr, 0, "93edb8d0-0103-5a6d-a6f3-2f68e96f17b9", "2.0", "17b9, 2.0\"", "17b9, 12.34.5\""},
      {"Sales Desk/DeploymentVersion/Sales Desk/1.9.origam", "f5000597-a66c-5181-85e1-f0f24077c7d6", 0, "93edb8d0-0103-5a6d-a6f3-2f68e96f17b9", "1.0.0", "17b9},1.0.0\n", "17b9},12.34.5\n"},
      {"Sales Desk/DeploymentVersion/Sales Desk/1.9.origam", "F5000597A66C518185E1F0F24077C7D6", 1, "e79a0eaf-ee27-5424-b8c2-edc780cc414d", "7.7", ", 7.7\n", ", 12.34.5\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const std::string bytes = data_file(std::string("origam/quirks/") + row.file);
    const auto read = read_version_file(bytes, row.file, Limits{});
    REQUIRE(read.ok());
    REQUIRE(read.value().versions.size() == 1);
    const std::string id = row.version ? row.version : read.value().versions.front().version.id;
    const auto edited = edit_dependency(bytes, row.file, {id, row.entry, row.package, row.from, "12.34.5"}, Limits{});
    REQUIRE(edited.ok());
    CHECK(edited.value().bytes == replaced(bytes, row.before, row.after));
  }
}

TEST_CASE("edit dependency: what only looks like the version is left alone") {
  const std::string decoy = "<dv:DeploymentVersion dv:deploymentDependenciesCsv=\"" ROOT ", 5.1.9\" x:id=\"" VERSION "\"/>";
  for (const std::string& lead : {std::string("<!-- ") + decoy + " -->", "<![CDATA[" + decoy + "]]>", "<?note " + decoy + "?>",
                                  "<other text='" + decoy + "'/>", std::string("<DeploymentVersion2 id='" VERSION "'/>")}) {
    CAPTURE(lead);
    const std::string bytes = "<f>" + lead + decoy + "</f>";
    const auto edited = edit_dependency(bytes, "a.origam", {VERSION, 0, ROOT, "5.1.9", "5.2"}, Limits{});
    REQUIRE(edited.ok());
    std::string expected = bytes;
    expected.replace(expected.rfind("5.1.9"), 5, "5.2");
    CHECK(edited.value().bytes == expected);
  }
}

TEST_CASE("edit dependency: refusals with their place") {
  const std::string good = file_with("\n" ROOT ", 5.1.9\n" SECURITY ", 5.3.1");
  CHECK(list_after(good, {VERSION, 2, ROOT, "5.1.9", "5.2"}) == "1:73 the list has 2 entries; there is no entry 3");
  CHECK(list_after(good, {VERSION, 1, SECURITY, "5.3.0", "5.2"}) == "3:1 expected an entry for " SECURITY " 5.3.0, found \"" SECURITY ", 5.3.1\"");
  CHECK(list_after(good, {VERSION, 1, ROOT, "5.3.1", "5.2"}) == "3:1 expected an entry for " ROOT " 5.3.1, found \"" SECURITY ", 5.3.1\"");
  CHECK(list_after(good, {ROOT, 0, ROOT, "5.1.9", "5.2"}) == "1:1 there is no deployment version with id " ROOT);
  CHECK(list_after(good, {VERSION, 0, ROOT, "5.1.9", "5.2\" x=\"1"}) == "0:0 \"5.2\" x=\"1\" is no version number to write");
  CHECK(list_after("<f><DeploymentVersion id='" VERSION "'/></f>", {VERSION, 0, ROOT, "5.1.9", "5.2"}) == "1:1 deployment version " VERSION " has no dependency list");
  const std::string twice = "<f>" + good.substr(good.find("<dv"), good.find("</x") - good.find("<dv"));
  CHECK(list_after(twice + twice.substr(3) + "</f>", {VERSION, 0, ROOT, "5.1.9", "5.2"}) == "1:1 there are 2 deployment versions with id " VERSION);
  CHECK(list_after("<f", {VERSION, 0, ROOT, "5.1.9", "5.2"}).find("not valid XML") != std::string::npos);
  std::string wide = "\xFF\xFE";
  for (const char c : good) wide += std::string{c, '\0'};
  CHECK(list_after(wide, {VERSION, 0, ROOT, "5.1.9", "5.2"}) == "0:0 is no valid UTF-8; only UTF-8 files are edited");
}
