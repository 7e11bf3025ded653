// A snapshot (core/schema) of the database behind a driver.
#pragma once

#include "core/schema/snapshot.hpp"
#include "native-plugin/db/driver.hpp"

namespace backstay::db {

// `with_data`: also a hash over the rows of every table, which reads all of them. Inside a transaction it sees what that
// has changed. On SQLite nothing may hold the write lock for longer than the lock timeout.
DbResult<schema::Snapshot> take_snapshot(Driver& driver, bool with_data, const apply::DigestFunction& digest);

// The same as the document "backstay.environment/1": what `backstay snapshot` prints and `check`, `plan` take.
DbResult<std::string> describe_environment(Driver& driver, bool with_data, const apply::DigestFunction& digest);

}  // namespace backstay::db
