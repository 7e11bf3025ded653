// The command line's digests where OpenSSL is not: the same interface over the function that the module uses.
#include "native-plugin/fs/digest.hpp"

#include "core/base/hex.hpp"

extern "C" {
#include <sodium/crypto_hash_sha256.h>
}

namespace backstay::plugin {
namespace {

crypto_hash_sha256_state* of(void* context) { return static_cast<crypto_hash_sha256_state*>(context); }

}  // namespace

void Sha256::Free::operator()(void* context) const { delete of(context); }

Sha256::Sha256() : context_(new crypto_hash_sha256_state) { crypto_hash_sha256_init(of(context_.get())); }

void Sha256::add(const void* bytes, std::size_t size) {
  crypto_hash_sha256_update(of(context_.get()), static_cast<const unsigned char*>(bytes), size);
}

std::string Sha256::hex() {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(of(context_.get()), digest);
  return hex_of(digest);
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes.data(), bytes.size());
  return digest.hex();
}

}  // namespace backstay::plugin
