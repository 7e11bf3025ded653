#include "native-plugin/abi/buffer.hpp"

#include <new>

namespace backstay::plugin::abi {

void give(backstay_buf** out, std::string text) {
  if (out) *out = new backstay_buf{std::move(text)};
}

Sink::Sink() : table_{sizeof(backstay_sink), 0, this, &Sink::write} {}

backstay_status BACKSTAY_CALL Sink::write(void* impl, const void* data, std::size_t size) {
  auto* sink = static_cast<Sink*>(impl);
  if (!sink || (!data && size > 0)) {
    if (sink) sink->whole_ = false;
    return BACKSTAY_E_ARG;
  }
  if (size > max_sink_bytes - sink->text_.size()) {
    sink->whole_ = false;
    return BACKSTAY_E_ARG;
  }
  try {
    sink->text_.append(static_cast<const char*>(data), size);
    return BACKSTAY_OK;
  } catch (...) {
    sink->whole_ = false;
    return BACKSTAY_E_NOMEM;
  }
}

const char* BACKSTAY_CALL buf_data(const backstay_buf* buffer) { return buffer ? buffer->text.c_str() : ""; }
std::size_t BACKSTAY_CALL buf_size(const backstay_buf* buffer) { return buffer ? buffer->text.size() : 0; }
void BACKSTAY_CALL buf_release(backstay_buf* buffer) { delete buffer; }

}  // namespace backstay::plugin::abi
