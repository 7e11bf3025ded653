#include "core/package/creatio/delivery.hpp"

#include <algorithm>
#include <deque>

#include "core/package/creatio/delete_list.hpp"
#include "core/package/creatio/package_reader.hpp"
#include "core/package/member_name.hpp"

namespace backstay::creatio {
namespace {

// Bytes that somebody else keeps.
class BorrowedSource final : public ByteSource {
 public:
  explicit BorrowedSource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return false;
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
    return true;
  }
  std::span<const std::byte> view() const override { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

bool has_ending(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && same_name(name.substr(name.size() - ending.size()), ending);
}

std::string stem_of(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (has_ending(name, ".gz")) name.remove_suffix(3);
  return std::string(name);
}

bool is_template_name(std::string_view stem) { return stem.size() > 2 && stem.front() == '%' && stem.back() == '%'; }

// What macOS adds to every zip: "__MACOSX/._UsrCalls.gz" is no package, whatever its ending.
bool is_mac_shadow(std::string_view path) {
  return is_below(path, "__MACOSX") || path.substr(path.rfind('/') + 1).starts_with("._");
}

Error not_an_archive(const std::string& name, std::size_t size) {
  return Error{ErrorCode::not_recognised, {.file = name},
               size == 0 ? "empty where a packed package was expected"
                         : "neither gzip nor zip by its first bytes, so no packed package"};
}

// Which files of a package are parsed; of the rest only names and sizes are wanted.
bool is_needed(std::string_view path) {
  return !is_below(path, "Resources") && !is_below(path, "Assemblies") && !is_below(path, "Bin") &&
         (!is_below(path, "Files") || same_name(path, "Files/app-descriptor.json"));
}

}  // namespace

DeliveryReader::Level& DeliveryReader::level(std::size_t depth) {
  while (levels_.size() <= depth) levels_.push_back(std::make_unique<Level>());
  return *levels_[depth];
}

void DeliveryReader::fail(const Error& error) { errors_.push_back(error); }

void DeliveryReader::note(std::string rule, Severity severity, std::string message, std::string file) {
  Finding finding;
  finding.rule = std::move(rule);
  finding.severity = severity;
  finding.message = std::move(message);
  finding.at.file = std::move(file);
  set_.findings.push_back(std::move(finding));
}

bool DeliveryReader::advance(std::string_view what, std::uint64_t bytes) {
  done_ += bytes;
  if (progress_ && !progress_->report("reading " + std::string(what), std::min(done_, total_), total_)) stopped_ = true;
  return !stopped_;
}

bool DeliveryReader::add_package(ReadPackage&& read, const std::string& expected_name) {
  if (!expected_name.empty() && expected_name != read.package.name) {
    Finding finding;
    finding.rule = "package/file-name";
    finding.severity = Severity::info;
    finding.message = "package " + read.package.name + " lies in " + expected_name + "; every tool of the vendor gives both the same name";
    finding.package = read.package.name;
    finding.at.file = read.package.file;
    read.findings.push_back(std::move(finding));
  }
  for (Finding& finding : read.findings) set_.findings.push_back(std::move(finding));
  set_.bytes += read.package.bytes;
  ++packages_;
  if (!sink_(std::move(read.package))) stopped_ = true;
  return !stopped_;
}

// Files of a folder are read once more for this; those of archives are in memory.
bool DeliveryReader::hand_out(const PackageFiles& files, const Package& package) {
  if (!files_) return true;
  for (const PackageFile& file : files.files) {
    std::string storage;
    std::string_view bytes = file.content;
    if (file.source) {
      auto read = read_all(*file.source, files.name(file), limits_.max_package_inflated_bytes);
      if (!read.ok()) {
        fail(read.error());
        continue;
      }
      storage = std::move(read.value());
      bytes = storage;
    }
    if (!files_(package, file.path, bytes)) stopped_ = true;
    if (stopped_) return false;
  }
  return true;
}

bool DeliveryReader::add_archive(const std::shared_ptr<const ByteSource>& bytes, const std::string& name) {
  switch (recognise_archive(*bytes)) {
    case ArchiveFormat::zip: {
      auto zip = ZipArchive::open(bytes, name, limits_, name + "/");
      if (!zip.ok()) {
        fail(zip.error());
        return true;
      }
      return add_zip(zip.value(), 1);
    }
    case ArchiveFormat::gzip: {
      std::span<const std::byte> view = bytes->view();
      if (view.empty()) {
        InflateBuffer& raw = level(0).raw;
        const auto size = static_cast<std::size_t>(bytes->size());
        if (bytes->size() > limits_.max_package_inflated_bytes || !raw.reserve(size)) {
          fail(Error{ErrorCode::limit_exceeded, {.file = name}, "container of " + std::to_string(bytes->size()) + " bytes is over the limit of " + std::to_string(limits_.max_package_inflated_bytes)});
          return true;
        }
        if (!bytes->read(0, {raw.data(), size})) {
          fail(Error{ErrorCode::unreadable, {.file = name}, "file could not be read"});
          return true;
        }
        view = {raw.data(), size};
      }
      return add_bytes(view, name, 0) && advance(name, bytes->size());
    }
    case ArchiveFormat::none: break;
  }
  fail(not_an_archive(name, static_cast<std::size_t>(bytes->size())));
  return true;
}

bool DeliveryReader::add_bytes(std::span<const std::byte> bytes, const std::string& name, std::size_t depth) {
  switch (recognise_archive(bytes)) {
    case ArchiveFormat::gzip: {
      // A large package takes long: somebody who waits hears of it before and after it is unpacked, too.
      if (!advance(name, 0)) return false;
      const auto hand = [&](const PackageFiles& files, const Package& package) {
        if (advance(name, 0)) hand_out(files, package);
      };
      auto read = read_packed_package(bytes, name, limits_, budget_, container_, hand);
      if (!read.ok()) {
        fail(read.error());
        return true;
      }
      return add_package(std::move(read.value()), depth == 0 ? std::string() : stem_of(name));
    }
    case ArchiveFormat::zip: return add_nested_zip(bytes, name, depth);
    case ArchiveFormat::none: break;
  }
  fail(not_an_archive(name, bytes.size()));
  return true;
}

bool DeliveryReader::add_nested_zip(std::span<const std::byte> bytes, const std::string& name, std::size_t depth) {
  if (depth >= limits_.max_archive_depth) {
    fail(Error{ErrorCode::limit_exceeded, {.file = name}, "archive inside archives, deeper than " + std::to_string(limits_.max_archive_depth)});
    return true;
  }
  note("archive/nested", Severity::info, "member is a zip with packages inside, whatever its name says", name);
  auto zip = ZipArchive::open(std::make_shared<BorrowedSource>(bytes), name, limits_, name + "/");
  if (!zip.ok()) {
    fail(zip.error());
    return true;
  }
  return add_zip(zip.value(), depth + 1);
}

bool DeliveryReader::add_zip(ZipArchive& zip, std::size_t depth) {
  std::vector<std::string_view> paths;
  std::vector<std::size_t> files, packed, others;
  for (std::size_t i = 0; i < zip.members().size(); ++i) {
    if (zip.members()[i].is_folder) continue;
    paths.push_back(zip.members()[i].path);
    files.push_back(i);
  }
  const auto is_package = [&](std::size_t index) {
    Level& here = level(depth);
    InflateBudget small(limits_);
    const ZipMember& member = zip.members()[files[index]];
    if (member.size > limits_.max_text_file_bytes) return false;
    const auto bytes = zip.read(member, small, here.raw, here.inflated);
    return bytes.ok() && is_package_descriptor(as_text(bytes.value()));
  };
  const Layout layout = find_packages(paths, is_package);
  std::vector<bool> taken(files.size(), false);
  for (const PackageFolder& folder : layout.packages) {
    for (const std::size_t file : folder.files) taken[file] = true;
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!taken[i]) (has_ending(paths[i], ".gz") && !is_mac_shadow(paths[i]) ? packed : others).push_back(files[i]);
  }
  // In a repository or workspace other archives are test data and build output, not part of the delivery.
  if (layout.is_workspace) packed.clear();
  for (const std::size_t index : packed) {
    if (!add_member(zip, zip.members()[index], depth)) return false;
  }
  std::vector<std::string> extra;
  for (const std::size_t index : others) {
    const ZipMember& member = zip.members()[index];
    const auto head = layout.packages.empty() && others.size() <= 1000 ? zip.head(member) : Result<std::string>(std::string());
    if (head.ok() && recognise_archive(std::as_bytes(std::span(head.value().data(), head.value().size()))) != ArchiveFormat::none) {
      if (!add_member(zip, member, depth)) return false;
    } else {
      extra.push_back(member.path);
    }
  }
  if (!extra.empty() && !layout.is_workspace) {
    note("archive/extra-member", Severity::info,
         std::to_string(extra.size()) + (extra.size() == 1 ? " member is no package: " : " members are no packages: ") + extra.front() + (extra.size() > 1 ? ", ..." : ""),
         zip.place(zip.members()[others.front()]));
  }
  return add_zip_folders(zip, files, layout, depth);
}

bool DeliveryReader::add_member(ZipArchive& zip, const ZipMember& member, std::size_t depth) {
  const std::string name = zip.place(member);
  if (is_template_name(stem_of(member.path))) {
    fail(Error{ErrorCode::not_recognised, {.file = name}, "a template and no package: the placeholder " + stem_of(member.path) + " is not filled in"});
    return true;
  }
  Level& here = level(depth);
  const auto look = [&](std::span<const std::byte> head, bool) -> std::optional<Error> {
    if (recognise_archive(head) == ArchiveFormat::none) return not_an_archive(name, head.size());
    return std::nullopt;
  };
  auto bytes = zip.read(member, budget_, here.raw, here.inflated, look);
  if (!bytes.ok()) {
    fail(bytes.error());
    return true;
  }
  if (!add_bytes(bytes.value(), name, depth)) return false;
  return depth > 1 || advance(name, member.packed);
}

bool DeliveryReader::add_zip_folders(ZipArchive& zip, const std::vector<std::size_t>& members, const Layout& layout, std::size_t depth) {
  if (layout.packages.empty()) return true;
  report_layout(layout);
  note("archive/package-folder-in-zip", Severity::info,
       "the zip holds package folders and not <Package>.gz files: a repository or a backup of one, which the platform does not install as it is", zip.file());
  Level& here = level(depth);
  for (const PackageFolder& folder : layout.packages) {
    PackageFiles files;
    files.place = folder.path.empty() ? "" : folder.path + "/";
    std::deque<std::string> contents;
    const std::string place = folder.path.empty() ? zip.file() : folder.path;
    std::uint64_t inflated = 0, packed = 0;
    for (const std::size_t index : folder.files) {
      const ZipMember& member = zip.members()[members[index]];
      // Everything is inflated, for its checksum; what no rule reads is dropped at once.
      auto bytes = zip.read(member, budget_, here.raw, here.inflated);
      if (!bytes.ok()) {
        fail(bytes.error());
        continue;
      }
      inflated += member.size;
      packed += member.packed;
      if (inflated > limits_.max_package_inflated_bytes) {
        fail(Error{ErrorCode::limit_exceeded, {.file = place}, "package of more than " + std::to_string(limits_.max_package_inflated_bytes) + " bytes"});
        break;
      }
      PackageFile file{.path = std::string_view(member.path).substr(files.place.size()), .size = member.size, .content = {}};
      if (files_ || is_needed(file.path)) {
        contents.push_back(std::string(as_text(bytes.value())));
        file.content = contents.back();
      }
      files.files.push_back(file);
    }
    auto read = read_package(files, place, limits_);
    if (!read.ok()) {
      fail(read.error());
    } else {
      read.value().package.packed_bytes = packed;
      if (!hand_out(files, read.value().package) || !add_package(std::move(read.value()), folder.name)) return false;
    }
    if (depth <= 1 && !advance(place, packed)) return false;
  }
  return true;
}

void DeliveryReader::report_layout(const Layout& layout) {
  for (const std::string& branch : layout.older_branches) {
    note("package/several-branches", Severity::warning, "another version of the package lies beside it in branches/; the newest one is read, this one is not", branch);
  }
  for (const std::string& folder : layout.skipped) {
    note("package/outside-workspace", Severity::info, "package folder beside packages/ is no part of the workspace and not read", folder);
  }
}

bool DeliveryReader::add_folders(const std::vector<InputFile>& files, const std::vector<std::string_view>& paths, const Layout& layout) {
  report_layout(layout);
  for (const PackageFolder& folder : layout.packages) {
    PackageFiles package;
    package.place = folder.path.empty() ? "" : folder.path + "/";
    std::uint64_t bytes = 0;
    for (const std::size_t index : folder.files) {
      const InputFile& file = files[index];
      package.files.push_back({.path = paths[index].substr(package.place.size()), .size = file.bytes->size(), .content = {}, .source = file.bytes.get()});
      bytes += file.bytes->size();
    }
    auto read = read_package(package, folder.path.empty() ? "descriptor.json" : folder.path, limits_);
    if (!read.ok()) {
      fail(read.error());
    } else if (!hand_out(package, read.value().package) || !add_package(std::move(read.value()), folder.name)) {
      return false;
    }
    if (!advance(folder.path, bytes)) return false;
  }
  return true;
}

void DeliveryReader::add_delete_list(const InputFile& file) {
  set_.is_backup = true;
  auto text = read_all(*file.bytes, file.path, limits_.max_text_file_bytes);
  if (!text.ok()) return fail(text.error());
  set_.delete_list = read_delete_list(text.value(), file.path, set_.findings);
}

Result<PackageSet> DeliveryReader::finish(InputKind kind, const Error& nothing) {
  if (stopped_) return Error{ErrorCode::cancelled, {}, "stopped on request"};
  set_.kind = kind;
  if (packages_ == 0 && errors_.size() <= 1 && !set_.is_backup) return errors_.empty() ? nothing : errors_.front();
  for (const Error& error : errors_) {
    set_.findings.push_back(finding_of(error));
    set_.has_unreadable_part = true;
  }
  return std::move(set_);
}

}  // namespace backstay::creatio
