#include "native-plugin/fs/folder.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin::fs {
namespace {

constexpr mode_t folder_mode = 0700, file_mode = 0600;

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

bool is_plain(std::string_view name) {
  if (name.empty() || name.find('\0') != std::string_view::npos) return false;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    const std::string_view part = name.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = end + 1;
  }
  return true;
}

std::string parent_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(name.substr(0, slash));
}

std::string last_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

// Kernels before 5.6, and sandboxes that do not know the call: one component at a time, none of them a link.
int walk(int root, const std::string& name, int flags, mode_t mode) {
  int at = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (std::size_t begin = 0; at >= 0;) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    const bool is_last = end == name.size();
    const int next = is_last ? openat(at, part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode)
                             : openat(at, part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const int error = errno;
    close(at);
    errno = error;
    if (is_last) return next;
    at = next;
    begin = end + 1;
  }
  return -1;
}

int open_below(int root, const std::string& name, int flags, mode_t mode = 0) {
  open_how how = {};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const long opened = syscall(SYS_openat2, root, name.c_str(), &how, sizeof how);
  if (opened >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(opened);
  return walk(root, name, flags, mode);
}

Error bad_name(std::string_view name) {
  return {ErrorCode::unsafe, {}, "\"" + std::string(name) + "\" is no name below a folder"};
}

// A fault point that stands for one system call.
int fault(const char* what) { return faults::point("fs", what); }

Result<Nothing> sync_descriptor(int descriptor, std::string_view name) {
  if (faults::is_broken("no-sync")) return Nothing{};
  if (const int error = fault("sync")) return io_error("sync of " + std::string(name), error);
  // After a failed sync the kernel may have dropped the pages: it is never tried again on the same descriptor.
  if (fsync(descriptor) != 0) return io_error("sync of " + std::string(name), errno);
  return Nothing{};
}

Result<Nothing> write_all(int descriptor, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    if (const int error = fault("write")) return io_error("writing " + std::string(name), error);
    const ssize_t written = ::write(descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), 1u << 20));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("writing " + std::string(name), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Nothing{};
}

// Calls `visit(entry, descriptor of its folder)` for everything directly in the folder; descriptor is consumed.
template <class Visit>
Result<Nothing> each_entry(int descriptor, std::string_view name, Visit visit) {
  DIR* stream = fdopendir(descriptor);
  if (!stream) {
    const int error = errno;
    close(descriptor);
    return io_error("reading the folder " + std::string(name), error);
  }
  Result<Nothing> result = Nothing{};
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view part = entry->d_name;
    if (part == "." || part == "..") continue;
    result = visit(std::string(part), dirfd(stream));
    if (!result.ok()) break;
    errno = 0;
  }
  if (result.ok() && errno != 0) result = io_error("reading the folder " + std::string(name), errno);
  closedir(stream);
  return result;
}

