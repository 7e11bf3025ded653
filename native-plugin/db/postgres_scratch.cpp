// Scratch databases for rehearsals on PostgreSQL: from the database as a template, or from its structure and some rows.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "native-plugin/db/postgres.hpp"

extern char** environ;

namespace backstay::db {

namespace {

constexpr std::string_view scratch_prefix = "backstay_scratch_";

DbError made(Fault fault, std::string sqlstate, std::string message) {
  DbError error;
  error.fault = fault;
  error.sqlstate = std::move(sqlstate);
  error.message = std::move(message);
  return error;
}

// backstay_scratch_ and the letters and digits of an operation's id: a name that needs no quotes.
std::string scratch_name(std::string_view op_id) {
  std::string name(scratch_prefix);
  for (const char c : op_id) {
    if (c >= 'A' && c <= 'Z') name += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) name += c;
  }
  return name;
}

bool is_scratch(std::string_view name) {
  if (!name.starts_with(scratch_prefix)) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

// A value of a connection string: quotes around, backslash before quotes and backslashes.
std::string connection_value(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// What this session was opened with, for another database of the same server.
std::string connection_to(PGconn* connection, std::string_view database) {
  std::string text;
  PQconninfoOption* options = PQconninfo(connection);
  for (const PQconninfoOption* option = options; option && option->keyword; ++option) {
    const std::string_view name = option->keyword;
    if (!option->val || *option->val == '\0' || name == "dbname" || name == "application_name" || name == "client_encoding" || name == "options") continue;
    text += std::string(name) + "=" + connection_value(option->val) + " ";
  }
  PQconninfoFree(options);
  return text + "dbname=" + connection_value(database);
}

// Runs pg_dump for the structure of `database` and gives what it writes. The connection goes by the environment, so
// that no password stands in the list of processes.
DbResult<std::string> dump_structure(PGconn* connection, const std::string& database) {
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) return made(Fault::limit, "53000", std::strerror(errno));
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) {
    if (std::string_view(*variable).substr(0, 2) != "PG") variables.emplace_back(*variable);
  }
  const auto set = [&](const char* name, const char* value) {
    if (value && *value != '\0') variables.push_back(std::string(name) + "=" + value);
  };
  set("PGHOST", PQhost(connection));
  set("PGPORT", PQport(connection));
  set("PGUSER", PQuser(connection));
  set("PGPASSWORD", PQpass(connection));
  set("PGDATABASE", database.c_str());
  std::vector<char*> pointers;
  for (std::string& variable : variables) pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  std::vector<std::string> words = {"pg_dump", "--schema-only", "--no-publications", "--no-subscriptions", "--no-tablespaces"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int spawned = ::posix_spawnp(&child, "pg_dump", &actions, nullptr, arguments.data(), pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  std::string text;
  if (spawned == 0) {
    char chunk[65536];
    ssize_t count = 0;
    while ((count = ::read(out[0], chunk, sizeof chunk)) > 0 || (count < 0 && errno == EINTR)) {
      if (count > 0) text.append(chunk, static_cast<std::size_t>(count));
    }
  }
  ::close(out[0]);
  if (spawned != 0) return made(Fault::unsupported, "0A000", "pg_dump is not to be found: a rehearsal on a dump needs it");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return made(Fault::unsupported, "0A000", "pg_dump could not read the structure of this database");
  return text;
}

// Without psql's own commands: newer pg_dumps put \restrict around what they write.
std::string without_client_lines(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) kept += line;
    text.remove_prefix(line.size());
  }
  return kept;
}

}  // namespace

