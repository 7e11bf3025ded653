// A small system to apply something to: a SQLite database, elements in memory or in a folder, and a package.
#pragma once

#include <map>
#include <set>
#include <string>

#include "native-plugin/include/backstay/plugin.h"

// Below one temporary folder, removed at the end.
class Environment {
 public:
  Environment();
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  std::string config() const;  // for engine_open
  std::string apply_params() const;
  // "old" before the apply, "new" after it, anything else is neither. Of the database alone.
  std::string database_side() const;
  // Of the folder of elements, for a host without a store of its own.
  std::string folder_side() const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Elements in memory, as a host with a store of its own keeps them.
struct MemoryStore {
  std::map<std::string, std::string> elements, staged;
  std::set<std::string> removed, committed;
  std::string side() const;  // as above
};
