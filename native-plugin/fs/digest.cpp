#include "native-plugin/fs/digest.hpp"

#include <openssl/evp.h>

#include <new>

#include "core/base/hex.hpp"

namespace backstay::plugin {
namespace {

// Digests of memory have no other way to fail.
void need(int succeeded) {
  if (succeeded != 1) throw std::bad_alloc();
}

EVP_MD_CTX* of(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

void Sha256::Free::operator()(void* context) const { EVP_MD_CTX_free(of(context)); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  need(context_ != nullptr);
  // OpenSSL uses the processor's SHA instructions where there are any.
  need(EVP_DigestInit_ex(of(context_.get()), EVP_sha256(), nullptr));
}

void Sha256::add(const void* bytes, std::size_t size) { need(EVP_DigestUpdate(of(context_.get()), bytes, size)); }

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  need(EVP_DigestFinal_ex(of(context_.get()), digest, &size));
  return hex_of(std::span(digest, size));
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes.data(), bytes.size());
  return digest.hex();
}

}  // namespace backstay::plugin