DbResult<Scratch> PostgresDriver::copy_to_scratch(const ScratchOptions& options) {
  if (auto error = begin_call("copy")) return *error;
  if (tx_state() != TxState::idle) return made(Fault::unsupported, "25001", "a scratch database cannot be made inside a transaction");
  Scratch scratch;
  scratch.name = scratch_name(options.op_id);
  scratch.url = "postgresql:" + connection_to(connection_, scratch.name);
  if (auto dropped = drop_scratch(scratch.name); !dropped.ok()) return dropped.error();
  const auto source = quoted_identifier(Engine::postgresql, info_.database);
  if (options.mode == ScratchMode::template_database) {
    // The server refuses while anybody is connected to the template, ourselves included.
    if (!locks_.empty()) return made(Fault::unsupported, "55006", "a session that holds the lock cannot leave its database to copy it");
    const std::string elsewhere = connection_to(connection_, "postgres"), home = target_;
    const OpenSettings settings = settings_;
    disconnect();
    auto maintenance = open("" + elsewhere, settings);
    std::optional<DbError> error;
    if (!maintenance.ok()) {
      error = maintenance.error();
    } else if (auto copied = maintenance.value()->execute("CREATE DATABASE " + scratch.name + " TEMPLATE " + source.value_or("\"\"")); !copied.ok()) {
      error = copied.error();
    }
    session_ = Session::script;
    if (auto lost = connect(home, settings)) return *lost;
    if (error) return *error;
    return scratch;
  }
  if (options.mode != ScratchMode::dump) return made(Fault::unsupported, "0A000", "PostgreSQL is rehearsed on a template or a dump");
  auto structure = dump_structure(connection_, info_.database);
  if (!structure.ok()) return structure.error();
  if (auto created = execute("CREATE DATABASE " + scratch.name + " TEMPLATE template0"); !created.ok()) return created.error();
  auto filled = fill_scratch(scratch, without_client_lines(structure.value()), options);
  if (!filled.ok()) {
    (void)drop_scratch(scratch.name);
    return filled.error();
  }
  return scratch;
}

// Structure, then rows: all of small tables, the first ones of others. Their triggers and foreign keys rest meanwhile.
DbResult<Done> PostgresDriver::fill_scratch(Scratch& scratch, const std::string& structure, const ScratchOptions& options) {
  auto opened = open_driver(scratch.url, settings_);
  if (!opened.ok()) return opened.error();
  Driver& copy = *opened.value();
  RunOptions statement_by_statement;
  statement_by_statement.transaction_control = true;
  const ScriptOutcome made_structure = copy.run(structure, statement_by_statement);
  if (!made_structure.ok()) return *made_structure.error;
  scratch.left_out.emplace_back("only the structure and up to " + std::to_string(options.sample_rows) + " rows of each table were copied");
  for (const std::string& table : options.sample_tables) {
    auto columns = query("SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ' ORDER BY attnum) FROM pg_catalog.pg_attribute "
                         "WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                         std::vector<Value>{Value::of(table)});
    if (!columns.ok()) return columns.error();
    if (columns.value().rows.front().front().is_null()) continue;
    const std::string list = columns.value().rows.front().front().bytes;
    auto rows = query("SELECT " + list + " FROM ONLY " + table + " LIMIT " + std::to_string(options.sample_rows));
    if (!rows.ok()) return rows.error();
    std::size_t next = 0;
    // A sample may point at rows that are not in it.
    if (auto off = copy.execute("ALTER TABLE " + table + " DISABLE TRIGGER USER"); !off.ok()) return off.error();
    auto inserted = copy.insert_rows(table, list, [&](Row& row) {
      if (next == rows.value().rows.size()) return false;
      row = rows.value().rows[next++];
      return true;
    });
    if (!inserted.ok()) scratch.left_out.push_back("no rows of " + table + ": " + inserted.error().message);
    if (auto on = copy.execute("ALTER TABLE " + table + " ENABLE TRIGGER USER"); !on.ok()) return on.error();
  }
  return Done{};
}

DbResult<Done> PostgresDriver::drop_scratch(std::string_view name) {
  if (!is_scratch(name)) return made(Fault::denied, "42501", "\"" + std::string(name) + "\" is no scratch database");
  return execute("DROP DATABASE IF EXISTS " + std::string(name) + (info_.version >= 130000 ? " WITH (FORCE)" : ""));
}

DbResult<std::vector<std::string>> PostgresDriver::list_scratch(std::string_view) {
  auto rows = query("SELECT datname::text FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, 'backstay_scratch_') ORDER BY 1");
  if (!rows.ok()) return rows.error();
  std::vector<std::string> names;
  for (const Row& row : rows.value().rows) names.push_back(row.front().bytes);
  return names;
}

DbResult<Done> PostgresDriver::backup_file(const std::string&) {
  return made(Fault::unsupported, "0A000", "PostgreSQL has no copy of a database in one file; use pg_dump");
}

DbResult<Done> PostgresDriver::restore_file(const std::string&) {
  return made(Fault::unsupported, "0A000", "PostgreSQL has no copy of a database in one file; use pg_restore");
}

}  // namespace backstay::db
