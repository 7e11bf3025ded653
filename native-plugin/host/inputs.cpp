#include "native-plugin/host/inputs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace backstay::host {
namespace {

namespace fs = std::filesystem;

bool read_range(int file, std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t got = ::pread(file, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

// One file, opened for as long as the object lives: a delivery is read in many ranges.
class OpenFile final : public ByteSource {
 public:
  OpenFile(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  ~OpenFile() override { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    return offset <= size_ && into.size() <= size_ - offset && read_range(descriptor_, offset, into);
  }

 private:
  int descriptor_;
  std::uint64_t size_;
};

// A file of a folder, opened only while it is read: a folder can hold more files than a process may
// have open.
class FolderFile final : public ByteSource {
 public:
  FolderFile(std::string path, std::uint64_t size) : path_(std::move(path)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > size_ || into.size() > size_ - offset) return false;
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return false;
    const bool ok = read_range(file, offset, into);
    ::close(file);
    return ok;
  }

 private:
  std::string path_;
  std::uint64_t size_;
};

// Standard input, a pipe or a device: taken to its end.
Result<std::string> drain(int file, const std::string& path, std::uint64_t max_bytes) {
  std::string text;
  char block[65536];
  for (;;) {
    const ssize_t got = ::read(file, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::unreadable, {.file = path}, std::string("cannot be read: ") + std::strerror(errno)};
    if (got == 0) return text;
    text.append(block, static_cast<std::size_t>(got));
    if (text.size() > max_bytes) {
      return Error{ErrorCode::limit_exceeded, {.file = path}, "is larger than " + std::to_string(max_bytes) + " bytes"};
    }
  }
}

Error open_error(const std::string& path) {
  const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::missing : ErrorCode::unreadable;
  const std::string reason = code == ErrorCode::missing ? "there is no such file or folder" : std::string("cannot be read: ") + std::strerror(errno);
  return Error{code, {.file = path}, reason};
}

Finding finding_in(const std::string& input, const Error& error, Severity severity = Severity::error) {
  Finding finding = finding_of(error);
  finding.severity = severity;
  finding.input = input;
  return finding;
}

bool is_version_control(const std::string& name) { return name == ".git" || name == ".hg" || name == ".svn"; }

// Collects a folder's regular files. An explicit stack, because the depth is the input's choice.
class Walker {
 public:
  Walker(const std::string& root, const Limits& limits, OpenedInput& into)
      : root_(root), limits_(limits), into_(into) {
    std::error_code ignored;
    real_root_ = fs::canonical(root, ignored).string();
  }

  void walk() {
    std::vector<std::string> folders{""};
    while (!folders.empty() && !full_) {
      const std::string folder = std::move(folders.back());
      folders.pop_back();
      enter(folder, folders);
    }
    auto& files = into_.input.files;
    std::sort(files.begin(), files.end(), [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
  }

 private:
  void note(ErrorCode code, const std::string& file, std::string message, Severity severity) {
    into_.findings.push_back(finding_in(into_.input.path, Error{code, {.file = file}, std::move(message)}, severity));
  }

  void enter(const std::string& folder, std::vector<std::string>& folders) {
    const std::string path = folder.empty() ? root_ : root_ + "/" + folder;
    std::error_code problem;
    fs::directory_iterator entries(path, problem);
    if (problem) {
      unreadable(folder.empty() ? into_.input.path : folder, problem.message());
      return;
    }
    for (; entries != fs::directory_iterator(); entries.increment(problem)) {
      const std::string name = entries->path().filename().string();
      look_at(folder.empty() ? name : folder + "/" + name, name, folders);
      if (full_) return;
    }
    if (problem) unreadable(folder.empty() ? into_.input.path : folder, problem.message());
  }

  void look_at(const std::string& file, const std::string& name, std::vector<std::string>& folders) {
    const std::string path = root_ + "/" + file;
    struct stat facts{};
    if (::lstat(path.c_str(), &facts) != 0) return unreadable(file, std::strerror(errno));
    if (S_ISDIR(facts.st_mode)) {
      if (!is_version_control(name)) folders.push_back(file);
      return;
    }
    if (S_ISLNK(facts.st_mode)) {
      if (!stays_inside(path) || ::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return note(ErrorCode::unsafe, file, "a symbolic link to a folder, to nothing or to a place outside was not followed", Severity::warning);
      }
    } else if (!S_ISREG(facts.st_mode)) {
      return note(ErrorCode::unreadable, file, "is neither a file nor a folder and was left out", Severity::warning);
    }
    if (::access(path.c_str(), R_OK) != 0) return unreadable(file, std::strerror(errno));
    if (into_.input.files.size() >= limits_.max_records) {
      full_ = true;
      into_.usable = false;
      return note(ErrorCode::limit_exceeded, into_.input.path, "holds more than " + std::to_string(limits_.max_records) + " files", Severity::error);
    }
    const std::uint64_t size = static_cast<std::uint64_t>(facts.st_size);
    into_.input.files.push_back({file, std::make_shared<FolderFile>(path, size)});
  }

  void unreadable(const std::string& file, const std::string& reason) {
    note(ErrorCode::unreadable, file, "cannot be read: " + reason, Severity::error);
    into_.incomplete = true;
  }

  bool stays_inside(const std::string& path) const {
    std::error_code problem;
    const std::string target = fs::canonical(path, problem).string();
    return !problem && target.starts_with(real_root_) && target.size() > real_root_.size() && target[real_root_.size()] == '/';
  }

  std::string root_, real_root_;
  const Limits& limits_;
  OpenedInput& into_;
  bool full_ = false;
};

void take_whole(OpenedInput& opened, int file, const std::string& path, const Limits& limits) {
  // Only a script makes sense where ranges cannot be read.
  Result<std::string> text = drain(file, path, std::max(limits.max_script_bytes, limits.max_text_file_bytes));
  if (!text.ok()) {
    opened.usable = false;
    opened.findings.push_back(finding_in(path, text.error()));
    return;
  }
  opened.input.files.push_back({"-", std::make_shared<MemorySource>(text.value())});  // the core takes "-" for a script
}

}  // namespace

OpenedInput open_input(const std::string& path, const Limits& limits) {
  OpenedInput opened;
  opened.input.path = path;
  if (path == "-") {
    take_whole(opened, STDIN_FILENO, path, limits);
    return opened;
  }
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts{};
  if (file < 0 || ::fstat(file, &facts) != 0) {
    opened.usable = false;
    opened.findings.push_back(finding_in(path, open_error(path)));
    if (file >= 0) ::close(file);
    return opened;
  }
  if (S_ISDIR(facts.st_mode)) {
    ::close(file);
    opened.input.is_folder = true;
    Walker(path, limits, opened).walk();
    return opened;
  }
  if (!S_ISREG(facts.st_mode)) {
    take_whole(opened, file, path, limits);
    ::close(file);
    return opened;
  }
  opened.input.files.push_back({fs::path(path).filename().string(), std::make_shared<OpenFile>(file, static_cast<std::uint64_t>(facts.st_size))});
  return opened;
}

Result<std::string> read_text(const std::string& path, std::uint64_t max_bytes) {
  const int file = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return open_error(path);
  struct stat facts{};
  if (::fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    if (file != STDIN_FILENO) ::close(file);
    return Error{ErrorCode::unreadable, {.file = path}, "is a folder where a file was expected"};
  }
  Result<std::string> text = drain(file, path, max_bytes);
  if (file != STDIN_FILENO) ::close(file);
  return text;
}

}  // namespace backstay::host
