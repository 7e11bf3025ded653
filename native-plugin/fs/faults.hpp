// Fault points for the crash tests. In a build with BACKSTAY_FAULTS every point can end the process or fail;
// in every other build a point is nothing at all.
#pragma once

namespace backstay::plugin::faults {

#ifdef BACKSTAY_FAULTS

// What happens at which point. Points are counted from 1 over all layers, in the order they are passed.
struct Schedule {
  unsigned long kill_at = 0;   // 0: never
  unsigned long error_at = 0;
  int error = 0;               // errno of the failing call
};
void arm(const Schedule& schedule);  // also starts counting again; the environment arms at the first point otherwise
unsigned long passed();              // points since arm

// Ends the process by SIGKILL when it is this point's turn. Returns 0, or the errno to fail with.
int point(const char* layer, const char* what);

// Rules that a build is made to break on purpose, to show that the tests see it (BACKSTAY_FAULT_BREAK).
bool is_broken(const char* rule);

#else

constexpr int point(const char*, const char*) { return 0; }
constexpr bool is_broken(const char*) { return false; }

#endif

}  // namespace backstay::plugin::faults
