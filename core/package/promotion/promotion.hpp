// A sandbox promotion: read and checked. Format and rules: promotion.md.
#pragma once

#include <string>
#include <string_view>

#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "core/package/package.hpp"

namespace backstay::promotion {

// The set has no packages; everything there is to say is in its findings, in the order of their places.
// The core has no clock: rules about time use the file's `requested_at`, and without it say that they
// were not checked.
//
// Errors: not_recognised for JSON that is no promotion, malformed with the place, limit_exceeded.
Result<PackageSet> read_promotion(std::string_view text, const std::string& file, const Limits& limits);

}  // namespace backstay::promotion
