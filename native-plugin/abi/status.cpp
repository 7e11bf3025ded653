#include "native-plugin/abi/status.hpp"

#include <array>

namespace backstay::plugin::abi {
namespace {

struct Named {
  backstay_status status;
  const char* name;
};

#define BACKSTAY_NAMED(status) {status, #status}
constexpr auto named = std::to_array<Named>({
    BACKSTAY_NAMED(BACKSTAY_OK), BACKSTAY_NAMED(BACKSTAY_MORE), BACKSTAY_NAMED(BACKSTAY_ABSENT),
    BACKSTAY_NAMED(BACKSTAY_NO_ANSWER), BACKSTAY_NAMED(BACKSTAY_E_ARG), BACKSTAY_NAMED(BACKSTAY_E_ABI),
    BACKSTAY_NAMED(BACKSTAY_E_STATE), BACKSTAY_NAMED(BACKSTAY_E_REENTRANT), BACKSTAY_NAMED(BACKSTAY_E_POISONED),
    BACKSTAY_NAMED(BACKSTAY_E_NOMEM), BACKSTAY_NAMED(BACKSTAY_E_IO), BACKSTAY_NAMED(BACKSTAY_E_NOSPACE),
    BACKSTAY_NAMED(BACKSTAY_E_CANCELLED), BACKSTAY_NAMED(BACKSTAY_E_TIMEOUT), BACKSTAY_NAMED(BACKSTAY_E_HOST),
    BACKSTAY_NAMED(BACKSTAY_E_BUSY_JOB), BACKSTAY_NAMED(BACKSTAY_E_LOCKED), BACKSTAY_NAMED(BACKSTAY_E_UNRECOVERED),
    BACKSTAY_NAMED(BACKSTAY_E_DRIFT), BACKSTAY_NAMED(BACKSTAY_E_PACKAGE), BACKSTAY_NAMED(BACKSTAY_E_SIGNATURE),
    BACKSTAY_NAMED(BACKSTAY_E_BACKUP_BAD), BACKSTAY_NAMED(BACKSTAY_E_BLOCKED), BACKSTAY_NAMED(BACKSTAY_E_SUSPENDED),
    BACKSTAY_NAMED(BACKSTAY_E_CONFLICT), BACKSTAY_NAMED(BACKSTAY_E_DB), BACKSTAY_NAMED(BACKSTAY_E_DB_LOST),
    BACKSTAY_NAMED(BACKSTAY_E_UNSUPPORTED), BACKSTAY_NAMED(BACKSTAY_E_INTERNAL),
});
#undef BACKSTAY_NAMED

}  // namespace

const char* BACKSTAY_CALL status_name(backstay_status status) {
  for (const Named& entry : named) {
    if (entry.status == status) return entry.name;
  }
  return "unknown status";
}

bool is_status(backstay_status status) {
  for (const Named& entry : named) {
    if (entry.status == status) return true;
  }
  return false;
}

}  // namespace backstay::plugin::abi
