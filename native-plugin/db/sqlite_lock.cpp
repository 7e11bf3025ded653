#include "native-plugin/db/sqlite_lock.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace backstay::db {

namespace {

using FileId = std::pair<dev_t, ino_t>;

std::mutex sessions_mutex;
std::map<FileId, int>& sessions() {
  static std::map<FileId, int> all;
  return all;
}

bool file_id(const std::string& path, FileId& id) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return false;
  id = {found.st_dev, found.st_ino};
  return true;
}

}  // namespace

SqliteSessionLock::Answer SqliteSessionLock::try_once(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return Answer::failed;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const bool taken = errno == EWOULDBLOCK;
    ::close(descriptor);
    return taken ? Answer::busy : Answer::failed;
  }
  // The holder before us may have removed the file between our open and our lock: then we hold a name nobody sees.
  struct stat ours {}, named {};
  if (::fstat(descriptor, &ours) != 0 || ::stat(file.c_str(), &named) != 0 || ours.st_ino != named.st_ino ||
      ours.st_dev != named.st_dev) {
    ::close(descriptor);
    return Answer::busy;
  }
  descriptor_ = descriptor;
  file_ = file;
  return Answer::held;
}

SqliteSessionLock::Answer SqliteSessionLock::acquire(const std::string& file, std::chrono::milliseconds wait) {
  if (held()) return Answer::held;
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    const Answer answer = try_once(file);
    if (answer != Answer::busy || std::chrono::steady_clock::now() >= deadline) return answer;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void SqliteSessionLock::release() {
  if (!held()) return;
  ::unlink(file_.c_str());  // while locked: whoever opened it meanwhile notices in try_once
  ::close(descriptor_);
  descriptor_ = -1;
}

bool opened_elsewhere(const std::string& path) {
  FileId wanted;
  if (!file_id(path, wanted)) return false;
  {
    const std::lock_guard<std::mutex> hold(sessions_mutex);
    if (sessions().contains(wanted)) return false;  // descriptors of ours cannot be told from others
  }
  DIR* folder = ::opendir("/proc/self/fd");
  if (!folder) return false;
  bool found = false;
  while (const dirent* entry = ::readdir(folder)) {
    struct stat open_file {};
    if (entry->d_name[0] == '.' || ::fstat(std::atoi(entry->d_name), &open_file) != 0) continue;
    if (FileId{open_file.st_dev, open_file.st_ino} == wanted) found = true;
  }
  ::closedir(folder);
  return found;
}

void note_opened(const std::string& path) {
  FileId id;
  const std::lock_guard<std::mutex> hold(sessions_mutex);
  if (file_id(path, id)) ++sessions()[id];
}

void note_closed(const std::string& path) {
  FileId id;
  const std::lock_guard<std::mutex> hold(sessions_mutex);
  if (!file_id(path, id)) return;
  const auto found = sessions().find(id);
  if (found != sessions().end() && --found->second == 0) sessions().erase(found);
}

}  // namespace backstay::db
