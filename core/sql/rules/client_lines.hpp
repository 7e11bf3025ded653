// Whether a script is plainly written for a command-line client.
#pragma once

#include "core/sql/scope.hpp"

namespace backstay::sql::rules {

// True when the script has client commands, other than an Oracle script's EXIT or QUIT behind its last statement.
bool written_for_a_client(const Scope& scope);

}  // namespace backstay::sql::rules
