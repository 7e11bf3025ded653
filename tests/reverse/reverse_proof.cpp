// Proves reverse scripts on a real PostgreSQL: generated scripts over generated databases are applied with their
// captures and taken back. Without users everything must be as before; with users every edit of theirs must stand,
// and what is reported must be exactly what reference_model.hpp says.
//
//   with_postgres.sh reverse_proof [--cases N] [--seed S] [--one SEED] [--break WHAT]
//
// --break takes something out of the generated scripts and expects the proof to fail: a proof that cannot fail
// proves nothing. WHAT is one of guard, cascade, order, conflicts.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "core/base/text_document.hpp"
#include "core/rollback/reverse.hpp"
#include "tests/reverse/generated_database.hpp"
#include "tests/reverse/reference_model.hpp"
#include "tests/reverse/session.hpp"

namespace backstay::test {
namespace {

struct Settings {
  std::uint64_t cases = 150, seed = 1;
  bool only_one = false;
  std::string broken;
};

struct Tally {
  std::uint64_t cases = 0, statements = 0, refused = 0, edits = 0, conflicts = 0, failures = 0, with_users = 0, side_effects = 0, keyless = 0, not_undone = 0;
  std::map<std::string, std::uint64_t> kinds;
};

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

class Proof {
 public:
  Proof(Settings settings) : settings_(std::move(settings)) {}
  bool connected() const { return session_.connected(); }
  void run_case(std::uint64_t seed);
  Tally tally;

 private:
  bool fail(const std::string& what) {
    ++tally.failures;
    cases_of_session_ = 0;
    if (settings_.broken.empty() && tally.failures <= 8) {
      std::printf("FAILED seed %llu: %s\n%s--- script\n%s\n--- edits\n%s\n", static_cast<unsigned long long>(seed_), what.substr(0, 3000).c_str(),
                  settings_.only_one ? ("--- setup\n" + database_.setup).c_str() : "", script_.c_str(), edits_.c_str());
      std::fflush(stdout);
    }
    return false;
  }
  bool must(const std::string& sql, const char* what) {
    return session_.run(sql) || fail(std::string(what) + ": " + session_.problem());
  }
  bool prepare();
  std::string body(const std::string& script) const;
  void generate_script(Generator& generator);
  State state();
  std::string fingerprint();
  std::set<std::string> conflicts();
  void tell_conflicts();
  bool apply(const rollback::ReverseScripts& scripts);
  bool check(bool users, const State& original, const State& final, const State& current);
  std::string compare(const State& expected, const State& found);

  Settings settings_;
  Session session_;
  std::uint64_t seed_ = 0;
  GeneratedDatabase database_;
  std::string script_, edits_;
  State effect_;                                   // of the script alone, without captures
  bool assigns_key_ = false, same_effect_ = true, defines_ = false;
  bool fresh_ = true;                              // the session has no routines of ours yet
  unsigned cases_of_session_ = 0;
};

// Lines that only one of two texts has.
std::string line_difference(const std::string& expected, const std::string& found) {
  std::string out;
  const auto missing = [&](const std::string& in, const std::string& from, const char* word) {
    for (std::size_t at = 0; at < in.size();) {
      const std::size_t end = std::min(in.find('\n', at), in.size());
      const std::string line = in.substr(at, end - at);
      if (from.find(line) == std::string::npos) out += std::string("\n  ") + word + line;
      at = end + 1;
    }
  };
  missing(expected, found, "missing  ");
  missing(found, expected, "too many ");
  return out.empty() ? "\n  how often a line is there" : out;
}

constexpr const char* clean_up = R"(
DO $$ DECLARE s record; BEGIN
  FOR s IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^(backstay_capture_|app$|My Schema$|sch)' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', s.nspname); END LOOP;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'backstay_reader') THEN CREATE ROLE backstay_reader; END IF;
  IF to_regclass('backstay_capture.item') IS NULL THEN RETURN; END IF;
  FOR s IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'backstay_capture'::regnamespace AND relname ~ '^r[0-9]+_s[0-9]' AND relkind = 'r' LOOP EXECUTE format('DROP TABLE %s', s.name); END LOOP;
  DELETE FROM backstay_capture.item; DELETE FROM backstay_capture.conflict; DELETE FROM backstay_capture.run;
