// Operations that change nothing in the target: what it has, whether a backup is whole, which backups go.
#pragma once

#include <memory>
#include <string_view>

#include "native-plugin/apply/engine.hpp"
#include "native-plugin/apply/installation.hpp"

namespace backstay::plugin {

// inspect: the report is "backstay.environment/1". verify_backup {"backup_id"}: "verified" or "damaged" is noted in
// the list. prune: removes what retention does not keep, and what rehearsals left behind. Null for another kind.
std::unique_ptr<Operation> make_small_operation(Installation& installation, OperationKind kind, std::string_view params);

}  // namespace backstay::plugin
