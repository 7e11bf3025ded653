// Creatio's package versions, compared as the vendor's tools compare them.
#pragma once

#include <optional>
#include <string_view>

namespace backstay::deploy {

// Grammar `a.b[.c[.d]][-suffix]`, parts as numbers. A missing part is below zero (1.2 < 1.2.0), an empty
// suffix is below any suffix, suffixes compare as text. Package versions may be any letters, digits, dots
// and underscores, so a text need not be a version: nullopt unless both are or both texts are equal.
// Negative, zero or positive.
std::optional<int> compare_creatio_versions(std::string_view a, std::string_view b);

}  // namespace backstay::deploy
