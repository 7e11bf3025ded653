#include "native-plugin/backup/backup_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <functional>
#include <set>

#include <nlohmann/json.hpp>

#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin {
namespace {

using nlohmann::json;

constexpr std::string_view manifest_name = "manifest.json";
constexpr std::uint64_t max_manifest_bytes = 64ull << 20, max_entry_bytes = 1ull << 30;
constexpr std::size_t block_bytes = 1u << 18;

struct ZipCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Zip = std::unique_ptr<zip_t, ZipCloser>;

Error damaged(std::string message) { return {ErrorCode::malformed, {}, std::move(message)}; }

Error zip_failure(std::string_view what, zip_error_t* error) {
  const int system = zip_error_system_type(error) == ZIP_ET_SYS ? zip_error_code_system(error) : 0;
  if (system) return fs::io_error(what, system);
  return damaged(std::string(what) + ": " + zip_error_strerror(error));
}

Result<Zip> open_zip(const std::string& path, int flags) {
  int code = 0;
  Zip archive(zip_open(path.c_str(), flags, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const Error failure = code == ZIP_ER_NOENT ? fs::io_error("opening the backup", ENOENT) : zip_failure("opening the backup", &error);
  zip_error_fini(&error);
  return failure;
}

// Hands the content of an entry over in blocks. Errors: malformed for anything the zip's own checks see.
Result<Nothing> each_block(zip_t* archive, zip_uint64_t index, std::string_view name,
                           const std::function<Result<Nothing>(const char*, std::size_t)>& take) {
  zip_file_t* file = zip_fopen_index(archive, index, 0);
  if (!file) return damaged("entry \"" + std::string(name) + "\" cannot be opened");
  std::string block(block_bytes, '\0');
  Result<Nothing> result = Nothing{};
  for (;;) {
    const zip_int64_t got = zip_fread(file, block.data(), block.size());
    if (got < 0) result = damaged("entry \"" + std::string(name) + "\" is damaged");
    if (got <= 0) break;
    result = take(block.data(), static_cast<std::size_t>(got));
    if (!result.ok()) break;
  }
  zip_fclose(file);
  return result;
}

Result<Nothing> add_entry(zip_t* archive, const NewEntry& entry) {
  zip_source_t* source = entry.path.empty() ? zip_source_buffer(archive, entry.content.data(), entry.content.size(), 0)
                                            : zip_source_file(archive, entry.path.c_str(), 0, -1);
  if (!source) return zip_failure("adding " + entry.name, zip_get_error(archive));
  const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_GUESS);
  if (index < 0) {
    zip_source_free(source);
    return zip_failure("adding " + entry.name, zip_get_error(archive));
  }
  // The fastest deflate: a backup is waited for, and databases and sources both compress well enough.
  zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 1);
  zip_file_set_mtime(archive, static_cast<zip_uint64_t>(index), 315532800, 0);
  return Nothing{};
}

Result<json> describe(const NewEntry& entry) {
  if (entry.path.empty()) return json({{"name", entry.name}, {"size", entry.content.size()}, {"sha256", sha256(entry.content)}});
  Sha256 digest;
  std::uint64_t bytes = 0;
  const int file = open(entry.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return fs::io_error("opening " + entry.name, errno);
  std::string block(block_bytes, '\0');
  ssize_t got;
  while ((got = read(file, block.data(), block.size())) > 0) {
    digest.add(block.data(), static_cast<std::size_t>(got));
    bytes += static_cast<std::uint64_t>(got);
  }
  const int error = errno;
  close(file);
  if (got < 0) return fs::io_error("reading " + entry.name, error);
  return json({{"name", entry.name}, {"size", bytes}, {"sha256", digest.hex()}});
}

Result<Nothing> write_zip(const std::string& path, const std::vector<NewEntry>& entries) {
  auto archive = open_zip(path, ZIP_CREATE | ZIP_EXCL);
  if (!archive.ok()) return archive.error();
  for (const NewEntry& entry : entries) {
    if (auto added = add_entry(archive.value().get(), entry); !added.ok()) return added;
  }
  if (zip_close(archive.value().get()) != 0) return zip_failure("writing the backup", zip_get_error(archive.value().get()));
  (void)archive.value().release();  // closed
  return Nothing{};
}

}  // namespace

Result<std::string> digest_of_file(const fs::Folder& folder, const std::string& name) {
  // The folder checks the name; blocks are read here, because a backup need not fit into memory.
  auto there = folder.exists(name);
  if (!there.ok()) return there.error();
  const int file = openat(folder.descriptor(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return fs::io_error("opening " + name, errno);
  Sha256 digest;
  std::string block(block_bytes, '\0');
  ssize_t got;
  while ((got = read(file, block.data(), block.size())) > 0) digest.add(block.data(), static_cast<std::size_t>(got));
  const int error = errno;
  close(file);
  if (got < 0) return fs::io_error("reading " + name, error);
  return digest.hex();
}

Result<SealedBackup> write_backup(const fs::Folder& state_dir, const std::string& name, std::string_view manifest,
                                  std::vector<NewEntry> entries) {
  json document = json::parse(manifest, nullptr, false);
  if (!document.is_object()) return damaged("the backup's manifest is no JSON object");
  document["entries"] = json::array();
  for (const NewEntry& entry : entries) {
    auto described = describe(entry);
    if (!described.ok()) return described.error();
    document["entries"].push_back(std::move(described.value()));
  }
  NewEntry first;
  first.name = manifest_name;
  first.content = document.dump(1);
  entries.insert(entries.begin(), std::move(first));

  const std::string folder = std::string(backups_folder), base = name.substr(name.rfind('/') + 1);
  const std::string temporary = folder + "/.tmp-" + base;
  if (auto made = state_dir.make_folder(folder); !made.ok()) return made.error();
  if (auto removed = state_dir.remove(temporary); !removed.ok()) return removed.error();
  if (const int error = faults::point("backup", "write")) return fs::io_error("writing the backup", error);
  if (auto written = write_zip(state_dir.path() + "/" + temporary, entries); !written.ok()) {
    (void)state_dir.remove(temporary).ok();
    return written.error();
  }
  fchmodat(state_dir.descriptor(), temporary.c_str(), 0600, 0);
  if (const int error = faults::point("backup", "written")) return fs::io_error("writing the backup", error);
  if (auto synced = state_dir.sync_file(temporary); !synced.ok()) return synced.error();
  auto digest = digest_of_file(state_dir, temporary);
  if (!digest.ok()) return digest.error();
  if (auto checked = BackupFile::open(state_dir, temporary, digest.value()); !checked.ok()) return checked.error();
  if (auto renamed = state_dir.rename(temporary, name); !renamed.ok()) return renamed.error();
  if (auto synced = state_dir.sync_parent(name); !synced.ok()) return synced.error();

  SealedBackup sealed;
  sealed.name = name;
  sealed.digest = digest.value();
  auto listed = state_dir.list(folder);
  if (!listed.ok()) return listed.error();
  for (const auto& entry : listed.value()) {
    if (entry.name == name) sealed.bytes = entry.bytes;
  }
  return sealed;
}

Result<BackupFile> BackupFile::open(const fs::Folder& state_dir, const std::string& name, std::string_view digest) {
  if (const int error = faults::point("backup", "verify")) return fs::io_error("reading the backup", error);
  auto there = state_dir.exists(name);
  if (!there.ok()) return there.error();
  if (!there.value()) return Error{ErrorCode::missing, {}, "the backup file \"" + name + "\" is not there"};
  if (!digest.empty() && !faults::is_broken("no-digest")) {
    auto now = digest_of_file(state_dir, name);
    if (!now.ok()) return now.error();
    if (now.value() != digest) return damaged("the backup file \"" + name + "\" is not the one that was sealed");
  }
  BackupFile file;
  file.path_ = state_dir.path() + "/" + name;
  if (auto verified = file.verify(); !verified.ok()) return verified.error();
  return file;
}

Result<Nothing> BackupFile::verify() {
  auto archive = open_zip(path_, ZIP_RDONLY | ZIP_CHECKCONS);
  if (!archive.ok()) return archive.error();
  zip_t* zip = archive.value().get();
  const zip_int64_t at = zip_name_locate(zip, std::string(manifest_name).c_str(), 0);
  if (at < 0) return damaged("the backup has no manifest");
  auto read = each_block(zip, static_cast<zip_uint64_t>(at), manifest_name, [&](const char* bytes, std::size_t size) -> Result<Nothing> {
    manifest_.append(bytes, size);
    if (manifest_.size() > max_manifest_bytes) return damaged("the backup's manifest is too large");
    return Nothing{};
  });
  if (!read.ok()) return read;
  const json document = json::parse(manifest_, nullptr, false);
  if (!document.is_object() || !document.contains("entries") || !document["entries"].is_array()) {
    return damaged("the backup's manifest cannot be read");
  }
  for (const json& item : document["entries"]) {
    if (!item.is_object() || !item.contains("name") || !item["name"].is_string() || !item.contains("size") ||
        !item["size"].is_number_unsigned() || !item.contains("sha256") || !item["sha256"].is_string()) {
      return damaged("the backup's manifest lists something that is no entry");
    }
    if (!entries_.emplace(item["name"].get<std::string>(), Listed{item["size"].get<std::uint64_t>(), item["sha256"].get<std::string>()}).second) {
      return damaged("the backup's manifest lists \"" + item["name"].get<std::string>() + "\" twice");
    }
  }
  const zip_int64_t count = zip_get_num_entries(zip, 0);
  std::set<std::string> seen;
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* raw = zip_get_name(zip, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    const std::string name = raw ? raw : "";
    if (!seen.insert(name).second) return damaged("entry \"" + name + "\" is in the backup twice");
    if (name == manifest_name) continue;
    const auto listed = entries_.find(name);
    if (listed == entries_.end()) return damaged("entry \"" + name + "\" is not in the manifest");
    Sha256 digest;
    std::uint64_t bytes = 0;
    auto compared = each_block(zip, static_cast<zip_uint64_t>(i), name, [&](const char* block, std::size_t size) -> Result<Nothing> {
      digest.add(block, size);
      bytes += size;
      if (bytes > listed->second.bytes) return damaged("entry \"" + name + "\" is longer than the manifest says");
      return Nothing{};
    });
    if (!compared.ok()) return compared;
    if ((bytes != listed->second.bytes || digest.hex() != listed->second.sha256) && !faults::is_broken("no-digest")) {
      return damaged("entry \"" + name + "\" is not what the manifest says");
    }
  }
  for (const auto& listed : entries_) {
    if (!seen.count(listed.first)) return damaged("entry \"" + listed.first + "\" is missing");
  }
  return Nothing{};
}

Result<std::string> BackupFile::entry(const std::string& name) const {
  const auto listed = entries_.find(name);
  if (listed == entries_.end()) return Error{ErrorCode::missing, {}, "the backup has no entry \"" + name + "\""};
  if (listed->second.bytes > max_entry_bytes) return Error{ErrorCode::limit_exceeded, {}, "entry \"" + name + "\" is too large for memory"};
  auto archive = open_zip(path_, ZIP_RDONLY);
  if (!archive.ok()) return archive.error();
  const zip_int64_t at = zip_name_locate(archive.value().get(), name.c_str(), 0);
  if (at < 0) return damaged("entry \"" + name + "\" has gone");
  std::string bytes;
  auto read = each_block(archive.value().get(), static_cast<zip_uint64_t>(at), name, [&](const char* block, std::size_t size) -> Result<Nothing> {
    bytes.append(block, size);
    if (bytes.size() > listed->second.bytes) return damaged("entry \"" + name + "\" was changed");
    return Nothing{};
  });
  if (!read.ok()) return read.error();
  if (sha256(bytes) != listed->second.sha256 && !faults::is_broken("no-digest")) return damaged("entry \"" + name + "\" was changed");
  return bytes;
}

Result<Nothing> BackupFile::extract(const std::string& name, const std::string& to) const {
  const auto listed = entries_.find(name);
  if (listed == entries_.end()) return Error{ErrorCode::missing, {}, "the backup has no entry \"" + name + "\""};
  auto archive = open_zip(path_, ZIP_RDONLY);
  if (!archive.ok()) return archive.error();
  const zip_int64_t at = zip_name_locate(archive.value().get(), name.c_str(), 0);
  if (at < 0) return damaged("entry \"" + name + "\" has gone");
  const int file = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return fs::io_error("making a file for " + name, errno);
  Sha256 digest;
  auto copied = each_block(archive.value().get(), static_cast<zip_uint64_t>(at), name, [&](const char* block, std::size_t size) -> Result<Nothing> {
    digest.add(block, size);
    while (size > 0) {
      const ssize_t written = ::write(file, block, size);
      if (written < 0) return fs::io_error("writing " + name, errno);
      block += written;
      size -= static_cast<std::size_t>(written);
    }
    return Nothing{};
  });
  if (copied.ok() && fsync(file) != 0) copied = fs::io_error("sync of " + name, errno);
  close(file);
  if (copied.ok() && digest.hex() != listed->second.sha256) copied = damaged("entry \"" + name + "\" was changed");
  if (!copied.ok()) unlink(to.c_str());
  return copied;
}

std::vector<std::string> BackupFile::names() const {
  std::vector<std::string> names;
  for (const auto& listed : entries_) names.push_back(listed.first);
  return names;
}

Result<Nothing> sweep_temporary_backups(const fs::Folder& state_dir) {
  auto entries = state_dir.list(backups_folder);
  if (!entries.ok()) return entries.error();
  for (const auto& entry : entries.value()) {
    if (!std::string_view(entry.name).starts_with(std::string(backups_folder) + "/.tmp-")) continue;
    if (auto removed = state_dir.remove(entry.name); !removed.ok()) return removed;
  }
  return Nothing{};
}

}  // namespace backstay::plugin
