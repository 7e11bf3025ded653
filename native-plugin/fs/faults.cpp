#include "native-plugin/fs/faults.hpp"

#ifdef BACKSTAY_FAULTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>

namespace backstay::plugin::faults {
namespace {

// The one place of the plugin with state outside an engine: only in builds for tests, and a counter over all
// layers has nowhere else to live.
Schedule schedule;
unsigned long count = 0;
bool is_armed = false;

unsigned long number(const char* name) {
  const char* text = getenv(name);
  return text ? strtoul(text, nullptr, 10) : 0;
}

}  // namespace

void arm(const Schedule& wanted) {
  schedule = wanted;
  count = 0;
  is_armed = true;
}

unsigned long passed() { return count; }

int point(const char* layer, const char* what) {
  if (!is_armed) {
    arm({number("BACKSTAY_FAULT_KILL"), number("BACKSTAY_FAULT_ERROR"),
         static_cast<int>(number("BACKSTAY_FAULT_ERRNO"))});
  }
  ++count;
  if (const char* trace = getenv("BACKSTAY_FAULT_TRACE"); trace && *trace == '1') {
    fprintf(stderr, "point %lu %s %s\n", count, layer, what);
  }
  if (count == schedule.kill_at) kill(getpid(), SIGKILL);
  return count == schedule.error_at ? schedule.error : 0;
}

bool is_broken(const char* rule) {
  const char* broken = getenv("BACKSTAY_FAULT_BREAK");
  return broken && strcmp(broken, rule) == 0;
}

}  // namespace backstay::plugin::faults

#endif
