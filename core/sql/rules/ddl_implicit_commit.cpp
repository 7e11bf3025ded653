// Flags Oracle DDL while rows changed by this script are not committed yet: the server commits them then.
#include "core/sql/rules/rules.hpp"

#include <cstdint>
#include <vector>

namespace backstay::sql::rules {

namespace {

bool is_ddl(const Fact& fact) {
  switch (fact.verb) {
    case Verb::create:
    case Verb::alter:
    case Verb::drop:
    case Verb::rename:
    case Verb::truncate:
    case Verb::grant:
    case Verb::revoke:
    case Verb::comment:
    case Verb::enable:
    case Verb::disable:
    case Verb::validate:
    case Verb::change_owner:
    case Verb::server_config: return true;
    case Verb::maintenance: return fact.object == ObjectKind::index;
    default: return false;
  }
}

// Uncommitted rows, with the branches of IF kept apart: ELSE starts from what was pending before THEN.
class Pending {
 public:
  explicit Pending(const Scope& scope) : scope_(scope) {}

  void enter(std::size_t at) {
    const Fact& fact = scope_.script().facts[at];
    while (!open_.empty() && !contains(open_.back().branch, fact)) leave();
    if (fact.verb != Verb::branch) return;
    Open opened{&fact, pending_, pending_};
    if (fact.detail == "else" && last_ && last_->parent == fact.parent) {
      opened.before = before_last_;
      opened.after = pending_;
      pending_ = before_last_;
    }
    open_.push_back(opened);
  }
  void set() { pending_ = true; }
  void clear() { pending_ = false; }
  bool any() const { return pending_; }

 private:
  struct Open {
    const Fact* branch;
    bool before;  // pending before the whole IF
    bool after;   // pending after the branches so far
  };

  bool contains(const Fact* branch, const Fact& fact) const {
    for (const Fact* outer = scope_.parent(fact); outer; outer = scope_.parent(*outer))
      if (outer == branch) return true;
    return false;
  }
  void leave() {
    const Open closed = open_.back();
    open_.pop_back();
    last_ = closed.branch;
    before_last_ = closed.before;
    pending_ = pending_ || (closed.branch->detail == "else" && closed.after);
  }

  const Scope& scope_;
  std::vector<Open> open_;
  const Fact* last_ = nullptr;  // the branch left most recently
  bool before_last_ = false;
  bool pending_ = false;
};

}  // namespace

void ddl_implicit_commit(const Scope& scope, Reporter& report) {
  if (scope.dialect() != Dialect::oracle) return;
  const std::vector<Fact>& facts = scope.script().facts;
  Pending pending(scope);
  std::uint32_t statement = UINT32_MAX;  // several facts of one statement are one DDL
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    if (!scope.of(fact).executed) continue;
    pending.enter(i);
    if (fact.verb == Verb::commit || fact.verb == Verb::rollback) {
      pending.clear();
    } else if (is_ddl(fact)) {
      if (fact.head.begin == statement) continue;
      statement = fact.head.begin;
      if (pending.any() && !fact.has(Flag::skeleton))
        report.add_at(fact.head, &fact, Reversibility::neutral, "Oracle commits before this statement, so the rows changed above can no longer be rolled back");
      pending.clear();
    } else if (writes_rows(fact.verb) && !fact.has(Flag::skeleton) && !scope.data_exempt(fact)) {
      pending.set();
    }
  }
}

}  // namespace backstay::sql::rules
