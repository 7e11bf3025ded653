#include "tests/crash/allocations.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cstddef>

extern "C" void* __libc_malloc(std::size_t size);

namespace backstay::crash::allocations {
namespace {

bool is_counting = false;
unsigned long count = 0, failing = 0;
char report_path[4096];

}  // namespace

void fail_at(unsigned long n) {
  count = 0;
  failing = n;
  is_counting = true;
}

void report_to(const std::string& path) { strncpy(report_path, path.c_str(), sizeof report_path - 1); }

}  // namespace backstay::crash::allocations

extern "C" {
void* malloc(std::size_t size) {
  using namespace backstay::crash::allocations;
  if (is_counting && ++count == failing) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_malloc(size);
}

[[noreturn]] void _exit(int code) {
  using namespace backstay::crash::allocations;
  if (report_path[0] != '\0') {
    const int file = open(report_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dprintf(file, "%lu\n", count);
    close(file);
  }
  static const auto next = reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, "_exit"));
  next(code);
  __builtin_unreachable();
}
}
