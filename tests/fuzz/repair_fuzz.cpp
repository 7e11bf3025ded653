// Any bytes as a version file: every entry of every list can be raised and taken out, nothing else
// changes, and putting the old number back gives the old bytes. And as a recipe for a small model: a proposed
// repair, made in the bytes, gives it an order.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "core/deploy/make_repair.hpp"
#include "core/deploy/order.hpp"
#include "core/package/origam/deployment_version.hpp"
#include "core/package/origam/edit_dependency.hpp"
#include "core/package/origam/model.hpp"

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

std::string id_of(unsigned package) { return std::string("0000000") + static_cast<char>('1' + package) + "-0000-4000-8000-000000000000"; }

// Up to four packages, the last one on top of all; two bytes a version: its package and number, then its entries.
Input model_from(const std::uint8_t* data, std::size_t size) {
  constexpr const char* numbers[] = {"1.0", "1.1", "1.2", "2.0", "2.0.0", "2.1", "3.0", "10.0"};
  constexpr const char* breaks[] = {"&#xD;&#xA;", "\n", "&#10;", "\r\n"};
  Input input;
  input.is_folder = true;
  const auto file = [&](const std::string& path, const std::string& text) { input.files.push_back({path, std::make_shared<MemorySource>(text)}); };
  const auto folder = [](unsigned package) { return std::string(1, static_cast<char>('A' + package)); };
  for (unsigned package = 0; package < 4; ++package) {
    std::string references;
    for (unsigned other = 0; other < package; ++other) references += "<packageReference referencedPackage='" + folder(other) + "#" + id_of(other) + "'/>";
    file(folder(package) + "/.origamPackage",
         "<f xmlns:x='x'><package x:id='" + id_of(package) + "' name='" + folder(package) + "' version='99.0'>" + references + "</package></f>");
  }
  unsigned count = 0;
  for (std::size_t at = 0; at + 1 < size && count < 12; ++count) {
    const unsigned package = data[at] >> 3 & 3, number = data[at] & 7, entries = data[at] >> 6;
    ++at;
    std::string list;
    for (unsigned i = 0; i < entries && at < size; ++i, ++at) {
      list += breaks[data[at] >> 6] + id_of(data[at] >> 3 & 3) + (i % 2 ? "," : ", ") + numbers[data[at] & 7];
    }
    const std::string name = std::to_string(count) + ".origam", id = "0000000a-0000-4000-8000-0000000000" + std::to_string(10 + count);
    file(folder(package) + "/DeploymentVersion/" + folder(package) + "/" + name,
         "<f xmlns:x='x'>\n <DeploymentVersion deploymentDependenciesCsv='" + list + "' x:id='" + id + "' name='" + name + "' version='" + numbers[number] + "'/>\n</f>");
  }
  return input;
}

deploy::Order order_of(const Input& input) {
  const auto set = read_origam_model(input, Limits{}, nullptr);
  if (!set.ok()) std::abort();
  return deploy::order_origam(set.value(), {}).order;
}

void try_repairs(Input input) {
  const deploy::Order order = order_of(input);
  for (std::size_t i = 0; i < order.repairs.size() && i < 3; ++i) {
    Input edited = input;
    const auto find = [&](const std::string& path) {
      const auto at = std::find_if(edited.files.begin(), edited.files.end(), [&](const InputFile& one) { return one.path == path; });
      if (at == edited.files.end()) std::abort();
      return at;
    };
    const auto read = [&](const std::string& path) -> Result<std::string> {
      const ByteSource& bytes = *find(path)->bytes;
      std::string text(bytes.size(), '\0');
      if (!bytes.read(0, std::as_writable_bytes(std::span(text.data(), text.size())))) std::abort();
      return text;
    };
    const auto made = deploy::make_repair(order.repairs[i], read, Limits{});
    if (!made.ok() || made.value().empty()) std::abort();
    for (const deploy::RepairedFile& file : made.value()) find(file.file)->bytes = std::make_shared<MemorySource>(file.after);
    if (deploy::has_no_order(order_of(edited))) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_repairs(model_from(data, size));
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto file = read_version_file(bytes, "f", Limits{});
  if (!file.ok()) return 0;
  for (std::size_t v = 0; v < file.value().versions.size() && v < max_entries; ++v) {
    const std::size_t entries = file.value().versions[v].version.dependencies.size();
    for (std::size_t e = 0; e < entries && e < max_entries; ++e) try_entry(bytes, file.value(), v, e);
  }
  return 0;
}
