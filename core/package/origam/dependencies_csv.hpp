// The `deploymentDependenciesCsv` attribute: what was current when a deployment version was written.
// Format: dependencies_csv.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace backstay::origam {

// One usable line. Offsets count bytes of the decoded text.
struct DependencyLine {
  std::string id;       // normal form of the GUID
  std::string number;   // second field as written, blanks kept
  std::size_t at = 0;            // first byte of the trimmed line
  std::size_t number_at = 0;     // first byte of the trimmed number
  std::size_t number_size = 0;   // bytes of the trimmed number
};

// A line that ORIGAM would refuse.
struct DependencyFault {
  std::size_t at = 0;
  std::string message;  // one lower-case sentence, quoting the line
};

struct DependencyList {
  std::vector<DependencyLine> lines;    // file order; repetitions stay
  std::vector<DependencyFault> faults;
  bool over_limit = false;              // more than `max_lines`: the rest was not read
};

// `text` is the attribute's value with character references resolved. Every bad line is reported and
// the others are read all the same. Never fails.
DependencyList read_dependencies_csv(std::string_view text, std::size_t max_lines);

// The text ORIGAM would write: a line break before each entry, then "guid, number".
std::string write_dependencies_csv(const std::vector<DependencyLine>& lines, std::string_view line_break = "\r\n");

}  // namespace backstay::origam
