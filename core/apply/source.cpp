#include "core/apply/source.hpp"

#include "core/base/sorting.hpp"
#include "core/package/read_package.hpp"

namespace backstay::apply {
namespace {

// Packages whose files have no folders of their own in an element store: their texts stand under their file.
bool hand_out_scripts(const Package& package, const ContentSink& sink) {
  for (const Script& script : package.scripts) {
    if (!sink(script.file, script.content)) return false;
  }
  return true;
}

// What activities unpack. Only folders reach this: a zip's members are inflated by the reader alone.
Result<bool> hand_out_restored(const Input& input, const Package& package, const Limits& limits, const ContentSink& sink) {
  for (const FileRestore& restore : package.file_restores) {
    for (const InputFile& file : input.files) {
      if (file.path != restore.file || restore.file.empty()) continue;
      auto bytes = read_all(*file.bytes, file.path, limits.max_package_inflated_bytes);
      if (!bytes.ok()) return bytes.error();
      if (!sink(file.path, bytes.value())) return false;
    }
  }
  return true;
}

}  // namespace

Result<Nothing> read_contents(const Input& input, const Limits& limits, const ContentSink& sink) {
  const Error stopped{ErrorCode::cancelled, {}, "stopped on request"};
  const FileSink files = [&](const Package& package, std::string_view path, std::string_view bytes) {
    return sink(package.name + "/" + std::string(path), bytes);
  };
  bool going = true;
  const PackageSink packages = [&](Package&& package) {
    // A bare script belongs to no package; those of a Creatio package came as files already.
    if (package.name.empty() && package.deployment_versions.empty()) going = hand_out_scripts(package, sink);
    return going;
  };
  auto set = read_package_set(input, limits, nullptr, packages, files);
  if (!set.ok()) return set.error();
  for (const Package& package : set.value().packages) {
    if (package.vendor != Vendor::origam) continue;
    if (!hand_out_scripts(package, sink)) return stopped;
    auto restored = hand_out_restored(input, package, limits, sink);
    if (!restored.ok()) return restored.error();
    if (!restored.value()) return stopped;
  }
  if (!going) return stopped;
  return Nothing{};
}

Result<std::vector<Content>> list_contents(const Input& input, const Limits& limits, const DigestFunction& digest) {
  std::vector<Content> contents;
  const ContentSink sink = [&](std::string_view key, std::string_view bytes) {
    contents.push_back({std::string(key), input.path, bytes.size(), digest ? digest(bytes) : std::string()});
    return true;
  };
  auto read = read_contents(input, limits, sink);
  if (!read.ok()) return read.error();
  sort_stably(contents.begin(), contents.end(), [](const Content& a, const Content& b) { return a.key < b.key; });
  return contents;
}

}  // namespace backstay::apply
