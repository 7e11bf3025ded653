// What a restore does, from the two parts of the backup and from what was asked for.
#include <algorithm>

#include "core/apply/operation.hpp"

namespace backstay::apply {
namespace {

bool has(const std::vector<std::string>& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); }

Work undo_work(const Undoing& undoing, const char* letter, const std::string& script) {
  Work work;
  work.kind = Work::Kind::undoing;
  work.step = letter + undoing.step;
  work.package = undoing.package;
  work.element = undoing.element;
  work.own = script;
  if (letter[0] == 'U') {
    work.run = undoing.run;
    for (const Undoing::Part& part : undoing.parts) work.reversed_steps.push_back(part.step);
    work.undoing.tables = undoing.tables;
  }
  // What the restore changes is captured like anything else (weave(), or the driver).
  work.undoing.reverse_class = "captured";
  return work;
}

// What stands in front of `end` behind the quoted name that `line` begins with; empty: it begins with none.
std::string_view quoted_name(std::string_view line) {
  if (!line.starts_with('"')) return {};
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] != '"') continue;
    if (at + 1 >= line.size() || line[at + 1] != '"') return line.substr(0, at + 1);
    ++at;
  }
  return {};
}

// The table and the column of `ALTER TABLE "t" DROP COLUMN "c";`, or nothing.
std::pair<std::string, std::string> dropped_column(std::string_view line) {
  constexpr std::string_view alter = "ALTER TABLE ", drop = " DROP COLUMN ";
  if (!line.starts_with(alter)) return {};
  line.remove_prefix(alter.size());
  const std::string_view table = quoted_name(line);
  line.remove_prefix(table.size());
  if (table.empty() || !line.starts_with(drop)) return {};
  return {std::string(table), std::string(quoted_name(line.substr(drop.size())))};
}

// Tables and columns that the operation made go only while nobody has entered anything. The script (sqlite_schema.cpp)
// drops and alters, a line each, before it makes anything again.
std::vector<Work> sqlite_works(const Undoing& undoing, std::string_view script) {
  constexpr std::string_view drop = "DROP TABLE IF EXISTS ";
  std::vector<Work> works;
  const auto add = [&](const char* letter, const std::string& text) -> Work& {
    works.push_back(undo_work(undoing, letter, text));
    if (letter[0] == 'T' || works.size() > 1) works.back().step += "-" + std::to_string(works.size() - 1);
    return works.back();
  };
  std::string rest;
  while (script.starts_with("DROP ") || script.starts_with("ALTER ")) {
    const std::size_t end = std::min(script.find(";\n"), script.size() - 2) + 2;
    const std::string line(script.substr(0, end));
    const auto [table, column] = dropped_column(line);
    if (line.starts_with(drop)) {
      add("T-", line).dropped_table = line.substr(drop.size(), line.size() - drop.size() - 2);
    } else if (!column.empty()) {
      // An index on it goes first.
      if (!rest.empty()) add("U-", rest);
      rest.clear();
      Work& work = add("T-", line);
      work.dropped_table = table;
      work.dropped_column = column;
    } else {
      rest += line;
    }
    script.remove_prefix(end);
  }
  rest += script;
  if (!rest.empty()) add("U-", rest);
  return works;
}

std::string packages_back(const JsonValue& packages) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_array();
  for (const JsonValue& package : packages.items) {
    json.begin_object();
    json.member("name", package.text("name").value_or(""));
    json.optional_text("id", package.text("id"));
    json.optional_text("version", package.text("previous_version"));
    json.optional_text("previous_version", package.text("version"));
    json.end_object();
  }
  json.end_array();
  return out;
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& item : list) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

bool Operation::is_whole_scope() const { return restore_->packages.empty() && restore_->elements.empty() && restore_->tables.empty(); }

bool Operation::is_in_scope(const std::string& package, const std::string& key) const {
  const RestoreOrder& order = *restore_;
  if (is_whole_scope()) return true;
  if (has(order.packages, package.empty() ? key.substr(0, key.find('/')) : package)) return true;
  return std::any_of(order.elements.begin(), order.elements.end(), [&](const std::string& wanted) {
    return key == wanted || (key.size() > wanted.size() && key.starts_with(wanted) && key[wanted.size()] == '/');
  });
}

// A script or a binding is an element too: it is asked for by its folder.
bool Operation::is_in_scope(const Undoing& undoing) const {
  if (undoing.package.empty()) return is_whole_scope();
  for (const char* folder : {"/SqlScripts/", "/Data/", "/Schemas/"}) {
    if (is_in_scope(undoing.package, undoing.package + folder + undoing.element)) return true;
  }
  return false;
}

