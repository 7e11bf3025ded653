// Zip and gzip against everything that is meant to hurt: bombs, depth, masses of members, lying sizes.
#include <doctest/doctest.h>

#include "core/package/archive.hpp"
#include "core/package/gzip.hpp"
#include "core/package/zip.hpp"
#include "tests/support/bombs.hpp"
#include "tests/support/containers.hpp"
#include "tests/support/read_input.hpp"
#include "tests/support/test_files.hpp"

using namespace backstay;
using namespace backstay::testing;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }

// A source that only hands out ranges and counts what it handed out, as the browser's does.
class RangeSource final : public ByteSource {
 public:
  explicit RangeSource(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return false;
    bytes_.copy(reinterpret_cast<char*>(into.data()), into.size(), offset);
    served += into.size();
    return true;
  }
  mutable std::uint64_t served = 0;

 private:
  std::string bytes_;
};

class BrokenSource final : public ByteSource {
 public:
  explicit BrokenSource(std::string bytes, std::uint64_t good) : bytes_(std::move(bytes)), good_(good) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset + into.size() > good_ && offset < bytes_.size() - 70) return false;
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return false;
    bytes_.copy(reinterpret_cast<char*>(into.data()), into.size(), offset);
    return true;
  }

 private:
  std::string bytes_;
  std::uint64_t good_;
};

std::string with_record_header(std::uint32_t content) {
  std::string start = record_bytes({{"descriptor.json", descriptor_json("UsrBomb")}});
  std::string last = record_bytes({{"Files\\zeros", ""}});
  last.resize(last.size() - 4);
  start += last;
  put_i32(start, content);
  return start;
}

struct Inflated {
  bool ok = false;
  Error error;
  std::size_t memory = 0;
};

Inflated inflate(const std::string& packed, const HeadCheck& look = {}) {
  InflateBudget budget{Limits{}};
  InflateBuffer buffer;
  const auto result = gunzip(bytes_of(packed), "bomb.gz", budget, buffer, look);
  return {result.ok(), result.ok() ? Error{} : result.error(), buffer.capacity()};
}

}  // namespace

TEST_CASE("archive: 1 GB of zeros is refused before it is inflated") {
  const std::string bomb = gzip_bomb("", 1000, 1000u << 20);
  CHECK(bomb.size() < 2'000'000);
  const auto read = read_input(bytes_input("UsrBomb.gz", bomb));
  REQUIRE_FALSE(read.ok);
  CHECK(read.error.code == ErrorCode::malformed);
  CHECK(read.error.message.find("name of 0 characters") != std::string::npos);
  CHECK(inflate(bomb).memory == 0);
  CHECK(inflate(bomb).error.code == ErrorCode::limit_exceeded);
}

TEST_CASE("archive: a bomb that begins like a package is stopped by its ratio, whatever length it claims") {
  const std::string start = with_record_header(1000u << 20);
  const std::uint32_t size = static_cast<std::uint32_t>(start.size()) + (1000u << 20);
  for (const std::uint32_t claimed : {size, 1000u, 0u, 0xFFFFFFFFu}) {
    CAPTURE(claimed);
    const std::string bomb = gzip_bomb(start, 1000, claimed);
    const auto read = read_input(bytes_input("UsrBomb.gz", bomb));
    REQUIRE_FALSE(read.ok);
    CHECK(read.error.code == ErrorCode::limit_exceeded);
    CHECK(inflate(bomb).memory <= (200u << 20));
  }
  // As a member of a delivery: the others are still read.
  const auto delivery = read_input(bytes_input("d.zip", zip_of({{"UsrBomb.gz", gzip_bomb(start, 1000, size)}, {"UsrGood.gz", packed_package("UsrGood")}})));
  REQUIRE(delivery.ok);
  CHECK(delivery.packages.size() == 1);
  CHECK(delivery.has("archive/limit-exceeded"));
}

TEST_CASE("archive: large but honest content is read") {
  const auto read = read_input(bytes_input("UsrLarge.gz", packed_package("UsrLarge", {{"Files\\zeros", std::string(20u << 20, '\0')}})));
  REQUIRE(read.ok);
  CHECK(read.packages[0].bytes > (20u << 20));
}

TEST_CASE("archive: zips in zips are followed to the limit and no further") {
  std::string nested = zip_of({{"UsrGood.gz", packed_package("UsrGood")}});
  const auto twice = read_input(bytes_input("a.zip", zip_of({{"UsrGood.gz", nested}})));
  REQUIRE(twice.ok);
  REQUIRE(twice.packages.size() == 1);
  CHECK(twice.packages[0].file == "UsrGood.gz/UsrGood.gz");
  CHECK(twice.packages[0].at.file == "UsrGood.gz/UsrGood/descriptor.json");
  CHECK(twice.has("archive/nested"));
  for (int depth = 0; depth < 50; ++depth) nested = zip_of({{"UsrGood.gz", nested}});
  const auto deep = read_input(bytes_input("a.zip", nested));
  REQUIRE_FALSE(deep.ok);
  CHECK(deep.error.code == ErrorCode::limit_exceeded);
}

TEST_CASE("archive: a container whose file is really a zip, and one packed twice") {
  const std::string good = packed_package("UsrGood");
  const auto renamed = read_input(bytes_input("UsrGood.gz", zip_of({{"UsrGood.gz", good}})));
  REQUIRE(renamed.ok);
  CHECK(renamed.set.kind == InputKind::creatio_delivery);
  CHECK(renamed.packages.size() == 1);
  const auto twice = read_input(bytes_input("UsrGood.gz", gzip(good)));
  REQUIRE_FALSE(twice.ok);
  CHECK(twice.error.code == ErrorCode::malformed);
}

