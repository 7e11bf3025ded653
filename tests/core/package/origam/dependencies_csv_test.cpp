#include "core/package/origam/dependencies_csv.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace backstay::origam;

namespace {

#define ROOT "147fa70d-6519-4393-b5d0-87931f9fd609"
#define SECURITY "951f2cda-2867-4b99-8824-071fa8749ead"

// "[number]" of each line, then "offset message" of each fault.
std::string outcome(std::string_view csv) {
  const DependencyList list = read_dependencies_csv(csv, 5);
  std::string out;
  for (const DependencyLine& line : list.lines) {
    out += line.id == ROOT ? "R" : line.id == SECURITY ? "S" : "?";
    out += "[" + line.number + "]";
    const std::string_view trimmed = csv.substr(line.number_at, line.number_size);
    CHECK(line.number.find(trimmed) != std::string::npos);
    CHECK(std::string_view(" \t\r\n").find(trimmed.front()) == std::string_view::npos);
    CHECK(std::string_view(" \t\r\n").find(trimmed.back()) == std::string_view::npos);
  }
  for (const DependencyFault& fault : list.faults) out += " @" + std::to_string(fault.at) + " " + fault.message;
  return out + (list.over_limit ? " over" : "");
}

}  // namespace

TEST_CASE("dependencies csv: one row per shape of input") {
  struct Row {
    const char* what;
    std::string_view csv;
    std::string_view expected;
  };
  static constexpr Row rows[] = {
      {"empty", "", ""},
      {"blank lines only", " \r\n\r\n", ""},
      {"the vendor's own writing", "\r\n" ROOT ", 5.1.8\r\n" SECURITY ", 5.3.1", "R[ 5.1.8]S[ 5.3.1]"},
      {"no break before the first", ROOT ", 1\n" SECURITY ",2", "R[ 1]S[2]"},
      {"third column", ROOT " , 1.0 , note\n", "R[ 1.0 ]"},
      {"upper case, braces, parentheses, bare digits",
       "147FA70D-6519-4393-B5D0-87931F9FD609,1\n{" ROOT "},2\n(" ROOT "),3\n147fa70d65194393b5d087931f9fd609,4", "R[1]R[2]R[3]R[4]"},
      {"no-break space round a line", "\xC2\xA0" ROOT ",1\xC2\xA0", "R[1]"},
      {"no comma", ROOT " 1\n" ROOT ",1", "R[1] @0 expected \"package GUID, version number\", found \"" ROOT " 1\""},
      {"lines ended by CR only are one line", ROOT ",1\r" SECURITY ",2",
       " @37 \"1 951f2cda-2867-4b99-8824-071fa8749ead\" is not a version number in \"" ROOT ",1 951f2cda-2867-4b99-8824-071fa8749ead,2\""},
      {"bad id", "root, 1", " @0 \"root\" is not a package id in \"root, 1\""},
      {"empty number", "\n" ROOT ",", " @38 \"\" is not a version number in \"" ROOT ",\""},
      {"sign and blanks are numbers to .NET", ROOT ", +5 . -1", "R[ +5 . -1]"},
      {"too many", ROOT ",1\n" ROOT ",1\nx\n" ROOT ",1\n" ROOT ",1\n" ROOT ",1", "R[1]R[1]R[1]R[1] @78 expected \"package GUID, version number\", found \"x\" over"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(outcome(row.csv) == row.expected);
  }
}

TEST_CASE("dependencies csv: what is written reads the same") {
  const DependencyList list = read_dependencies_csv(ROOT ", 1.0 , note\n{" SECURITY "},2", 10);
  CHECK(write_dependencies_csv(list.lines) == "\r\n" ROOT ", 1.0 \r\n" SECURITY ",2");
  CHECK(read_dependencies_csv(write_dependencies_csv(list.lines, "\n"), 10).lines.size() == 2);
}
