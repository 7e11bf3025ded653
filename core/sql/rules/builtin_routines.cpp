// Routines that come with the server. Calling one is no reason to look for it first; those that matter
// have rules of their own. The lists hold what stands where a call is judged: SELECT f() without FROM,
// FROM f(), PERFORM, EXEC, PL/SQL statements. `backstay.json` can name more.
#include <algorithm>
#include <string>
#include <string_view>

#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

// A name ending in * stands for all names that begin so.
constexpr std::string_view postgresql[] = {
    "pg_*", "json*", "jsonb*", "to_*", "array_*", "regexp_*", "string_*", "bit_*", "bool_*", "current_*",
    "date_*", "inet_*", "lo_*", "row_*", "ts_*", "tsvector_*", "txid_*", "uuid_*", "has_*", "xml*", "xpath*",
    "dblink*", "range_*", "regr_*", "st_*", "set_*", "make_*", "quote_*", "num_*", "parse_*", "plainto_*",
    "phraseto_*", "websearch_*", "obj_*", "col_*", "shobj_*", "format_*", "generate_*", "gen_*", "int*range",
    "percent*", "stddev*", "var_*", "covar*", "convert*", "has*", "text*", "unicode*", "transaction_*",
    "abs", "age", "any_value", "ascii", "avg", "brin_summarize_new_values", "broadcast", "btrim", "cardinality",
    "cast", "cbrt", "ceil", "ceiling", "char_length", "character_length", "chr", "clock_timestamp", "coalesce",
    "concat", "concat_ws", "corr", "cos", "count", "crypt", "cume_dist", "currtid", "currval", "decode", "degrees",
    "dense_rank", "digest", "div", "encode", "encrypt", "decrypt", "enum_first", "enum_last", "enum_range", "every",
    "exp", "extract", "factorial", "family", "first_value", "floor", "format", "gcd", "get_bit", "get_byte",
    "greatest", "grouping", "hashtext", "hmac", "host", "initcap", "isempty", "isfinite", "justify_days",
    "justify_hours", "justify_interval", "lag", "last_value", "lastval", "lcm", "lead", "least", "left", "length",
    "ln", "localtime", "localtimestamp", "log", "log10", "lower", "lower_inc", "lpad", "ltrim", "masklen", "max",
    "md5", "min", "mod", "mode", "network", "nextval", "normalize", "now", "nth_value", "ntile", "nullif",
    "octet_length", "overlay", "pi", "position", "power", "query_to_xml", "querytree", "radians", "random", "rank",
    "repeat", "replace", "reverse", "right", "round", "rpad", "rtrim", "scale", "schema_to_xml", "session_user",
    "setseed", "setval", "setweight", "sha224", "sha256", "sha384", "sha512", "sign", "similarity", "sin", "split_part",
    "sqrt", "starts_with", "statement_timestamp", "strip", "strpos", "substr", "substring", "sum", "tan", "timeofday",
    "table_to_xml", "translate", "trim", "trunc", "trunc_scale", "unaccent", "unnest", "upper", "upper_inc", "user",
    "variance", "version", "width_bucket", "nullif", "numnode", "crosstab", "levenshtein", "soundex", "metaphone",
    "daitch_mokotoff", "cos", "acos", "asin", "atan", "atan2", "cot", "erf", "tanh", "sinh", "cosh", "exists", "row",
    "array", "date", "time", "timestamp", "interval", "box", "circle", "point", "line", "lseg", "path", "polygon",
    "hstore", "akeys", "avals", "skeys", "svals", "each", "delete", "lca", "nlevel", "subltree", "subpath", "text",
    "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "isnull", "min_scale", "merge_action",
    "cash_words", "icu_unicode_version", "random_normal", "system_user", "tablefunc", "normal_rand", "connectby"};

