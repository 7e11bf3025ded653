// What may go wrong with a restore although nothing fails, by an id that a person acknowledges (plugin.md 5.4).
#pragma once

#include <string>
#include <vector>

#include "core/report/json_writer.hpp"

namespace backstay::apply {

struct Risk {
  std::string id;        // "R-OVERLAP:0190f1a1-..."
  std::string message;   // one sentence
  bool is_required = true;  // nothing starts before it is acknowledged; else it is said, and what it names is kept
  bool is_acknowledged = false;
};

// "risks": [{"id", "message", "required", "acknowledged"}]
void write_risks(report::JsonWriter& json, const std::vector<Risk>& risks);

}  // namespace backstay::apply