Result<Nothing> list_into(int folder, const std::string& prefix, std::vector<Folder::Entry>& out) {
  return each_entry(folder, prefix, [&](const std::string& part, int at) -> Result<Nothing> {
    struct stat info;
    if (fstatat(at, part.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return Nothing{};  // gone meanwhile
      return io_error("looking at " + prefix + part, errno);
    }
    if (S_ISREG(info.st_mode)) {
      Folder::Entry entry;
      entry.name = prefix + part;
      entry.bytes = static_cast<std::uint64_t>(info.st_size);
      entry.modified_ms = info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000;
      out.push_back(std::move(entry));
      return Nothing{};
    }
    if (!S_ISDIR(info.st_mode)) return Nothing{};
    const int inner = openat(at, part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) return io_error("opening the folder " + prefix + part, errno);
    return list_into(inner, prefix + part + "/", out);
  });
}

Result<Nothing> remove_all(int folder, const std::string& name) {
  const int inner = openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (inner < 0 && (errno == ENOTDIR || errno == ELOOP)) {
    if (const int error = fault("unlink")) return io_error("removing " + name, error);
    if (unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) return io_error("removing " + name, errno);
    return Nothing{};
  }
  if (inner < 0 && errno == ENOENT) return Nothing{};
  if (inner < 0) return io_error("opening the folder " + name, errno);
  auto emptied = each_entry(inner, name, [](const std::string& part, int at) { return remove_all(at, part); });
  if (!emptied.ok()) return emptied;
  if (const int error = fault("rmdir")) return io_error("removing " + name, error);
  if (unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return io_error("removing " + name, errno);
  return Nothing{};
}

}  // namespace

Error io_error(std::string_view what, int error) {
  ErrorCode code = ErrorCode::unreadable;
  if (error == ENOENT) code = ErrorCode::missing;
  if (error == ELOOP || error == EXDEV) code = ErrorCode::unsafe;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = ErrorCode::limit_exceeded;
  char text[128] = "";
  return {code, {}, std::string(what) + ": " + strerror_r(error, text, sizeof text)};
}

// Folders that stay open while somebody remembers, the last used first.
class Folder::Opened {
 public:
  ~Opened() { close_all(); }
  int find(std::string_view name) {
    for (auto at = folders_.begin(); at != folders_.end(); ++at) {
      if (at->first != name) continue;
      std::rotate(folders_.begin(), at, at + 1);
      return folders_.front().second;
    }
    return -1;
  }
  void add(std::string name, int descriptor) {
    if (folders_.size() == most_folders) {
      close(folders_.back().second);
      folders_.pop_back();
    }
    folders_.insert(folders_.begin(), {std::move(name), descriptor});
  }
  // The folder itself and all below it.
  void forget(std::string_view name) {
    for (auto at = folders_.begin(); at != folders_.end();) {
      const std::string_view known = at->first;
      if (known != name && !(known.size() > name.size() && known.starts_with(name) && known[name.size()] == '/')) {
        ++at;
        continue;
      }
      close(at->second);
      at = folders_.erase(at);
    }
  }
  void close_all() {
    for (const auto& folder : folders_) close(folder.second);
    folders_.clear();
  }
  int holders = 0;

 private:
  static constexpr std::size_t most_folders = 16;  // more than names are deep
  std::vector<std::pair<std::string, int>> folders_;
};

// Descriptor of the folder that holds a name, its own or a remembered one; -1 with errno.
class Folder::Parent {
 public:
  Parent(int number, bool is_own) : number_(number), is_own_(is_own) {}
  Parent(const Parent&) = delete;
  Parent& operator=(const Parent&) = delete;
  ~Parent() {
    if (is_own_ && number_ >= 0) close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
  bool is_own_;
};

Folder::Parent Folder::parent(std::string_view name) const {
  std::string above = parent_of(name);
  if (above.empty()) return Parent(descriptor_, false);
  const bool is_kept = opened_->holders > 0;
  if (is_kept) {
    if (const int known = opened_->find(above); known >= 0) return Parent(known, false);
  }
  const int opened = open_below(descriptor_, above, O_RDONLY | O_DIRECTORY);
  if (opened < 0 || !is_kept) return Parent(opened, true);
  opened_->add(std::move(above), opened);
  return Parent(opened, false);
}

// The last component is never a link, whichever way it is opened.
int Folder::open_file(std::string_view name, int flags, unsigned mode) const {
  if (opened_->holders == 0) return open_below(descriptor_, std::string(name), flags, mode);
  const Parent above = parent(name);
  if (above.get() < 0) return -1;
  return openat(above.get(), last_of(name).c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode);
}

void Folder::forget(std::string_view name) const { opened_->forget(name); }

Folder::Remembering Folder::remember() const {
  ++opened_->holders;
  return Remembering(*this);
}

Folder::Remembering::~Remembering() {
  if (folder_ && --folder_->opened_->holders == 0) folder_->opened_->close_all();
}

Folder::Folder(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)), opened_(std::make_unique<Opened>()) {}

Folder::Folder(Folder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)), opened_(std::move(other.opened_)) {}

Folder& Folder::operator=(Folder&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(opened_, other.opened_);
  return *this;
}

