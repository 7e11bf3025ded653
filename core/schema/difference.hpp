// What changed between two snapshots, for people and for findings.
#pragma once

#include <string>
#include <vector>

#include "core/schema/snapshot.hpp"

namespace backstay::schema {

struct Difference {
  enum class Kind : std::uint8_t { added, removed, changed } kind = Kind::changed;
  std::string object_kind, object;   // "table", "public.contact"
  std::string what, name;            // the part; empty when the whole object came or went; "rows" for data
  std::string before, after;         // definitions, or counts of rows
};

// In the order of objects and parts. An object that came or went is one difference, not one per part.
std::vector<Difference> differences(const Snapshot& before, const Snapshot& after);

// "table public.contact: column email changed from 2 text to 2 varchar(50)"; one sentence without stop.
std::string sentence(const Difference& difference);

}  // namespace backstay::schema
