// The way from a text put together from literals back to the bytes of the script.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace backstay::sql {

// Pieces of derived text, each a run of bytes of the script or a single place of it. An empty map is
// the identity: the text is the script itself.
class OffsetMap {
 public:
  bool identity() const { return pieces_.empty(); }
  // Derived bytes from `at` on stand at `physical` and behind; `run` false: they all come from that
  // one place (a CHR(10), a value nobody knows). `at` never decreases.
  void add(std::size_t at, std::size_t physical, bool run) {
    pieces_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(physical), run});
  }
  std::uint32_t physical(std::uint32_t at) const {
    if (pieces_.empty()) return at;
    auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), at, [](std::uint32_t value, const Piece& p) { return value < p.at; });
    if (piece == pieces_.begin()) return pieces_.front().physical;
    --piece;
    return piece->run ? piece->physical + (at - piece->at) : piece->physical;
  }
  // The end of something: behind its last byte, not at the start of the next piece.
  std::uint32_t physical_end(std::uint32_t end) const {
    if (pieces_.empty() || end == 0) return end;
    return physical(end - 1) + 1;
  }
  // Appends `other`, whose text was appended at `at`.
  void append(const OffsetMap& other, std::size_t at) {
    for (const Piece& piece : other.pieces_) add(piece.at + at, piece.physical, piece.run);
  }
  std::size_t size() const { return pieces_.size(); }

 private:
  struct Piece {
    std::uint32_t at, physical;
    bool run;
  };
  std::vector<Piece> pieces_;
};

}  // namespace backstay::sql
