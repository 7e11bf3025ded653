// The source line under a finding, cut to a width, with the marks that go under the place.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/finding.hpp"

namespace backstay::report {

struct MarkedLine {
  std::string line;   // safe to print: no control characters, tabs as blanks
  std::string marks;  // blanks and '^', as wide as the line; empty when there is no excerpt
};

// `width` columns at most. A long line is cut around the place, "..." where something is left out.
MarkedLine marked_line(const Finding& finding, std::size_t width);

}  // namespace backstay::report
