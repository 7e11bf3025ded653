// What an apply does, step by step, and what taking each step back rests on. One model for `backstay plan`,
// for the apply machine and for rehearsals; the machine never reorders it. The steps and their source: plan.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/source.hpp"
#include "core/deploy/environment.hpp"
#include "core/deploy/order.hpp"
#include "core/report/report.hpp"

namespace backstay::promotion {
struct Document;
}

namespace backstay::apply {

enum class StepKind : std::uint8_t { sql, element_put, element_delete, data_binding, file_put, host_call, version_record };
std::string_view to_string(StepKind kind);  // "sql", "element_put", ...
std::optional<StepKind> step_kind_from(std::string_view name);

// Whether a step may share a transaction with its neighbours.
enum class StepTransaction : std::uint8_t {
  shared,  // may run inside a transaction with others
  own,     // manages its transaction itself or commits on its own (Oracle's DDL, COMMIT in the script)
  none,    // runs in no transaction: refuses one, or touches no database
};
std::string_view to_string(StepTransaction transaction);
std::optional<StepTransaction> step_transaction_from(std::string_view name);

// What undoing a step rests on. Ordered: worse is larger.
enum class Reversible : std::uint8_t {
  r0,  // an exact inverse known without looking at data
  r1,  // captured rows or previous contents
  r2,  // running the previous version of the same script
  r3,  // only a database backup
};
std::string_view to_string(Reversible reversible);             // "R0" ... "R3"
std::optional<Reversible> reversible_from(std::string_view name);
std::string_view report_class(Reversible reversible);          // "safe", "with-capture", "irreversible"

// What the target is known to have of the thing a step brings.
enum class Change : std::uint8_t { unknown, added, changed, unchanged };
std::string_view to_string(Change change);
std::optional<Change> change_from(std::string_view name);

struct PlanStep {
  std::string id;             // unique in the plan; the same for the same delivery, target and version of this program
  StepKind kind = StepKind::sql;
  std::string package, package_id;
  std::string phase;          // "BeforePackage", ...; ORIGAM: number of the deployment version; may be empty
  std::string element;        // script, schema, binding, file, table row, resource of a promotion
  std::string element_id;     // normal form of a GUID; may be empty
  std::string action;         // host_call: what is asked for ("update-structure", "compile", "promote-add", ...)
  std::string parameters;     // host_call of a promotion: one JSON object; else empty
  std::vector<Content> contents;  // what the step brings: one file for sql and file_put, several for an element
  std::string digest;         // SHA-256 over the step and the digests of its contents, lower-case hex; empty without a digest function
  StepTransaction transaction = StepTransaction::shared;
  Reversible reversible = Reversible::r1;
  std::string reason;         // one sentence: why this class
  Change change = Change::unknown;
  std::optional<Dialect> engine;            // sql only: the engine the script is written for
  std::optional<bool> backward_compatible;  // sql of Creatio only: tri-state as in the descriptor
  std::optional<std::string> previous;      // sql: the script's previous version, where the environment holds it
  std::string previous_name;  // where that version was found, for people; may be empty
  std::optional<int> install_type;  // data_binding: 0 ... 3 as in creatio.md 3.5
  std::string version;        // version_record: what is recorded
  std::optional<std::string> previous_version;  // version_record: what the target stands at; nullopt = nothing or unknown
  std::uint32_t timeout_ms = 0;  // 0 = no limit

  // Creatio's rule: a new or changed script without the flag makes the platform hold its own rollback.
  bool suspends() const { return is_creatio_script && backward_compatible != true; }
  bool is_origam = false;          // `phase` is a deployment version; a version_record is a row of ORIGAM's table
  bool is_creatio_script = false;  // a script of an install, whose descriptor has that flag
};

// What the delivery holds and this plan leaves out.
struct Skipped {
  std::string package, element, reason;
};

// One thing a rollback does, last step first.
struct UndoStep {
  std::string step;     // PlanStep::id it takes back; empty for what concerns the whole
  std::string action;   // "run-previous-script", "write-captured-rows", "put-previous-element", "remove-element",
                        // "run-reverse-script", "restore-version-record", "host-call", "database-backup"
  std::string package, element;
  Reversible reversible = Reversible::r1;
  std::vector<std::string> risks;  // risk ids that have to be acknowledged: "R-NBC-SCRIPT:uid", "R-R3-STEP:id"
  std::string note;     // one sentence; may be empty
};

struct ApplyPlan {
  bool complete = false;            // false when the order does not exist or an input could not be read: steps are then empty
  std::string why_not;              // one sentence when not complete
  std::vector<PlanStep> steps;
  std::vector<Skipped> skipped;
  std::vector<std::string> blockers;    // what preflight says must not be applied: errors that are not about SQL
  report::RollbackVerdict verdict = report::RollbackVerdict::not_applicable;
  Reversible weakest = Reversible::r0;  // of all steps
  std::vector<std::string> reasons;     // why the verdict is what it is
  std::vector<UndoStep> undo;
  std::string digest;               // over all steps; what an approval names. Empty without a digest function
  std::optional<Dialect> engine;    // of the target; nullopt = unknown
};

struct PlanInput {
  const report::Report& report;                        // of preflight over the same inputs
  const deploy::Environment& environment;              // default: nothing is known about the target
  const std::vector<Content>& contents;                // every file of the inputs: list_contents in source.hpp
  const std::vector<const promotion::Document*>& promotions;
  DigestFunction digest = {};                          // may be empty
  std::optional<Dialect> engine = {};                  // overrides the environment's: the engine really connected to
};

// The whole plan. Never fails: what cannot be planned says why.
//
// Creatio: the phases of an install in the vendor's order (formats/creatio.md section 5), only scripts of
// the target's engine and only new or changed ones where the environment knows the previous dates.
// ORIGAM: the versions above the stored ones in the order of the sorter, then the version rows in the same
// transaction (formats/origam.md section 13). Promotions: the changes as calls of the host.
ApplyPlan plan_apply(const PlanInput& input);

// The plan of taking Creatio packages away: their UninstallApp scripts, packages in reverse order, then their
// elements. Nothing else of an input takes part.
ApplyPlan plan_uninstall(const PlanInput& input);

// The plan as JSON "backstay.plan/1" (plan.schema.json), as text or as Markdown. Ends with a line break.
std::string write_plan(const ApplyPlan& plan, report::Format format, const report::WriteOptions& options = {});

}  // namespace backstay::apply
