#include "core/base/finding.hpp"

namespace backstay {

Finding finding_of(const Error& error) {
  Finding finding;
  finding.rule = error_rule(error.code);
  finding.severity = Severity::error;
  finding.message = error.message;
  finding.at = error.at;
  return finding;
}

}  // namespace backstay