void Operation::plan_restore() {
  const auto backup = parse_json(manifest_, "manifest.json");
  const auto undo = parse_json(undo_text_.empty() ? "[]" : undo_text_, "undo.json");
  if (!backup.ok() || !undo.ok()) {
    job_.why_not = "the backup cannot be understood: " + (backup.ok() ? undo.error() : backup.error()).message;
    return;
  }
  const JsonValue& root = backup.value().root;
  const JsonValue* environment = root.find("environment");
  if (environment && environment->text("id").value_or("") != settings_.environment_id) {
    add_risk("R-OTHER-ENV", "the backup is of another environment: " + environment->text("id").value_or("unnamed"));
  }
  if (settings_.require_signature && !root.find("signature")) add_risk("R-UNSIGNED", "the backup is not signed");
  if (const JsonValue* packages = root.find("packages")) job_.packages_json = packages_back(*packages);
  const JsonValue* entries = root.find("entries");
  has_full_copy_ = entries && std::any_of(entries->items.begin(), entries->items.end(), [](const JsonValue& entry) { return entry.text("name") == "db/main.sqlite"; });
  plan_elements(root);
  if (restore_->with_rows) plan_undoing(undo.value().root);
  const bool is_partial = !is_whole_scope() || !restore_->with_rows;
  if (is_partial) add_risk("R-PARTIAL", "only a part of what the operation changed is taken back; what fits together is not checked", false);
  if (is_partial && job_.works.empty() && job_.store_changes.empty()) job_.why_not = "nothing in the backup is what was asked for";
}

void Operation::plan_elements(const JsonValue& root) {
  if (const JsonValue* elements = root.find("elements")) {
    for (const JsonValue& element : elements->items) {
      StoreChange change;
      change.key = element.text("key").value_or("");
      change.backup_entry = element.text("entry").value_or("");
      change.sha256 = change.backup_entry.substr(change.backup_entry.rfind('/') + 1);
      if (is_in_scope({}, change.key)) job_.store_changes.push_back(std::move(change));
    }
  }
  if (const JsonValue* absent = root.find("absent")) {
    for (const JsonValue& name : absent->items) {
      StoreChange change;
      change.key = name.string.substr(name.string.find(':') + 1);
      change.is_removal = true;
      if (is_in_scope({}, change.key)) job_.store_changes.push_back(std::move(change));
    }
  }
}

// The list stands last step first, which is the order of a restore.
void Operation::plan_undoing(const JsonValue& list) {
  std::vector<Work> first, then, last;
  bool has_captured = false;
  std::vector<std::string> packages_with_steps;
  for (const JsonValue& item : list.items) {
    const std::string package = item.text("package").value_or("");
    if (!package.empty() && !has(packages_with_steps, package)) packages_with_steps.push_back(package);
  }
  // What a transaction did to the schema as a whole belongs to no package. It is taken along when all of them are.
  const bool has_all_packages = std::all_of(packages_with_steps.begin(), packages_with_steps.end(), [&](const std::string& name) { return has(restore_->packages, name); });
  const std::vector<std::string>& tables = restore_->tables;
  for (const JsonValue& item : list.items) {
    const Undoing undoing = undoing_of(item);
    const bool is_meant = undoing.package.empty() ? is_whole_scope() || (has_all_packages && !restore_->packages.empty()) : is_in_scope(undoing);
    has_captured |= undoing.captured;
    if (!is_meant) {
      if (tables.empty()) continue;
      if (const std::string script = reverse_script(undoing, tables, {true, settings_.overwrite_conflicts}); !script.empty()) then.push_back(undo_work(undoing, "U-", script));
      continue;
    }
    asked_for_steps_.push_back(undoing.step);
    for (const std::string& table : undoing.tables) {
      if (!has(job_.touched_tables, table)) job_.touched_tables.push_back(table);
    }
    weigh_coverage(undoing);
    if (!undoing.host.empty()) {
      Work change;
      change.kind = Work::Kind::host_call;
      change.step = "H-" + undoing.step;
      change.package = undoing.package;
      change.element = undoing.element;
      change.own = undoing.host;
      change.is_change = true;
      change.is_host_undo = !undoing.host_was_undo;
      then.push_back(std::move(change));
    }
    if (!undoing.prepare.empty()) first.push_back(undo_work(undoing, "P-", undoing.prepare));
    const std::string script = reverse_script(undoing, {}, {true, settings_.overwrite_conflicts});
    if (is_on_sqlite()) {
      for (Work& work : sqlite_works(undoing, script)) then.push_back(std::move(work));
    } else if (!script.empty()) {
      then.push_back(undo_work(undoing, "U-", script));
    }
    if (!undoing.discard.empty()) last.push_back(undo_work(undoing, "D-", undoing.discard));
  }
  for (const std::string& table : tables) job_.touched_tables.push_back(table);
  const bool needs_captured = is_on_sqlite() ? has_captured && (is_whole_scope() || !asked_for_steps_.empty() || !tables.empty())
                                             : std::any_of(then.begin(), then.end(), [](const Work& work) { return !work.run.empty(); });
  if (needs_captured) {
    Work rows;
    rows.kind = Work::Kind::captured_rows;
    rows.step = "R-rows";
    rows.content = restore_->backup_id;
    rows.own = restore_->backup_id;
    rows.undoing.reverse_class = "captured";
    first.push_back(std::move(rows));
  }
  // What was brought is needed until the last step is back; in the backup it stays.
  if (needs_captured && !is_on_sqlite()) {
    Undoing everything;
    everything.step = "captures";
    last.push_back(undo_work(everything, "D-", forget_captures(restore_->backup_id)));
  }
  for (auto* works : {&first, &then, &last}) {
    for (Work& work : *works) job_.works.push_back(std::move(work));
  }
}

