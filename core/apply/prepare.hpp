// From inputs to a report and a plan in one call: what `backstay plan`, an apply and a rehearsal start with.
#pragma once

#include <vector>

#include "core/apply/plan.hpp"
#include "core/preflight.hpp"

namespace backstay::apply {

struct PrepareOptions {
  PreflightOptions preflight;  // with the environment
  DigestFunction digest = {};
  std::optional<Dialect> engine = {};  // really connected to; else the environment's
  bool uninstall = false;              // plan the removal of these packages instead
};

struct Prepared {
  report::Report report;
  ApplyPlan plan;
};

// Never fails: what cannot be read is in the report, and then the plan is not complete.
Prepared prepare(const std::vector<Input>& inputs, const PrepareOptions& options, Progress* progress = nullptr);

// The same for a report that is there already; `report` must be that of preflight over these inputs.
ApplyPlan plan_for(const std::vector<Input>& inputs, const report::Report& report, const PrepareOptions& options);

}  // namespace backstay::apply