END $$)";

// A server that keeps making and dropping things slows down without this.
constexpr const char* sweep = "VACUUM pg_class, pg_attribute, pg_proc, pg_depend, pg_type, pg_index, pg_constraint, pg_shdepend, pg_trigger, pg_attrdef, pg_rewrite, pg_statistic, pg_description";

constexpr unsigned cases_per_session = 25;

// Everything but rows: what the catalogue says about the schemas of the test.
constexpr const char* catalogue_query = R"(
SELECT string_agg(line, E'\n' ORDER BY line) FROM (
  SELECT format('column %s.%s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE attnum > 0 AND NOT attisdropped AND relnamespace IN ('app'::regnamespace, '"My Schema"'::regnamespace)
  UNION ALL SELECT format('relation %s %s %s %s %s', c.oid::regclass, relkind, relrowsecurity, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) x), obj_description(c.oid, 'pg_class'))
    FROM pg_class c WHERE relnamespace IN ('app'::regnamespace, '"My Schema"'::regnamespace)
  UNION ALL SELECT format('comment %s %s %s', objoid::regclass, objsubid, description) FROM pg_description WHERE classoid = 'pg_class'::regclass AND objsubid > 0
  UNION ALL SELECT format('constraint %s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) FROM pg_constraint
    WHERE connamespace IN ('app'::regnamespace, '"My Schema"'::regnamespace)
  UNION ALL SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    WHERE relnamespace IN ('app'::regnamespace, '"My Schema"'::regnamespace)
  UNION ALL SELECT format('trigger %s %s', pg_get_triggerdef(t.oid), tgenabled) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace IN ('app'::regnamespace, '"My Schema"'::regnamespace)
  UNION ALL SELECT format('view %s %s', c.oid::regclass, pg_get_viewdef(c.oid)) FROM pg_class c WHERE relkind IN ('v', 'm') AND relnamespace = 'app'::regnamespace
  UNION ALL SELECT format('function %s %s', pg_get_functiondef(p.oid), (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(coalesce(proacl, acldefault('f', proowner))) x)) FROM pg_proc p WHERE pronamespace = 'app'::regnamespace
  UNION ALL SELECT format('type %s %s', t.typname, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) FROM pg_type t
    WHERE typnamespace = 'app'::regnamespace AND typtype IN ('e', 'd')
  UNION ALL SELECT format('sequence %s %s %s %s %s', seqrelid::regclass, seqincrement, seqmax, seqcycle, CASE WHEN seqrelid = 'app.counter'::regclass THEN pg_sequence_last_value(seqrelid) END) FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid
    WHERE relnamespace IN ('app'::regnamespace, '"My Schema"'::regnamespace)
  UNION ALL SELECT format('row of simple %s', to_jsonb(x)) FROM app.simple x UNION ALL SELECT format('row of refers %s', to_jsonb(x)) FROM app.refers x UNION ALL SELECT format('row of pairs %s', to_jsonb(x)) FROM app.pairs x
  UNION ALL SELECT format('row of pair_refs %s', to_jsonb(x)) FROM app.pair_refs x UNION ALL SELECT format('row of tree %s', to_jsonb(x)) FROM app.tree x UNION ALL SELECT format('row of parts %s %s', tableoid::regclass, to_jsonb(x)) FROM app.parts x
  UNION ALL SELECT format('row of loose %s', to_jsonb(x)) FROM app.loose x
  UNION ALL SELECT format('schema %s', nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT LIKE 'backstay%') AS lines(line))";

