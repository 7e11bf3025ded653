// What stands in for callbacks that a host does not have.
#pragma once

#include <string>

#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

// Fills the log (silent), jobs (files below state_dir/jobs), maintenance (state_dir/maintenance.json) and
// clock (the system's) where they are null. Notifier and verifier stay null: the outbox keeps what
// nobody sends, and the built-in checks are the engine's. A missing store is the engine's too
// (native-plugin/store), because only it knows the folder.
//
// state_dir  an existing folder that the engine has checked and locked; absolute
void add_built_ins(Services& services, const std::string& state_dir);

// The clock alone, for what needs the time before there is a state directory.
std::unique_ptr<Clock> system_clock();
std::unique_ptr<Log> silent_log();

}  // namespace backstay::plugin
