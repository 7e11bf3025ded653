/* A library with the types of the header and nothing else, for comparing them with a released version. */
#include <backstay/plugin.h>

const backstay_api *BACKSTAY_CALL backstay_negotiate(backstay_negotiation *n) { return n ? (const backstay_api *)0 : (const backstay_api *)0; }
const backstay_host *backstay_types_of_a_host(const backstay_op_status *s, const backstay_sink *k);
BACKSTAY_EXPORT const backstay_host *backstay_types_of_a_host(const backstay_op_status *s, const backstay_sink *k) {
  return s && k ? (const backstay_host *)0 : (const backstay_host *)0;
}
