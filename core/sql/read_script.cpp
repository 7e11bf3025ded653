// The doors of this part: read_script() for the rules, list_statements() for people.

#include "core/base/sorting.hpp"
#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
  }
  return out;
}

bool is_filler(Keyword k) {
  switch (k) {
    case kw_or: case kw_replace: case kw_temp: case kw_temporary: case kw_global: case kw_local: case kw_private: case kw_unique:
    case kw_clustered: case kw_nonclustered: case kw_editionable: case kw_noneditionable: case kw_editioning: case kw_force:
    case kw_noforce: case kw_no: case kw_recursive: case kw_unlogged: case kw_constraint: case kw_bitmap: case kw_public:
    case kw_trusted: case kw_procedural: case kw_and: case kw_compile: case kw_shared: case kw_external: return true;
    default: return false;
  }
}

// "CREATE-VIEW": the kind of object behind CREATE, ALTER, DROP.
std::string definition_kind(Cursor c) {
  std::string kind = upper(c.spelling());
  const bool creates = c.is(kw_create);
  c.advance();
  while (!c.done() && ((is_filler(c.peek().keyword) && !(c.is(kw_external) && !c.is(kw_table, 1))) || (creates && c.is(kw_alter)))) c.advance();
  kind += '-';
  kind += c.is(kw_proc) ? "PROCEDURE" : upper(c.spelling());
  struct Pair {
    Keyword first, second;
  };
  static constexpr Pair pairs[] = {
      {kw_materialized, kw_view}, {kw_package, kw_body}, {kw_type, kw_body}, {kw_event, kw_trigger}, {kw_foreign, kw_table},
      {kw_database, kw_link}, {kw_partition, kw_function}, {kw_partition, kw_scheme}, {kw_user, kw_mapping}, {kw_operator, kw_class},
      {kw_operator, kw_family}, {kw_default, kw_privileges}, {kw_access, kw_method}, {kw_message, kw_type}, {kw_fulltext, kw_index},
      {kw_fulltext, kw_catalog}, {kw_owned, kw_by}, {kw_server, kw_role}, {kw_symmetric, kw_key}, {kw_master, kw_key}, {kw_large, kw_object}};
  if (c.is(kw_text) || (c.is(kw_foreign) && c.is(kw_data, 1))) {  // three words
    kind += '-' + upper(c.spelling(c.peek(1))) + '-' + upper(c.spelling(c.peek(2)));
  }
  for (const Pair& pair : pairs) {
    if (c.is(pair.first) && c.is(pair.second, 1)) kind += '-' + upper(c.spelling(c.peek(1)));
  }
  return kind;
}

}  // namespace

std::string statement_kind(Cursor c, Dialect dialect) {
  while (c.is(TokenKind::open)) c = c.inside();
  if (c.is_sign("<<")) return "BLOCK";
  if (c.is(kw_with)) {
    // The statement behind the list of CTEs.
    for (c.advance(); !c.done(); c.skip()) {
      if (c.is_any({kw_select, kw_insert, kw_update, kw_delete, kw_merge, kw_values, kw_table})) break;
      if (c.is(TokenKind::open) && c.at(c.pos() - 1).is(TokenKind::close)) return statement_kind(c, dialect);
    }
  }
  switch (c.peek().keyword) {
    case kw_create:
    case kw_alter:
    case kw_drop: return definition_kind(c);
    case kw_exec: return "EXEC";
    case kw_execute:
      if (dialect == Dialect::mssql) return "EXEC";
      return c.is(kw_immediate, 1) ? "EXECUTE-IMMEDIATE" : "EXECUTE";
    case kw_begin:
      if (dialect == Dialect::oracle) return "BLOCK";
      if (dialect == Dialect::mssql && (c.is(kw_tran, 1) || c.is(kw_transaction, 1) || c.is(kw_distributed, 1))) return "BEGIN-TRANSACTION";
      return "BEGIN";
    case kw_declare: return dialect == Dialect::oracle ? "BLOCK" : "DECLARE";
    case kw_start: return "START-TRANSACTION";
    case kw_bulk: return "BULK-INSERT";
    case kw_refresh: return "REFRESH-MATERIALIZED-VIEW";
    case kw_update: return c.is(kw_statistics, 1) ? "UPDATE-STATISTICS" : "UPDATE";
    case no_keyword: break;
    default:
      // A variable or routine may be called like a statement.
      if (!c.is_sign(":=", 1) && !c.is_sign("=", 1) && !c.is(TokenKind::dot, 1)) return upper(c.spelling());
      break;
  }
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    const std::string_view sign = c.at(i).is(TokenKind::op) ? c.spelling(c.at(i)) : std::string_view();
    if (sign == ":=" || sign == "=") return "ASSIGN";
  }
  return "CALL";
}

Script read_script(const TextDocument& document, Dialect dialect, const Config& config) {
  Script script;
  script.dialect = dialect;
  Recogniser(script, document, config, nullptr).read();
  sort_stably(script.comments.begin(), script.comments.end(),
              [](const Comment& a, const Comment& b) { return a.span.begin < b.span.begin; });
  return script;
}

std::vector<StatementInfo> list_statements(const TextDocument& document, Dialect dialect, const Config& config) {
  Script script;
  script.dialect = dialect;
  std::vector<StatementInfo> listing;
  Recogniser(script, document, config, &listing).read();
  sort_stably(listing.begin(), listing.end(), [](const StatementInfo& a, const StatementInfo& b) { return a.begin < b.begin; });
  return listing;
}

}  // namespace backstay::sql
