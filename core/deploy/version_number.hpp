// ORIGAM's version numbers: 1.10 is later than 1.9, and 5 = 5.0 = 5.0.0.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace backstay::deploy {

// The parts as integers with trailing zeros cut off, so that equal numbers are equal values.
// Never negative zero, never a part beyond 32 bits.
using VersionParts = std::vector<std::int32_t>;

// Reads `text` into `parts` (cleared first; reused so that a long list needs no allocations).
// Grammar: parts split at '.', at least one; each is an Int32 as .NET reads it - blanks (space, tab,
// LF, VT, FF, CR) round it, an optional sign, ASCII digits, within 32 bits. No part may be empty and
// nothing may follow. False when the text is no number; `parts` is then empty, which is 0.0.
bool parse_version_number(std::string_view text, VersionParts& parts);

// Negative, zero or positive. The shorter number is padded with zeros: 5.-1 < 5 < 5.0.1.
int compare_versions(const VersionParts& a, const VersionParts& b);

// Both texts as numbers; a text that is none counts as 0.0, which is what ORIGAM makes of it.
int compare_version_texts(std::string_view a, std::string_view b);

}  // namespace backstay::deploy
