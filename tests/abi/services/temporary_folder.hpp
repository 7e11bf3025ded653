// A state directory for one test case.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "native-plugin/fs/folder.hpp"

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/backstay-services-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  backstay::plugin::fs::Folder open() const {
    auto folder = backstay::plugin::fs::Folder::open(path_, false);
    REQUIRE(folder.ok());
    return std::move(folder.value());
  }

 private:
  std::string path_;
};