// The third line of defence on SQLite. It is exact where nobody has written since; else it loses what they wrote.
void Operation::plan_full_copy() {
  const bool has_r3 = std::any_of(job_.risks.begin(), job_.risks.end(), [](const Risk& risk) { return risk.id.starts_with("R-R3-STEP:"); });
  const bool is_possible = has_full_copy_ && settings_.with_full_copy && is_on_sqlite() && is_whole_scope() && restore_->with_rows;
  if (restore_->whole_database && !is_possible) {
    job_.why_not = "the backup has no full copy of the database, or only a part was asked for";
    return;
  }
  if (!is_possible || (!restore_->whole_database && !(has_r3 && is_exactly_as_left_))) return;
  job_.full_copy_of = restore_->backup_id;
  job_.works.clear();
  left_.clear();
  std::vector<Risk> risks;
  for (Risk& risk : job_.risks) {
    const bool is_void = risk.id.starts_with("R-R3-STEP:") || risk.id.starts_with("R-NOT-COVERED:") || risk.id.starts_with("R-NBC-SCRIPT:");
    if (is_void) continue;
    // Every row that somebody has entered since goes.
    risk.is_required |= risk.id.starts_with("R-USERS-WORKED:");
    risks.push_back(std::move(risk));
  }
  job_.risks = std::move(risks);
}

void Operation::list_actions() {
  for (const StoreChange& change : job_.store_changes) {
    job_.actions.push_back((change.is_removal ? "remove element " : "put back element ") + change.key);
  }
  if (!job_.full_copy_of.empty()) job_.actions.push_back("put back the full copy of the database");
  for (const Work& work : job_.works) {
    const std::string of = work.package.empty() ? std::string() : " of " + work.package + "/" + work.element;
    const std::string step = work.step.substr(work.step.find('-') + 1);
    if (work.kind == Work::Kind::captured_rows && !is_on_sqlite()) {
      job_.actions.push_back("bring captured rows out of the backup");
    } else if (work.kind == Work::Kind::captured_rows) {
      const std::vector<std::string>& tables = restore_->tables.empty() ? job_.touched_tables : restore_->tables;
      job_.actions.push_back("put captured rows back" + (tables.empty() ? std::string() : ": " + joined(tables)));
    } else if (work.step == "D-captures") {
      job_.actions.push_back("drop what was captured");
    } else if (!work.dropped_column.empty()) {
      job_.actions.push_back("drop column " + work.dropped_table + "." + work.dropped_column + " if nobody has entered anything in it");
    } else if (!work.dropped_table.empty()) {
      job_.actions.push_back("drop table " + work.dropped_table + " if it is empty then");
    } else if (work.is_change) {
      job_.actions.push_back((work.is_host_undo ? "let the host take back " : "let the host make again ") + work.element);
    } else if (work.step.starts_with("P-")) {
      job_.actions.push_back("take back new views and triggers");
    } else if (of.empty() && work.run.empty()) {
      job_.actions.push_back("take back schema changes");
    } else {
      job_.actions.push_back("run the reverse script" + of + " (" + step + ")");
    }
  }
}

}  // namespace backstay::apply
