#include "core/deploy/environment_input.hpp"

#include "core/package/archive.hpp"
#include "core/package/read_package.hpp"

namespace backstay::deploy {
namespace {

Result<Environment> from_packages(const Input& input, const Limits& limits, Progress* progress) {
  std::vector<Package> packages;
  const PackageSink sink = [&](Package&& package) {
    packages.push_back(std::move(package));
    return true;
  };
  auto set = read_package_set(input, limits, progress, sink);
  if (!set.ok()) return set.error();
  for (Package& package : set.value().packages) packages.push_back(std::move(package));
  set.value().packages = std::move(packages);
  return environment_of(std::move(set.value()), input.path);
}

}  // namespace

Result<Environment> read_environment_input(const Input& input, const Limits& limits, Progress* progress) {
  if (input.is_folder) return from_packages(input, limits, progress);
  if (input.files.empty()) return Error{ErrorCode::missing, {.file = input.path}, "no such file"};
  const ByteSource& bytes = *input.files.front().bytes;
  if (recognise_archive(bytes) != ArchiveFormat::none) return from_packages(input, limits, progress);
  auto text = read_all(bytes, input.path, limits.max_text_file_bytes);
  if (!text.ok()) return text.error();
  return parse_environment(text.value(), input.path);
}

}  // namespace backstay::deploy
