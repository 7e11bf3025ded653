// The functions of the table that work on engines and operations; documented in plugin.h.
#pragma once

#include "native-plugin/include/backstay/plugin.h"

namespace backstay::plugin::abi {

backstay_status BACKSTAY_CALL engine_open(const backstay_host* host, const char* config_json, size_t n, backstay_engine** out, backstay_buf** problem);
backstay_status BACKSTAY_CALL engine_close(backstay_engine* engine);
backstay_status BACKSTAY_CALL query(backstay_engine* engine, const char* what, const char* params_json, size_t n, backstay_buf** json);

backstay_status BACKSTAY_CALL op_new(backstay_engine* engine, int32_t kind, const char* params_json, size_t n, backstay_op** out, backstay_buf** problem);
backstay_status BACKSTAY_CALL op_run(backstay_op* op, backstay_buf** report_json);
backstay_status BACKSTAY_CALL op_cancel(backstay_op* op);
backstay_status BACKSTAY_CALL op_status(backstay_op* op, backstay_op_status* out);
backstay_status BACKSTAY_CALL op_free(backstay_op* op);

}  // namespace backstay::plugin::abi
