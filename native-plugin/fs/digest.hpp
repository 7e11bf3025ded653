// SHA-256 (OpenSSL, decisions/0010).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace backstay::plugin {

// In pieces. Throws std::bad_alloc when OpenSSL has no memory: a digest that was not made is never taken for one.
class Sha256 {
 public:
  Sha256();
  void add(const void* bytes, std::size_t size);
  std::string hex();  // lower-case; once, at the end

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;  // OpenSSL's EVP_MD_CTX
};

// Of bytes in memory, lower-case hex.
std::string sha256(std::string_view bytes);

}  // namespace backstay::plugin
