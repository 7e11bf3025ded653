// Writing gzip and zip so that the same bytes come out everywhere: no time, no host in the headers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace backstay {

// A gzip file of one member, smallest size, time 0.
std::string gzip(std::string_view bytes);

// Builds a zip in memory. Members are deflated and dated 2020-01-01, the way the samples' packer does it.
class ZipWriter {
 public:
  // `name` with '/' as separator. False when the archive would need more than 65535 members or 4 GiB.
  bool add(std::string_view name, std::string_view bytes);
  std::string finish();

 private:
  std::string file_, directory_;
  std::size_t count_ = 0;
};

}  // namespace backstay
