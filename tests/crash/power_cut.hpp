// What a power cut leaves of a folder. This program's own fsync, fdatasync and syncfs, which its libraries use as
// well, note what became durable; the files themselves show what was written. After the death of a process both
// sides are there to choose from.
#pragma once

#include <cstdint>
#include <string>

namespace backstay::crash::power {

// What survives beside what was synced.
enum class Kept : std::uint8_t {
  nothing,  // a name whose folder was not synced is not there, a file that was not is empty or as it was synced last
  names,    // every name as it is, contents only as they were synced
  torn,     // every name as it is, and of what was not synced some blocks of each file
  any,      // chance decides: names as synced or as they are, each content synced, written or torn
};
inline constexpr Kept all_kept[] = {Kept::nothing, Kept::names, Kept::torn, Kept::any};
const char* to_string(Kept kept);

// All of `root` is durable as it stands. `shadow`: a folder of the simulation, made anew.
void start(const std::string& root, const std::string& shadow);
// In the process under test: from here on syncs below `root` are noted.
void record(const std::string& root, const std::string& shadow);
// Once that process is dead: `root` becomes what survived.
void cut(const std::string& root, const std::string& shadow, Kept kept, std::uint64_t seed);

}  // namespace backstay::crash::power
