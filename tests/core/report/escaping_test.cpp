// What comes out of strangers' bytes: valid UTF-8, and nothing that acts.
#include "core/report/json_writer.hpp"
#include "core/report/markup.hpp"
#include "core/report/time_text.hpp"
#include "core/report/utf8.hpp"

#include <doctest/doctest.h>

#include "core/base/json.hpp"

using namespace backstay;
using namespace backstay::report;

namespace {

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("utf8: damaged bytes become U+FFFD, everything else stays") {
  struct Row {
    const char* what;
    std::string_view bytes, expected;
  };
  static constexpr Row rows[] = {
      {"ascii", "a.sql", "a.sql"},
      {"four lengths", "\x24 \xC2\xA2 \xE2\x82\xAC \xF0\x90\x8D\x88", "\x24 \xC2\xA2 \xE2\x82\xAC \xF0\x90\x8D\x88"},
      {"lone continuation", "a\x80z", "a\xEF\xBF\xBDz"},
      {"cut off at the end", "a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"overlong slash", "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"overlong in three bytes", "\xE0\x80\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"above the last plane", "\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(valid_utf8(row.bytes) == row.expected);
  }
}

TEST_CASE("utf8: every byte pair gives a JSON string that parses") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char bytes[2] = {static_cast<char>(first), static_cast<char>(second)};
      const auto parsed = parse_json(json_of({bytes, 2}), "pair");
      REQUIRE(parsed.ok());
      CHECK(parsed.value().root.string == valid_utf8({bytes, 2}));
    }
  }
}

TEST_CASE("visible: control characters and direction changes can be read instead of acting") {
  CHECK(visible("a\x1b[31mred\n\r\t") == "a\\x1b[31mred\\n\\r\\t");
  CHECK(visible("gpj.\xE2\x80\xAEtxt") == "gpj.\\u202etxt");
  CHECK(visible("\xC2\x9B" "31m") == "\\x9b31m");  // CSI as one C1 character
  CHECK(visible("\x7F\xEF\xBB\xBF") == "\\x7f\\ufeff");
  CHECK(visible("имя 名前") == "имя 名前");
  CHECK(visible(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("width: wide characters take two columns, marks none") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("名前") == 4);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("\xF0\x9F\x98\x80") == 2);
}

TEST_CASE("json writer: order of calls, null rules, one line or many") {
  for (const std::size_t indent : {0u, 2u}) {
    std::string out;
    JsonWriter writer(out, indent);
    writer.begin_object();
    writer.member_or_null("empty", "");
    writer.optional_flag("flag", std::nullopt);
    writer.key("list");
    writer.begin_array();
    writer.number(1);
    writer.begin_object();
    writer.end_object();
    writer.end_array();
    writer.member("text", "\"\\\x01\xE2\x80\xA8");
    writer.end_object();
    CHECK(out == (indent == 0 ? R"({"empty":null,"flag":null,"list":[1,{}],"text":"\"\\\u0001\u2028"})"
                              : "{\n  \"empty\": null,\n  \"flag\": null,\n  \"list\": [\n    1,\n    {}\n  ],\n"
                                "  \"text\": \"\\\"\\\\\\u0001\\u2028\"\n}"));
  }
}

TEST_CASE("xml: markup is text, and what XML cannot hold is made visible") {
  CHECK(xml_text("<script>alert('x')</script> & \"q\"") == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot;");
  CHECK(xml_text("a\x01\x1b\n") == "a\\x01\\x1b\\n");
  CHECK(xml_text("a\n\tb", true) == "a\n\tb");
  CHECK(xml_text("\xEF\xBF\xBF\xFF") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("markdown: no emphasis, link, mention, table cell or HTML comes from an input") {
  CHECK(markdown_text("*a* _b_ `c` [d](http://e) <f> @team | g") ==
        "\\*a\\* \\_b\\_ \\`c\\` \\[d\\]\\(http&#58;//e\\) &lt;f&gt; &#64;team \\| g");
  CHECK(markdown_text("www.example.org") == "www&#46;example.org");
  CHECK(markdown_text("one\ntwo") == "one\\\\ntwo");
  CHECK(markdown_code("plain") == "`plain`");
  CHECK(markdown_code("a`b``c|d") == "```a`b``c\\|d```");
  CHECK(markdown_code("`") == "`` ` ``");
}

TEST_CASE("workflow commands: a message cannot end its line, a property cannot end itself") {
  CHECK(workflow_message("50%\r\n::error::fake") == "50%25\\r%0A::error::fake");
  CHECK(workflow_property("a,b:c%") == "a%2Cb%3Ac%25");
  CHECK(workflow_message("\x1b[2J") == "\\x1b[2J");
}

TEST_CASE("uri: paths are encoded, a relative one never names a host or a scheme") {
  CHECK(uri_of("Пакет/a b.sql") == "%D0%9F%D0%B0%D0%BA%D0%B5%D1%82/a%20b.sql");
  CHECK(uri_of("/tmp/a#b?.zip") == "file:///tmp/a%23b%3F.zip");
  CHECK(uri_of("javascript:alert(1)") == "javascript%3Aalert%281%29");
  CHECK(uri_of("a\\b") == "a/b");
  CHECK(uri_of("\\\\host\\share") == ".//host/share");
}

TEST_CASE("time: milliseconds to ISO text, also before 1970 and at the edges") {
  struct Row {
    std::int64_t ms;
    const char* expected;
  };
  static constexpr Row rows[] = {
      {0, "1970-01-01T00:00:00Z"},
      {1704103200000, "2024-01-01T10:00:00Z"},
      {1704103200123, "2024-01-01T10:00:00.123Z"},
      {-1, "1969-12-31T23:59:59.999Z"},
      {951782400000, "2000-02-29T00:00:00Z"},
      {-62135596800000, "0001-01-01T00:00:00Z"},
      {-62135596800001, ""},
      {253402300799999, "9999-12-31T23:59:59.999Z"},
      {253402300800000, ""},
      {INT64_MIN, ""},
      {INT64_MAX, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.ms);
    CHECK(iso_time(row.ms) == row.expected);
  }
}
