#include "core/package/creatio/pack.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "core/package/creatio/unpack.hpp"
#include "tests/support/containers.hpp"
#include "tests/support/read_input.hpp"
#include "tests/support/test_files.hpp"

using namespace backstay;
using namespace backstay::testing;
using creatio::pack_delivery;
using creatio::pack_package;

namespace {

std::map<std::string, std::string> files_of(const Input& folder) {
  std::map<std::string, std::string> files;
  for (const InputFile& file : folder.files) files[file.path] = read_all(*file.bytes, file.path, 1u << 30).value();
  return files;
}

struct Unpacked {
  std::map<std::string, std::string> files;
  std::string error;
};

Unpacked unpack(const Input& input) {
  Unpacked result;
  const auto done = creatio::unpack(input, {}, [&](std::string_view path, std::string_view bytes) {
    result.files[std::string(path)] = bytes;
    return true;
  });
  if (!done.ok()) result.error = done.error().message;
  return result;
}

Input folder_of(const std::map<std::string, std::string>& files) {
  Input folder{.path = "UsrMade", .is_folder = true, .files = {}, .sha256 = {}};
  for (const auto& [path, bytes] : files) folder.files.push_back({.path = path, .bytes = std::make_shared<MemorySource>(bytes)});
  return folder;
}

}  // namespace

TEST_CASE("pack: byte for byte what the samples' own packer writes") {
  struct Row {
    const char* folder;
    const char* packed;
    bool slash;
  };
  static constexpr Row rows[] = {
      {"safe-loyalty/1.0/UsrBsLoyalty", "UsrBsLoyalty-1.0.gz", false},
      {"safe-loyalty/1.0/UsrBsLoyalty", "UsrBsLoyalty-1.0-slash.gz", true},
      {"safe-loyalty/1.1/UsrBsLoyalty", "UsrBsLoyalty-1.1.gz", false},
      {"unsafe-patch/UsrBsRiskyPatch", "UsrBsRiskyPatch.gz", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.packed);
    const auto packed = pack_package(folder_input(std::string("tests/data/creatio/") + row.folder), {}, {.slash = row.slash});
    REQUIRE(packed.ok());
    CHECK(packed.value().bytes == read_test_file(std::string("tests/data/creatio/packed/") + row.packed));
  }
}

TEST_CASE("pack: a delivery, byte for byte, from one folder of packages or from several") {
  const std::string expected = read_test_file("tests/data/creatio/packed/tangled-delivery.zip");
  const auto whole = pack_delivery({folder_input("tests/data/creatio/tangled-delivery")}, {});
  REQUIRE(whole.ok());
  CHECK(whole.value() == expected);
  std::vector<Input> folders;
  for (const char* name : {"Billing", "OnCustom", "Optional", "Orders", "Orphan", "Renamed", "Reports", "TooNew"}) {
    folders.push_back(folder_input(std::string("tests/data/creatio/tangled-delivery/UsrBs") + name));
  }
  const auto parts = pack_delivery(folders, {});
  REQUIRE(parts.ok());
  CHECK(parts.value() == expected);
  folders.push_back(folders.front());
  CHECK_FALSE(pack_delivery(folders, {}).ok());
  CHECK_FALSE(pack_package(folder_input("tests/data/creatio/tangled-delivery"), {}).ok());
  CHECK_FALSE(pack_delivery({}, {}).ok());
}

TEST_CASE("pack: what is no part of a package stays outside") {
  const auto packed = pack_package(folder_of({{"descriptor.json", descriptor_json("UsrMade")},
                                              {"README.md", "no"},
                                              {"Tests/a.cs", "no"},
                                              {"schemas/UsrA/descriptor.json", "{}"},
                                              {"Files/a.txt", "yes"}}),
                                   {});
  REQUIRE(packed.ok());
  CHECK(packed.value().name == "UsrMade");
  const auto unpacked = unpack(bytes_input("UsrMade.gz", packed.value().bytes));
  CHECK(unpacked.error == "");
  REQUIRE(unpacked.files.size() == 3);
  CHECK(unpacked.files.count("UsrMade/schemas/UsrA/descriptor.json") == 1);
  CHECK(unpacked.files.at("UsrMade/Files/a.txt") == "yes");
}

