#include "tests/crash/power_cut.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <vector>

namespace backstay::crash::power {
namespace {

namespace files = std::filesystem;

constexpr std::size_t block_bytes = 4096;

// One process, one folder: the functions that are replaced have nowhere else to look.
std::string root_of_syncs, shadow_of_syncs;

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "power cut: " << why << "\n";
  std::_Exit(2);
}

// Numbers of files are used again once a file is gone; with the time of its birth a file is known for certain.
std::string id_of(const struct statx& info) {
  return std::to_string(info.stx_ino) + "-" + std::to_string(info.stx_btime.tv_sec) + "." + std::to_string(info.stx_btime.tv_nsec);
}

struct statx facts(int folder, const char* name) {
  struct statx info = {};
  if (statx(folder, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &info) != 0) give_up(std::string("statx of ") + name);
  return info;
}

std::string content_of(int file) {
  std::string bytes, block(1u << 16, '\0');
  for (ssize_t got; (got = pread(file, block.data(), block.size(), static_cast<off_t>(bytes.size()))) > 0;) bytes.append(block, 0, static_cast<std::size_t>(got));
  return bytes;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void keep(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }

// Through the descriptor it was synced with, or a new one for a file that is only written: closing a second
// descriptor of a database drops SQLite's locks, and SQLite opens its files for both.
void note_file(int file, const std::string& shadow) {
  const std::string to = shadow + "/f." + id_of(facts(file, ""));
  char byte;
  if (pread(file, &byte, 1, 0) >= 0) return keep(to, content_of(file));
  const int readable = open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY | O_CLOEXEC);
  if (readable < 0) give_up("a synced file cannot be read");
  keep(to, content_of(readable));
  close(readable);
}

struct Entry {
  bool is_folder = false;
  std::string id, name;
};

std::vector<Entry> entries_of(int folder) {
  std::vector<Entry> entries;
  DIR* stream = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!stream) give_up("a folder cannot be read");
  while (const dirent* entry = readdir(stream)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const struct statx info = facts(folder, entry->d_name);
    entries.push_back({S_ISDIR(info.stx_mode), id_of(info), name});
  }
  closedir(stream);
  return entries;
}

void note_folder(int folder, const std::string& shadow) {
  std::string lines;
  for (const Entry& entry : entries_of(folder)) lines += (entry.is_folder ? "d " : "f ") + entry.id + " " + entry.name + "\n";
  keep(shadow + "/d." + id_of(facts(folder, "")), lines);
}

// SQLite's files are left out while others may hold locks on them: they are synced by themselves.
bool is_database(const std::string& name) { return name.find("sqlite") != std::string::npos || name.find("journal.db") != std::string::npos; }

void note_all(const std::string& path, const std::string& shadow, bool with_databases) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) give_up("no folder " + path);
  note_folder(folder, shadow);
  for (const Entry& entry : entries_of(folder)) {
    if (entry.is_folder) {
      note_all(path + "/" + entry.name, shadow, with_databases);
    } else if (with_databases || !is_database(entry.name)) {
      const int file = openat(folder, entry.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
      if (file >= 0) {
        note_file(file, shadow);
        close(file);
      }
    }
  }
  close(folder);
}

class Survivor {
 public:
  Survivor(std::string now, std::string shadow, Kept kept, std::uint64_t seed) : now_(std::move(now)), shadow_(std::move(shadow)), kept_(kept), chance_(seed) {
    collect(now_);
    has_names_ = kept == Kept::names || kept == Kept::torn || (kept == Kept::any && chance_() % 2 == 0);
  }

  void build(const std::string& id, const std::string& to) {
    mkdir(to.c_str(), 0700);
    for (const Entry& entry : listed(id)) {
      const std::string path = to + "/" + entry.name;
      if (entry.is_folder) {
        build(entry.id, path);
        continue;
      }
      keep(path, content(entry.id));
      chmod(path.c_str(), 0600);
    }
  }

 private:
  void collect(const std::string& path) {
    const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::string id = id_of(facts(folder, ""));
    folders_[id] = entries_of(folder);
    for (const Entry& entry : folders_[id]) {
      if (entry.is_folder) collect(path + "/" + entry.name);
      else files_[entry.id] = path + "/" + entry.name;
    }
    close(folder);
  }

