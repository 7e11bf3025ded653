// The files of one unpacked package, wherever they lie: records of a container or files of a folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.hpp"
#include "core/base/json.hpp"
#include "core/base/limits.hpp"
#include "core/package/package.hpp"

namespace backstay::creatio {

struct PackageFile {
  std::string_view path;               // inside the package, '/' as separator; borrowed
  std::uint64_t size = 0;
  std::string_view content;            // when it is in memory anyway; borrowed
  const ByteSource* source = nullptr;  // otherwise read from here when asked for
};

struct PackageFiles {
  std::vector<PackageFile> files;
  std::string place;  // what goes before a path to name it inside the input: "" or "UsrCalls/"

  std::string name(const PackageFile& file) const { return place + std::string(file.path); }
};

// What reading one package has to say, and the package under construction.
struct Reading {
  const PackageFiles& files;
  const Limits& limits;
  Package& package;
  Findings& findings;
  Progress* progress = nullptr;

  // `offset` counts bytes of `text`, the file's content as stored; npos names no line.
  void report(std::string rule, Severity severity, std::string message, const PackageFile& file,
              std::string_view text = {}, std::size_t offset = std::string_view::npos, std::string remedy = {});
  void report(std::string rule, const Error& error);
};

// The content of `file`, in memory or read into `storage`.
// Errors: limit_exceeded over max_text_file_bytes, unreadable.
Result<std::string_view> load(const PackageFile& file, const Reading& reading, std::string& storage);

// The same parsed as JSON, forgiving a comma before a closing bracket, which is reported.
struct LoadedJson {
  std::string storage;         // the text, unless the package has it in memory
  std::string_view in_memory;
  JsonDocument document;

  std::string_view text() const { return in_memory.empty() ? std::string_view(storage) : in_memory; }
  const JsonValue& root() const { return document.root; }
};
Result<LoadedJson> load_json(const PackageFile& file, Reading& reading);

// Values as the vendor writes them.
std::string guid_in(const JsonValue& object, std::string_view key);  // normal form; as written when it is none; "" absent
std::optional<std::int64_t> date_in(const JsonValue& object, std::string_view key);  // "/Date(ms)/"
std::optional<int> code_in(const JsonValue& object, std::string_view key);
// Place of a value in a text that is at hand.
SourcePos place_in(std::string_view text, const std::string& file, std::size_t offset);

}  // namespace backstay::creatio
