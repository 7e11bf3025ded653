// A process between a client and PostgreSQL's socket that goes away after some bytes.
#pragma once

#include <cstdint>
#include <string>

namespace backstay::crash {

struct Cut {
  std::uint64_t to_server = UINT64_MAX, to_client = UINT64_MAX;  // bytes let through, all connections together
};

class CuttingProxy {
 public:
  // `url`: a database behind a socket in a folder. The proxy's own socket lies in `folder`.
  CuttingProxy(const std::string& url, const std::string& folder, Cut cut);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  std::string url() const { return url_; }
  // Bytes that went through, for choosing where to cut. Ends the proxy.
  Cut passed();

 private:
  std::string url_;
  int process_ = -1, counts_ = -1;
};

}  // namespace backstay::crash
