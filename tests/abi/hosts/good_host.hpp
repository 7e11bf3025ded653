// A host with all groups that behaves; tests break one callback of it at a time.
#pragma once

#include <string>
#include <vector>

#include "native-plugin/include/backstay/plugin.h"
#include "tests/abi/hosts/environment.hpp"

struct GoodHost {
  GoodHost();
  GoodHost(const GoodHost&) = delete;
  GoodHost& operator=(const GoodHost&) = delete;

  MemoryStore memory;
  std::string maintenance;  // the op_id that holds it
  std::vector<std::string> events;
  int logged = 0, progressed = 0, verified = 0;

  backstay_host_log log{};
  backstay_host_store store{};
  backstay_host_jobs jobs{};
  backstay_host_maint maint{};
  backstay_host_notify notify{};
  backstay_host_verify verify{};
  backstay_host_clock clock{};
  backstay_host_changes changes{};
  backstay_host host{};
};
