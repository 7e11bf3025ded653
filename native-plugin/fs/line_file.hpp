// Files too large for memory, written and read from one end to the other.
#pragma once

#include <string>
#include <string_view>

#include "native-plugin/fs/folder.hpp"

namespace backstay::plugin::fs {

// A new file below a folder. Not synced: what is written here is copied elsewhere before anybody relies on it.
class FileWriter {
 public:
  // Errors of all calls: as of Folder.
  static Result<FileWriter> create(const Folder& folder, const std::string& name);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  Result<Nothing> add(std::string_view bytes);
  // What is still held back goes out; nothing may be added any more.
  Result<Nothing> finish();

 private:
  FileWriter() = default;
  Result<Nothing> flush();
  int file_ = -1;
  std::string name_, held_;
};

class FileReader {
 public:
  static Result<FileReader> open(const Folder& folder, const std::string& name);
  FileReader(FileReader&& other) noexcept;
  FileReader& operator=(FileReader&&) = delete;
  ~FileReader();

  // The next line with its '\n', valid until the next call; empty at the end. Errors: unreadable; limit_exceeded for
  // a line over max_line_bytes.
  Result<std::string_view> line();
  // So many bytes from here. Errors: malformed when there are fewer.
  Result<std::string_view> bytes(std::size_t count);
  static constexpr std::size_t max_line_bytes = std::size_t{1} << 30;

 private:
  FileReader() = default;
  Result<bool> fill();  // false at the end of the file
  int file_ = -1;
  std::string name_, held_;
  std::size_t at_ = 0;  // in held_
};

}  // namespace backstay::plugin::fs
