// What stands in for callbacks that a host does not have.
#pragma once

#include <memory>

#include "native-plugin/fs/folder.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

// Fills the log (silent), jobs (files below jobs/), maintenance (maintenance.json) and clock (the system's)
// where they are null. Notifier and verifier stay null: the outbox keeps what nobody sends, and the
// built-in checks are the engine's. A missing store is the engine's too (native-plugin/store).
//
// state  the state directory, checked and locked by the engine; reopened here, so it need not stay open
// Errors: unreadable, when it cannot be reopened.
Result<Nothing> add_built_ins(Services& services, const fs::Folder& state);

// The clock alone, for what needs the time before there is a state directory.
std::unique_ptr<Clock> system_clock();
std::unique_ptr<Log> silent_log();

}  // namespace backstay::plugin
