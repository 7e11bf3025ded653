// How a host hands bytes to the core: by ranges, so that a large delivery never has to be held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace backstay {

// The bytes of one file. Implemented by hosts (a file, a Blob in the browser) and by MemorySource.
// The size must not change between calls. Calls come from one thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  // Fills `into` from `offset`; false when that many bytes cannot be delivered.
  virtual bool read(std::uint64_t offset, std::span<std::byte> into) const = 0;
  // All bytes without a copy when they are in memory anyway; empty otherwise. Valid as long as this.
  virtual std::span<const std::byte> view() const { return {}; }
};

// Bytes in memory, owned.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  explicit MemorySource(std::string_view text);
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override;
  std::span<const std::byte> view() const override { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// Reads everything. Errors: limit_exceeded over `max_bytes`, unreadable; at.file is `path`.
Result<std::string> read_all(const ByteSource& source, std::string_view path, std::uint64_t max_bytes);

struct InputFile {
  std::string path;  // relative to the input with '/', as found; not trusted
  std::shared_ptr<const ByteSource> bytes;
};

// One PATH of the command line or one dropped item: a single file, or a folder's files.
struct Input {
  std::string path;    // as the user named it; only printed
  bool is_folder = false;
  std::vector<InputFile> files;  // exactly one for a file; any order for a folder
  std::string sha256;  // lower-case hex of the single file, computed by the host; empty for folders
};

// Progress and cancellation. Calls come from the thread that runs the core.
class Progress {
 public:
  virtual ~Progress() = default;
  // `what` is a short lower-case phrase ("reading UsrCalls.gz"); done/total in bytes of the input.
  // Returns false to stop: the core then gives up with ErrorCode::cancelled.
  virtual bool report(std::string_view what, std::uint64_t done, std::uint64_t total) = 0;
};

}  // namespace backstay
