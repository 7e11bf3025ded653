#include "core/base/result.hpp"

namespace backstay {

std::string_view error_rule(ErrorCode code) {
  switch (code) {
    case ErrorCode::missing: return "archive/missing";
    case ErrorCode::not_recognised: return "archive/not-recognised";
    case ErrorCode::malformed: return "archive/malformed";
    case ErrorCode::unsafe: return "archive/unsafe";
    case ErrorCode::limit_exceeded: return "archive/limit-exceeded";
    case ErrorCode::unreadable: return "archive/unreadable";
    case ErrorCode::cancelled: return "archive/cancelled";
  }
  return "archive/malformed";
}

}  // namespace backstay
