#include "core/package/creatio/pack.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "core/base/sorting.hpp"
#include "core/package/creatio/layout.hpp"
#include "core/package/creatio/package_files.hpp"
#include "core/package/deflate.hpp"
#include "core/package/member_name.hpp"

namespace backstay::creatio {
namespace {

constexpr std::array<std::string_view, 7> element_folders = {"Assemblies", "Bin", "Data", "Files", "Resources", "Schemas", "SqlScripts"};

bool is_packed(std::string_view path) {
  return same_name(path, "descriptor.json") ||
         std::any_of(element_folders.begin(), element_folders.end(), [&](std::string_view folder) { return is_below(path, folder); });
}

void put_i32(std::string& out, std::size_t value) {
  for (std::size_t i = 0; i < 4; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

// UTF-8 to UTF-16LE. False for text that is no UTF-8.
bool encode_name(std::string_view name, std::string& out) {
  const auto put_unit = [&](std::uint32_t unit) {
    out += static_cast<char>(unit & 0xFF);
    out += static_cast<char>(unit >> 8);
  };
  for (std::size_t i = 0; i < name.size();) {
    const auto lead = static_cast<unsigned char>(name[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > name.size()) return false;
    std::uint32_t c = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(name[i + k]);
      if ((byte & 0xC0) != 0x80) return false;
      c = c << 6 | (byte & 0x3Fu);
    }
    constexpr std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
    if (c < smallest[length] || c > 0x10FFFF || (c & 0xFFFFF800) == 0xD800) return false;
    if (c >= 0x10000) {
      put_unit(0xD800 + ((c - 0x10000) >> 10));
      put_unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      put_unit(c);
    }
    i += length;
  }
  return true;
}

// One package of a folder: its files by the path inside the package, in the order of the container.
struct PackageSource {
  struct File {
    std::string path;
    const ByteSource* bytes;
  };
  std::string name;
  std::vector<File> files;
};

Result<std::string> package_name(const ByteSource& descriptor, const std::string& place, const Limits& limits) {
  auto text = read_all(descriptor, place, limits.max_text_file_bytes);
  if (!text.ok()) return text.error();
  auto parsed = parse_json(text.value(), place, {.max_depth = limits.max_json_depth, .lenient = true});
  if (!parsed.ok()) return parsed.error();
  const JsonValue* object = parsed.value().root.find("Descriptor");
  const std::string name = object ? object->text("Name").value_or("") : "";
  const Error no_name{ErrorCode::malformed, {.file = place}, "no package: its descriptor has no Name"};
  if (name.empty()) return no_name;
  if (const std::string_view problem = file_name_problem(name); !problem.empty() || name.find_first_of("/\\") != std::string::npos) {
    return Error{ErrorCode::unsafe, {.file = place}, "package name \"" + name + "\" is no file name"};
  }
  return name;
}

Result<std::vector<PackageSource>> find_sources(const Input& folder, const Limits& limits) {
  std::vector<std::string> normalised;
  for (const InputFile& file : folder.files) normalised.push_back(normalise_member_name(file.path));
  const std::vector<std::string_view> paths(normalised.begin(), normalised.end());
  const Layout layout = find_packages(paths, [&](std::size_t index) {
    const auto text = read_all(*folder.files[index].bytes, {}, limits.max_text_file_bytes);
    return text.ok() && is_package_descriptor(text.value());
  });
  if (layout.packages.empty()) return Error{ErrorCode::not_recognised, {.file = folder.path}, "no package folder: there is no descriptor.json of a package"};
  std::vector<PackageSource> sources;
  for (const PackageFolder& package : layout.packages) {
    PackageSource source;
    std::set<std::string> seen;
    const std::size_t skip = package.path.empty() ? 0 : package.path.size() + 1;
    for (const std::size_t index : package.files) {
      const std::string_view path = paths[index].substr(skip);
      if (!is_packed(path)) continue;
      if (!seen.insert(fold_case(path)).second) {
        return Error{ErrorCode::unsafe, {.file = std::string(paths[index])}, "two files are named \"" + std::string(path) + "\" but for the letter case"};
      }
      if (same_name(path, "descriptor.json")) {
        auto name = package_name(*folder.files[index].bytes, normalised[index], limits);
        if (!name.ok()) return name.error();
        source.name = name.value();
      }
      source.files.push_back({.path = std::string(path), .bytes = folder.files[index].bytes.get()});
    }
    sort_stably(source.files.begin(), source.files.end(), [](const auto& a, const auto& b) {
      const bool a_first = same_name(a.path, "descriptor.json"), b_first = same_name(b.path, "descriptor.json");
      return a_first != b_first ? a_first : a.path < b.path;
    });
    sources.push_back(std::move(source));
  }
  return sources;
}

Result<std::string> pack_source(const PackageSource& source, const Limits& limits, const PackOptions& options) {
  std::string records;
  for (const PackageSource::File& file : source.files) {
    std::string path = file.path, name;
    if (!options.slash) std::replace(path.begin(), path.end(), '/', '\\');
    if (!encode_name(path, name)) return Error{ErrorCode::unsafe, {.file = file.path}, "file name is no UTF-8"};
    const std::uint64_t total = records.size() + name.size() + 8 + file.bytes->size();
    if (total > limits.max_package_inflated_bytes || file.bytes->size() > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()) || name.size() / 2 > limits.max_path_units) {
      return Error{ErrorCode::limit_exceeded, {.file = file.path}, "package would grow to " + std::to_string(total) + " bytes with this file"};
    }
    auto content = read_all(*file.bytes, file.path, limits.max_package_inflated_bytes);
    if (!content.ok()) return content.error();
    put_i32(records, name.size() / 2);
    records += name;
    put_i32(records, content.value().size());
    records += content.value();
  }
  return gzip(records);
}

}  // namespace

Result<PackedPackage> pack_package(const Input& folder, const Limits& limits, const PackOptions& options) {
  auto sources = find_sources(folder, limits);
  if (!sources.ok()) return sources.error();
  if (sources.value().size() > 1) {
    return Error{ErrorCode::malformed, {.file = folder.path}, std::to_string(sources.value().size()) + " packages do not fit one container; a delivery zip takes them"};
  }
  const PackageSource& source = sources.value().front();
  auto bytes = pack_source(source, limits, options);
  if (!bytes.ok()) return bytes.error();
  return PackedPackage{.name = source.name, .bytes = std::move(bytes.value())};
}

Result<std::string> pack_delivery(const std::vector<Input>& folders, const Limits& limits, const PackOptions& options) {
  ZipWriter zip;
  std::set<std::string> names;
  for (const Input& folder : folders) {
    auto sources = find_sources(folder, limits);
    if (!sources.ok()) return sources.error();
    for (const PackageSource& source : sources.value()) {
      if (!names.insert(fold_case(source.name)).second) return Error{ErrorCode::unsafe, {.file = folder.path}, "two packages are named \"" + source.name + "\""};
      auto bytes = pack_source(source, limits, options);
      if (!bytes.ok()) return bytes.error();
      if (!zip.add(source.name + ".gz", bytes.value())) return Error{ErrorCode::limit_exceeded, {.file = source.name + ".gz"}, "a zip of more than 65535 members or 4 GiB is not written"};
    }
  }
  if (names.empty()) return Error{ErrorCode::missing, {}, "nothing to pack"};
  return zip.finish();
}

}  // namespace backstay::creatio