State Proof::state() {
  State state;
  for (const GeneratedTable& table : database_.tables) {
    std::string key = "jsonb_build_object(", columns;
    for (const std::size_t k : table.key) key += (k == table.key[0] ? "'" : ", '") + table.columns[k].bare + "', " + table.columns[k].name;
    for (const GeneratedColumn& column : table.columns) columns += ", " + column.name + "::text";
    TableRows rows;
    // Without a key the whole row, and how often it is there, has to do.
    const std::string query = table.key.empty() ? "SELECT row(x.*)::text || count(*)" + columns + " FROM " + table.name + " x GROUP BY x.*" + columns
                                                : "SELECT " + key + ")::text" + columns + " FROM " + table.name;
    if (!session_.run(table.key.empty() ? "SELECT t || ':' || count(*) FROM (SELECT row(x.*)::text AS t FROM " + table.name + " x) y GROUP BY t" : query)) {
      rows["unreadable: " + session_.problem()] = {};
    }
    for (const Row& row : session_.rows()) rows[row[0]] = Row(row.begin() + 1, row.end());
    state.push_back(std::move(rows));
  }
  return state;
}

std::string Proof::fingerprint() {
  if (!session_.run(catalogue_query)) return "no catalogue: " + session_.problem();
  return session_.rows()[0][0];
}

void Proof::tell_conflicts() {
  if (!session_.run("SELECT step, relation, row_key, kind, detail, before, after, current FROM backstay_capture.conflict ORDER BY 1, 2, 3")) return;
  for (const Row& row : session_.rows()) {
    std::printf("conflict: step %s, %s, %s: %s, %s\n  before %s\n  after  %s\n  now    %s\n", row[0].c_str(), row[1].c_str(), row[2].c_str(),
                row[3].c_str(), row[4].c_str(), row[5].c_str(), row[6].c_str(), row[7].c_str());
  }
}

std::set<std::string> Proof::conflicts() {
  std::set<std::string> found;
  if (!session_.run("SELECT relation || '|' || row_key || '|' || column_name || '|' || kind, kind FROM backstay_capture.conflict")) return {"unreadable"};
  for (const Row& row : session_.rows()) {
    if (row[1] == "side effect") ++tally.side_effects;
    else found.insert(row[0]);
  }
  return found;
}

std::string Proof::compare(const State& expected, const State& found) {
  for (std::size_t t = 0; t < expected.size(); ++t) {
    if (expected[t] == found[t]) continue;
    std::string out = "rows of " + database_.tables[t].name + " differ:";
    const auto text = [](const Row& row) {
      std::string line;
      for (const std::string& v : row) line += " | " + v;
      return line;
    };
    for (const auto& [key, row] : expected[t]) {
      const auto other = found[t].find(key);
      if (other == found[t].end()) out += "\n  missing " + key + text(row);
      else if (other->second != row) out += "\n  expected " + key + text(row) + "\n  found    " + key + text(other->second);
    }
    for (const auto& [key, row] : found[t]) if (!expected[t].count(key)) out += "\n  too many " + key + text(row);
    return out;
  }
  return {};
}

// A clean database. The routines of the scripts are the same in every case: a session loads them once, as somebody does
// who runs several scripts. On a new session, and after a failure, they are loaded as they come.
bool Proof::prepare() {
  if (cases_of_session_++ % cases_per_session != 0 && settings_.broken.empty()) return must(clean_up, "clean");
  fresh_ = true;
  session_.reconnect();
  return must("DROP SCHEMA IF EXISTS backstay_capture CASCADE", "clean") && must(clean_up, "clean") && must(sweep, "clean");
}

std::string Proof::body(const std::string& script) const {
  const std::string end_of_routines = "RESET check_function_bodies;\n";
  const std::size_t end = script.find(end_of_routines);
  return fresh_ || end == std::string::npos ? script : script.substr(end + end_of_routines.size());
}

