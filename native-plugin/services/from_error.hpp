// An Error of the file layer as a service's answer.
#pragma once

#include "core/base/result.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

inline Answered answered_from(const Error& error) {
  return {error.code == ErrorCode::limit_exceeded ? BACKSTAY_E_NOSPACE : BACKSTAY_E_IO, error.message};
}

}  // namespace backstay::plugin
