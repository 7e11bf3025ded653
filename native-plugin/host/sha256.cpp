#include "native-plugin/host/sha256.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace backstay::host {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// OpenSSL uses the processor's SHA instructions where there are any.
Context started() {
  Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) context.reset();
  return context;
}

std::string hex_of(EVP_MD_CTX* context) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context, digest, &length) != 1) return "";
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

}  // namespace

std::string sha256_of(const ByteSource& source) {
  const Context context = started();
  if (!context) return "";
  std::vector<std::byte> block(1 << 18);
  const std::uint64_t size = source.size();
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), size - at));
    if (!source.read(at, std::span(block).first(part))) return "";
    EVP_DigestUpdate(context.get(), block.data(), part);
    at += part;
  }
  return hex_of(context.get());
}

std::string sha256_of(std::string_view bytes) {
  const Context context = started();
  if (!context || EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1) return "";
  return hex_of(context.get());
}

}  // namespace backstay::host
