// The one exported symbol.
#include <cstring>

#include "native-plugin/abi/buffer.hpp"
#include "native-plugin/abi/engine_calls.hpp"
#include "native-plugin/abi/status.hpp"

namespace backstay::plugin::abi {
namespace {

constexpr backstay_api api = {
    sizeof(backstay_api), BACKSTAY_ABI_MAJOR, BACKSTAY_ABI_MINOR, 0,
    engine_open, engine_close, op_new, op_run, op_cancel, op_status, op_free, query,
    buf_data, buf_size, buf_release, status_name,
};

#ifdef BACKSTAY_FAULTS
#define BACKSTAY_FAULTS_TEXT " faults"
constexpr std::uint64_t fault_bit = BACKSTAY_CAP_FAULTS;
#else
#define BACKSTAY_FAULTS_TEXT ""
constexpr std::uint64_t fault_bit = 0;
#endif
#ifdef BACKSTAY_WITH_PG
#define BACKSTAY_PG_TEXT " postgresql"
constexpr std::uint64_t postgresql_bit = BACKSTAY_CAP_POSTGRESQL;
#else
#define BACKSTAY_PG_TEXT ""
constexpr std::uint64_t postgresql_bit = 0;
#endif

constexpr std::uint64_t capabilities = BACKSTAY_CAP_SQLITE | BACKSTAY_CAP_REHEARSE | postgresql_bit | fault_bit;
constexpr char build[64] = "backstay " BACKSTAY_VERSION " sqlite" BACKSTAY_PG_TEXT BACKSTAY_FAULTS_TEXT;

bool fits(const backstay_negotiation& n) {
  return n.host_major == BACKSTAY_ABI_MAJOR && (BACKSTAY_ABI_MAJOR != 0 || n.host_minor == BACKSTAY_ABI_MINOR);
}

}  // namespace
}  // namespace backstay::plugin::abi

#define BACKSTAY_COVERS(n, member) ((n)->struct_size >= offsetof(backstay_negotiation, member) + sizeof((n)->member))

extern "C" const backstay_api* BACKSTAY_CALL backstay_negotiate(backstay_negotiation* n) {
  using namespace backstay::plugin::abi;
  if (!n) return nullptr;
  if (!BACKSTAY_COVERS(n, host_minor)) {
    // Too small to say what it wants, and to be told why not.
    return nullptr;
  }
  if (BACKSTAY_COVERS(n, plugin_major)) n->plugin_major = BACKSTAY_ABI_MAJOR;
  if (BACKSTAY_COVERS(n, plugin_minor)) n->plugin_minor = BACKSTAY_ABI_MINOR;
  const std::uint32_t reject = !BACKSTAY_COVERS(n, reject) ? std::uint32_t{BACKSTAY_REJECT_STRUCT} : fits(*n) ? 0u : std::uint32_t{BACKSTAY_REJECT_MAJOR};
  if (BACKSTAY_COVERS(n, reject)) n->reject = reject;
  if (reject != 0) return nullptr;
  if (BACKSTAY_COVERS(n, capabilities)) n->capabilities = capabilities;
  if (BACKSTAY_COVERS(n, build)) std::memcpy(n->build, build, sizeof n->build);
  return &api;
}