constexpr std::string_view mssql[] = {
    "sp_help*", "xp_*", "sp_oa*", "sp_trace_*", "sp_cursor*", "sp_xml_*", "sp_fulltext_*", "sp_estimate_*",
    "sp_addlinked*", "sp_droplinked*", "sp_cdc_*", "sp_describe_*", "sp_ms*", "sp_syscollector_*", "sp_query_store_*",
    "*extendedproperty", "sp_add_job*", "sp_delete_job*", "sp_update_job*", "sp_attach_*", "sp_detach_*",
    "sp_add_schedule", "sp_update_schedule", "sp_delete_schedule", "sp_start_job", "sp_stop_job", "sp_addmessage",
    "sp_addrole", "sp_addrolemember", "sp_addsrvrolemember", "sp_addtype", "sp_adduser", "sp_altermessage",
    "sp_approlepassword", "sp_autostats", "sp_bindefault", "sp_bindrule", "sp_bindsession", "sp_changedbowner",
    "sp_changeobjectowner", "sp_change_users_login", "sp_columns", "sp_column_privileges", "sp_configure", "sp_createstats",
    "sp_databases", "sp_datatype_info", "sp_dboption", "sp_defaultdb", "sp_defaultlanguage", "sp_denylogin", "sp_depends",
    "sp_droprole", "sp_droprolemember", "sp_dropserver", "sp_dropsrvrolemember", "sp_droptype", "sp_dropuser",
    "sp_dropmessage", "sp_dropdevice", "sp_droplogin", "sp_execute", "sp_executesql", "sp_fkeys", "sp_getapplock",
    "sp_getbindtoken", "sp_grantdbaccess", "sp_grantlogin", "sp_indexoption", "sp_invalidate_textptr", "sp_lock",
    "sp_monitor", "sp_password", "sp_pkeys", "sp_prepare", "sp_prepexec", "sp_processmail", "sp_procoption",
    "sp_purge_jobhistory", "sp_recompile", "sp_refreshsqlmodule", "sp_refreshview", "sp_releaseapplock", "sp_rename",
    "sp_renamedb", "sp_reset_connection", "sp_resetstatus", "sp_revokedbaccess", "sp_revokelogin", "sp_send_dbmail",
    "sp_sequence_get_range", "sp_serveroption", "sp_server_info", "sp_set_session_context", "sp_setapprole",
    "sp_settriggerorder", "sp_spaceused", "sp_special_columns", "sp_sproc_columns", "sp_statistics", "sp_stored_procedures",
    "sp_tableoption", "sp_tables", "sp_table_privileges", "sp_testlinkedserver", "sp_unbindefault", "sp_unbindrule",
    "sp_unprepare", "sp_unsetapprole", "sp_updatestats", "sp_validatelogins", "sp_validname", "sp_who", "sp_who2",
    "sp_control_plan_guide", "sp_create_plan_guide", "sp_rename_column", "sp_lock2", "sp_addumpdevice", "sp_cycle_errorlog",
    "sp_readerrorlog", "sp_db_vardecimal_storage_format", "sp_delete_backuphistory", "sp_invoke_external_rest_endpoint"};

// Table functions of T-SQL. Scalar functions need no list: those of users are always called with a schema.
constexpr std::string_view mssql_tables[] = {
    "openjson", "openxml", "openrowset", "openquery", "opendatasource", "string_split", "generate_series", "changetable",
    "containstable", "freetexttable", "semantic*table", "predict", "fn_*", "ai_*"};

constexpr std::string_view oracle[] = {
    "DBMS_*", "UTL_*", "HTP", "HTF", "OWA*", "APEX_*", "CTX_*", "SDO_*", "XMLTYPE", "STANDARD",
    "RAISE_APPLICATION_ERROR", "ORD_*", "WPG_DOCLOAD", "ANYDATA", "SYS_CONTEXT", "USERENV", "NULL"};

template <std::size_t size>
bool listed(const std::string_view (&list)[size], std::string_view name) {
  return std::any_of(std::begin(list), std::end(list), [&](std::string_view known) { return glob_match(known, name); });
}

bool configured(const Scope& scope, const Name& name) {
  const std::string full = std::string(name.schema) + "." + std::string(name.name);
  const auto& list = scope.config().builtin_routines;
  return std::any_of(list.begin(), list.end(), [&](const std::string& known) {
    return glob_match(known, name.name) || (!name.schema.empty() && glob_match(known, full));
  });
}

}  // namespace

bool is_builtin_routine(const Scope& scope, const Fact& call) {
  if (call.names.empty()) return false;
  const Name& name = call.names[0];
  if (configured(scope, name)) return true;
  switch (scope.dialect()) {
    case Dialect::postgresql:
      if (name.schema == "pg_catalog" || name.schema == "information_schema") return true;
      // cron.schedule() and its kin are jobs; aws_s3 and the like are caught as external access.
      if (name.schema == "cron") return true;
      return (name.schema.empty() || name.schema == "public") && listed(postgresql, name.name);
    case Dialect::mssql:
      if (name.schema == "sys") return true;
      if (call.call_form == CallForm::select) return name.schema.empty();
      if (call.call_form == CallForm::from) return name.schema.empty() && listed(mssql_tables, name.name);
      return (name.schema.empty() || name.schema == "dbo") && listed(mssql, name.name);
    case Dialect::oracle:
      if (name.schema == "SYS" || name.database == "SYS") return true;
      if (name.schema.empty()) return listed(oracle, name.name);
      return listed(oracle, name.schema) || (!name.database.empty() && listed(oracle, name.database));
  }
  return false;
}

}  // namespace backstay::sql::rules
