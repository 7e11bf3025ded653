#include "tests/abi/hosts/loaded_plugin.hpp"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using Negotiate = decltype(&backstay_negotiate);

Negotiate symbol() {
  static const Negotiate found = [] {
    void* library = ::dlopen(BACKSTAY_PLUGIN_FILE, RTLD_NOW | RTLD_LOCAL);
    void* address = library ? ::dlsym(library, "backstay_negotiate") : nullptr;
    if (!address) {
      std::fprintf(stderr, "%s\n", ::dlerror());
      std::exit(2);
    }
    return reinterpret_cast<Negotiate>(address);
  }();
  return found;
}

}  // namespace

const backstay_api* negotiate(backstay_negotiation& terms) { return symbol()(&terms); }

const backstay_api& plugin() {
  backstay_negotiation terms{};
  terms.struct_size = sizeof terms;
  terms.host_major = BACKSTAY_ABI_MAJOR;
  terms.host_minor = BACKSTAY_ABI_MINOR;
  const backstay_api* api = negotiate(terms);
  if (!api) std::abort();
  return *api;
}

std::string taken(backstay_buf* buffer) {
  const std::string text(plugin().buf_data(buffer), plugin().buf_size(buffer));
  plugin().buf_release(buffer);
  return text;
}

bool is_known(backstay_status status) { return status != 0 && std::strncmp(plugin().status_name(status), "BACKSTAY_", 9) == 0; }
