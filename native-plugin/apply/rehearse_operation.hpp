// The rehearsal: an apply and its restore on a scratch copy of the target, which itself is only read (plugin.md 9).
#pragma once

#include <memory>
#include <string_view>

#include "native-plugin/apply/engine.hpp"
#include "native-plugin/apply/installation.hpp"

namespace backstay::plugin {

// params: as for apply, and "scratch": "copy" (SQLite), "template", "dump" (PostgreSQL; without it a template, or a
// dump where somebody else is connected).
std::unique_ptr<Operation> make_rehearsal(Installation& installation, std::string_view params);

}  // namespace backstay::plugin
