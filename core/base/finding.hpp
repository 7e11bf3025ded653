// What a check has to say about one place. Every area of the core reports through this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace backstay {

enum class Severity : std::uint8_t { info, warning, error };

// Whether what a statement does can be taken back (sql/rules.md section 6). Ordered: worse is larger.
enum class Reversibility : std::uint8_t {
  neutral,       // says nothing about it
  yes,           // by the package backup or a reverse script from the text alone
  with_capture,  // by a reverse script over rows or definitions captured before
  no,
};

struct Finding {
  std::string rule;  // "area/name", as in contract.md
  Severity severity = Severity::warning;
  std::string message;
  std::string package;    // empty when the finding belongs to no package
  std::string input;      // Input::path it was found in; set where inputs are joined
  SourcePos at;           // at.file inside the input
  std::uint32_t end_line = 0, end_column = 0;  // first place behind the finding; 0 when unknown
  std::uint64_t length = 0;                    // bytes as stored; 0 when unknown
  std::string remedy;
  Reversibility reversibility = Reversibility::neutral;
  std::string excerpt;    // the source line the finding starts on, at most 200 code points; may be empty
  std::uint32_t excerpt_column = 0;  // column of the excerpt's first code point (1 unless it was cut)
  bool suppressed = false;           // an allow comment covers it: reported, not counted
  std::string suppression_reason;
};

using Findings = std::vector<Finding>;

// An error as the report shows it: the rule of its code, severity error, its message and place.
Finding finding_of(const Error& error);

}  // namespace backstay
