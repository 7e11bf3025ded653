#include "core/base/json_count.hpp"

#include <doctest/doctest.h>

#include <random>

#include "core/base/json.hpp"

using namespace backstay;

namespace {

std::string outcome(std::string_view text, std::size_t max_depth = 64) {
  const auto counted = count_json_items(text, "f.json", "L", max_depth);
  if (counted.ok()) return std::to_string(counted.value());
  return std::to_string(counted.error().at.line) + ":" + std::to_string(counted.error().at.column) + " @" + std::to_string(counted.error().at.offset) + " " + counted.error().message;
}

}  // namespace

TEST_CASE("json count: items of one list of the outermost object") {
  struct Row {
    const char* text;
    const char* expected;
  };
  static constexpr Row rows[] = {
      {"{}", "0"},
      {"{\"L\": []}", "0"},
      {"{\"L\": [1]}", "1"},
      {"{\"L\": [1, [2, 3], {\"L\": [4, 5]}, \"6, 7\", null]}", "5"},
      {"{\"K\": {\"L\": [1, 2]}}", "0"},
      {"{\"K\": [1, 2], \"L\": [3]}", "1"},
      {"{\"L\": [1, 2, 3], \"L\": [4]}", "1"},
      {"{\"L\": [1, 2, 3], \"L\": 4}", "0"},
      {"{\"L\": {\"a\": 1, \"b\": 2}}", "0"},
      {"[1, 2, 3]", "0"},
      {"\"L\"", "0"},
      {"\xEF\xBB\xBF{\r\n\t\"L\": [\r\n                    1 ,\r\n 2 ]\r\n}\r\n", "2"},
      {"{\"L\": [1, 2, ], }", "2"},
      {"{\"\\u004c\": [1]}", "1"},
      {"{\"L\": [\"a\\\"]\", \"\\\\\", \"12345678\\\"90123456789\"]}", "3"},
      {"", "1:1 @0 not valid JSON: a value is missing"},
      {"{\"L\": [1 2]}", "1:10 @9 not valid JSON: a comma or a closing bracket is missing"},
      {"{\"L\": [}", "1:8 @7 not valid JSON: a value is missing"},
      {"{\"L\": [1}", "1:9 @8 not valid JSON: a comma or a closing bracket is missing"},
      {"{\"L\" [1]}", "1:6 @5 not valid JSON: a colon is missing"},
      {"{L: [1]}", "1:2 @1 not valid JSON: a member name is missing"},
      {"{\n\"L\": [\"abc", "2:11 @12 not valid JSON: a string is not closed"},
      {"{\"L\": \"abcdefgh\\", "1:17 @16 not valid JSON: a string is not closed"},
      {"{\"L\": []}x", "1:10 @9 not valid JSON: text behind the end of the JSON value"},
      {"[,1]", "1:2 @1 not valid JSON: a value is missing"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(outcome(row.text) == row.expected);
  }
  CHECK(outcome(std::string(64, '[') + std::string(64, ']')) == "0");
  CHECK(outcome(std::string(65, '[') + std::string(65, ']')).find("nested deeper than 64") != std::string::npos);
  CHECK(outcome(std::string(1'000'000, '[')).find("nested deeper than 64") != std::string::npos);
}

TEST_CASE("json count: agrees with the parser on made-up texts, whole and damaged") {
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t limit) { return random() % limit; };
  const auto blank = [&] { return std::string(below(3) == 0 ? below(20) : 0, ' ') + (below(9) == 0 ? "\r\n" : ""); };
  const auto value = [&](const auto& self, int depth) -> std::string {
    switch (below(depth > 3 ? 4 : 6)) {
      case 0: return "-12.5e3";
      case 1: return "true";
      case 2: return "\"" + std::string(below(30), 'x') + (below(2) ? "\\\"" : "") + "\"";
      case 3: return "null";
      case 4: {
        std::string text = "[";
        for (std::uint32_t i = below(5); i > 0; --i) text += blank() + self(self, depth + 1) + (i > 1 || below(9) == 0 ? "," : "") + blank();
        return text + "]";
      }
      default: {
        std::string text = "{";
        for (std::uint32_t i = below(5); i > 0; --i) {
          text += blank() + (below(2) ? "\"L\"" : "\"other\"") + blank() + ":" + blank() + self(self, depth + 1) + (i > 1 ? "," : "");
        }
        return text + "}";
      }
    }
  };
  std::size_t lists = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = "{\"L\":" + value(value, 0) + "}";
    if (round % 4 == 0) text[below(static_cast<std::uint32_t>(text.size()))] = "[]{},:\"x"[below(8)];
    CAPTURE(text);
    const auto parsed = parse_json(text, "f", {.max_depth = 64, .lenient = true});
    if (!parsed.ok()) continue;
    const JsonValue* list = parsed.value().root.find("L");
    const auto counted = count_json_items(text, "f", "L", 64);
    REQUIRE(counted.ok());
    CHECK(counted.value() == (list ? list->items.size() : 0));
    lists += counted.value() > 0;
  }
  CHECK(lists > 200);
}
