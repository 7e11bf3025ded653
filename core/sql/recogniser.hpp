// Statements to facts: reads the head of each statement precisely and skips what it does not need.
// Internal to core/sql; fact.hpp has the front door read_script().
//
// One class over several files, by what they read: names.cpp, recognise_dml.cpp with recognise_from.cpp and
// recognise_clauses.cpp, recognise_create.cpp, recognise_alter*.cpp, recognise_session.cpp, recognise_call.cpp,
// blocks_pl.cpp and statements_pl.cpp (PL/pgSQL and PL/SQL), blocks_tsql.cpp, dynamic_text.cpp.
#pragma once

#include <list>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/sql/cursor.hpp"
#include "core/sql/fact.hpp"
#include "core/sql/offset_map.hpp"
#include "core/sql/splitter.hpp"
#include "core/sql/sql.hpp"

namespace backstay::sql {

// A text with tokens and the way back to the script.
struct Source {
  TokenStream stream;
  OffsetMap map;
};

// Text built from literals, as far as it is known.
struct DynamicText {
  std::string text;      // unknown parts stand in it as a name no script uses
  OffsetMap map;
  bool known = true;     // nothing but literals went in
  bool opaque_start = false;  // it begins with an unknown part: not even the kind of statement is sure
};

struct Variable {
  DynamicText text;
  bool catalogue = false;  // filled from a catalogue query just before
};

// FROM list entry or CTE.
struct TableSource {
  Name name;                // table; empty for a derived table or function
  std::string_view alias;   // normalised; the bare name when none is written
  std::uint32_t first = 0, last = 0;  // tokens of a derived table's query
  bool derived = false;
  bool function = false;
};

struct Cte {
  std::string_view name;
  std::uint32_t first = 0, last = 0;
};

// Tokens of one statement; the facts of it share head and span.
struct Statement {
  std::uint32_t first = 0, last = 0;
  std::vector<Cte> ctes;
};

class Recogniser {
 public:
  Recogniser(Script& script, const TextDocument& document, const Config& config, std::vector<StatementInfo>* listing);

  void read();

 private:
  friend class BatchReader;
  struct Place {
    std::int32_t parent = -1;
    Context context = Context::top;
  };
  // Puts place_ back at the end of a scope.
  struct Inside {
    Inside(Recogniser& r, std::int32_t parent, Context context) : recogniser(r), before(r.place_) {
      r.place_ = {parent, context};
      ++r.nesting_;
    }
    ~Inside() {
      recogniser.place_ = before;
      --recogniser.nesting_;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    Recogniser& recogniser;
    Place before;
  };
  // A body that is read only if the script calls the routine.
  struct Body {
    std::int32_t create = -1;  // its fact
    const Source* source = nullptr;     // where its tokens are: the script or a dynamic text
    std::uint32_t token = 0;   // postgresql: the literal
    std::uint32_t first = 0, last = 0;  // others: tokens
    bool sql = false;          // postgresql LANGUAGE sql
    bool read = false;
  };

  // --- places and names -------------------------------------------------------------------------
  const TokenStream& stream() const { return source_->stream; }
  const Token& token(std::uint32_t i) const;
  std::string_view spelling(const Token& t) const { return source_->stream.spelling(t); }
  Span span_of(std::uint32_t first, std::uint32_t last) const;
  Cursor cursor(const Statement& s) const { return Cursor(stream(), s.first, s.last); }
  std::string_view keep(std::string text);
  std::string_view folded(std::string_view text);
  std::string_view lowered(std::string_view text);
  std::string_view normalised(const Token& t);
  std::string literal_text(const Token& t, OffsetMap* map, std::size_t at) const;
  std::string_view literal_value(const Token& t);
  bool starts_name(const Cursor& c) const;
  Name name(Cursor& c);
  Name name_in(std::string_view text, Span span);  // a name inside a literal: 'dbo.t'
  Fact& add(Verb verb, const Statement& s, std::uint32_t anchor, ObjectKind object = ObjectKind::none);
  void not_understood(const Statement& s, std::string_view why);
  // Takes back facts from index `count` on, and the bodies of routines among them.
  void forget_facts(std::size_t count);
  // As many facts as a script may have: what follows is left out, and read() says so.
  bool full() const { return script_.facts.size() >= 2 * limits_.max_statements; }
  std::int32_t last_fact() const { return static_cast<std::int32_t>(script_.facts.size()) - 1; }
  void list(std::uint32_t first, std::uint32_t last, std::string kind);

  // --- whole texts ------------------------------------------------------------------------------
  void read_statements();
  void read_bodies();
  void client_line(const Statement& s, const Token& line);
  void statement(std::uint32_t first, std::uint32_t last);
  bool well_formed(const Statement& s);
  // Has `read` make facts of a statement; leaves one not_understood fact and gives false when it cannot.
  template <class Read>
  bool understood(const Statement& s, Read read);
  void scan_expressions(const Statement& s, std::int32_t parent);
  void substitutions(std::uint32_t first, std::uint32_t last);
  bool dispatch(Statement& s, Cursor c);
  bool dispatch_common(Statement& s, Cursor& c);
  bool dispatch_postgresql(Statement& s, Cursor& c);
  bool dispatch_mssql(Statement& s, Cursor& c);
  bool dispatch_oracle(Statement& s, Cursor& c);

