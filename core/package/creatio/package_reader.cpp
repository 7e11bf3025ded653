#include "core/package/creatio/package_reader.hpp"

#include <array>
#include <map>

#include "core/base/sorting.hpp"
#include "core/package/creatio/data_binding.hpp"
#include "core/package/creatio/descriptor.hpp"
#include "core/package/creatio/schema.hpp"
#include "core/package/creatio/sql_script.hpp"
#include "core/package/gzip.hpp"
#include "core/package/member_name.hpp"

namespace backstay::creatio {
namespace {

enum class Folder : std::uint8_t { assemblies, bin, data, files, resources, schemas, sql_scripts, none };
constexpr std::array<std::string_view, 7> element_folders = {"Assemblies", "Bin", "Data", "Files", "Resources", "Schemas", "SqlScripts"};

Folder folder_of(std::string_view path) {
  for (std::size_t i = 0; i < element_folders.size(); ++i) {
    if (is_below(path, element_folders[i])) return static_cast<Folder>(i);
  }
  return Folder::none;
}

bool ends_with_any_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && same_name(text.substr(text.size() - end.size()), end);
}

// data.<culture>.json, in Localization/ or, in old packages, beside data.json.
bool is_localization(std::string_view rest) {
  constexpr std::string_view folder = "Localization";
  if (is_below(rest, folder)) rest.remove_prefix(folder.size() + 1);
  return rest.find('/') == std::string_view::npos && rest.size() > std::string_view("data..json").size() &&
         same_name(rest.substr(0, 5), "data.") && ends_with_any_case(rest, ".json");
}

bool is_build_output(std::string_view path) {
  return is_below(path, "Files/Bin") || is_below(path, "Files/obj") || ends_with_any_case(path, ".pdb");
}

// Elements by folder name without case: one element may be written in two spellings.
template <class Element>
using ByFolder = std::map<std::string, Element, std::less<>>;

struct Sorted {
  const PackageFile* descriptor = nullptr;
  const PackageFile* app = nullptr;
  ByFolder<SchemaFiles> schemas;
  ByFolder<ScriptFiles> scripts;
  ByFolder<BindingFiles> bindings;
  std::vector<const PackageFile*> others;
  std::vector<const PackageFile*> stray;  // directly under SqlScripts, Data or Schemas
};

// Files of one element tend to lie together: `last` saves most of the look-ups.
template <class Element>
class Finder {
 public:
  explicit Finder(ByFolder<Element>& elements) : elements_(&elements) {}
  Element& at(std::string_view folder) {
    if (last_ && last_->folder == folder) return *last_;
    folded_.clear();
    fold_case(folder, folded_);
    const auto [entry, made] = elements_->try_emplace(folded_);
    if (made) entry->second.folder = folder;
    last_ = &entry->second;
    return *last_;
  }

 private:
  ByFolder<Element>* elements_;
  Element* last_ = nullptr;
  std::string folded_;
};

class Sorter {
 public:
  explicit Sorter(Package& package) : counts_(package.counts), schemas_(sorted_.schemas), scripts_(sorted_.scripts), bindings_(sorted_.bindings) {}

  void add(const PackageFile& file) {
    ++counts_.files;
    const Folder folder = folder_of(file.path);
    if (folder == Folder::none) {
      if (same_name(file.path, "descriptor.json")) {
        sorted_.descriptor = &file;
        count_element(file);
      } else {
        ++counts_.other_files;
        sorted_.others.push_back(&file);
      }
      return;
    }
    count_element(file);
    switch (folder) {
      case Folder::assemblies: ++counts_.assemblies; break;
      case Folder::resources: ++counts_.resources; break;
      case Folder::files: add_content(file); break;
      case Folder::schemas:
      case Folder::data:
      case Folder::sql_scripts: add_to_element(folder, file); break;
      case Folder::bin:
      case Folder::none: break;
    }
  }
  Sorted take() { return std::move(sorted_); }

 private:
  void count_element(const PackageFile& file) {
    ++counts_.element_files;
    counts_.element_bytes += file.size;
  }
  void add_content(const PackageFile& file) {
    ++counts_.content_files;
    if (same_name(file.path, "Files/app-descriptor.json")) sorted_.app = &file;
    if (is_build_output(file.path)) {
      ++counts_.build_files;
      counts_.build_bytes += file.size;
    }
  }
  void add_to_element(Folder folder, const PackageFile& file) {
    const std::string_view below = file.path.substr(element_folders[static_cast<std::size_t>(folder)].size() + 1);
    const std::size_t slash = below.find('/');
    if (slash == std::string_view::npos) {
      sorted_.stray.push_back(&file);
      return;
    }
    const std::string_view name = below.substr(0, slash), rest = below.substr(slash + 1);
    const bool descriptor = same_name(rest, "descriptor.json");
    if (folder == Folder::schemas) {
      SchemaFiles& schema = schemas_.at(name);
      if (descriptor) schema.descriptor = &file;
      if (same_name(rest, "metadata.json")) schema.metadata = &file;
    } else if (folder == Folder::sql_scripts) {
      ScriptFiles& script = scripts_.at(name);
      if (descriptor) script.descriptor = &file;
      if (rest.find('/') == std::string_view::npos && ends_with_any_case(rest, ".sql")) script.texts.push_back(&file);
    } else {
      BindingFiles& binding = bindings_.at(name);
      if (descriptor) binding.descriptor = &file;
      if (same_name(rest, "data.json")) binding.data = &file;
      binding.localizations += is_localization(rest);
    }
  }

