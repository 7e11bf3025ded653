#include "native-plugin/host/plugin_library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace backstay::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* library_name = "libbackstay_plugin.so";

std::vector<std::string> places() {
  std::error_code problem;
  const fs::path here = fs::read_symlink("/proc/self/exe", problem).parent_path();
  if (problem) return {library_name};
  return {(here / library_name).string(), (here / "../lib/backstay" / library_name).string(), (here / "../lib" / library_name).string()};
}

Result<void*> open_library(bool& is_named) {
  const char* named = std::getenv("BACKSTAY_PLUGIN");
  is_named = named && *named != '\0';
  std::string reason = "it is in none of the usual places";
  for (const std::string& place : is_named ? std::vector<std::string>{named} : places()) {
    if (!is_named && ::access(place.c_str(), F_OK) != 0) continue;
    if (void* library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    const char* said = ::dlerror();
    reason = said ? said : place;
  }
  return Error{ErrorCode::missing, {}, "cannot load the plugin " + std::string(library_name) + ": " + reason};
}

Error refused(const backstay_negotiation& terms) {
  if (terms.reject == BACKSTAY_REJECT_MAJOR) {
    return Error{ErrorCode::not_recognised, {}, "the plugin speaks version " + std::to_string(terms.plugin_major) + "." + std::to_string(terms.plugin_minor) +
                                                    " of the interface, this program " + std::to_string(BACKSTAY_ABI_MAJOR) + "." + std::to_string(BACKSTAY_ABI_MINOR)};
  }
  return Error{ErrorCode::not_recognised, {}, "the plugin does not know this program's side of the interface"};
}

Result<const backstay_api*> negotiate() {
  bool is_named = false;
  const Result<void*> library = open_library(is_named);
  if (!library.ok()) return library.error();
  using Negotiate = decltype(&backstay_negotiate);
  const auto call = reinterpret_cast<Negotiate>(::dlsym(library.value(), "backstay_negotiate"));
  if (!call) return Error{ErrorCode::not_recognised, {}, "the library that BACKSTAY_PLUGIN names is no Backstay plugin"};
  backstay_negotiation terms{};
  terms.struct_size = sizeof terms;
  terms.host_major = BACKSTAY_ABI_MAJOR;
  terms.host_minor = BACKSTAY_ABI_MINOR;
  const backstay_api* api = call(&terms);
  if (!api) return refused(terms);
  if (api->struct_size < sizeof *api) return Error{ErrorCode::not_recognised, {}, "the plugin is older than this program"};
  if ((terms.capabilities & BACKSTAY_CAP_FAULTS) != 0 && !is_named) {
    return Error{ErrorCode::not_recognised, {}, "the plugin is a test build that can be told to fail; it is only used when BACKSTAY_PLUGIN names it"};
  }
  return api;
}

}  // namespace

Result<const backstay_api*> load_plugin() {
  static const Result<const backstay_api*> loaded = negotiate();
  return loaded;
}

}  // namespace backstay::host
