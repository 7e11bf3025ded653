#include "core/package/read_package.hpp"

#include <array>

#include "core/base/path.hpp"
#include "core/base/sorting.hpp"
#include "core/package/archive.hpp"
#include "core/package/creatio/delivery.hpp"
#include "core/package/member_name.hpp"
#include "core/package/origam/model.hpp"
#include "core/package/promotion/promotion.hpp"
#include "core/package/zip.hpp"

namespace backstay {
namespace {

bool has_ending(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() && same_name(name.substr(name.size() - ending.size()), ending);
}

// The first characters of a file, to tell a JSON object from anything else.
std::string head_of(const ByteSource& bytes) {
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), 256)), '\0');
  if (!bytes.read(0, std::as_writable_bytes(std::span(head.data(), head.size())))) head.clear();
  return head;
}

bool opens_an_object(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && head[first] == '{';
}

Result<PackageSet> read_sql_file(const InputFile& file, const std::string& name, const Limits& limits, const PackageSink& sink) {
  auto text = read_all(*file.bytes, name, limits.max_script_bytes);
  if (!text.ok()) return text.error();
  Package package;
  Script script;
  script.name = base_name(name);
  if (has_ending(script.name, ".sql") && script.name.size() > 4) script.name.resize(script.name.size() - 4);
  script.file = name;
  script.at = {.file = name, .line = 1, .column = 1};
  package.bytes = text.value().size();
  package.file = name;
  script.content = std::move(text.value());
  package.scripts.push_back(std::move(script));
  PackageSet set;
  set.kind = InputKind::sql_script;
  set.bytes = package.bytes;
  if (!sink(std::move(package))) return Error{ErrorCode::cancelled, {}, "stopped on request"};
  return set;
}

// Members of a zip as the files of a folder, inflated: for formats whose reader wants them all.
Result<Input> unpack_members(ZipArchive& zip, const Limits& limits, std::vector<Error>& damaged) {
  Input input;
  input.path = zip.file();
  input.is_folder = true;
  InflateBudget budget(limits);
  InflateBuffer raw, inflated;
  std::uint64_t total = 0;
  for (const ZipMember& member : zip.members()) {
    if (member.is_folder) continue;
    auto bytes = zip.read(member, budget, raw, inflated);
    if (!bytes.ok()) {
      damaged.push_back(bytes.error());
      continue;
    }
    total += member.size;
    if (total > limits.max_package_inflated_bytes) {
      return Error{ErrorCode::limit_exceeded, {.file = zip.file()}, "members inflate to more than " + std::to_string(limits.max_package_inflated_bytes) + " bytes"};
    }
    input.files.push_back({.path = member.path, .bytes = std::make_shared<MemorySource>(as_text(bytes.value()))});
  }
  return input;
}

// Names alone tell an ORIGAM model, so nothing is inflated to find out.
bool names_an_origam_model(const ZipArchive& zip) {
  Input names;
  names.is_folder = true;
  const auto nothing = std::make_shared<MemorySource>(std::string_view());
  for (const ZipMember& member : zip.members()) {
    if (!member.is_folder) names.files.push_back({.path = member.path, .bytes = nothing});
  }
  return origam::looks_like_origam(names);
}

Result<PackageSet> read_origam_zip(ZipArchive& zip, const Limits& limits, Progress* progress) {
  std::vector<Error> damaged;
  auto members = unpack_members(zip, limits, damaged);
  if (!members.ok()) return members.error();
  auto set = origam::read_origam_model(members.value(), limits, progress);
  if (!set.ok()) return damaged.empty() ? set.error() : damaged.front();
  for (const Error& error : damaged) {
    set.value().findings.push_back(finding_of(error));
    set.value().has_unreadable_part = true;
  }
  return set;
}

Result<PackageSet> read_file(const InputFile& file, const std::string& name, const Limits& limits, Progress* progress, const PackageSink& sink,
                             const FileSink& files) {
  if (file.bytes->size() > limits.max_input_bytes) {
    return Error{ErrorCode::limit_exceeded, {.file = name}, "file of " + std::to_string(file.bytes->size()) + " bytes is over the limit of " + std::to_string(limits.max_input_bytes)};
  }
  creatio::DeliveryReader reader(limits, progress, sink, file.bytes->size(), files);
  // A file that went away since it was chosen is not "of an unknown format".
  std::byte first{};
  if (file.bytes->size() > 0 && !file.bytes->read(0, std::span(&first, 1))) {
    return Error{ErrorCode::unreadable, {.file = name}, "the file could not be read"};
  }
  switch (recognise_archive(*file.bytes)) {
    case ArchiveFormat::gzip:
      reader.add_archive(file.bytes, name);
      return reader.finish(InputKind::creatio_archive, {ErrorCode::malformed, {.file = name}, "container holds no package"});
    case ArchiveFormat::zip: {
      auto zip = ZipArchive::open(file.bytes, name, limits);
      if (!zip.ok()) return zip.error();
      if (names_an_origam_model(zip.value())) return read_origam_zip(zip.value(), limits, progress);
      reader.add_zip(zip.value(), 1);
      return reader.finish(InputKind::creatio_delivery,
                           {ErrorCode::not_recognised, {.file = name}, "zip of " + std::to_string(zip.value().members().size()) + " members holds no package"});
    }
    case ArchiveFormat::none: break;
  }
  // A script has no mark of its own, so here the name has to say it.
  if (has_ending(name, ".sql") || name == "-") return read_sql_file(file, name, limits, sink);
  if (opens_an_object(head_of(*file.bytes))) {
    auto text = read_all(*file.bytes, name, limits.max_promotion_bytes);
    if (!text.ok()) return text.error();
    return promotion::read_promotion(text.value(), name, limits);
  }
  return Error{ErrorCode::not_recognised, {.file = name},
               file.bytes->size() == 0 ? "empty file" : "no package: neither gzip, zip nor a JSON object by its first bytes, and not named .sql"};
}

