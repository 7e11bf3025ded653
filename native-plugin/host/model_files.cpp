#include "native-plugin/host/model_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/package/origam/edit_dependency.hpp"
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

bool is_unchanged(const ChangedFile& changed, const std::map<std::string, FileStamp>& stamps) {
  const auto known = stamps.find(changed.file);
  return known != stamps.end() && stamp_of(changed.path) == known->second;
}

Result<ChangedFile> open_file(const Input& input, const std::string& file, const std::map<std::string, FileStamp>& stamps, const Limits& limits) {
  ChangedFile changed;
  changed.file = file;
  std::error_code problem;
  // A link inside the folder stays a link: what it points at is written.
  changed.path = fs::canonical(input.path + "/" + file, problem).string();
  if (problem) return Error{ErrorCode::unreadable, {.file = file}, "cannot be read: " + problem.message()};
  Result<std::string> bytes = read_text(changed.path, limits.max_text_file_bytes);
  if (!bytes.ok()) return bytes.error();
  changed.before = changed.after = std::move(bytes.value());
  if (!is_unchanged(changed, stamps)) return changed_error(file);
  return changed;
}

struct LineChange {
  std::string file;
  origam::DependencyEdit change;
};

// All lines that a repair changes, each list from its end up, so that a line that goes does not move the others.
std::vector<LineChange> changes_of(const deploy::Repair& repair) {
  std::vector<LineChange> changes;
  for (const deploy::RepairEdit& edit : repair.edits) {
    for (const deploy::RepairEdit::Line& line : edit.lines) {
      LineChange made{edit.file, {edit.version_id, line.entry, edit.dependency_id, line.from, std::nullopt}};
      if (!edit.to.empty()) made.change.to = edit.to;
      changes.push_back(std::move(made));
    }
  }
  std::stable_sort(changes.begin(), changes.end(), [](const LineChange& a, const LineChange& b) { return a.change.entry > b.change.entry; });
  return changes;
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
  std::vector<ChangedFile> files;
  for (const LineChange& line : changes_of(repair)) {
    auto at = std::find_if(files.begin(), files.end(), [&](const ChangedFile& changed) { return changed.file == line.file; });
    if (at == files.end()) {
      Result<ChangedFile> opened = open_file(input, line.file, stamps, limits);
      if (!opened.ok()) return opened.error();
      files.push_back(std::move(opened.value()));
      at = files.end() - 1;
    }
    Result<origam::EditedFile> made = origam::edit_dependency(at->after, line.file, line.change, limits);
    if (!made.ok()) return made.error();
    at->after = std::move(made.value().bytes);
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
    Result<Nothing> step = is_unchanged(changed, stamps) ? Result<Nothing>(Nothing{}) : Result<Nothing>(changed_error(changed.file));
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
