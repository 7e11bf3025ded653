// Our JSON parser against nlohmann's: both accept the same texts and read the same values from them.
#include <doctest/doctest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/json.hpp"

using namespace backstay;

namespace {

nlohmann::json converted(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::null: return nullptr;
    case JsonValue::Kind::boolean: return value.boolean;
    case JsonValue::Kind::integer: return value.integer;
    case JsonValue::Kind::number: return value.number;
    case JsonValue::Kind::string: return value.string;
    case JsonValue::Kind::array: {
      nlohmann::json list = nlohmann::json::array();
      for (const JsonValue& item : value.items) list.push_back(converted(item));
      return list;
    }
    case JsonValue::Kind::object: {
      nlohmann::json object = nlohmann::json::object();
      for (const JsonMember& member : value.members) object[member.key] = converted(member.value);
      return object;
    }
  }
  return {};
}

// "same", or how the two differ.
std::string compared(const std::string& text) {
  const auto ours = parse_json(text, "f");
  const nlohmann::json theirs = nlohmann::json::parse(text, nullptr, false);
  if (ours.ok() != !theirs.is_discarded()) return ours.ok() ? "only we accept it" : "only we refuse it: " + ours.error().message;
  if (ours.ok() && converted(ours.value().root) != theirs) return "other values: " + converted(ours.value().root).dump();
  return "same";
}

const std::vector<std::string> texts = {
    "null", "true", "false", "0", "-0", "1", "-1", "12.5", "1e3", "1E-3", "-0.0e+0", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e308", "1e309", "-1e999", "0.1", "1e-400", "00", "01", "-", "+1", ".5", "1.", "1e", "1e+",
    "tru", "nul", "truex", "NaN", "Infinity", "\"\"", "\"a\"", "\"", "\"\\\"", "\"\\\"\"", "\"\\n\\t\\r\\b\\f\\/\\\\\"", "\"\\x\"", "\"\\u0041\"", "\"\\u00\"",
    "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\ud83dx\"", "\"\\u0000\"", "\"\xD0\xB0\xF0\x9F\x98\x80\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
    "\"\xD0\"", "\"\x01\"", "\"\n\"", "\"\x7F\"", "[]", "[ ]", "[1]", "[1,2]", "[1 2]", "[1,]", "[,1]", "[", "]", "[1", "{}", "{\"a\":1}", "{\"a\":1,\"a\":2}", "{\"a\"}", "{\"a\":}",
    "{a:1}", "{\"a\":1,}", "{,}", "{", "}", "{\"a\":[{\"b\":{}}]}", "1 2", "[] []", " [ 1 , { \"a\" : null } ] ", "\t\r\n1\n", "// no\n1", "/* no */1", "\xEF\xBB\xBF{}",
    std::string("\"a\0b\"", 5), "'a'", "[1}", "{\"a\":1]", "-a", "1a", "\"a\" :"};

}  // namespace

TEST_CASE("json parser: accepts and reads what another parser does") {
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(compared(text) == "same");
  }
}

TEST_CASE("json parser: the same for texts cut off, joined and changed") {
  std::uint64_t state = 7;
  const auto below = [&](std::size_t bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>((state >> 33) % bound);
  };
  const std::string alphabet = "{}[],:\"\\0123456789-+.eEtrufalsn \n\x80\xD0\xB0";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "{\"a\": [" + texts[below(texts.size())] + ", " + texts[below(texts.size())] + "], \"b\": " + texts[below(texts.size())] + "}";
    if (below(2)) text.resize(below(text.size() + 1));
    for (std::size_t k = below(3); k > 0 && !text.empty(); --k) text[below(text.size())] = alphabet[below(alphabet.size())];
    CAPTURE(text);
    REQUIRE(compared(text) == "same");
  }
}

TEST_CASE("json parser: a NUL byte is damage") {
  // The other parser takes it for the end of the text, which would hide what follows.
  CHECK_FALSE(parse_json(std::string("1\0", 2), "f").ok());
  CHECK_FALSE(parse_json(std::string("{}\0{", 4), "f").ok());
}

TEST_CASE("json parser: a value's offset is that of its first byte") {
  const std::string text = "\xEF\xBB\xBF{\"a\": [10, \"x\"], \"b\": {\"c\": true}}";
  const auto document = parse_json(text, "f");
  REQUIRE(document.ok());
  const JsonValue& root = document.value().root;
  CHECK(text[root.offset] == '{');
  CHECK(text.substr(root.find("a")->offset, 3) == "[10");
  CHECK(text.substr(root.find("a")->items[0].offset, 2) == "10");
  CHECK(text.substr(root.find("a")->items[1].offset, 3) == "\"x\"");
  CHECK(text.substr(root.find("b")->find("c")->offset, 4) == "true");
}

TEST_CASE("json parser: the number of values is limited") {
  std::string text = "[0";
  for (int i = 1; i < 100; ++i) text += ",0";
  text += "]";
  CHECK(parse_json(text, "f", {.max_values = 101}).ok());
  const auto refused = parse_json(text, "f", {.max_values = 100});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  CHECK(refused.error().message == "JSON of more than 100 values");
}