bool is_delete_list(std::string_view path) { return same_name(base_name(path), "DeleteList.txt"); }

// Archives of a folder that holds no package folder: a backup, a folder of deliveries. Those directly in it
// come first; deeper ones count when there are none.
std::vector<std::size_t> find_archives(const std::vector<InputFile>& files, const std::vector<std::string_view>& paths) {
  std::vector<std::size_t> direct, deeper;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool named = has_ending(paths[i], ".gz") || has_ending(paths[i], ".zip");
    const bool top = paths[i].find('/') == std::string_view::npos;
    if (!named && (!top || recognise_archive(*files[i].bytes) == ArchiveFormat::none)) continue;
    (top ? direct : deeper).push_back(i);
  }
  std::vector<std::size_t>& found = direct.empty() ? deeper : direct;
  sort_stably(found.begin(), found.end(), [&](std::size_t a, std::size_t b) { return paths[a] < paths[b]; });
  return std::move(found);
}

Result<PackageSet> read_folder(const Input& input, const Limits& limits, Progress* progress, const PackageSink& sink, const FileSink& files) {
  if (input.files.size() > limits.max_records) {
    return Error{ErrorCode::limit_exceeded, {.file = input.path}, "folder of " + std::to_string(input.files.size()) + " files is over the limit of " + std::to_string(limits.max_records)};
  }
  std::vector<std::string> normalised;
  normalised.reserve(input.files.size());
  std::uint64_t total = 0;
  for (const InputFile& file : input.files) {
    normalised.push_back(normalise_member_name(file.path));
    total += file.bytes->size();
  }
  const std::vector<std::string_view> paths(normalised.begin(), normalised.end());
  const auto is_package = [&](std::size_t index) {
    const auto text = read_all(*input.files[index].bytes, {}, limits.max_text_file_bytes);
    return text.ok() && creatio::is_package_descriptor(text.value());
  };
  const creatio::Layout layout = creatio::find_packages(paths, is_package);
  if (layout.packages.empty() && origam::looks_like_origam(input)) return origam::read_origam_model(input, limits, progress);

  creatio::DeliveryReader reader(limits, progress, sink, total, files);
  bool going = reader.add_folders(input.files, paths, layout);
  std::size_t archives = 0;
  if (!layout.is_workspace || layout.packages.size() > 1) {
    for (const std::size_t index : find_archives(input.files, paths)) {
      const bool top = paths[index].find('/') == std::string_view::npos;
      // Beside package folders only archives directly in the folder belong to the delivery.
      if (!going || (!layout.packages.empty() && (!top || layout.packages.front().path.empty()))) continue;
      ++archives;
      going = reader.add_archive(input.files[index].bytes, normalised[index]);
    }
  }
  for (std::size_t i = 0; i < input.files.size() && layout.packages.empty(); ++i) {
    if (is_delete_list(paths[i])) reader.add_delete_list(input.files[i]);
  }
  const InputKind kind = layout.is_workspace ? InputKind::creatio_workspace
                         : archives > 0      ? InputKind::creatio_delivery
                                             : InputKind::creatio_package;
  return reader.finish(kind, {layout.has_element_folders ? ErrorCode::malformed : ErrorCode::not_recognised, {},
                              layout.has_element_folders ? "package folder without a descriptor.json of the package"
                                                         : "folder of " + std::to_string(input.files.size()) + " files holds no package"});
}

}  // namespace

Result<PackageSet> read_package_set(const Input& input, const Limits& limits, Progress* progress, const PackageSink& sink,
                                    const FileSink& files) {
  if (input.is_folder) return read_folder(input, limits, progress, sink, files);
  if (input.files.empty()) return Error{ErrorCode::missing, {.file = input.path}, "no such input"};
  const InputFile& file = input.files.front();
  const std::string name(input.path == "-" ? std::string_view("-") : base_name(file.path.empty() ? input.path : file.path));
  return read_file(file, name, limits, progress, sink, files);
}

}  // namespace backstay
