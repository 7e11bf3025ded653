// Documents on their way out, and what callbacks write on its way in.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "native-plugin/include/backstay/plugin.h"

// The opaque type of the header.
struct backstay_buf {
  std::string text;
};

namespace backstay::plugin::abi {

inline constexpr std::size_t max_sink_bytes = std::size_t{64} << 20;

// Puts `text` into *out as a new buffer when the host wants it (out is not NULL).
void give(backstay_buf** out, std::string text);

// A sink for one callback, and what was written into it. Throws nothing.
class Sink {
 public:
  Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  backstay_sink* table() { return &table_; }
  // False when a write was refused; the answer is then worth nothing, whatever the callback returned.
  bool whole() const { return whole_; }
  std::string& text() { return text_; }

 private:
  static backstay_status BACKSTAY_CALL write(void* impl, const void* data, std::size_t size);
  backstay_sink table_;
  std::string text_;
  bool whole_ = true;
};

const char* BACKSTAY_CALL buf_data(const backstay_buf* buffer);
std::size_t BACKSTAY_CALL buf_size(const backstay_buf* buffer);
void BACKSTAY_CALL buf_release(backstay_buf* buffer);

}  // namespace backstay::plugin::abi
