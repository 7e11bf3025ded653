#include "core/package/origam/package_file.hpp"

#include "core/deploy/version_number.hpp"
#include "core/package/origam/xml_file.hpp"

namespace backstay::origam {
namespace {

// "Root/.origamPackage#147f...": the id stands behind the last '#', and in that behind the last '/'.
std::string_view referenced_id(std::string_view path) {
  const std::size_t hash = path.rfind('#');
  if (hash != std::string_view::npos) path = path.substr(hash + 1);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void read_references(pugi::xml_node element, const XmlFile& file, PackageFile& read) {
  for (const pugi::xml_node child : element.children()) {
    if (local_name(child) != "packageReference") continue;
    const std::string path = attribute(child, "referencedPackage").value_or("");
    const auto id = normalise_guid(referenced_id(path));
    if (!id) {
      read.findings.push_back(file.finding("package/unknown-reference", Severity::error, child,
                                           "reference \"" + path + "\" names no package id"));
      continue;
    }
    Dependency reference;
    reference.name = reference.id = *id;
    reference.at = file.place(child);
    read.package.dependencies.push_back(std::move(reference));
  }
}

void check_version(pugi::xml_node element, const XmlFile& file, PackageFile& read) {
  const std::string& version = *read.package.version;
  deploy::VersionParts parts;
  if (!version.empty() && !deploy::parse_version_number(version, parts)) {
    read.findings.push_back(file.finding("package/unreadable-package-version", Severity::error, element,
                                         "current version \"" + version + "\" is no version number; ORIGAM refuses to load it"));
  }
  // The column that stores it holds 20 characters, so the scripts would run and the storing fail.
  if (version.size() > 20) {
    read.findings.push_back(file.finding("package/version-too-long", Severity::error, element,
                                         "current version \"" + version + "\" has more than 20 characters and cannot be stored"));
  }
}

}  // namespace

Result<PackageFile> read_package_file(std::string_view bytes, std::string path, const Limits& limits) {
  auto parsed = XmlFile::parse(bytes, std::move(path), limits);
  if (!parsed.ok()) return parsed.error();
  const XmlFile& file = parsed.value();
  for (pugi::xml_node node = file.root(); node; node = next_in_document(node, file.root())) {
    if (local_name(node) != "package") continue;
    const std::string written = attribute(node, "id").value_or("");
    const auto id = normalise_guid(written);
    if (!id) return Error{ErrorCode::malformed, file.place(node), "package id \"" + written + "\" is no GUID"};
    PackageFile read;
    read.package.vendor = Vendor::origam;
    read.package.id = *id;
    read.package.name = attribute(node, "name").value_or("");
    read.package.version = attribute(node, "version");
    read.package.description = attribute(node, "description");
    read.package.at = file.place(node);
    if (read.package.version) check_version(node, file, read);
    read_references(node, file, read);
    return read;
  }
  return Error{ErrorCode::malformed, file.place(file.root()), "no package element in a package file"};
}

Result<std::string> read_group_reference(std::string_view bytes, std::string path, const Limits& limits) {
  auto parsed = XmlFile::parse(bytes, std::move(path), limits);
  if (!parsed.ok()) return parsed.error();
  const XmlFile& file = parsed.value();
  for (pugi::xml_node node = file.root(); node; node = next_in_document(node, file.root())) {
    if (local_name(node) != "groupReference" || attribute(node, "type") != "package") continue;
    const std::string written = attribute(node, "refId").value_or("");
    const auto id = normalise_guid(written);
    if (!id) return Error{ErrorCode::malformed, file.place(node), "package id \"" + written + "\" is no GUID"};
    return *id;
  }
  return Error{ErrorCode::malformed, file.place(file.root()), "no reference to a package in a group reference"};
}

}  // namespace backstay::origam
