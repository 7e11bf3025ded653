// The operations of an engine: each turns its parameters into a machine of the core and runs it in a loop.
#pragma once

#include <memory>
#include <string_view>

#include "native-plugin/apply/engine.hpp"
#include "native-plugin/apply/installation.hpp"

namespace backstay::plugin {

// Null for a kind that does not exist.
std::unique_ptr<Operation> make_operation(Installation& installation, OperationKind kind, std::string_view params);

}  // namespace backstay::plugin
