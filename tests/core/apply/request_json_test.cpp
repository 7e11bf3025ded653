#include "core/apply/request_json.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::apply;

TEST_CASE("request json: what is empty is left out, values keep their kind") {
  Request request;
  request.kind = RequestKind::execute;
  request.sql = "SELECT \"a\"";
  request.values = {db::Value::null(), db::Value::of(std::int64_t{7}), db::Value::of_real(0.5), db::Value::of("x\n"),
                    db::Value::blob(std::string("\0\1\xff", 3)), db::Value::of(std::int64_t{9'007'199'254'740'993})};
  CHECK(request_json(request) ==
        R"({"kind":"execute","sql":"SELECT \"a\"","values":[null,7,{"real":0.5},"x\n",{"blob":"AAH/"},{"integer":"9007199254740993"}]})");
  Request other;
  other.kind = RequestKind::run_script;
  other.is_outside_transaction = true;
  other.timeout_ms = 500;
  other.changes.push_back({"A/b", true, "", "", ""});
  CHECK(request_json(other) == R"({"kind":"run-script","changes":[{"key":"A/b","removal":true}],"timeout_ms":500,"outside":true})");
}

TEST_CASE("request json: an answer is read back with rows, problem and document") {
  const auto read = answer_from_json(
      R"({"outcome":"failed","problem":{"code":"db","message":"no","sqlstate":"42P01","offset":12},"document":"d",)"
      R"("rows":{"columns":["a"],"affected":3,"rows":[[null],[7],[{"real":0.5}],["x"],[{"blob":"AAH/"}],[{"integer":"9007199254740993"}],[true]]}})");
  REQUIRE(read.ok());
  const Answer& answer = read.value();
  CHECK(answer.outcome == Outcome::failed);
  CHECK(answer.problem.sqlstate == "42P01");
  CHECK(answer.problem.offset == 12);
  CHECK(answer.document == "d");
  CHECK(answer.rows.affected == 3);
  REQUIRE(answer.rows.rows.size() == 7);
  CHECK(answer.rows.rows[4][0] == db::Value::blob(std::string("\0\1\xff", 3)));
  CHECK(answer.rows.rows[5][0] == db::Value::of(std::int64_t{9'007'199'254'740'993}));
  CHECK(answer.rows.rows[6][0] == db::Value::of(std::int64_t{1}));
}

TEST_CASE("request json: what is no answer is refused") {
  for (const char* text : {"", "[]", "{}", R"({"outcome":"maybe"})", R"({"outcome":"ok","rows":{"rows":[[{"blob":"A"}]]}})",
                           R"({"outcome":"ok","rows":{"rows":[[[1]]]}})", R"({"outcome":"ok","rows":{"rows":[[{"integer":"x"}]]}})"}) {
    CAPTURE(text);
    CHECK_FALSE(answer_from_json(text).ok());
  }
}