// Statements that the database takes; each is tried in a transaction that is rolled back at the end.
void Proof::generate_script(Generator& generator) {
  script_.clear();
  assigns_key_ = false;
  same_effect_ = true;
  defines_ = generator.chance(35);
  session_.run("BEGIN");
  const std::size_t wanted = 1 + generator.below(5);
  for (std::size_t n = 0, tries = 0; n < wanted && tries < 20; ++tries) {
    bool assigns = false;
    const bool definition = defines_ && generator.chance(60);
    const std::string statement = definition ? generator.definition(database_) : generator.chance(25) ? generator.set_piece() : generator.statement(database_, assigns);
    if (statement.find("COMMIT;") != std::string::npos) {  // would end this transaction as well; nothing comes behind it
      script_ += statement + ";\n";
      same_effect_ = false;
      break;
    }
    session_.run("SAVEPOINT s");
    if (session_.run(statement) && session_.run("SAVEPOINT c; SET CONSTRAINTS ALL IMMEDIATE")) {
      session_.run("ROLLBACK TO SAVEPOINT c");  // what waits for the end of the transaction goes on waiting
      script_ += statement + ";\n";
      assigns_key_ = assigns_key_ || assigns;
      same_effect_ = same_effect_ && !generator.volatile_statement;
      ++n;
      ++tally.statements;
      ++tally.kinds[statement.substr(0, statement.find(' '))];
    } else {
      ++tally.refused;
      if (std::getenv("BACKSTAY_SHOW_REFUSED")) std::printf("refused: %s\n  %s\n", statement.c_str(), session_.problem().c_str());
      session_.run("ROLLBACK TO SAVEPOINT s");
    }
  }
  effect_ = state();
  session_.run("ROLLBACK");
}

void Proof::run_case(std::uint64_t seed) {
  seed_ = seed;
  ++tally.cases;
  edits_.clear();
  Generator generator(seed, false);
  database_ = generator.database();
  if (!prepare()) return;
  if (!must(database_.setup, "setup")) return;
  generate_script(generator);
  if (script_.empty()) return;
  const TextDocument document(script_, "generated.sql");
  rollback::ReverseScripts scripts = rollback::reverse_scripts(document, {}, sql::Config{});
  if (scripts.reverse_class == rollback::ReverseClass::not_undone) {
    ++tally.not_undone;
    for (const rollback::ReversePiece& piece : scripts.pieces) {
      if (piece.reverse_class == rollback::ReverseClass::not_undone && piece.reasons.empty()) fail("not undone, and no word why");
    }
    return;
  }
  const std::string schema = fingerprint();
  const State original = state();

  std::string capture = body(scripts.capture_script), reverse = body(scripts.reverse_script);
  if (settings_.broken == "guard") replace_all(reverse, "AND record_image_eq", "OR record_image_eq"), replace_all(reverse, "writes := format('%s AND %s AND NOT %s'", "writes := format('%s OR %s AND NOT %s'");
  if (settings_.broken == "cascade") replace_all(capture, "IN ('c', 'n', 'd')", "IN ('-')");
  if (settings_.broken == "order") replace_all(reverse, "ORDER BY run DESC", "ORDER BY run"), replace_all(capture, "CALL pg_temp.backstay_after_rows(2)", "SELECT 1");
  if (settings_.broken == "conflicts") replace_all(reverse, "WHERE c.backstay_done IS NULL AND %10$s AND", "WHERE false AND %10$s AND");

  const bool several = script_.find("COMMIT;") != std::string::npos;  // transactions, of which the first may hold
  if (!session_.run(capture)) {
    const std::string problem = session_.problem();
    session_.run("ROLLBACK");
    // Which rows it meets is a matter of luck, and so is whether a constraint lets it.
    if (script_.find("random()") != std::string::npos && problem.find("backstay:") == std::string::npos) return;
    if (problem.find("has no key that this statement leaves alone") == std::string::npos) return void(fail("capture script: " + problem));
    ++tally.keyless;
    cases_of_session_ = 0;
    if (several && !must(scripts.reverse_script, "reverse script of a part")) return;
    const std::string rest = compare(original, state());
    if (!rest.empty()) fail("a refused capture script changed something: " + rest);
    return;
  }
  const State final = state();
  if (same_effect_ && !defines_) {
    const std::string effect = compare(effect_, final);
    if (!effect.empty()) return void(fail("the capture script does something else than the script: " + effect));
  }

  // The same script twice, by seed: once left alone, once with users in between. Keys that move have no simple model.
  bool keyless = false;
  for (const GeneratedTable& table : database_.tables) keyless = keyless || table.key.empty();
  const bool users = !assigns_key_ && !keyless && !defines_ && generator.chance(65);
  if (users) {
    ++tally.with_users;
    const std::size_t wanted = 1 + generator.below(6);
    for (std::size_t n = 0; n < wanted; ++n) {
      const std::string edit = generator.edit(database_);
      if (session_.run(edit)) edits_ += edit + ";\n", ++tally.edits;
    }
  }
  const State current = state();
  if (!must(reverse, "reverse script")) { session_.run("ROLLBACK"); return; }
  const State found = state();
  const Expected expected = users ? merged(database_, original, final, current) : Expected{original, {}, {}};
  State wanted = expected.rows;
  for (std::size_t t = 0; t < expected.loose.size(); ++t) {
    for (const auto& [key, first] : expected.loose[t]) {
      const auto now = found[t].find(key);
      if (now == found[t].end()) continue;
      Row& row = wanted[t][key];
      for (std::size_t i = 0; i < row.size(); ++i) if (i != database_.tables[t].reference && now->second[i] == first[i]) row[i] = first[i];
    }
  }
  const std::string difference = compare(wanted, found);
  if (!difference.empty()) return void(fail(difference));
  if (settings_.only_one) tell_conflicts();
  const std::string schema_now = fingerprint();
  if (schema_now != schema) return void(fail("the schema differs:" + line_difference(schema, schema_now)));
  const std::set<std::string> reported = conflicts();
  tally.conflicts += reported.size();
  if (reported != expected.conflicts) {
    std::string out = "conflicts differ:";
    for (const std::string& c : expected.conflicts) if (!reported.count(c)) out += "\n  not reported " + c;
    for (const std::string& c : reported) if (!expected.conflicts.count(c)) out += "\n  reported     " + c;
    tell_conflicts();
    return void(fail(out));
  }
  fresh_ = fresh_ && !settings_.broken.empty();
  // Once more: nothing may move.
  if (!must(reverse, "reverse script, second time")) { session_.run("ROLLBACK"); return; }
  const std::string again = compare(found, state());
  if (!again.empty()) fail("running it twice: " + again);
}

