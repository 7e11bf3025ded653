// The records of an operation: their states, and the chain that shows when one was changed or cut off.
// journal_format.md has the words and the numbered rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/source.hpp"

namespace backstay::journal {

// What is durable when a record of this state is (plugin.md 3.1). Numbers are those of the C interface.
enum class State : std::uint8_t {
  none = 0,
  created = 1, preflighted, rehearsed, waiting, cleared, locking, locked, rechecked, backup_open, backed_up,
  step_intent, step_done, verifying, committed, exported, unlocked, notified, done,
  failed = 32, suspended, restoring, undo_intent, undo_done, restored, rolled_back, restore_failed, abandoned,
};
std::string_view to_string(State state);  // "NEW", "BACKED_UP", ...
std::optional<State> state_from(std::string_view name);

// Nothing is left to do: DONE, ROLLED_BACK, ABANDONED.
bool is_final(State state);
// Waits for a decision of an administrator: SUSPENDED, RESTORE_FAILED; WAITING for its window.
bool is_waiting(State state);

struct Record {
  std::uint64_t rev = 0;  // over all operations, only grows
  std::string op_id;
  std::uint64_t seq = 0;  // within the operation, from 1
  std::string at;         // RFC 3339
  std::string state, step, payload;
  std::string previous, hash;  // SHA-256 in lower-case hex; the first record's `previous` is empty
};

// The bytes that `hash` is the digest of: every field with its length, so that none can be moved into another.
std::string chained_bytes(const Record& record);

// Index of the first record that does not fit its predecessor or its own hash; nullopt when all do.
std::optional<std::size_t> first_broken(const std::vector<Record>& records, const apply::DigestFunction& digest);

}  // namespace backstay::journal
