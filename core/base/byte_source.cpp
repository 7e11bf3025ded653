#include "core/base/byte_source.hpp"

#include <cstring>

namespace backstay {

MemorySource::MemorySource(std::string_view text) : bytes_(text.size()) {
  if (!text.empty()) std::memcpy(bytes_.data(), text.data(), text.size());
}

bool MemorySource::read(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return false;
  if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
  return true;
}

Result<std::string> read_all(const ByteSource& source, std::string_view path, std::uint64_t max_bytes) {
  const SourcePos at{.file = std::string(path)};
  if (source.size() > max_bytes) {
    return Error{ErrorCode::limit_exceeded, at,
                 "file of " + std::to_string(source.size()) + " bytes is over the limit of " +
                     std::to_string(max_bytes)};
  }
  std::string text(static_cast<std::size_t>(source.size()), '\0');
  if (!source.read(0, std::as_writable_bytes(std::span(text.data(), text.size())))) {
    return Error{ErrorCode::unreadable, at, "file could not be read"};
  }
  return text;
}

}  // namespace backstay