  PackageCounts& counts_;
  Sorted sorted_;
  Finder<SchemaFiles> schemas_;
  Finder<ScriptFiles> scripts_;
  Finder<BindingFiles> bindings_;
};

// In the order of the folder names as written, which is how every listing of a package shows them.
template <class Element, class Read>
void each_by_name(const ByFolder<Element>& elements, Read read) {
  std::vector<const Element*> order;
  order.reserve(elements.size());
  for (const auto& entry : elements) order.push_back(&entry.second);
  sort_stably(order.begin(), order.end(), [](const Element* a, const Element* b) { return a->folder < b->folder; });
  for (const Element* element : order) read(*element);
}

// What is read and said must not depend on the order in which a container was packed or a disk lists names.
std::vector<const PackageFile*> by_path(const std::vector<PackageFile>& files) {
  std::vector<const PackageFile*> order;
  order.reserve(files.size());
  for (const PackageFile& file : files) order.push_back(&file);
  sort_stably(order.begin(), order.end(), [](const PackageFile* a, const PackageFile* b) { return a->path < b->path; });
  return order;
}

// "Delivery/UsrCalls.gz" holds "Delivery/UsrCalls/...", which is also where unpack puts it.
std::string place_below(std::string_view file) {
  if (ends_with_any_case(file, ".gz")) file.remove_suffix(3);
  return std::string(file) + "/";
}

// One finding for all of them: server-made containers hold dozens.
void report_extra(const std::vector<const PackageFile*>& extra, std::string_view what, Reading& reading) {
  if (extra.empty()) return;
  constexpr std::size_t named = 5;
  std::string list;
  for (std::size_t i = 0; i < extra.size() && i < named; ++i) list += (i ? ", " : "") + std::string(extra[i]->path);
  if (extra.size() > named) list += ", ...";
  reading.report("package/extra-file", Severity::info,
                 std::to_string(extra.size()) + (extra.size() == 1 ? " file " : " files ") + std::string(what) + ": " + list, *extra.front());
}

}  // namespace

Result<ReadPackage> read_package(const PackageFiles& files, const std::string& file, const Limits& limits) {
  ReadPackage result;
  Package& package = result.package;
  package.vendor = Vendor::creatio;
  package.file = file;
  Reading reading{files, limits, package, result.findings};
  Sorter sorter(package);
  for (const PackageFile* entry : by_path(files.files)) {
    package.bytes += entry->size;
    sorter.add(*entry);
  }
  const Sorted sorted = sorter.take();
  if (!sorted.descriptor) {
    return Error{ErrorCode::malformed, {.file = file}, "no package: there is no descriptor.json among its " + std::to_string(files.files.size()) + " files"};
  }
  if (auto read = read_descriptor(*sorted.descriptor, reading); !read.ok()) return read.error();
  if (sorted.app) read_app_descriptor(*sorted.app, reading);
  each_by_name(sorted.schemas, [&](const SchemaFiles& schema) { read_schema(schema, reading); });
  each_by_name(sorted.scripts, [&](const ScriptFiles& script) { read_script(script, reading); });
  each_by_name(sorted.bindings, [&](const BindingFiles& binding) { read_binding(binding, reading); });
  report_extra(sorted.others, "outside the folders of a package", reading);
  report_extra(sorted.stray, "of no element, directly in an element folder", reading);
  for (Finding& finding : result.findings) finding.package = package.name;
  return result;
}

Result<ReadPackage> read_packed_package(std::span<const std::byte> packed, const std::string& file, const Limits& limits,
                                        InflateBudget& budget, InflateBuffer& buffer,
                                        const std::function<void(const PackageFiles&, const Package&)>& look) {
  const auto head_problem = [&](std::span<const std::byte> head, bool whole) { return check_container_head(head, whole, file, limits); };
  auto inflated = gunzip(packed, file, budget, buffer, head_problem);
  if (!inflated.ok()) return inflated.error();
  auto walked = read_container(inflated.value(), file, limits);
  if (!walked.ok()) return walked.error();
  const Container& container = walked.value();

  PackageFiles files;
  files.files.reserve(container.records.size());
  for (const Record& record : container.records) {
    files.files.push_back({.path = record.path, .size = record.content.size(), .content = record.content});
  }
  files.place = place_below(file);
  auto read = read_package(files, file, limits);
  if (!read.ok()) return read.error();
  Package& package = read.value().package;
  package.packed_bytes = packed.size();
  package.counts.records = container.records.size();
  package.counts.record_bytes = container.record_bytes;
  package.counts.separators = container.separators;
  if (!container.records.empty()) package.counts.first_record = std::string(container.records.front().path);
  if (container.separators.count("both") || (container.separators.count("slash") && container.separators.count("backslash"))) {
    Finding mixed;
    mixed.rule = "package/mixed-separators";
    mixed.severity = Severity::info;
    mixed.message = "record names use / and \\ as separators, which no packing tool of the vendor does";
    mixed.package = package.name;
    mixed.at.file = file;
    read.value().findings.push_back(std::move(mixed));
  }
  if (look) look(files, package);
  return read;
}

}  // namespace backstay::creatio