TEST_CASE("pack: refused") {
  CHECK(pack_package(folder_of({{"a.txt", "1"}}), {}).error().code == ErrorCode::not_recognised);
  CHECK(pack_package(folder_of({{"descriptor.json", "{\"Descriptor\": {\"Name\": \"../evil\"}}"}}), {}).error().code == ErrorCode::unsafe);
  CHECK(pack_package(folder_of({{"descriptor.json", descriptor_json("UsrA")}, {"Files/a", "1"}, {"Files/A", "2"}}), {}).error().code == ErrorCode::unsafe);
  CHECK(pack_package(folder_of({{"descriptor.json", descriptor_json("UsrA")}, {"Files/\xFF", "1"}}), {}).error().code == ErrorCode::unsafe);
  Limits small;
  small.max_package_inflated_bytes = 200;
  CHECK(pack_package(folder_of({{"descriptor.json", descriptor_json("UsrA")}, {"Files/a", std::string(300, 'x')}}), small).error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("unpack: packing again gives the same bytes") {
  const std::string packed = read_test_file("tests/data/creatio/packed/UsrBsLoyalty-1.1.gz");
  const auto unpacked = unpack(bytes_input("UsrBsLoyalty.gz", packed));
  REQUIRE(unpacked.error == "");
  std::map<std::string, std::string> inside;
  for (const auto& [path, bytes] : unpacked.files) {
    REQUIRE(path.starts_with("UsrBsLoyalty/"));
    inside[path.substr(13)] = bytes;
  }
  CHECK(inside == files_of(folder_input("tests/data/creatio/safe-loyalty/1.1/UsrBsLoyalty")));
  CHECK(pack_package(folder_of(inside), {}).value().bytes == packed);

  const auto delivery = unpack(file_input("tests/data/creatio/packed/tangled-delivery.zip"));
  CHECK(delivery.error == "");
  auto folders = files_of(folder_input("tests/data/creatio/tangled-delivery"));
  folders.erase("expected.json");
  CHECK(delivery.files == folders);
}

TEST_CASE("unpack: any files survive being packed and unpacked") {
  std::mt19937 random(20260101);
  const auto below = [&](std::uint32_t limit) { return static_cast<std::size_t>(random() % limit); };
  const std::vector<std::string> parts = {"Usr", "a b", "\xD0\x96\xD1\x83\xD0\xBA", "\xF0\x9F\x98\x80", "x.y.z", "0", "data.json", "\xC3\xA9t\xC3\xA9"};
  const std::vector<std::string> tops = {"Assemblies", "Bin", "Data", "Files", "Resources", "Schemas", "SqlScripts"};
  for (int round = 0; round < 200; ++round) {
    std::map<std::string, std::string> files = {{"descriptor.json", descriptor_json("UsrMade")}};
    for (std::size_t i = below(12); i > 0; --i) {
      std::string path = tops[below(7)];
      for (std::size_t depth = 1 + below(3); depth > 0; --depth) path += "/" + parts[below(8)] + std::to_string(i);
      std::string bytes(below(2) ? below(5000) : 0, '\0');
      for (char& c : bytes) c = static_cast<char>(random());
      files[path] = bytes;
    }
    const auto packed = pack_package(folder_of(files), {}, {.slash = round % 2 == 0});
    REQUIRE(packed.ok());
    const auto unpacked = unpack(bytes_input("UsrMade.gz", packed.value().bytes));
    REQUIRE(unpacked.error == "");
    std::map<std::string, std::string> wanted;
    for (const auto& [path, bytes] : files) wanted["UsrMade/" + path] = bytes;
    REQUIRE(unpacked.files == wanted);
  }
}

TEST_CASE("unpack: no path trick reaches the sink") {
  const auto tried = [](const Records& records) { return unpack(bytes_input("UsrEvil.gz", container(records))); };
  const std::pair<std::string, std::string> good = {"descriptor.json", descriptor_json("UsrEvil")};
  for (const char* name : {"..\\a", "../a", "Files\\..\\..\\a", "\\a", "/a", "C:\\a", "c:a", "Files\\..", "Files\\a:stream", "Files\\con", "Files\\Nul.txt", "Files\\com1.log",
                           "LPT9", "Files\\a.", "Files\\a \\b", "Files\\a?b", "Files\\a*", "Files\\<a>", "Files\\a|b", "Files\\a\"b", "Files\\a\x01" "b", "Files\\conin$", "aux.h\\b"}) {
    CAPTURE(name);
    const auto result = tried({good, {name, "x"}});
    CHECK(result.error != "");
    CHECK(result.files.empty());
  }
  for (const char* name : {"Files\\console.txt", "Files\\com.txt", "Files\\comma", "Files\\.hidden", "Files\\a..b", "Files\\lpt10", "Files\\...b"}) {
    CAPTURE(name);
    CHECK(tried({good, {name, "x"}}).error == "");
  }
  CHECK(tried({good, {"Files\\a", "x"}, {"Files\\A\\b", "y"}}).error.find("a file and a folder") != std::string::npos);
}

TEST_CASE("unpack: one bad member and nothing is written") {
  const std::string good = packed_package("UsrGood"), evil = container({{"descriptor.json", descriptor_json("UsrEvil")}, {"..\\a", "x"}});
  const auto result = unpack(bytes_input("d.zip", zip_of({{"UsrGood.gz", good}, {"UsrEvil.gz", evil}})));
  CHECK(result.error.find("leaves its folder") != std::string::npos);
  CHECK(result.files.empty());
  CHECK(unpack(bytes_input("d.zip", zip_of({{"UsrGood.gz", good}, {"sub/UsrGood.gz", good}}))).error == "");
  CHECK(unpack(bytes_input("d.zip", zip_of({{"UsrGood.gz", good}, {"UsrGood", good}}))).error.find("two packages") != std::string::npos);
  CHECK(unpack(bytes_input("d.zip", zip_of({{"UsrGood.gz", good}, {"UsrGood/Files.gz", good}}))).error.find("two packages") != std::string::npos);
  CHECK(unpack(bytes_input("nul.gz", good)).error.find("device") != std::string::npos);
  CHECK(unpack(bytes_input("a.sql", "select 1")).error != "");
}
