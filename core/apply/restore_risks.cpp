// What a restore may do that nobody wants: read from what was recorded at the apply, what is there now, and what
// happened in between (plugin.md 5.4).
#include <algorithm>

#include "core/apply/operation.hpp"
#include "core/schema/difference.hpp"

namespace backstay::apply {
namespace {

bool names(const std::vector<std::string>& tables, std::string_view table) {
  return std::any_of(tables.begin(), tables.end(), [&](const std::string& one) { return is_same_table(one, table); });
}

}  // namespace

void Operation::add_risk(std::string id, std::string message, bool is_required) {
  for (const Risk& risk : job_.risks) {
    if (risk.id == id) return;
  }
  job_.risks.push_back({std::move(id), std::move(message), is_required, false});
}

void Operation::weigh_coverage(const Undoing& undoing) {
  if (undoing.suspends) add_risk("R-NBC-SCRIPT:" + undoing.uid, nbc_sentence(undoing));
  std::string reasons;
  for (const std::string& reason : undoing.reasons) reasons += (reasons.empty() ? "" : " ") + reason;
  const std::string what = undoing.package.empty() ? (undoing.run.empty() ? "the schema" : "step " + undoing.step) : undoing.package + "/" + undoing.element;
  if (is_irreversible(undoing)) {
    add_risk("R-R3-STEP:" + undoing.step, "no script takes " + what + " back" + (reasons.empty() ? "" : ": " + reasons));
    left_.push_back(undoing.step + " " + what + (reasons.empty() ? ": no script takes it back" : ": " + reasons));
  } else if (!reasons.empty()) {
    add_risk("R-NOT-COVERED:" + undoing.step, what + ": " + reasons, false);
  }
}

// Edits of rows are kept by the restore, so they have to be accepted only where they would be lost.
void Operation::weigh_drift(const std::string& now_text) {
  const auto now = schema::parse_snapshot(now_text, "snapshot");
  if (!now.ok()) return;
  const std::string digests = now.value().schema_digest + ":" + now.value().data_digest;
  is_exactly_as_left_ = digests == after_digests_;
  before_ = digests;
  const auto then = schema::parse_snapshot(after_snapshot_, "schema/after.json");
  if (!then.ok()) {
    if (!is_exactly_as_left_ && !after_digests_.empty()) drift_.push_back("the database is not as the operation left it");
    return;
  }
  for (const schema::Difference& difference : schema::differences(then.value(), now.value())) {
    drift_.push_back(schema::sentence(difference));
    if (difference.what != "rows") continue;
    const bool is_touched = names(job_.touched_tables, difference.object);
    const bool is_lost = settings_.overwrite_conflicts || restore_->whole_database;
    if (!is_touched && !restore_->whole_database) continue;
    add_risk("R-USERS-WORKED:" + difference.object,
             "rows of " + difference.object + " were changed after the operation (" + difference.before + " rows then, " + difference.after + " now)" +
                 (is_lost ? "; those edits are lost" : "; those edits are kept"),
             is_lost);
  }
}

// An element that somebody has edited since is theirs: it stays, unless they said otherwise.
void Operation::weigh_elements(const std::string& digests) {
  const auto now = parse_json(digests.empty() ? "{}" : digests, "digests");
  const auto then = parse_json(after_elements_.empty() ? "{}" : after_elements_, "elements.json");
  if (!now.ok() || !then.ok()) return;
  auto& changes = job_.store_changes;
  changes.erase(std::remove_if(changes.begin(), changes.end(), [&](const StoreChange& change) {
                  const JsonValue* left = then.value().root.find(change.key);
                  const JsonValue* found = now.value().root.find(change.key);
                  if (!left || !found || (left->kind == found->kind && left->string == found->string)) return false;
                  const bool is_back = change.is_removal ? found->is(JsonValue::Kind::null) : found->string == change.sha256;
                  if (is_back) return true;  // as it was before, by other means
                  drift_.push_back("element " + change.key + " was changed after the operation");
                  conflicts_.push_back("element " + change.key + ": changed");
                  return !settings_.overwrite_conflicts;
                }),
                changes.end());
}

void Operation::weigh_overlaps() {
  for (const LaterOperation& later : restore_->later) {
    std::string what;
    for (const StoreChange& change : job_.store_changes) {
      if (std::find(later.elements.begin(), later.elements.end(), change.key) != later.elements.end()) {
        what = "element " + change.key;
        break;
      }
    }
    for (const std::string& table : job_.touched_tables) {
      if (what.empty() && names(later.tables, table)) what = "rows of " + table;
    }
    if (!what.empty()) add_risk("R-OVERLAP:" + later.op_id, "a later " + later.kind + " touched the same: " + what + "; restore that one first");
  }
}

// The same for the same backup, scope, actions, risks and state of the target.
std::string Operation::digest_of_plan() const {
  if (!settings_.digest) return {};
  std::string all = restore_->backup_id + "\n" + before_ + "\n" + (settings_.overwrite_conflicts ? "overwrite\n" : "keep\n");
  for (const std::string& action : job_.actions) all += action + "\n";
  for (const Risk& risk : job_.risks) all += risk.id + "\n";
  return settings_.digest(all);
}

}  // namespace backstay::apply
