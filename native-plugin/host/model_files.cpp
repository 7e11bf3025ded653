#include "native-plugin/host/model_files.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/deploy/make_repair.hpp"
#include "native-plugin/host/interrupt.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

namespace fs = std::filesystem;

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  constexpr std::int64_t second = 1'000'000'000;
  return FileStamp{static_cast<std::uint64_t>(facts.st_dev), static_cast<std::uint64_t>(facts.st_ino), static_cast<std::uint64_t>(facts.st_size),
                   facts.st_mtim.tv_sec * second + facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec * second + facts.st_ctim.tv_nsec};
}

Error changed_error(const std::string& file) {
  return Error{ErrorCode::malformed, {.file = file}, "has changed since it was read; nothing was written"};
}

bool is_unchanged(const std::string& file, const std::string& path, const std::map<std::string, FileStamp>& stamps) {
  const auto known = stamps.find(file);
  return known != stamps.end() && stamp_of(path) == known->second;
}

struct OpenedFile {
  std::string path, bytes;
};

Result<OpenedFile> open_file(const Input& input, const std::string& file, const std::map<std::string, FileStamp>& stamps, const Limits& limits) {
  std::error_code problem;
  // A link inside the folder stays a link: what it points at is written.
  const std::string path = fs::canonical(input.path + "/" + file, problem).string();
  if (problem) return Error{ErrorCode::unreadable, {.file = file}, "cannot be read: " + problem.message()};
  Result<std::string> bytes = read_text(path, limits.max_text_file_bytes);
  if (!bytes.ok()) return bytes.error();
  if (!is_unchanged(file, path, stamps)) return changed_error(file);
  return OpenedFile{path, std::move(bytes.value())};
}

void undo(const std::vector<ChangedFile>& files, const std::vector<report::RepairedInput::Written>& written) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    const Result<Nothing> restored = write_file(files[i].path, files[i].before);
    if (!restored.ok()) complain(restored.error().message + "; it stays as edited");
  }
}

}  // namespace

std::map<std::string, FileStamp> stamp_files(const Input& input) {
  std::map<std::string, FileStamp> stamps;
  for (const InputFile& file : input.files) {
    if (!file.path.ends_with(".origam")) continue;
    if (const auto stamp = stamp_of(input.path + "/" + file.path)) stamps.emplace(file.path, *stamp);
  }
  return stamps;
}

Result<std::vector<ChangedFile>> change_files(const Input& input, const deploy::Repair& repair,
                                              const std::map<std::string, FileStamp>& stamps, const Limits& limits) {
  std::map<std::string, std::string> paths;
  const deploy::ReadFile read = [&](const std::string& file) -> Result<std::string> {
    Result<OpenedFile> opened = open_file(input, file, stamps, limits);
    if (!opened.ok()) return opened.error();
    paths[file] = std::move(opened.value().path);
    return std::move(opened.value().bytes);
  };
  auto made = deploy::make_repair(repair, read, limits);
  if (!made.ok()) return made.error();
  std::vector<ChangedFile> files;
  for (deploy::RepairedFile& file : made.value()) {
    std::string path = std::move(paths[file.file]);
    files.push_back({std::move(file.file), std::move(path), std::move(file.before), std::move(file.after)});
  }
  return files;
}

Input with_changes(const Input& input, const std::vector<ChangedFile>& files) {
  Input changed = input;
  for (InputFile& file : changed.files) {
    for (const ChangedFile& made : files) {
      if (made.file == file.path) file.bytes = std::make_shared<MemorySource>(made.after);
    }
  }
  return changed;
}

Result<std::vector<report::RepairedInput::Written>> write_changes(const std::vector<ChangedFile>& files,
                                                                   const std::map<std::string, FileStamp>& stamps, bool keep_backup) {
  const DeferInterrupts all_or_none;
  if (keep_backup) {
    for (const ChangedFile& changed : files) {
      struct stat facts{};
      if (::lstat((changed.path + ".bak").c_str(), &facts) != 0) continue;
      return Error{ErrorCode::unsafe, {.file = changed.file + ".bak"}, "is there already and is not overwritten; move it away, or give --no-backup"};
    }
  }
  std::vector<report::RepairedInput::Written> written;
  for (const ChangedFile& changed : files) {
    Result<Nothing> step = is_unchanged(changed.file, changed.path, stamps) ? Result<Nothing>(Nothing{}) : Result<Nothing>(changed_error(changed.file));
    if (step.ok() && keep_backup) step = write_file(changed.path + ".bak", changed.before);
    if (step.ok()) step = write_file(changed.path, changed.after);
    if (!step.ok()) {
      undo(files, written);
      return step.error();
    }
    written.push_back({changed.file, keep_backup ? changed.file + ".bak" : ""});
  }
  return written;
}

}  // namespace backstay::host
