// Where PostgreSQL's own grammar sees statements, and of which kind, against what core/sql sees.
//
// The corpus is tests/data/sql/pg/*.sql, every file valid for PostgreSQL 15, and scripts mixed from
// its statements: other order, comments and blanks between, no last semicolon. Asked for: 99.5 % of
// the statement starts, 99 % of the kinds. Prints both figures; arguments are further files.
#include <pg_query.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/sql/sql.hpp"

namespace {

using backstay::Dialect;
using backstay::TextDocument;
using backstay::sql::StatementInfo;

struct Count {
  std::size_t starts = 0, starts_found = 0, kinds = 0, kinds_right = 0, extra = 0;
};

// PostgreSQL counts blanks and comments before a statement to it.
std::size_t skip_blanks(const std::string& text, std::size_t i) {
  for (;;) {
    if (i < text.size() && std::isspace(static_cast<unsigned char>(text[i]))) {
      ++i;
    } else if (text.compare(i, 2, "--") == 0) {
      while (i < text.size() && text[i] != '\n') ++i;
    } else if (text.compare(i, 2, "/*") == 0) {
      std::size_t depth = 0;
      do {
        if (text.compare(i, 2, "/*") == 0) {
          ++depth;
          i += 2;
        } else if (text.compare(i, 2, "*/") == 0) {
          --depth;
          i += 2;
        } else {
          ++i;
        }
      } while (depth > 0 && i < text.size());
    } else {
      return i;
    }
  }
}

std::string field(const nlohmann::json& node, const char* name) {
  const auto found = node.find(name);
  return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// OBJECT_MATVIEW -> MATERIALIZED-VIEW
std::string object(const std::string& type) {
  static const std::map<std::string, std::string> renamed = {
      {"OBJECT_MATVIEW", "MATERIALIZED-VIEW"}, {"OBJECT_TABCONSTRAINT", "TABLE"}, {"OBJECT_COLUMN", "TABLE"},
      {"OBJECT_ATTRIBUTE", "TYPE"},            {"OBJECT_FDW", "FOREIGN-DATA-WRAPPER"},    {"OBJECT_STATISTIC_EXT", "STATISTICS"},
      {"OBJECT_OPCLASS", "OPERATOR-CLASS"},    {"OBJECT_OPFAMILY", "OPERATOR-FAMILY"}, {"OBJECT_ACCESS_METHOD", "ACCESS-METHOD"},
      {"OBJECT_FOREIGN_SERVER", "SERVER"},     {"OBJECT_TSCONFIGURATION", "TEXT-SEARCH-CONFIGURATION"}, {"OBJECT_TSDICTIONARY", "TEXT-SEARCH-DICTIONARY"}, {"OBJECT_LARGEOBJECT", "LARGE-OBJECT"}, {"OBJECT_TSPARSER", "TEXT-SEARCH-PARSER"}, {"OBJECT_TSTEMPLATE", "TEXT-SEARCH-TEMPLATE"}};
  const auto found = renamed.find(type);
  if (found != renamed.end()) return found->second;
  std::string out = type.substr(0, 7) == "OBJECT_" ? type.substr(7) : type;
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

// Our word for a node of PostgreSQL's parse tree; several where the tree forgets the spelling.
std::vector<std::string> kinds_of(const std::string& node, const nlohmann::json& n) {
  static const std::map<std::string, std::vector<std::string>> fixed = {
      {"SelectStmt", {"SELECT", "VALUES", "TABLE"}}, {"InsertStmt", {"INSERT"}}, {"UpdateStmt", {"UPDATE"}},
      {"DeleteStmt", {"DELETE"}}, {"MergeStmt", {"MERGE"}}, {"CopyStmt", {"COPY"}}, {"ViewStmt", {"CREATE-VIEW"}},
      {"CreateStmt", {"CREATE-TABLE"}}, {"CreateForeignTableStmt", {"CREATE-FOREIGN-TABLE"}}, {"IndexStmt", {"CREATE-INDEX"}},
      {"CreateFunctionStmt", {"CREATE-FUNCTION", "CREATE-PROCEDURE"}}, {"CreateTrigStmt", {"CREATE-TRIGGER"}},
      {"CreateEventTrigStmt", {"CREATE-EVENT-TRIGGER"}}, {"RuleStmt", {"CREATE-RULE"}}, {"CreateSeqStmt", {"CREATE-SEQUENCE"}},
      {"CreateEnumStmt", {"CREATE-TYPE"}}, {"CompositeTypeStmt", {"CREATE-TYPE"}}, {"CreateRangeStmt", {"CREATE-TYPE"}},
      {"CreateDomainStmt", {"CREATE-DOMAIN"}}, {"CreateSchemaStmt", {"CREATE-SCHEMA"}}, {"CreateRoleStmt", {"CREATE-ROLE", "CREATE-USER", "CREATE-GROUP"}},
      {"CreatedbStmt", {"CREATE-DATABASE"}}, {"CreateExtensionStmt", {"CREATE-EXTENSION", "CREATE-LANGUAGE"}}, {"DoStmt", {"DO"}}, {"CallStmt", {"CALL"}},
      {"ExplainStmt", {"EXPLAIN"}}, {"PrepareStmt", {"PREPARE"}}, {"ExecuteStmt", {"EXECUTE"}}, {"DeallocateStmt", {"DEALLOCATE"}},
      {"TruncateStmt", {"TRUNCATE"}}, {"CommentStmt", {"COMMENT"}}, {"SecLabelStmt", {"SECURITY"}}, {"LockStmt", {"LOCK"}},
      {"VacuumStmt", {"VACUUM", "ANALYZE"}}, {"ClusterStmt", {"CLUSTER"}}, {"ReindexStmt", {"REINDEX"}},
      {"RefreshMatViewStmt", {"REFRESH-MATERIALIZED-VIEW"}}, {"GrantStmt", {"GRANT", "REVOKE"}}, {"GrantRoleStmt", {"GRANT", "REVOKE"}},
      {"AlterDefaultPrivilegesStmt", {"ALTER-DEFAULT-PRIVILEGES"}}, {"VariableSetStmt", {"SET", "RESET"}}, {"VariableShowStmt", {"SHOW"}},
      {"ConstraintsSetStmt", {"SET"}}, {"DiscardStmt", {"DISCARD"}}, {"ListenStmt", {"LISTEN"}}, {"NotifyStmt", {"NOTIFY"}},
      {"UnlistenStmt", {"UNLISTEN"}}, {"CheckPointStmt", {"CHECKPOINT"}}, {"LoadStmt", {"LOAD"}}, {"DeclareCursorStmt", {"DECLARE"}},
      {"FetchStmt", {"FETCH", "MOVE"}}, {"ClosePortalStmt", {"CLOSE"}}, {"DropdbStmt", {"DROP-DATABASE"}},
      {"DropRoleStmt", {"DROP-ROLE", "DROP-USER", "DROP-GROUP"}}, {"DropTableSpaceStmt", {"DROP-TABLESPACE"}}, {"DropOwnedStmt", {"DROP-OWNED-BY"}},
      {"ReassignOwnedStmt", {"REASSIGN"}}, {"DropUserMappingStmt", {"DROP-USER-MAPPING"}}, {"DropSubscriptionStmt", {"DROP-SUBSCRIPTION"}},
      {"ImportForeignSchemaStmt", {"IMPORT"}}, {"CreatePolicyStmt", {"CREATE-POLICY"}}, {"CreateStatsStmt", {"CREATE-STATISTICS"}},
      {"TransactionStmt", {"BEGIN", "START-TRANSACTION", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"}}};
  const auto found = fixed.find(node);
  if (found != fixed.end()) return found->second;
  if (node == "CreateTableAsStmt") return {"CREATE-" + object(field(n, "objtype"))};
  if (node == "DropStmt") return {"DROP-" + object(field(n, "removeType"))};
  if (node == "DefineStmt") return {"CREATE-" + object(field(n, "kind"))};
  if (node == "RenameStmt") {
    const std::string type = field(n, "renameType");
    const std::string of = field(n, "relationType");
    return {"ALTER-" + object(type == "OBJECT_COLUMN" || type == "OBJECT_ATTRIBUTE" ? of == "OBJECT_TYPE" ? "OBJECT_TYPE" : of : type), "ALTER-TYPE", "ALTER-USER"};
  }
  if (node == "AlterTableStmt") return {"ALTER-" + object(field(n, "objtype"))};
  return {};  // too rare for a row: only the verb is compared
}

// ALTER, CREATE or DROP for a node without a row of its own.
std::string verb_of(const std::string& node) {
  if (node.rfind("Alter", 0) == 0) return "ALTER-";
  if (node.rfind("Create", 0) == 0) return "CREATE-";
  if (node.rfind("Drop", 0) == 0) return "DROP-";
  return "";
}

bool right_kind(const std::string& kind, const nlohmann::json& statement) {
  const auto top = statement.begin();
  const std::vector<std::string> accepted = kinds_of(top.key(), top.value());
  if (!accepted.empty()) return std::find(accepted.begin(), accepted.end(), kind) != accepted.end();
  const std::string verb = verb_of(top.key());
  return !verb.empty() && kind.rfind(verb, 0) == 0;
}

bool compare(const std::string& text, const std::string& what, Count& count, std::vector<std::string>* statements) {
  const PgQueryParseResult parsed = pg_query_parse(text.c_str());
  if (parsed.error) {
    std::printf("%s: PostgreSQL refuses it at byte %d: %s\n", what.c_str(), parsed.error->cursorpos, parsed.error->message);
    pg_query_free_parse_result(parsed);
    return false;
  }
  const auto tree = nlohmann::json::parse(parsed.parse_tree, nullptr, false);
  pg_query_free_parse_result(parsed);
  const TextDocument document(text, what);
  std::map<std::size_t, std::string> ours;
  for (const StatementInfo& info : backstay::sql::list_statements(document, Dialect::postgresql, {})) {
    if (info.context == "top") ours.emplace(info.begin, info.kind);
  }
  for (const auto& statement : tree["stmts"]) {
    const std::size_t location = statement.value("stmt_location", std::size_t{0});
    const std::size_t start = skip_blanks(text, location);
    const std::size_t length = statement.value("stmt_len", text.size() - location);
    if (statements) statements->push_back(text.substr(start, location + length - start));
    ++count.starts;
    ++count.kinds;
    const auto found = ours.find(start);
    if (found == ours.end()) {
      std::printf("%s:%u: statement missed\n", what.c_str(), document.position(start).line);
      continue;
    }
    ++count.starts_found;
    if (right_kind(found->second, statement["stmt"])) {
      ++count.kinds_right;
    } else {
      std::printf("%s:%u: %s for a %s\n", what.c_str(), document.position(start).line, found->second.c_str(),
                  statement["stmt"].begin().key().c_str());
    }
    ours.erase(found);
  }
  for (const auto& [start, kind] : ours) {
    ++count.extra;
    std::printf("%s:%u: %s where PostgreSQL sees no statement start\n", what.c_str(), document.position(start).line, kind.c_str());
  }
  return true;
}

// Statements of the corpus in another order, with what people write between them.
std::string mixed(const std::vector<std::string>& statements, std::mt19937& random) {
  static const char* const between[] = {"\n", "\n\n", " ", "\r\n", "\n-- it's; a comment\n", "\n/* a; /* nested; */ one' */\n", "\t\n;\n"};
  std::string text;
  const std::size_t count = 1 + random() % 40;
  for (std::size_t i = 0; i < count; ++i) {
    text += between[random() % std::size(between)];
    text += statements[random() % statements.size()];
    text += ';';
  }
  if (random() % 2 == 0) text.pop_back();
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(BACKSTAY_SOURCE_DIR "/tests/data/sql/pg")) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path());
  }
  for (int i = 1; i < argc; ++i) files.emplace_back(argv[i]);
  std::sort(files.begin(), files.end());
  Count count;
  bool valid = !files.empty();
  std::vector<std::string> statements;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    valid = compare(text.str(), path.filename().string(), count, &statements) && valid;
  }
  const std::size_t written = count.starts;
  std::mt19937 random(2026);
  for (int i = 0; i < 300 && !statements.empty(); ++i) {
    // A statement that ends in a line comment would take the semicolon with it.
    valid = compare(mixed(statements, random), "mixed script " + std::to_string(i), count, nullptr) && valid;
  }
  const double starts = count.starts == 0 ? 0 : 100.0 * static_cast<double>(count.starts_found) / static_cast<double>(count.starts);
  const double kinds = count.kinds == 0 ? 0 : 100.0 * static_cast<double>(count.kinds_right) / static_cast<double>(count.kinds);
  std::printf("%zu statements written, %zu compared: %.2f %% of the starts, %.2f %% of the kinds, %zu extra\n", written, count.starts,
              starts, kinds, count.extra);
  return valid && written >= 250 && starts >= 99.5 && kinds >= 99.0 && count.extra * 200 <= count.starts ? 0 : 1;
}
