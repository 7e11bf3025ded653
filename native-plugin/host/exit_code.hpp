// The exit codes of contract.md; each command returns one of these.
#pragma once

namespace backstay::host {

enum ExitCode : int {
  done = 0,            // nothing at or above --fail-on
  findings = 1,        // findings at or above it, or no order
  usage = 2,           // the command line or the configuration is wrong, or the result cannot be written
  unreadable = 3,      // an input could not be read; the others are reported
  interrupted = 7,     // by the user
};

}  // namespace backstay::host