  // --- data -------------------------------------------------------------------------------------
  void with_list(Statement& s, Cursor& c);
  void query(const Statement& s, Cursor c);
  void insert(const Statement& s, Cursor c);
  void insert_all(const Statement& s, Cursor c);
  struct DmlHead {
    Fact fact;
    bool derived = false;            // the target is a query
    std::string_view alias, written; // of the target; `written` is its name before aliases are resolved
  };
  struct DmlClauses {
    std::uint32_t from = 0, where = 0, tail = 0;
  };
  DmlHead dml_head(const Statement& s, Verb verb, Cursor& c);
  DmlClauses dml_clauses(const Cursor& c, std::uint32_t start, Verb verb) const;
  std::vector<TableSource> dml_sources(const Statement& s, const Cursor& c, const DmlClauses& clauses, DmlHead& head);
  void finish_dml(const Statement& s, const Cursor& c, std::uint32_t at, const DmlClauses& clauses, DmlHead& head);
  void update(const Statement& s, Cursor c);
  void remove(const Statement& s, Cursor c);
  void merge(const Statement& s, Cursor c);
  void truncate(const Statement& s, Cursor c);
  void copy(const Statement& s, Cursor c);
  void where_clause(Fact& fact, const Statement& s, Cursor where, std::string_view alias);
  bool constant_true(Cursor c) const;
  bool pins_id(Cursor c);
  void set_list(Fact& fact, Cursor c);
  std::vector<TableSource> from_list(Cursor c);
  void from_item(std::vector<TableSource>& out, Cursor& c);
  bool ends_alias(const Token& t) const;
  std::string_view alias(Cursor& c);
  void resolve(const Statement& s, Fact& fact, const std::vector<TableSource>& from, std::uint32_t depth);
  void resolve_query(const Statement& s, Fact& fact, Cursor c, std::uint32_t depth);
  bool row_guard(const Statement& s, Cursor c) const;
  bool has_join(Cursor c) const;
  bool random_key(Cursor c) const;

  // --- definitions ------------------------------------------------------------------------------
  bool create(Statement& s, Cursor c);
  bool drop(const Statement& s, Cursor c);
  bool alter(const Statement& s, Cursor c);
  void transfer_to_schema(const Statement& s, Cursor c);
  ObjectKind object_kind(Cursor& c);
  void create_table(Fact& fact, Cursor c);
  void create_index(Fact& fact, Cursor c);
  void create_trigger(Fact& fact, Cursor c);
  bool output_column(Cursor item, Column& column);
  void view_columns(Fact& fact, Cursor c);
  std::string_view result_type(Cursor c) const;
  void create_routine(const Statement& s, std::int32_t index, Cursor c);
  void alter_table(const Statement& s, Cursor c);
  void alter_table_postgresql(const Statement& s, const Name& table, Cursor c);
  void alter_table_mssql(const Statement& s, const Name& table, Cursor c);
  void alter_table_oracle(const Statement& s, const Name& table, Cursor c);
  void alter_entity(const Statement& s, Cursor c, ObjectKind kind);
  void alter_sequence(const Statement& s, Cursor c);
  Fact& alter_fact(const Statement& s, const Name& table, Action action, std::uint32_t anchor);
  void added_column(const Statement& s, const Name& table, Cursor c);
  std::optional<Action> constraint_start(const Cursor& c) const;
  void external_token(const Statement& s, std::uint32_t at);
  void rename_fact(const Statement& s, const Name& from, const Name& to, ObjectKind kind, std::uint32_t anchor);

  // --- session, privileges, calls -----------------------------------------------------------------
  bool session(Statement& s, Cursor& c);
  void set_statement(const Statement& s, Cursor c);
  void set_mssql(const Statement& s, Cursor c);
  void alter_session(const Statement& s, Cursor c);
  void grant(const Statement& s, Cursor c);
  void comment_on(const Statement& s, Cursor c);
  void begin_transaction(const Statement& s, Cursor c);
  void end_transaction(const Statement& s, Cursor c);
  void explain(Statement& s, Cursor c);
  void call_statement(const Statement& s, Cursor& c);
  void execute_mssql(const Statement& s, Cursor c);
  void call_fact(const Statement& s, const Name& routine, CallForm form, std::uint32_t anchor);
  void called(const Statement& s, const Name& routine, Cursor arguments, CallForm form, std::uint32_t anchor);
  bool special_procedure(const Statement& s, const Name& routine, Cursor arguments);
  void renamed_by_procedure(const Statement& s, Cursor arguments);
  std::uint32_t special_function(const Statement& s, std::uint32_t at, std::int32_t parent);
  void select_items(const Statement& s, Cursor items);
  void select_calls(const Statement& s, Cursor c);

