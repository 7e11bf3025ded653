// The exit codes of contract.md; each command returns one of these.
#pragma once

namespace backstay::host {

enum ExitCode : int {
  done = 0,            // nothing at or above --fail-on
  findings = 1,        // findings at or above it, or no order
  usage = 2,           // the command line or the configuration is wrong, or the result cannot be written
  unreadable = 3,      // an input could not be read; the others are reported
  taken_back = 4,      // an apply or restore failed, and everything is as it was
  left_behind = 5,     // it failed, and could not be undone completely; what is left is listed
  refused = 6,         // before anything was touched: a job, a lock, drift, a risk nobody acknowledged
  interrupted = 7,     // by the user; everything is as it was
};

}  // namespace backstay::host
