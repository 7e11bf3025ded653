// The same proof on SQLite, for the statements that fit it: see reverse_proof.cpp. The database lives in memory.
//
//   sqlite_proof [--cases N] [--seed S] [--break guard]
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/base/text_document.hpp"
#include "core/rollback/reverse.hpp"
#include "tests/reverse/generated_database.hpp"
#include "tests/reverse/reference_model.hpp"

namespace backstay::test {
namespace {

class Database {
 public:
  Database() { sqlite3_open(":memory:", &handle_); }
  ~Database() { sqlite3_close(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  bool run(const std::string& sql) {
    rows.clear();
    char* message = nullptr;
    const int code = sqlite3_exec(handle_, sql.c_str(), &Database::take, this, &message);
    problem = message ? message : "";
    sqlite3_free(message);
    return code == SQLITE_OK;
  }
  std::vector<Row> rows;
  std::string problem;

 private:
  static int take(void* self, int count, char** values, char**) {
    Row row;
    for (int i = 0; i < count; ++i) row.push_back(values[i] ? values[i] : null_text);
    static_cast<Database*>(self)->rows.push_back(std::move(row));
    return 0;
  }
  sqlite3* handle_ = nullptr;
};

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// A written name as the catalogue has it.
std::string bare(const std::string& written) {
  if (written[0] != '"') {
    std::string out = written;
    for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    return out;
  }
  std::string out;
  for (std::size_t i = 1; i + 1 < written.size(); ++i) {
    out += written[i];
    if (written[i] == '"') ++i;
  }
  return out;
}

struct Tally {
  std::uint64_t cases = 0, statements = 0, with_users = 0, edits = 0, conflicts = 0, refused = 0, failures = 0;
};

State state(Database& database, const GeneratedDatabase& generated) {
  State state;
  for (const GeneratedTable& table : generated.tables) {
    std::string sql = "SELECT ";
    for (const std::size_t k : table.key) sql += (k == table.key[0] ? "quote(" : " || ',' || quote(") + quoted(table.columns[k].bare) + ")";
    if (table.key.empty()) sql += "rowid";
    for (const GeneratedColumn& column : table.columns) sql += ", quote(" + quoted(column.bare) + ")";
    database.run(sql + " FROM " + table.name);
    TableRows rows;
    for (const Row& row : database.rows) rows[row[0]] = Row(row.begin() + 1, row.end());
    state.push_back(std::move(rows));
  }
  return state;
}

bool fail(Tally& tally, std::uint64_t seed, const std::string& what, const std::string& script, const std::string& edits, bool quiet) {
  if (++tally.failures <= 3 && !quiet) std::printf("FAILED seed %llu: %s\n--- script\n%s--- edits\n%s\n", static_cast<unsigned long long>(seed), what.c_str(), script.c_str(), edits.c_str());
  return false;
}

bool run_case(std::uint64_t seed, const std::string& broken, Tally& tally) {
  ++tally.cases;
  Generator generator(seed, true);
  GeneratedDatabase generated = generator.database();
  Database database;
  if (!database.run(generated.setup)) return fail(tally, seed, "setup: " + database.problem + generated.setup, "", "", false);
  std::string script, edits;
  bool assigns_key = false;
  database.run("BEGIN");
  for (std::size_t n = 0, tries = 0, wanted = 1 + generator.below(5); n < wanted && tries < 20; ++tries) {
    const std::string statement = generator.statement(generated, assigns_key);
    database.run("SAVEPOINT s");
    if (database.run(statement)) {
      script += statement + ";\n";
      ++n;
      ++tally.statements;
    } else {
      database.run("ROLLBACK TO s");
    }
  }
  const State effect = state(database, generated);
  database.run("ROLLBACK");
  rollback::ReverseOptions options;
  options.server = rollback::Server::sqlite;
  for (GeneratedTable& table : generated.tables) {
    rollback::KnownTable known;
    known.name = table.relation = bare(table.name);
    for (const std::size_t k : table.key) known.key.push_back(table.columns[k].bare);
    for (const GeneratedColumn& column : table.columns) known.columns.push_back(column.bare);
    options.known.push_back(known);
  }
  const TextDocument document(script, "generated.sql");
  rollback::ReverseScripts scripts = rollback::reverse_scripts(document, options, sql::Config{});
  if (scripts.reverse_class == rollback::ReverseClass::not_undone) {  // a key that moves, or none
    ++tally.refused;
    return true;
  }
  if (broken == "guard") {
    std::string& text = scripts.reverse_script;
    for (std::size_t at = text.find(" COLLATE BINARY)"); at != std::string::npos; at = text.find(" COLLATE BINARY)", at + 8)) text.replace(at, 16, " OR true)");
  }
  const State original = state(database, generated);
  if (!database.run(scripts.capture_script)) return fail(tally, seed, "capture: " + database.problem, scripts.capture_script, "", !broken.empty());
  const State final = state(database, generated);
  if (final != effect) return fail(tally, seed, "the capture script does something else than the script", script, "", !broken.empty());
  if (generator.chance(65)) {
    ++tally.with_users;
    for (std::size_t n = 0, wanted = 1 + generator.below(6); n < wanted; ++n) {
      const std::string edit = generator.edit(generated);
      if (database.run(edit)) edits += edit + ";\n", ++tally.edits;
    }
  }
  const State current = state(database, generated);
  if (!database.run(scripts.reverse_script)) return fail(tally, seed, "reverse: " + database.problem, scripts.reverse_script, edits, !broken.empty());
  std::set<std::string> reported;
  for (const Row& row : database.rows) reported.insert(row[1] + "|" + row[2] + "|" + row[3] + "|" + row[4]);
  tally.conflicts += reported.size();
  // Foreign keys are off, as SQLite has them.
  for (GeneratedTable& table : generated.tables) table.parent = -1;
  const State found = state(database, generated);
  const Expected expected = merged(generated, original, final, current);
  if (found != expected.rows) return fail(tally, seed, "rows differ", script, edits, !broken.empty());
  if (reported != expected.conflicts) {
    std::string out = "conflicts differ:";
    for (const std::string& c : expected.conflicts) if (!reported.count(c)) out += "\n  not reported " + c;
    for (const std::string& c : reported) if (!expected.conflicts.count(c)) out += "\n  reported     " + c;
    return fail(tally, seed, out, script, edits, !broken.empty());
  }
  if (!database.run(scripts.reverse_script)) return fail(tally, seed, "reverse, second time: " + database.problem, script, edits, !broken.empty());
  if (state(database, generated) != found) return fail(tally, seed, "running it twice changes rows", script, edits, !broken.empty());
  return true;
}

}  // namespace
}  // namespace backstay::test

int main(int argc, char** argv) {
  std::uint64_t cases = 300, seed = 1;
  std::string broken;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--cases") cases = std::strtoull(argv[i + 1], nullptr, 10);
    else if (option == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (option == "--break") broken = argv[i + 1];
    else return 2;
  }
  backstay::test::Tally tally;
  for (std::uint64_t i = 0; i < cases; ++i) backstay::test::run_case(seed + i, broken, tally);
  std::printf("%llu cases, %llu statements, %llu with users, %llu edits, %llu conflicts, %llu refused for want of a key, %llu failures\n",
              static_cast<unsigned long long>(tally.cases), static_cast<unsigned long long>(tally.statements), static_cast<unsigned long long>(tally.with_users),
              static_cast<unsigned long long>(tally.edits), static_cast<unsigned long long>(tally.conflicts), static_cast<unsigned long long>(tally.refused),
              static_cast<unsigned long long>(tally.failures));
  if (!broken.empty()) return tally.failures ? 0 : 1;
  return tally.failures || tally.statements == 0 ? 1 : 0;
}
