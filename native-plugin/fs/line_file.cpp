#include "native-plugin/fs/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin::fs {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 18;

}  // namespace

Result<FileWriter> FileWriter::create(const Folder& folder, const std::string& name) {
  if (auto removed = folder.remove(name); !removed.ok()) return removed.error();
  if (auto made = folder.write_unsynced(name, ""); !made.ok()) return made.error();
  FileWriter writer;
  writer.name_ = name;
  writer.file_ = openat(folder.descriptor(), name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (writer.file_ < 0) return io_error("opening " + name, errno);
  return writer;
}

FileWriter::FileWriter(FileWriter&& other) noexcept : file_(other.file_), name_(std::move(other.name_)), held_(std::move(other.held_)) { other.file_ = -1; }

FileWriter::~FileWriter() {
  if (file_ >= 0) close(file_);
}

Result<Nothing> FileWriter::add(std::string_view bytes) {
  held_ += bytes;
  return held_.size() < block_bytes ? Result<Nothing>(Nothing{}) : flush();
}

Result<Nothing> FileWriter::flush() {
  std::string_view rest = held_;
  while (!rest.empty()) {
    if (const int error = faults::point("fs", "append")) return io_error("writing " + name_, error);
    const ssize_t written = write(file_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("writing " + name_, errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  held_.clear();
  return Nothing{};
}

Result<Nothing> FileWriter::finish() {
  if (auto flushed = flush(); !flushed.ok()) return flushed;
  const int closed = close(file_);
  file_ = -1;
  if (closed != 0) return io_error("writing " + name_, errno);
  return Nothing{};
}

Result<FileReader> FileReader::open(const Folder& folder, const std::string& name) {
  FileReader reader;
  reader.name_ = name;
  reader.file_ = openat(folder.descriptor(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (reader.file_ < 0) return io_error("opening " + name, errno);
  return reader;
}

FileReader::FileReader(FileReader&& other) noexcept
    : file_(other.file_), name_(std::move(other.name_)), held_(std::move(other.held_)), at_(other.at_) {
  other.file_ = -1;
}

FileReader::~FileReader() {
  if (file_ >= 0) close(file_);
}

Result<bool> FileReader::fill() {
  held_.erase(0, at_);
  at_ = 0;
  const std::size_t had = held_.size();
  if (had > max_line_bytes) return Error{ErrorCode::limit_exceeded, {}, "a line of " + name_ + " is too long"};
  held_.resize(had + block_bytes);
  ssize_t got;
  do {
    got = read(file_, held_.data() + had, block_bytes);
  } while (got < 0 && errno == EINTR);
  held_.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
  if (got < 0) return io_error("reading " + name_, errno);
  return got > 0;
}

Result<std::string_view> FileReader::line() {
  std::size_t looked = at_;
  while (true) {
    const std::size_t end = held_.find('\n', looked);
    if (end != std::string::npos) {
      const std::string_view found = std::string_view(held_).substr(at_, end + 1 - at_);
      at_ = end + 1;
      return found;
    }
    const std::size_t kept = held_.size() - at_;
    auto more = fill();
    if (!more.ok()) return more.error();
    if (!more.value()) {
      at_ = held_.size();
      return std::string_view(held_);
    }
    looked = kept;
  }
}

Result<std::string_view> FileReader::bytes(std::size_t count) {
  while (held_.size() - at_ < count) {
    auto more = fill();
    if (!more.ok()) return more.error();
    if (!more.value()) return Error{ErrorCode::malformed, {}, name_ + " ends too early"};
  }
  const std::string_view found = std::string_view(held_).substr(at_, count);
  at_ += count;
  return found;
}

}  // namespace backstay::plugin::fs
