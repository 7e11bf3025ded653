// What a database looks like: its objects with the definitions its server prints, and a hash over the rows of every
// table. Two snapshots of one server can be compared; README.md says what is in them and what is not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/database.hpp"
#include "core/apply/source.hpp"
#include "core/base/result.hpp"

namespace backstay::schema {

// One thing that an object is made of.
struct Part {
  std::string what;        // "column", "constraint", "index", "trigger", "definition", "grant", "comment", ...
  std::string name;        // of the column, constraint, role, ...; may be empty
  std::string definition;  // as the server prints it
};

struct Object {
  std::string kind;  // "table", "view", "routine", "sequence", "type", "schema", "extension", "event trigger"
  std::string name;  // with its schema, quoted as the server quotes; routines with their argument types
  std::vector<Part> parts;  // sorted by what, then name
  std::string digest;       // of its canonical JSON; lower-case hex
};

struct TableRows {
  std::string table;    // an Object's name
  std::int64_t rows = 0;
  std::string hash;     // of all rows in any order; comparable within one server only
};

struct Snapshot {
  db::Engine engine = db::Engine::sqlite;
  std::string product;          // "PostgreSQL 15.18"
  std::vector<Object> objects;  // sorted by kind, then name
  std::vector<TableRows> data;  // sorted by table; empty when no rows were asked for
  std::string schema_digest;    // over all objects
  std::string data_digest;      // over all tables; empty without data
};

// The catalogue as rows of kind, name, part, part's name, definition. One statement; the same for PGlite. Objects of
// ours (backstay...), of the system and of extensions are left out. Empty for engines we have no driver for.
std::string_view catalogue_query(db::Engine engine);

// Sorts, joins and digests what catalogue_query gave. Rows that have not five values are skipped.
Snapshot read_catalogue(const db::Rows& rows, db::Engine engine, std::string product, const apply::DigestFunction& digest);

// One statement for some tables, whose rows are: table's number in the snapshot's objects, count, hash.
std::vector<std::string> data_queries(const Snapshot& snapshot);
// Adds what one of them gave, and the digest when all are there.
void add_data(Snapshot& snapshot, const db::Rows& rows);
void finish_data(Snapshot& snapshot, const apply::DigestFunction& digest);

// {"schema": "backstay.snapshot/1", ...}: the same snapshot gives the same bytes.
std::string snapshot_json(const Snapshot& snapshot);
// Errors: malformed with the place.
Result<Snapshot> parse_snapshot(std::string_view text, std::string_view file);

}  // namespace backstay::schema
