// Gzip streams (RFC 1952) through libdeflate, whole and checked.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/package/archive.hpp"

namespace backstay {

// Looks at the first inflated bytes before everything is inflated, so that a bomb costs nothing.
// `whole` tells that these are all bytes. Returns a reason to stop.
using HeadCheck = std::function<std::optional<Error>(std::span<const std::byte> head, bool whole)>;

// Inflates every member of the gzip stream `packed` one behind the other.
//
// packed  the whole file; borrowed for the call
// file    names it in errors
// into    receives the bytes; the answer points into it and is good until `into` is used again
// budget  bounds the result and is charged with it
// look    may be empty
//
// The length field of the trailer is only a guess: it is neither believed when it is large nor when
// it is small. Errors: malformed for damage of any kind (at.offset counts *inflated* bytes that were
// good; the message says where in the packed file), limit_exceeded, and whatever `look` returns.
Result<std::span<const std::byte>> gunzip(std::span<const std::byte> packed, const std::string& file,
                                          InflateBudget& budget, InflateBuffer& into, const HeadCheck& look);

// Inflates raw deflate data of a known size, as zip members have it. False when it does not give
// exactly into.size() bytes or does not use up `packed`.
bool inflate_exactly(std::span<const std::byte> packed, std::span<std::byte> into);

// The first bytes of raw deflate data: at most into.size(), or what comes before the first damage.
std::size_t inflate_head(std::span<const std::byte> packed, std::span<std::byte> into);

std::uint32_t crc32_of(std::span<const std::byte> bytes);

}  // namespace backstay
