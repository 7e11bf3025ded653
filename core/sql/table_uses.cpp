#include "core/sql/table_uses.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/base/ascii.hpp"
#include "core/base/text_document.hpp"
#include "core/sql/scope.hpp"

namespace backstay::sql {
namespace {

bool is_catalogue(std::string_view schema) {
  const std::string name = lowered(schema);
  return name == "pg_catalog" || name == "information_schema" || name == "sys" || name == "pg_temp";
}

// Names that a list of tables of the database can be asked about.
bool is_plain(const Name& name) {
  return !name.name.empty() && !name.variable && name.server.empty() && name.database.empty() && name.link.empty() && name.name.front() != '#' &&
         !is_catalogue(name.schema);
}

bool is_relation(ObjectKind kind) { return kind == ObjectKind::table || kind == ObjectKind::view || kind == ObjectKind::materialized_view; }

class Uses {
 public:
  Uses(const Scope& scope, const TextDocument& document) : scope_(scope), document_(document) {}

  std::vector<TableUse> run() {
    for (const Fact& fact : scope_.script().facts) {
      if (!scope_.of(fact).executed) continue;
      if (fact.verb == Verb::create) note_create(fact);
      if (fact.verb == Verb::rename && !fact.new_name->name.empty()) find(fact.new_name, fact, true);
      if (!fact.has(Flag::if_exists) && !fact.has(Flag::skeleton) && !scope_.of(fact).under_if) note_use(fact);
    }
    return std::move(uses_);
  }

 private:
  TableUse& find(const Name& name, const Fact& fact, bool makes) {
    const std::string bare = lowered(name.name);
    const auto [at, is_new] = index_.try_emplace((makes ? "+" : "-") + bare, uses_.size());
    if (is_new) {
      TableUse use;
      use.name = bare;
      use.written = std::string(name.written.empty() ? name.name : name.written);
      use.makes = makes;
      const SourcePos place = document_.position(fact.anchor.begin);
      use.line = place.line;
      use.column = place.column;
      use.offset = place.offset;
      uses_.push_back(std::move(use));
    }
    return uses_[at->second];
  }

  static void remember(std::vector<std::string>& names, std::string_view column) {
    const std::string name = lowered(column);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }

  void note_create(const Fact& fact) {
    if (is_relation(fact.object) || fact.object == ObjectKind::synonym) {
      for (const Name& name : fact.names) {
        if (!name.name.empty()) find(name, fact, true);
      }
    }
  }

  void note_use(const Fact& fact) {
    switch (fact.verb) {
      case Verb::insert:
      case Verb::update:
      case Verb::remove:
      case Verb::merge:
      case Verb::truncate:
      case Verb::bulk_load:
      case Verb::lock_table:
        return note_targets(fact);
      case Verb::alter:
        if (fact.object == ObjectKind::table) note_targets(fact);
        return;
      case Verb::create:
        // An index or a trigger stands on a table that has to be there.
        if ((fact.object == ObjectKind::index || fact.object == ObjectKind::trigger) && is_plain(fact.on)) find(fact.on, fact, false);
        return;
      default: return;
    }
  }

  void note_targets(const Fact& fact) {
    for (std::size_t i = 0; i < fact.names.size(); ++i) {
      const Exemption exemption = scope_.exemption(fact, i);
      if (!is_plain(fact.names[i]) || (exemption != Exemption::none && exemption != Exemption::service)) continue;
      TableUse& use = find(fact.names[i], fact, false);
      if (fact.verb == Verb::alter && fact.action == Action::add_column) {
        remember(use.adds, fact.column.name);
        continue;
      }
      const bool names_column = fact.action == Action::drop_column || fact.action == Action::column_type || fact.action == Action::column_nullability ||
                                fact.action == Action::column_default;
      if (fact.verb == Verb::alter && names_column) remember(use.columns, fact.column.name);
      // An INSERT ALL has several targets and one list.
      if ((fact.verb == Verb::update || fact.verb == Verb::insert) && fact.names.size() == 1) {
        for (const Column& column : fact.set_columns) remember(use.columns, column.name);
      }
    }
  }

  const Scope& scope_;
  const TextDocument& document_;
  std::vector<TableUse> uses_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace

std::vector<TableUse> table_uses(const TextDocument& document, const Options& options, const Config& config) {
  std::optional<Dialect> dialect = options.dialect;
  if (!dialect) dialect = detect_dialect(document);
  const Script script = read_script(document, dialect.value_or(Dialect::postgresql), config);
  return Uses(Scope(script, options, config), document).run();
}

}  // namespace backstay::sql
