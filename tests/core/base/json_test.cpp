#include "core/base/json.hpp"

#include <doctest/doctest.h>

using namespace backstay;

namespace {

std::string outcome(std::string_view text, const JsonOptions& options = {}) {
  const auto document = parse_json(text, "f.json", options);
  if (document.ok()) return "ok";
  const Error& error = document.error();
  return std::to_string(error.at.line) + ":" + std::to_string(error.at.column) + " @" + std::to_string(error.at.offset) + " " + error.message;
}

}  // namespace

TEST_CASE("json: damage is reported with its place") {
  CHECK(outcome("{\"a\": 1}") == "ok");
  CHECK(outcome("\xEF\xBB\xBF{\"a\": 1}") == "ok");
  CHECK(outcome("") == "1:1 @0 empty file where JSON was expected");
  CHECK(outcome(" \r\n") == "1:1 @0 empty file where JSON was expected");
  CHECK(outcome("{\n  \"a\": oops}").starts_with("2:8 @9 not valid JSON"));
  CHECK(outcome("{\"a\": 1").starts_with("1:8 @7 not valid JSON"));
  CHECK(outcome(std::string(70, '[') + std::string(70, ']')) .find("nested deeper than 64") != std::string::npos);
  CHECK(outcome(std::string(1'000'000, '[')).find("nested deeper than 64") != std::string::npos);
}

TEST_CASE("json: a trailing comma needs leniency and is told") {
  const std::string text = "{\"a\": [1, 2, ], \"b\": \",]\",\n}";
  CHECK(outcome(text) != "ok");
  const auto document = parse_json(text, "f.json", {.lenient = true});
  REQUIRE(document.ok());
  CHECK(document.value().trailing_commas.size() == 2);
  CHECK(document.value().root.find("a")->items.size() == 2);
  CHECK(document.value().root.text("b") == ",]");
}

TEST_CASE("json: absent, null and wrong kinds stay apart from values") {
  const auto document = parse_json("{\"t\": true, \"n\": null, \"s\": \"\", \"i\": 7, \"big\": 18446744073709551615}", "f", {});
  REQUIRE(document.ok());
  const JsonValue& root = document.value().root;
  CHECK(root.flag("t") == true);
  CHECK_FALSE(root.flag("n").has_value());
  CHECK_FALSE(root.flag("absent").has_value());
  CHECK(root.text("s") == "");
  CHECK(root.whole("i") == 7);
  CHECK_FALSE(root.whole("big").has_value());
  CHECK(root.find("i")->offset > root.find("s")->offset);
}