  // --- blocks -------------------------------------------------------------------------------------
  void do_block(const Statement& s, Cursor c);
  void oracle_unit(const Statement& s);
  bool block(Cursor& c);
  bool block_rest(Cursor& c);
  bool block_end(Cursor& c);
  bool declarations(Cursor& c);
  bool declaration(Cursor& c);
  bool subprogram(Cursor& c);
  bool handlers(Cursor& c);
  bool statements(Cursor& c);
  bool block_statement(Cursor& c);
  bool branch_body(Cursor& c, std::uint32_t head, std::uint32_t then, bool alternative);
  bool if_statement(Cursor& c);
  bool case_statement(Cursor& c);
  bool loop_statement(Cursor& c);
  void loop_source(Cursor c);
  bool forall_statement(Cursor& c);
  void skip_directives(Cursor& c);
  void skip_labels(Cursor& c);
  bool pl_body(std::uint32_t literal, const std::function<bool(Cursor&)>& reader);
  void simple_statement(std::uint32_t first, std::uint32_t last);
  bool simple_postgresql(Statement& s, Cursor c);
  bool simple_oracle(Statement& s, Cursor c);
  bool assignment(const Statement& s, Cursor c);
  void dynamic_statement(const Statement& s, Cursor c);
  void into_targets(Cursor c);
  void raise(const Statement& s, Cursor c);
  bool reads_catalogue(Cursor c);
  void batches(const SplitText& text);
  bool bare_call(const Statement& s);
  void read_body(Body body);
  bool sql_body(Cursor& c);

  // --- dynamic text -------------------------------------------------------------------------------
  DynamicText evaluate(Cursor c, std::uint32_t depth = 0);
  void evaluate_operand(Cursor c, DynamicText& out, std::uint32_t depth);
  void unknown_operand(DynamicText& out, std::uint32_t at) const;
  void append_literal(DynamicText& out, const Token& t) const;
  void append(DynamicText& out, DynamicText part) const;
  bool evaluate_function(Cursor c, DynamicText& out, std::uint32_t depth);
  bool format_call(Cursor arguments, DynamicText& out, std::uint32_t depth);
  void assign(std::string_view variable, Cursor expression, bool appends);
  void assign_unknown(std::string_view variable, bool catalogue);
  // Variables assigned since `mark` (a size of assigned_) are no longer sure: a branch or loop ended.
  void forget_assigned(std::size_t mark);
  // A loop runs its body, these tokens, again with what the body left in its variables: of those it assigns no
  // value from before the loop is sure.
  void forget_in_loop(std::uint32_t first, std::uint32_t last);
  // Loops in loops are looked through again and again; when that gets too much, forgets all variables and gives false.
  bool may_look_through_loop();
  Variable& variable(std::string_view name);
  void run_dynamic(const Statement& s, DynamicText text, std::uint32_t anchor);
  void opaque_dynamic(const Statement& s, std::uint32_t anchor);

  Script& script_;
  const TextDocument& document_;
  const Config& config_;
  const Limits& limits_;
  const Dialect dialect_;
  std::vector<StatementInfo>* listing_;
  const Source* source_ = nullptr;
  std::list<Source> sources_;      // bodies and dynamic texts; facts point into their strings
  Place place_;
  std::uint32_t nesting_ = 0;
  std::uint32_t dynamic_depth_ = 0;
  std::uint32_t branch_depth_ = 0;
  std::size_t derived_bytes_ = 0;  // of dynamic text built so far
  bool in_block_ = false;          // PL code: SELECT INTO assigns, names can be variables
  std::vector<std::int32_t> handlers_;  // open handler facts
  std::unordered_map<std::string_view, Variable> variables_;
  bool substitution_signs_ = false;  // some literal may hold what a client would replace
  std::size_t loop_tokens_ = 0;      // looked through by forget_in_loop() so far
  bool catalogue_variables_ = false;  // some variable was filled from a catalogue
  std::vector<std::string_view> assigned_;  // in order, while a branch is open
  std::unordered_set<std::string_view> interned_;
  std::unordered_set<std::string_view> prepared_;
  std::vector<Body> bodies_;
};

inline bool starts_query(const Cursor& c) { return c.is(kw_select) || c.is(kw_with) || c.is(kw_values) || c.is(TokenKind::open); }

// "CREATE-VIEW" and the like from the first words of a statement.
std::string statement_kind(Cursor c, Dialect dialect);

template <class Read>
bool Recogniser::understood(const Statement& s, Read read) {
  const std::uint32_t first = s.first;
  const std::size_t before = script_.facts.size();
  const std::size_t listed = listing_ ? listing_->size() : 0;
  if (listing_) list(first, s.last, statement_kind(cursor(s), dialect_));
  const bool fine = well_formed(s);
  if (!fine || !read()) {
    if (fine) {
      forget_facts(before);
      not_understood(s, "the statement starts with no word this server knows");
    }
    if (listing_) {
      listing_->resize(listed + 1);
      listing_->back().kind = "NOT-UNDERSTOOD";
    }
    return false;
  }
  if (script_.facts.size() == before) add(Verb::other, s, first);
  return true;
}

}  // namespace backstay::sql
