// One archive per damage: refused with the right reason at the right place, whatever else is in the input.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <filesystem>

#include "tests/support/read_input.hpp"
#include "tests/support/test_files.hpp"

using namespace backstay;
using namespace backstay::testing;
using nlohmann::json;

namespace {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::missing: return "missing";
    case ErrorCode::not_recognised: return "not_recognised";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::unsafe: return "unsafe";
    case ErrorCode::limit_exceeded: return "limit_exceeded";
    case ErrorCode::unreadable: return "unreadable";
    case ErrorCode::cancelled: return "cancelled";
  }
  return "";
}

}  // namespace

TEST_CASE("damaged: every archive is refused with its reason and place") {
  const json expected = json::parse(read_test_file("tests/data/damaged/expected.json"), nullptr, false);
  REQUIRE(expected.is_object());
  CHECK(expected.size() > 60);
  for (const auto& item : expected.items()) {
    // Named, because clang 14 does not let a macro's lambda capture a structured binding.
    const std::string& name = item.key();
    const json& wanted = item.value();
    CAPTURE(name);
    const auto read = read_input(file_input("tests/data/damaged/" + name));
    CHECK(read.packages.size() == wanted.at("packages"));
    Error error = read.error;
    if (wanted.at("packages") > 0) {
      REQUIRE(read.ok);
      CHECK(read.set.has_unreadable_part);
      const Finding* finding = read.find("archive/malformed");
      REQUIRE(finding);
      error = {ErrorCode::malformed, finding->at, finding->message};
    } else {
      REQUIRE_FALSE(read.ok);
    }
    CHECK_MESSAGE(name_of(error.code) == wanted.at("code"), error.message);
    CHECK_MESSAGE(error.message.find(wanted.at("text")) != std::string::npos, error.message);
    if (!wanted.at("offset").is_null()) CHECK_MESSAGE(error.at.offset == wanted.at("offset"), error.message);
    CHECK_FALSE(error.at.file.empty());
  }
}

TEST_CASE("damaged: no archive lies about without an expectation") {
  const json expected = json::parse(read_test_file("tests/data/damaged/expected.json"), nullptr, false);
  std::size_t archives = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(BACKSTAY_SOURCE_DIR) + "/tests/data/damaged")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".gz") && !name.ends_with(".zip")) continue;
    ++archives;
    CHECK_MESSAGE(expected.contains(name), name);
  }
  CHECK(archives == expected.size());
}