int run(const Settings& settings) {
  Proof proof(settings);
  if (!proof.connected()) {
    std::printf("no database; run this with with_postgres.sh\n");
    return 1;
  }
  for (std::uint64_t i = 0; i < (settings.only_one ? 1 : settings.cases); ++i) proof.run_case(settings.seed + i);
  const Tally& t = proof.tally;
  std::printf("%llu cases, %llu statements (%llu refused by the database), %llu with users, %llu edits, %llu conflicts, %llu side effects, %llu refused for want of a key, %llu not undone, %llu failures\n",
              static_cast<unsigned long long>(t.cases), static_cast<unsigned long long>(t.statements), static_cast<unsigned long long>(t.refused),
              static_cast<unsigned long long>(t.with_users), static_cast<unsigned long long>(t.edits), static_cast<unsigned long long>(t.conflicts),
              static_cast<unsigned long long>(t.side_effects), static_cast<unsigned long long>(t.keyless), static_cast<unsigned long long>(t.not_undone), static_cast<unsigned long long>(t.failures));
  for (const auto& [kind, count] : t.kinds) std::printf("  %s %llu", kind.c_str(), static_cast<unsigned long long>(count));
  std::printf("\n");
  if (!settings.broken.empty()) {
    std::printf(t.failures ? "broken on purpose (%s), and it was noticed\n" : "broken on purpose (%s), and NOT noticed\n", settings.broken.c_str());
    return t.failures ? 0 : 1;
  }
  return t.failures || t.statements == 0 ? 1 : 0;
}

}  // namespace
}  // namespace backstay::test

int main(int argc, char** argv) {
  backstay::test::Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--cases") settings.cases = std::strtoull(argv[i + 1], nullptr, 10);
    else if (option == "--seed") settings.seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (option == "--one") settings.seed = std::strtoull(argv[i + 1], nullptr, 10), settings.only_one = true;
    else if (option == "--break") settings.broken = argv[i + 1];
    else return 2;
  }
  return backstay::test::run(settings);
}
