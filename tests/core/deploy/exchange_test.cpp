#include "core/deploy/exchange.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::deploy;

namespace {

std::string outcome(std::string_view json, const Limits& limits = {}) {
  const auto answer = order_exchange(json, "-", limits);
  if (answer.ok()) return answer.value();
  return std::string(error_rule(answer.error().code)) + " " + std::to_string(answer.error().at.line) + ":" +
         std::to_string(answer.error().at.column) + " " + answer.error().message;
}

}  // namespace

TEST_CASE("exchange: the documented deadlock") {
  CHECK(outcome(R"({"versions": [
    {"package": "147fa70d-6519-4393-b5d0-87931f9fd609", "name": "Root", "version": "5.1.8"},
    {"package": "147FA70D65194393B5D087931F9FD609", "name": "Root", "version": "5.1.9", "deps": []},
    {"deps": [{"version": " 5.1.8", "package": "147fa70d-6519-4393-b5d0-87931f9fd609"}], "version": "5.3.0", "name": "Security", "package": "S"},
    {"package": "S", "name": "Security", "version": "5.3.1", "deps": [{"package": "147fa70d-6519-4393-b5d0-87931f9fd609", "version": "5.1.8"}]},
    {"package": "S", "name": "Security", "version": "5.3.2", "deps": [{"package": "147fa70d-6519-4393-b5d0-87931f9fd609", "version": "5.1.8"}]},
    {"package": "A", "name": "A", "version": "1.0", "note": {"deps": [1]}, "deps": [
      {"package": "147fa70d-6519-4393-b5d0-87931f9fd609", "version": " 5.1.9"}, {"package": "S", "version": " 5.3.1"}, {"package": "X", "version": "1"}]}]})") ==
        "{\"ok\": false, \"error\": \"deadlock\", \"order\": [0, 2, 3], \"candidates\": ["
        "{\"index\": 1, \"name\": \"Root\", \"version\": \"5.1.9\", \"deps\": [\"Root 5.1.8\"]}, "
        "{\"index\": 4, \"name\": \"Security\", \"version\": \"5.3.2\", \"deps\": [\"Root 5.1.8\", \"Security 5.3.1\"]}, "
        "{\"index\": 5, \"name\": \"A\", \"version\": \"1.0\", \"deps\": [\"Root  5.1.9\", \"Security  5.3.1\", \"X 1\"]}], \"conflicts\": ["
        "{\"index\": 4, \"name\": \"Security\", \"version\": \"5.3.2\", \"dependsOn\": \"Root 5.1.8\", \"holds\": 1}, "
        "{\"index\": 5, \"name\": \"A\", \"version\": \"1.0\", \"dependsOn\": \"Security 5.3.1\", \"holds\": 4}]}\n");
}

TEST_CASE("exchange: an order, a version that names itself, odd texts") {
  CHECK(outcome(R"({"versions": []})") == "{\"ok\": true, \"error\": null, \"order\": [], \"candidates\": [], \"conflicts\": []}\n");
  CHECK(outcome(R"({"versions": [{"package": "B\u0001\"", "version": "2"}, {"package": "A", "version": "1"}]})") ==
        "{\"ok\": true, \"error\": null, \"order\": [1, 0], \"candidates\": [], \"conflicts\": []}\n");
  CHECK(outcome(R"({"versions": [{"package": "\"\u0001", "version": "2", "deps": [{"package": "\"\u0001", "version": "2.0"}]}]})") ==
        "{\"ok\": false, \"error\": \"self-dependency\", \"order\": [], \"candidates\": [], \"conflicts\": [], "
        "\"selfDependency\": {\"index\": 0, \"name\": \"\\\"\\u0001\", \"version\": \"2\"}}\n");
}

TEST_CASE("exchange: an id is one package however it is written, and its first name stays") {
  CHECK(outcome(R"({"versions": [{"package": "A", "version": "1", "deps": [{"package": "147FA70D65194393B5D087931F9FD609", "version": "9"}]},
    {"package": "{147fa70d-6519-4393-b5d0-87931f9fd609}", "name": "Root", "version": "1", "deps": [{"package": "147FA70D-6519-4393-B5D0-87931F9FD609", "version": " 1.0"}]},
    {"package": "147fa70d-6519-4393-b5d0-87931f9fd609", "name": "Other", "version": "2"}]})")
            .ends_with("\"selfDependency\": {\"index\": 1, \"name\": \"Root\", \"version\": \"1\"}}\n"));
}

TEST_CASE("exchange: what is refused, with its place") {
  CHECK(outcome("").starts_with("archive/malformed 1:1"));
  CHECK(outcome("[]") == "archive/malformed 0:0 no list \"versions\" in the exchange file");
  CHECK(outcome("{}") == "archive/malformed 0:0 no list \"versions\" in the exchange file");
  CHECK(outcome("{\"versions\": [\n{\"package\": oops").starts_with("archive/malformed 2:13 not valid JSON"));
  CHECK(outcome(R"({"versions": [1]})") == "archive/malformed 0:0 versions[0] is no object");
  CHECK(outcome(R"({"versions": [[]]})") == "archive/malformed 0:0 versions[0] is no object");
  CHECK(outcome(R"({"versions": [{"package": "A", "version": "1"}, {"version": "1"}]})") == "archive/malformed 0:0 versions[1] has no package");
  CHECK(outcome(R"({"versions": [{"package": "A"}]})") == "archive/malformed 0:0 versions[0] has no version");
  CHECK(outcome(R"({"versions": [{"package": "A", "version": "1", "deps": [{"package": "B", "version": "x"}]}]})") ==
        "archive/malformed 0:0 versions[0].deps[0]: \"x\" is no version number");
  CHECK(outcome(R"({"versions": [{"package": "A", "version": "1", "deps": [7]}]})") == "archive/malformed 0:0 versions[0].deps[0] is no object");
  Limits limits;
  limits.max_deployment_versions = 1;
  CHECK(outcome(R"({"versions": [{"package": "A", "version": "1"}, {"package": "A", "version": "2"}]})", limits) == "archive/limit-exceeded 0:0 more than 1 versions");
  CHECK(outcome("{\"a\": " + std::string(1'000'000, '[')) == "archive/limit-exceeded 0:0 JSON nested deeper than 64");
}
