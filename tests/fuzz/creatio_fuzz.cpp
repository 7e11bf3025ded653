// The files of one package: "path FF content FF path FF content ...". Counts add up, every finding has a place,
// and the package reads the same from its folder and from its container.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "core/package/creatio/pack.hpp"
#include "core/package/creatio/package_reader.hpp"
#include "core/package/member_name.hpp"
#include "core/package/read_package.hpp"

using namespace backstay;

namespace {

// Path in normal form, and folded: one file for one name.
std::map<std::string, std::pair<std::string, std::string>> split(std::string_view text) {
  std::map<std::string, std::pair<std::string, std::string>> files;
  while (!text.empty() && files.size() < 500) {
    const auto piece = [&] {
      const std::size_t end = std::min(text.find('\xFF'), text.size());
      const std::string_view found = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      return found;
    };
    const std::string_view path = piece();
    const std::string_view content = piece();
    if (!member_name_problem(path).empty()) continue;
    const std::string normal = normalise_member_name(path);
    files.insert_or_assign(fold_case(normal), std::pair(normal, std::string(content)));
  }
  return files;
}

void check(const creatio::ReadPackage& read, std::uint64_t bytes, std::size_t count) {
  const Package& package = read.package;
  const PackageCounts& counts = package.counts;
  if (package.name.empty() || package.bytes != bytes || counts.files != count) std::abort();
  if (counts.element_files + counts.other_files != counts.files || counts.element_bytes > bytes) std::abort();
  if (counts.sql_scripts != package.scripts.size() || counts.schemas != package.schemas.size()) std::abort();
  if (counts.data_bindings != package.data_bindings.size()) std::abort();
  std::size_t scripts = 0;
  for (const auto& entry : counts.sql_by_engine_phase_flag) scripts += entry.second;
  if (scripts != counts.sql_scripts) std::abort();
  for (const Finding& finding : read.findings) {
    if (finding.rule.empty() || finding.message.empty() || finding.at.file.empty() || finding.package != package.name) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto split_files = split({reinterpret_cast<const char*>(data), size});
  creatio::PackageFiles files;
  Input folder{.path = "UsrA", .is_folder = true, .files = {}, .sha256 = {}};
  std::uint64_t bytes = 0;
  for (const auto& [folded, file] : split_files) {
    files.files.push_back({.path = file.first, .size = file.second.size(), .content = file.second});
    folder.files.push_back({.path = file.first, .bytes = std::make_shared<MemorySource>(file.second)});
    bytes += file.second.size();
  }
  const auto read = creatio::read_package(files, "UsrA", {});
  if (!read.ok()) {
    if (read.error().message.empty() || read.error().at.file.empty()) std::abort();
    return 0;
  }
  check(read.value(), bytes, files.files.size());

  const auto packed = creatio::pack_package(folder, {});
  if (!packed.ok()) return 0;  // a package inside the files of another, names that are no UTF-8, ...
  InflateBudget budget{Limits{}};
  InflateBuffer buffer;
  const auto again = creatio::read_packed_package(std::as_bytes(std::span(packed.value().bytes.data(), packed.value().bytes.size())), "UsrA.gz", {}, budget, buffer);
  // A repaired budget could only refuse what inflates a hundredfold, which such small inputs do not.
  if (!again.ok()) std::abort();
  const Package &first = read.value().package, &second = again.value().package;
  if (first.name != second.name || first.id != second.id || first.version != second.version || first.scripts.size() != second.scripts.size()) std::abort();
  for (std::size_t i = 0; i < first.scripts.size(); ++i) {
    if (first.scripts[i].content != second.scripts[i].content || first.scripts[i].name != second.scripts[i].name) std::abort();
  }
  if (first.counts.data_rows != second.counts.data_rows || first.odd != second.odd || first.counts.element_bytes != second.counts.element_bytes) std::abort();
  return 0;
}
