// Databases and scripts out of a seed: tables with odd names, many types, keys of every kind, foreign keys that
// cascade, triggers; statements of every shape over them. SQL that both PostgreSQL and, with `sqlite`, SQLite take.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace backstay::test {

struct GeneratedColumn {
  std::string name;      // as SQL writes it
  std::string bare;      // as the catalogue has it
  std::string type;
  bool nullable = true;
  bool generated = false;
  bool touched_by_trigger = false;
};

struct GeneratedTable {
  std::string name;      // as SQL writes it, with its schema
  std::string relation;  // as format('%I.%I') gives it
  std::vector<GeneratedColumn> columns;
  std::vector<std::size_t> key;        // places in columns; empty: none
  int parent = -1;                     // table that `reference` points to
  std::size_t reference = 0;           // place of the column
  std::string on_delete, on_update;    // of that foreign key
  bool identity = false, before_trigger = false, audited = false, partitioned = false;
  bool unique_only = false;            // the key is a unique constraint, not the primary key
  std::string code;                    // a second, unique and filled column; empty: none
};

struct GeneratedDatabase {
  std::vector<GeneratedTable> tables;
  std::string setup;                   // schema and rows
};

class Generator {
 public:
  Generator(std::uint64_t seed, bool sqlite) : random_(seed), sqlite_(sqlite) {}

  GeneratedDatabase database();
  // One statement that changes rows; it may be refused by a constraint. `assigns_key` tells whether a key changes.
  std::string statement(const GeneratedDatabase& database, bool& assigns_key);
  // Something a user does afterwards.
  std::string edit(const GeneratedDatabase& database);
  // One statement over tables that are the same in every database, in a shape that no template gives.
  std::string set_piece();
  // One statement that changes definitions.
  std::string definition(const GeneratedDatabase& database);

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  bool chance(unsigned percent) { return below(100) < percent; }
  bool volatile_statement = false;     // the last statement's effect is not the same the second time

 private:
  static std::string fixed_tables();
  std::string value(const std::string& type, bool may_be_null);
  std::string literal(const GeneratedTable& table, std::size_t column, const GeneratedDatabase& database);
  std::string condition(const GeneratedTable& table, const std::string& qualifier);
  std::string update(const GeneratedDatabase& database, const GeneratedTable& table, bool& assigns_key);
  std::string remove(const GeneratedDatabase& database, const GeneratedTable& table);
  std::string insert(const GeneratedDatabase& database, const GeneratedTable& table);
  std::string other(const GeneratedDatabase& database, const GeneratedTable& table);
  std::string alter_table(const GeneratedDatabase& database, const GeneratedTable& table);
  std::string constraint(const GeneratedTable& table, const std::string& ending);
  std::string insert_row(const GeneratedDatabase& database, const GeneratedTable& table);
  std::size_t some_column(const GeneratedTable& table, bool key_too);
  GeneratedTable table(std::size_t number, const GeneratedDatabase& before);
  std::string create(const GeneratedTable& table, const GeneratedDatabase& before);

  std::mt19937_64 random_;
  bool sqlite_;
  std::uint64_t fresh_ = 1000;
};

}  // namespace backstay::test
