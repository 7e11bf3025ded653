// The inputs of an operation: read once, checked again, planned. A verdict from elsewhere is never trusted.
#pragma once

#include <string>
#include <vector>

#include "core/apply/plan.hpp"
#include "core/deploy/environment.hpp"
#include "core/report/report.hpp"
#include "native-plugin/apply/apply_loop.hpp"

namespace backstay::plugin {

struct Delivery {
  report::Report report;
  apply::ApplyPlan plan;
  Contents contents;
  std::vector<std::string> promotions;  // the documents, UTF-8
};

struct DeliveryOptions {
  deploy::Environment environment;
  std::optional<Dialect> engine;
  bool is_uninstall = false;
};

// Errors: those of reading a path; what a path holds and cannot be read is in the report.
Result<Delivery> read_delivery(const std::vector<std::string>& paths, const DeliveryOptions& options);

}  // namespace backstay::plugin