Folder::~Folder() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<Folder> Folder::open(const std::string& path, bool create) {
  if (path.empty() || path.find('\0') != std::string::npos) return Error{ErrorCode::unsafe, {}, "the folder has no name"};
  if (create) {
    for (std::size_t at = 1; at <= path.size(); ++at) {
      if (at != path.size() && path[at] != '/') continue;
      const std::string part = path.substr(0, at);
      struct stat info;
      if (stat(part.c_str(), &info) == 0) continue;
      if (const int error = fault("mkdir")) return io_error("making the folder " + part, error);
      if (mkdir(part.c_str(), folder_mode) != 0 && errno != EEXIST) return io_error("making the folder " + part, errno);
      // The new name has to survive a power cut as well.
      const std::string above = part.find_last_of('/') == std::string::npos ? "." : part.substr(0, part.find_last_of('/') + 1);
      Descriptor parent(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (parent.get() < 0) return io_error("opening the folder " + above, errno);
      if (auto synced = sync_descriptor(parent.get(), above); !synced.ok()) return synced.error();
    }
  }
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error("opening the folder " + path, errno);
  return Folder(descriptor, path);
}

Result<Folder> Folder::reopen() const {
  const int descriptor = openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error("opening the folder " + path_, errno);
  return Folder(descriptor, path_);
}

Result<std::string> Folder::read(std::string_view name, std::uint64_t max_bytes) const {
  if (!is_plain(name)) return bad_name(name);
  Descriptor file(open_file(name, O_RDONLY | O_NONBLOCK, 0));
  if (file.get() < 0) return io_error("opening " + std::string(name), errno);
  struct stat info;
  if (fstat(file.get(), &info) != 0) return io_error("looking at " + std::string(name), errno);
  if (!S_ISREG(info.st_mode)) return Error{ErrorCode::unsafe, {}, "\"" + std::string(name) + "\" is no regular file"};
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes) {
    return Error{ErrorCode::limit_exceeded, {}, "\"" + std::string(name) + "\" has more than " + std::to_string(max_bytes) + " bytes"};
  }
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    if (const int error = fault("read")) return io_error("reading " + std::string(name), error);
    const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("reading " + std::string(name), errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<bool> Folder::exists(std::string_view name) const {
  if (!is_plain(name)) return bad_name(name);
  const Parent above = parent(name);
  if (above.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) return false;
  if (above.get() < 0) return io_error("opening the folder of " + std::string(name), errno);
  struct stat info;
  if (fstatat(above.get(), last_of(name).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno == ENOENT) return false;
  return io_error("looking at " + std::string(name), errno);
}

Result<Nothing> Folder::make_folder(std::string_view name) const { return make_folder(name, true); }

Result<Nothing> Folder::make_folder(std::string_view name, bool is_synced) const {
  if (name.empty()) return Nothing{};
  if (!is_plain(name)) return bad_name(name);
  if (opened_->holders > 0 && opened_->find(name) >= 0) return Nothing{};
  if (auto made = make_folder(parent_of(name), is_synced); !made.ok()) return made;
  const Parent above = parent(name);
  if (above.get() < 0) return io_error("opening the folder of " + std::string(name), errno);
  const std::string last = last_of(name);
  struct stat info;
  if (fstatat(above.get(), last.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
    return S_ISDIR(info.st_mode) ? Result<Nothing>(Nothing{}) : Error{ErrorCode::unsafe, {}, "\"" + std::string(name) + "\" is no folder"};
  }
  if (const int error = fault("mkdir")) return io_error("making the folder " + std::string(name), error);
  if (mkdirat(above.get(), last.c_str(), folder_mode) != 0 && errno != EEXIST) return io_error("making the folder " + std::string(name), errno);
  return is_synced ? sync_descriptor(above.get(), parent_of(name)) : Nothing{};
}

Result<Nothing> Folder::write(std::string_view name, std::string_view bytes, bool replace) const { return write(name, bytes, replace, true); }
Result<Nothing> Folder::write_unsynced(std::string_view name, std::string_view bytes) const { return write(name, bytes, false, false); }

Result<Nothing> Folder::write(std::string_view name, std::string_view bytes, bool replace, bool is_synced) const {
  if (!is_plain(name)) return bad_name(name);
  if (auto made = make_folder(parent_of(name), is_synced); !made.ok()) return made;
  if (const int error = fault("open")) return io_error("making " + std::string(name), error);
  const int flags = O_WRONLY | O_CREAT | (replace ? O_TRUNC : O_EXCL);
  Descriptor file(open_file(name, flags, file_mode));
  if (file.get() < 0) return io_error("making " + std::string(name), errno);
  if (auto written = write_all(file.get(), bytes, name); !written.ok()) return written;
  if (is_synced) {
    if (auto synced = sync_descriptor(file.get(), name); !synced.ok()) return synced;
  }
  if (close(file.release()) != 0) return io_error("closing " + std::string(name), errno);
  return Nothing{};
}

Result<Nothing> Folder::rename(std::string_view from, std::string_view to) const { return rename(from, to, true); }
Result<Nothing> Folder::rename_unsynced(std::string_view from, std::string_view to) const { return rename(from, to, false); }

Result<Nothing> Folder::sync_everything() const {
  if (faults::is_broken("no-sync")) return Nothing{};
  if (const int error = fault("sync")) return io_error("sync of the file system", error);
  if (syncfs(descriptor_) != 0) return io_error("sync of the file system", errno);
  return Nothing{};
}

Result<Nothing> Folder::rename(std::string_view from, std::string_view to, bool is_synced) const {
  if (!is_plain(from)) return bad_name(from);
  if (!is_plain(to)) return bad_name(to);
  if (auto made = make_folder(parent_of(to), is_synced); !made.ok()) return made;
  const Parent source = parent(from), target = parent(to);
  if (source.get() < 0 || target.get() < 0) return io_error("opening the folder of " + std::string(from), errno);
  if (const int error = fault("rename")) return io_error("moving " + std::string(from), error);
  if (renameat(source.get(), last_of(from).c_str(), target.get(), last_of(to).c_str()) != 0) {
    return io_error("moving " + std::string(from), errno);
  }
  forget(from);
  return Nothing{};
}

Result<Nothing> Folder::remove(std::string_view name) const {
  if (!is_plain(name)) return bad_name(name);
  const Parent above = parent(name);
  if (above.get() < 0 && errno == ENOENT) return Nothing{};
  if (above.get() < 0) return io_error("opening the folder of " + std::string(name), errno);
  if (const int error = fault("unlink")) return io_error("removing " + std::string(name), error);
  if (unlinkat(above.get(), last_of(name).c_str(), 0) != 0 && errno != ENOENT) {
    return io_error("removing " + std::string(name), errno);
  }
  return Nothing{};
}

Result<Nothing> Folder::remove_folder(std::string_view name) const {
  if (!is_plain(name)) return bad_name(name);
  const Parent above = parent(name);
  if (above.get() < 0 && errno == ENOENT) return Nothing{};
  if (above.get() < 0) return io_error("opening the folder of " + std::string(name), errno);
  forget(name);
  return remove_all(above.get(), last_of(name));
}

Result<Nothing> Folder::remove_empty(std::string_view name) const {
  if (!is_plain(name)) return bad_name(name);
  const Parent above = parent(name);
  if (above.get() < 0 && errno == ENOENT) return Nothing{};
  if (above.get() < 0) return io_error("opening the folder of " + std::string(name), errno);
  forget(name);
  if (const int error = fault("rmdir")) return io_error("removing " + std::string(name), error);
  if (unlinkat(above.get(), last_of(name).c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) {
    return io_error("removing " + std::string(name), errno);
  }
  return Nothing{};
}

Result<Nothing> Folder::sync_parent(std::string_view name) const {
  if (!is_plain(name)) return bad_name(name);
  const Parent above = parent(name);
  if (above.get() < 0) return io_error("opening the folder of " + std::string(name), errno);
  return sync_descriptor(above.get(), parent_of(name));
}

Result<Nothing> Folder::sync() const { return sync_descriptor(descriptor_, path_); }

Result<Nothing> Folder::sync_file(std::string_view name) const {
  if (!is_plain(name)) return bad_name(name);
  Descriptor file(open_file(name, O_RDONLY, 0));
  if (file.get() < 0) return io_error("opening " + std::string(name), errno);
  return sync_descriptor(file.get(), name);
}

Result<std::vector<Folder::Entry>> Folder::list(std::string_view name) const {
  if (!name.empty() && !is_plain(name)) return bad_name(name);
  const int folder = name.empty() ? openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                  : open_below(descriptor_, std::string(name), O_RDONLY | O_DIRECTORY);
  std::vector<Entry> entries;
  if (folder < 0 && errno == ENOENT) return entries;
  if (folder < 0) return io_error("opening the folder " + std::string(name), errno);
  auto listed = list_into(folder, name.empty() ? std::string() : std::string(name) + "/", entries);
  if (!listed.ok()) return listed.error();
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

Result<std::uint64_t> Folder::free_bytes() const {
  struct statvfs info;
  if (fstatvfs(descriptor_, &info) != 0) return io_error("looking at the free space", errno);
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace backstay::plugin::fs
