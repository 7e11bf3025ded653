#include "core/deploy/version_number.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace backstay::deploy;

namespace {

std::string parsed(std::string_view text) {
  VersionParts parts;
  if (!parse_version_number(text, parts)) return "none";
  std::string out;
  for (const int part : parts) out += (out.empty() ? "" : ".") + std::to_string(part);
  return out;
}

}  // namespace

TEST_CASE("version number: the grammar of .NET's Int32, part by part") {
  CHECK(parsed("5.1.9") == "5.1.9");
  CHECK(parsed("5") == "5");
  CHECK(parsed("5.0.0") == "5");
  CHECK(parsed("0.0") == "");
  CHECK(parsed("5.0.011") == "5.0.11");
  CHECK(parsed(" 5 .\t1\r") == "5.1");
  CHECK(parsed("+5.-1") == "5.-1");
  CHECK(parsed("-0.1") == "0.1");
  CHECK(parsed("2147483647.-2147483648") == "2147483647.-2147483648");
  for (const char* bad : {"", " ", ".", "5.", ".5", "1..2", "1.a", "1.0-beta", "2147483648", "-2147483649",
                          "1.+", "1.- 5", "1.\xC2\xA0""5", "99999999999999999999999", "1,0", "0x1"}) {
    CAPTURE(bad);
    CHECK(parsed(bad) == "none");
  }
}

TEST_CASE("version number: comparison is numeric with zeros where parts are missing") {
  CHECK(compare_version_texts("1.9", "1.10") < 0);
  CHECK(compare_version_texts("5", "5.0.0") == 0);
  CHECK(compare_version_texts("5.0.11", "5.0.011") == 0);
  CHECK(compare_version_texts("5.-1", "5") < 0);
  CHECK(compare_version_texts("5", "5.-1") > 0);
  CHECK(compare_version_texts("5.0.1", "5") > 0);
  CHECK(compare_version_texts("nonsense", "0") == 0);
}