  std::vector<Entry> listed(const std::string& id) {
    if (has_names_) return folders_[id];
    std::vector<Entry> entries;
    std::istringstream lines(content_of(shadow_ + "/d." + id));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t space = line.find(' ', 2);
      entries.push_back({line[0] == 'd', line.substr(2, space - 2), line.substr(space + 1)});
    }
    return entries;
  }

  std::string content(const std::string& id) {
    const std::string synced = content_of(shadow_ + "/f." + id);
    const auto written = files_.find(id);
    if (written == files_.end()) return synced;  // its name went, and came back
    const std::string now = content_of(written->second);
    const auto which = chance_() % 3;
    if (kept_ == Kept::torn || (kept_ == Kept::any && which == 0)) return torn(synced, now);
    return kept_ == Kept::any && which == 1 ? now : synced;
  }

  std::string torn(const std::string& synced, const std::string& now) {
    std::string mixed = chance_() % 2 == 0 || synced.size() > now.size() ? now : now.substr(0, synced.size() + chance_() % (now.size() - synced.size() + 1));
    for (std::size_t at = 0; at < mixed.size(); at += block_bytes) {
      if (chance_() % 2 == 0) continue;
      for (std::size_t i = at; i < mixed.size() && i < at + block_bytes; ++i) mixed[i] = i < synced.size() ? synced[i] : '\0';
    }
    return mixed;
  }

  std::string now_, shadow_;
  Kept kept_;
  std::mt19937_64 chance_;
  bool has_names_ = false;
  std::map<std::string, std::vector<Entry>> folders_;
  std::map<std::string, std::string> files_;
};

void note(int descriptor) {
  if (root_of_syncs.empty()) return;
  char path[4096];
  const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  if (size <= 0 || !std::string_view(path, static_cast<std::size_t>(size)).starts_with(root_of_syncs)) return;
  const struct statx info = facts(descriptor, "");
  if (S_ISDIR(info.stx_mode)) note_folder(descriptor, shadow_of_syncs);
  else note_file(descriptor, shadow_of_syncs);
}

using Sync = int (*)(int);
Sync real(const char* name) { return reinterpret_cast<Sync>(dlsym(RTLD_NEXT, name)); }

}  // namespace

const char* to_string(Kept kept) {
  switch (kept) {
    case Kept::nothing: return "nothing unsynced kept";
    case Kept::names: return "names kept";
    case Kept::torn: return "torn";
    case Kept::any: return "any of it kept";
  }
  return "";
}

void start(const std::string& root, const std::string& shadow) {
  files::remove_all(shadow);
  files::create_directories(shadow);
  note_all(root, shadow, true);
}

void record(const std::string& root, const std::string& shadow) {
  root_of_syncs = root;
  shadow_of_syncs = shadow;
}

void cut(const std::string& root, const std::string& shadow, Kept kept, std::uint64_t seed) {
  const std::string now = root + ".now";
  files::remove_all(now);
  files::rename(root, now);
  const int folder = open(now.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::string id = id_of(facts(folder, ""));
  close(folder);
  Survivor(now, shadow, kept, seed).build(id, root);
  files::remove_all(now);
}

}  // namespace backstay::crash::power

// Found before the C library's, by this program and by its libraries.
extern "C" {
int fsync(int file) {
  static const backstay::crash::power::Sync next = backstay::crash::power::real("fsync");
  const int code = next(file);
  if (code == 0) backstay::crash::power::note(file);
  return code;
}
int fdatasync(int file) {
  static const backstay::crash::power::Sync next = backstay::crash::power::real("fdatasync");
  const int code = next(file);
  if (code == 0) backstay::crash::power::note(file);
  return code;
}
int syncfs(int file) noexcept {
  static const backstay::crash::power::Sync next = backstay::crash::power::real("syncfs");
  const int code = next(file);
  if (code == 0 && !backstay::crash::power::root_of_syncs.empty()) {
    backstay::crash::power::note_all(backstay::crash::power::root_of_syncs, backstay::crash::power::shadow_of_syncs, false);
  }
  return code;
}
}
