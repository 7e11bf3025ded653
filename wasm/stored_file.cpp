#include "wasm/stored_file.hpp"

#include <algorithm>
#include <optional>

#include "core/package/creatio/unpack.hpp"
#include "core/package/read_package.hpp"
#include "core/package/zip.hpp"

namespace backstay::wasm {
namespace {

Error no_such_file(const std::string& file) { return {.code = ErrorCode::missing, .at = {.file = file}, .message = "no such file in this upload"}; }

// Scripts first: the reader stops at the package that has it, and gives what is embedded in other files, too.
std::optional<std::string> read_script(const Input& input, const std::string& file, const Limits& limits) {
  std::optional<std::string> found;
  const auto look = [&](Package& package) {
    for (Script& script : package.scripts) {
      if (!found && script.file == file) found = std::move(script.content);
    }
  };
  Result<PackageSet> set = read_package_set(input, limits, nullptr, [&](Package&& package) {
    look(package);
    return !found.has_value();
  });
  if (!found && set.ok()) {
    for (Package& package : set.value().packages) look(package);
  }
  return found;
}

Result<Input> members_of(const Input& input, const Limits& limits) {
  Result<ZipArchive> zip = ZipArchive::open(input.files.front().bytes, input.path, limits);
  if (!zip.ok()) return zip.error();
  Input folder;
  folder.path = input.path;
  folder.is_folder = true;
  InflateBudget budget(limits);
  InflateBuffer raw, inflated;
  for (const ZipMember& member : zip.value().members()) {
    if (member.is_folder) continue;
    const auto bytes = zip.value().read(member, budget, raw, inflated);
    if (!bytes.ok()) return bytes.error();
    folder.files.push_back({.path = member.path, .bytes = std::make_shared<MemorySource>(as_text(bytes.value()))});
  }
  return folder;
}

// One member of a zip, without inflating the others.
std::optional<Result<std::string>> read_member(const Input& input, const std::string& file, const Limits& limits) {
  Result<ZipArchive> zip = ZipArchive::open(input.files.front().bytes, input.path, limits);
  if (!zip.ok()) return std::nullopt;
  InflateBudget budget(limits);
  InflateBuffer raw, inflated;
  for (const ZipMember& member : zip.value().members()) {
    if (member.is_folder || member.path != file) continue;
    const auto bytes = zip.value().read(member, budget, raw, inflated);
    if (!bytes.ok()) return Result<std::string>(bytes.error());
    return Result<std::string>(std::string(as_text(bytes.value())));
  }
  return std::nullopt;
}

Result<std::string> read_packed(const Input& input, const std::string& file, const Limits& limits) {
  std::optional<std::string> found;
  const Result<Nothing> done = creatio::unpack(input, limits, [&](std::string_view path, std::string_view bytes) {
    if (path == file) found = std::string(bytes);
    return !found.has_value();
  });
  if (found) return std::move(*found);
  if (!done.ok()) return done.error();
  return no_such_file(file);
}

}  // namespace

Result<std::string> read_stored_file(const Input& input, const std::string& file, const Limits& limits) {
  for (const InputFile& stored : input.files) {
    if (stored.path == file) return read_all(*stored.bytes, file, limits.max_text_file_bytes);
  }
  if (std::optional<std::string> script = read_script(input, file, limits)) return std::move(*script);
  if (!input.is_folder && recognise_archive(*input.files.front().bytes) == ArchiveFormat::zip) {
    if (std::optional<Result<std::string>> member = read_member(input, file, limits)) return std::move(*member);
  }
  return read_packed(input, file, limits);
}

Result<Input> with_changes(const Input& input, const std::vector<Change>& changes, const Limits& limits) {
  Result<Input> changed = input.is_folder ? Result<Input>(input) : members_of(input, limits);
  if (!changed.ok()) return changed.error();
  for (const Change& change : changes) {
    std::vector<InputFile>& files = changed.value().files;
    const auto at = std::find_if(files.begin(), files.end(), [&](const InputFile& stored) { return stored.path == change.file; });
    if (at == files.end()) return no_such_file(change.file);
    at->bytes = std::make_shared<MemorySource>(change.bytes);
  }
  return changed;
}

}  // namespace backstay::wasm
