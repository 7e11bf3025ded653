// Nothing secret gets past the redactor, and JSON stays JSON.
#include <doctest/doctest.h>

#include "core/base/json.hpp"
#include "native-plugin/services/redact.hpp"

using backstay::plugin::Redactor;

TEST_CASE("redactor: one row per way to write a password") {
  struct Row {
    const char* text;
    const char* expected;
  };
  static constexpr Row rows[] = {
      {"host=db password=hunter2 port=1", "host=db password=*** port=1"},
      {"password = 'it is \\' long' x", "password = '***' x"},
      {"Driver={PG};PWD={a;b};Server=x", "Driver={PG};PWD={***};Server=x"},
      {"PASSWORD=abc;", "PASSWORD=***;"},
      {"postgresql://me:hunter2@db:5432/crm", "postgresql://me:***@db:5432/crm"},
      {"postgresql://me@db/crm and mail a:b@c", "postgresql://me@db/crm and mail a:b@c"},
      {"postgresql://me:p@ss@db/crm?sslmode=x", "postgresql://me:***@db/crm?sslmode=x"},
      {R"({"password":"a b\"c","x":1})", R"({"password":"***","x":1})"},
      {R"({"password": 1234})", R"({"password": "***"})"},
      {R"({"text":"{\"password\":\"abc\"}"})", R"({"text":"{\"password\":\"***\"}"})"},
      {R"({"url":"postgresql:///crm?password=abc&x=1"})", R"({"url":"postgresql:///crm?password=***&x=1"})"},
      {"no_password_here is fine", "no_password_here is fine"},
      {"the password was wrong", "the password was wrong"},
      {"password=", "password="},
      {"", ""},
  };
  const Redactor redact;
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(redact(row.text) == row.expected);
    if (row.text[0] == '{') CHECK(backstay::parse_json(redact(row.text), "").ok());
  }
}

TEST_CASE("redactor: registered secrets vanish wherever they stand") {
  Redactor redact;
  redact.add_secrets_of_url("postgresql://me:s3cret-1@db/crm?password=s3cret-2");
  redact.add_secrets_of_url("odbc:Driver=x;PWD={s3cret-3};");
  redact.add_secret("abc");  // too short: would blot out half of every text
  CHECK(redact("login failed for s3cret-1, s3cret-2 and s3cret-3 (abc)") == "login failed for ***, *** and *** (abc)");
}