TEST_CASE("archive: a zip of zeros and an endless zip") {
  const std::string zeros = zip_of({{"UsrBomb.gz", std::string(64u << 20, '\0')}});
  const auto read = read_input(bytes_input("a.zip", zeros));
  REQUIRE_FALSE(read.ok);
  // Twice the free bytes: refused for what the directory says.
  CHECK(read.error.code == ErrorCode::limit_exceeded);
  const auto small = read_input(bytes_input("a.zip", zip_of({{"UsrBomb.gz", std::string(1u << 20, '\0')}})));
  CHECK(small.error.code == ErrorCode::not_recognised);
}

TEST_CASE("archive: many members share one budget") {
  Records members;
  const std::string start = with_record_header(20u << 20);
  const std::string heavy = gzip_bomb(start, 20, static_cast<std::uint32_t>(start.size()) + (20u << 20));
  for (int i = 0; i < 30; ++i) members.push_back({"UsrHeavy" + std::to_string(i) + ".gz", heavy});
  const auto read = read_input(bytes_input("a.zip", zip_of(members)));
  REQUIRE(read.ok);
  CHECK(read.set.has_unreadable_part);
  CHECK(read.packages.size() < 10);
  CHECK(read.has("archive/limit-exceeded"));
}

TEST_CASE("archive: 60,000 members are listed, and a mass of records is walked") {
  Records members;
  for (int i = 0; i < 60'000; ++i) members.push_back({"m" + std::to_string(i) + ".txt", ""});
  members.push_back({"UsrGood.gz", packed_package("UsrGood")});
  const auto read = read_input(bytes_input("a.zip", zip_of(members)));
  REQUIRE(read.ok);
  CHECK(read.packages.size() == 1);
  CHECK(read.has("archive/extra-member"));

  Records records;
  for (int i = 0; i < 199'999; ++i) records.push_back({"Files\\f" + std::to_string(i), ""});
  const auto most = read_input(bytes_input("UsrMany.gz", packed_package("UsrMany", records)));
  REQUIRE(most.ok);
  CHECK(most.packages[0].counts.files == 200'000);
  records.push_back({"Files\\one-too-many", ""});
  CHECK(read_input(bytes_input("UsrMany.gz", packed_package("UsrMany", records))).error.code == ErrorCode::limit_exceeded);
}

TEST_CASE("archive: a large zip is read by ranges, each byte about once") {
  Records members;
  for (int i = 0; i < 20; ++i) {
    std::string noise(200'000, '\0');
    std::uint32_t state = static_cast<std::uint32_t>(i) + 1;
    for (char& c : noise) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
    members.push_back({"UsrP" + std::to_string(i) + ".gz", packed_package("UsrP" + std::to_string(i), {{"Files\\noise", noise}})});
  }
  const auto source = std::make_shared<RangeSource>(zip_of(members));
  const auto read = read_input({.path = "d.zip", .is_folder = false, .files = {{.path = "d.zip", .bytes = source}}, .sha256 = {}});
  REQUIRE(read.ok);
  CHECK(read.packages.size() == 20);
  CHECK(source->served < source->size() + source->size() / 10 + 200'000);
}

TEST_CASE("archive: a source that stops delivering is an error of its own") {
  const std::string zip = zip_of({{"UsrGood.gz", packed_package("UsrGood")}});
  const auto read = read_input({.path = "d.zip", .is_folder = false, .files = {{.path = "d.zip", .bytes = std::make_shared<BrokenSource>(zip, 4)}}, .sha256 = {}});
  REQUIRE_FALSE(read.ok);
  CHECK((read.error.code == ErrorCode::unreadable || read.error.code == ErrorCode::malformed));
}

TEST_CASE("archive: a zip cut off or changed at any byte never gives another content") {
  const std::string zip = zip_of({{"UsrGood.gz", packed_package("UsrGood", {{"Files\\a.txt", "some text"}})}, {"UsrOther.gz", packed_package("UsrOther")}});
  for (std::size_t length = 0; length < zip.size(); ++length) CHECK_FALSE(read_input(bytes_input("a.zip", zip.substr(0, length))).ok);
  const auto whole = read_input(bytes_input("a.zip", zip));
  REQUIRE(whole.packages.size() == 2);
  for (std::size_t at = 0; at < zip.size(); ++at) {
    std::string damaged = zip;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    const auto read = read_input(bytes_input("a.zip", damaged));
    for (const Package& package : read.packages) CHECK((package.name == "UsrGood" ? package.bytes == whole.packages[0].bytes : package.bytes == whole.packages[1].bytes));
  }
}

TEST_CASE("archive: stopping is an answer of its own") {
  struct Stop final : Progress {
    bool report(std::string_view, std::uint64_t, std::uint64_t) override { return ++calls < 6; }  // three calls for each package
    int calls = 0;
  } stop;
  const Input delivery = file_input("tests/data/creatio/packed/tangled-delivery.zip");
  std::size_t packages = 0;
  const auto count = [&](Package&&) { return ++packages < 100; };
  const auto stopped = read_package_set(delivery, {}, &stop, count);
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().code == ErrorCode::cancelled);
  CHECK(packages == 2);
  packages = 0;
  const auto refused = read_package_set(delivery, {}, nullptr, [&](Package&&) { return ++packages < 3; });
  CHECK(refused.error().code == ErrorCode::cancelled);
  CHECK(packages == 3);
}
