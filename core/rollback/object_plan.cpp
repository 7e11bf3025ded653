#include "core/rollback/object_plan.hpp"

namespace backstay::rollback {
namespace {

using namespace backstay::sql;

ObjectPlan not_undone(std::string reason) {
  ObjectPlan plan;
  plan.reverse_class = ReverseClass::not_undone;
  plan.reason = std::move(reason);
  return plan;
}

void review(ObjectPlan& plan, std::string reason) {
  plan.reverse_class = ReverseClass::needs_review;
  plan.reason = std::move(reason);
}

// Kinds that have no definition we capture, with the reason.
std::string not_captured(const Fact& fact) {
  switch (fact.object) {
    case ObjectKind::user: case ObjectKind::role: case ObjectKind::login: case ObjectKind::profile: return "Users and roles belong to the server; an administrator has to undo this.";
    case ObjectKind::database: case ObjectKind::tablespace: case ObjectKind::server: case ObjectKind::database_link: return "It changes the server, not the database.";
    case ObjectKind::owned_by: return "Everything that a role owns goes at once; only a database backup helps.";
    case ObjectKind::job_queue: case ObjectKind::partition_scheme: case ObjectKind::statistics: case ObjectKind::other: return "Definitions of this kind are not captured.";
    case ObjectKind::schema: return fact.verb == Verb::drop ? "Everything in the schema goes with it; only a database backup helps." : "";
    case ObjectKind::extension: return fact.verb == Verb::drop ? "An extension's own data goes with it; only a database backup helps." : "";
    default: return {};
  }
}

void add_table_action(ObjectPlan& plan, const Fact& fact) {
  switch (fact.action) {
    case Action::add_column: return review(plan, "What users enter in the new column would be lost; the column then stays and is reported.");
    case Action::drop_column:
      plan.column = fact.column.name;
      return review(plan, "The column comes back at the end of the table, with its values by key; rows added meanwhile have none.");
    case Action::column_type:
      plan.column = fact.column.name;
      return review(plan, "Values come back from the capture; those that users wrote meanwhile are converted, and when that fails the new type stays.");
    case Action::column_nullability: return review(plan, "NOT NULL comes back only when no row has been added without a value.");
    case Action::drop_constraint: return review(plan, "Rows that break the constraint may arrive meanwhile; then it does not come back and is reported.");
    case Action::partition: plan = not_undone("Rows move between tables without a trace per row."); return;
    default: return;
  }
}

}  // namespace

ObjectPlan object_plan(const Fact& fact) {
  const std::string refused = not_captured(fact);
  if (!refused.empty()) return not_undone(refused);
  if (fact.action == Action::add_enum_value) return not_undone("A value cannot be taken out of an enum type again.");
  if (fact.has(Flag::skeleton)) return not_undone("The object is named at run time.");
  ObjectPlan plan;
  plan.objects.assign(fact.names.begin(), fact.names.end());
  switch (fact.object) {
    // Parts of a relation: it is the relation that is looked at.
    case ObjectKind::index: case ObjectKind::trigger: case ObjectKind::rule: case ObjectKind::policy:
      if (!fact.on->name.empty()) plan.objects = {fact.on};
      break;
    case ObjectKind::constraint:
      if (!fact.on->name.empty()) plan.objects = {fact.on};
      break;
    default: break;
  }
  if (fact.verb == Verb::rename && !fact.new_name->name.empty() && fact.object != ObjectKind::column && fact.object != ObjectKind::constraint) {
    Name renamed = fact.new_name;
    if (renamed.schema.empty() && !plan.objects.empty()) renamed.schema = plan.objects[0].schema;
    (void)renamed;  // found by its number, under whatever name
  }
  if (plan.objects.empty() || plan.objects[0].name.empty()) {
    if (fact.verb == Verb::grant || fact.verb == Verb::revoke || fact.verb == Verb::change_owner) {
      return not_undone("It changes rights of a role, of all objects of a schema, or of objects yet to come; these are not captured.");
    }
    return not_undone("The object is named at run time.");
  }
  plan.sequence_value = fact.verb == Verb::sequence_value || (fact.object == ObjectKind::sequence && fact.verb == Verb::alter);
  if (fact.verb == Verb::sequence_value) review(plan, "The sequence goes back only when nobody has drawn a number since.");
  if (fact.verb == Verb::alter) add_table_action(plan, fact);
  if (fact.verb == Verb::create && fact.object == ObjectKind::table) review(plan, "The table goes only when nobody has changed its rows since.");
  if (fact.verb == Verb::create && fact.object == ObjectKind::extension) review(plan, "Objects that come to depend on the extension keep it in place.");
  if (fact.has(Flag::cascade) && plan.reverse_class == ReverseClass::safe) review(plan, "CASCADE: dependent views, constraints and triggers are captured; check the list of what came back.");
  return plan;
}

}  // namespace backstay::rollback
