// Any bytes as a version file: every entry of every list can be raised and taken out, nothing else
// changes, and putting the old number back gives the old bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/package/origam/deployment_version.hpp"
#include "core/package/origam/edit_dependency.hpp"

using namespace backstay;
using namespace backstay::origam;

namespace {

constexpr std::size_t max_entries = 20;  // of a version: each one costs several readings

std::string bare(std::string text) {
  const std::size_t begin = text.find_first_not_of(" \t\n\v\f\r"), end = text.find_last_not_of(" \t\n\v\f\r");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

// The number takes the place of exactly one stretch of bytes, which the other bytes surround unchanged.
void check_only_number_changed(const std::string& before, const std::string& after, const std::string& number) {
  std::size_t same = 0;
  while (same < before.size() && same < after.size() && before[same] == after[same]) ++same;
  std::size_t tail = 0;
  while (tail < before.size() - same && tail < after.size() - same && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  if (after.size() - same - tail > number.size()) std::abort();
  // A number may be written in references of ten bytes a character; it never reaches over a quote or a bracket.
  if (before.substr(same, before.size() - same - tail).find_first_of("<>\"'\n,") != std::string::npos) std::abort();
}

std::size_t entries_of(const std::string& bytes, std::size_t version) {
  const auto read = read_version_file(bytes, "f", Limits{});
  if (!read.ok() || read.value().versions.size() <= version) std::abort();
  return read.value().versions[version].version.dependencies.size();
}

void try_entry(const std::string& bytes, const VersionFile& file, std::size_t version, std::size_t entry) {
  const DeploymentVersion& at = file.versions[version].version;
  const Dependency& dependency = at.dependencies[entry];
  DependencyEdit edit{at.id, entry, dependency.id, dependency.version.value_or(""), "98765.4321"};
  const auto raised = edit_dependency(bytes, "f", edit, Limits{});
  if (!raised.ok()) {
    if (raised.error().message.empty() || raised.error().at.offset > bytes.size()) std::abort();
    return;
  }
  check_only_number_changed(bytes, raised.value().bytes, *edit.to);
  if (entries_of(raised.value().bytes, version) != at.dependencies.size()) std::abort();

  const std::string old = bare(edit.from);
  DependencyEdit back{at.id, entry, dependency.id, *edit.to, old};
  const auto restored = edit_dependency(raised.value().bytes, "f", back, Limits{});
  // Digits written as references come back as digits.
  if (restored.ok() && bytes.find('&') == std::string::npos && restored.value().bytes != bytes) std::abort();

  edit.to = std::nullopt;
  const auto removed = edit_dependency(bytes, "f", edit, Limits{});
  if (!removed.ok()) std::abort();
  if (entries_of(removed.value().bytes, version) + 1 != at.dependencies.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto file = read_version_file(bytes, "f", Limits{});
  if (!file.ok()) return 0;
  for (std::size_t v = 0; v < file.value().versions.size() && v < max_entries; ++v) {
    const std::size_t entries = file.value().versions[v].version.dependencies.size();
    for (std::size_t e = 0; e < entries && e < max_entries; ++e) try_entry(bytes, file.value(), v, e);
  }
  return 0;
}
