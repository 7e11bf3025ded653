#include "core/package/creatio/container.hpp"

#include <doctest/doctest.h>

#include "core/package/gzip.hpp"
#include "tests/support/containers.hpp"
#include "tests/support/read_input.hpp"
#include "tests/support/test_files.hpp"

using namespace backstay;
using namespace backstay::testing;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }

const Records small_package = {{"descriptor.json", descriptor_json("UsrSmall")},
                               {"SqlScripts\\UsrA\\descriptor.json", script_json("UsrA", ", \"DBEngineType\": 2, \"InstallType\": 1")},
                               {"SqlScripts\\UsrA\\UsrA.sql", "select 1;"},
                               {"CommitLocker", ""}};

}  // namespace

TEST_CASE("container: records, their places and separators") {
  const std::string data = record_bytes(small_package);
  const auto read = creatio::read_container(bytes_of(data), "UsrSmall.gz", {});
  REQUIRE(read.ok());
  const creatio::Container& container = read.value();
  REQUIRE(container.records.size() == 4);
  CHECK(container.records[1].path == "SqlScripts/UsrA/descriptor.json");
  CHECK(container.records[2].content == "select 1;");
  CHECK(container.records[0].offset == 0);
  CHECK(container.records[1].offset == 4 + 30 + 4 + small_package[0].second.size());
  CHECK(container.separators.at("backslash") == 2);
  CHECK(container.separators.at("none") == 2);
  CHECK(container.separators.count("slash") == 0);
}

TEST_CASE("container: cut off at every byte it is an error or an earlier end of records, never more") {
  const std::string data = record_bytes(small_package);
  std::size_t whole = 0;
  for (std::size_t length = 0; length <= data.size(); ++length) {
    const auto read = creatio::read_container(bytes_of(data).first(length), "UsrSmall.gz", {});
    if (read.ok()) {
      ++whole;
    } else {
      CHECK(read.error().at.offset <= length);
    }
  }
  CHECK(whole == small_package.size() + 1);
}

TEST_CASE("container: a gzip file cut off at every byte is refused") {
  const std::string packed = container(small_package);
  for (std::size_t length = 0; length < packed.size(); ++length) {
    const auto read = read_input(bytes_input("UsrSmall.gz", packed.substr(0, length)));
    CHECK_FALSE(read.ok);
    CHECK(read.packages.empty());
  }
  CHECK(read_input(bytes_input("UsrSmall.gz", packed)).ok);
}

TEST_CASE("container: any one byte changed in a gzip file never gives another content") {
  const std::string packed = container(small_package), data = record_bytes(small_package);
  std::size_t same = 0;
  for (std::size_t at = 0; at < packed.size(); ++at) {
    for (const int change : {1, 0x80, 0xFF}) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      InflateBudget budget{Limits{}};
      InflateBuffer buffer;
      const auto inflated = gunzip(bytes_of(damaged), "a.gz", budget, buffer, {});
      if (!inflated.ok()) continue;
      CHECK(as_text(inflated.value()) == data);
      ++same;
    }
  }
  // Text mark, date, compression hint and host of the header, unused bits of the last block.
  CHECK(same < 25);
}

TEST_CASE("container: several gzip members are one container") {
  const std::string data = record_bytes(small_package);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{50}, data.size() - 1, data.size()}) {
    const std::string packed = gzip(data.substr(0, cut)) + gzip(data.substr(cut));
    const auto read = read_input(bytes_input("UsrSmall.gz", packed));
    CAPTURE(cut);
    REQUIRE(read.ok);
    CHECK(read.packages[0].counts.records == 4);
    CHECK(read.packages[0].packed_bytes == packed.size());
  }
  // A large member before a small one: the length in the trailer says nothing about the whole.
  Records large = small_package;
  large.push_back({"Files\\large.txt", std::string(300'000, 'x')});
  const std::string bytes = record_bytes(large);
  CHECK(read_input(bytes_input("a.gz", gzip(bytes.substr(0, bytes.size() - 3)) + gzip(bytes.substr(bytes.size() - 3)))).ok);
}

TEST_CASE("container: stored blocks, extra header fields and names are read") {
  const std::string data = record_bytes(small_package);
  const std::string packed = gzip(data);
  std::string stored(packed.substr(0, 10));
  for (std::size_t at = 0; at < data.size(); at += 40) {
    const std::size_t length = std::min<std::size_t>(40, data.size() - at);
    stored += at + length == data.size() ? '\1' : '\0';
    stored += static_cast<char>(length);
    stored += '\0';
    stored += static_cast<char>(~length);
    stored += '\xFF';
    stored += data.substr(at, length);
  }
  stored += packed.substr(packed.size() - 8);
  CHECK(read_input(bytes_input("a.gz", stored)).ok);
  std::string named = packed;
  named[3] = 0x0C;  // extra field and name
  named.insert(10, std::string("\3\0abcUsrSmall\0", 14));
  CHECK(read_input(bytes_input("a.gz", named)).ok);
}

TEST_CASE("container: names without ASCII, compared without case") {
  // Cyrillic capital and small zhe, U+0416 and U+0436; and a pair beyond the first plane.
  const auto with_name = [](std::initializer_list<std::uint16_t> units) {
    std::string out = record_bytes({{"descriptor.json", descriptor_json("UsrSmall")}});
    for (const std::uint16_t last : {std::uint16_t{0}, std::uint16_t{1}}) {
      put_i32(out, static_cast<std::uint32_t>(units.size()));
      std::size_t i = 0;
      for (std::uint16_t unit : units) {
        if (++i == units.size()) unit = static_cast<std::uint16_t>(unit + 0x20 * last);
        out += static_cast<char>(unit & 0xFF);
        out += static_cast<char>(unit >> 8);
      }
      put_i32(out, 0);
    }
    return out;
  };
  const std::string twice = with_name({'F', 0x0416});
  const auto read = creatio::read_container(bytes_of(twice), "a.gz", {});
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == ErrorCode::unsafe);
  const std::string pair = with_name({0xD83D, 0xDE00});
  const auto emoji = creatio::read_container(bytes_of(pair), "a.gz", {});
  REQUIRE(emoji.ok());
  CHECK(emoji.value().records[1].path == "\xF0\x9F\x98\x80");
}

TEST_CASE("container: limits") {
  Limits limits;
  limits.max_records = 3;
  CHECK(read_input(bytes_input("a.gz", container(small_package)), limits).error.code == ErrorCode::limit_exceeded);
  limits.max_records = 4;
  CHECK(read_input(bytes_input("a.gz", container(small_package)), limits).ok);
  const std::string data = record_bytes(small_package);
  limits.max_package_inflated_bytes = data.size();
  CHECK(read_input(bytes_input("a.gz", container(small_package)), limits).ok);
  limits.max_package_inflated_bytes = data.size() - 1;
  const auto read = read_input(bytes_input("a.gz", container(small_package)), limits);
  CHECK(read.error.code == ErrorCode::limit_exceeded);
}
