// The engine: an open installation (state directory, store, database) and the operations on it. The C ABI
// and nothing else stands in front of this.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

// The statuses of the ABI, with the same numbers (include/backstay/plugin.h).
using Status = std::int32_t;

// Kinds of operations, with the ABI's numbers.
enum class OperationKind : std::int32_t {
  inspect = 1, preflight, rehearse, apply, restore, recover, backup, verify_backup, prune, uninstall,
};

struct ProblemDocument {
  Status status = 0;
  std::string json;  // backstay.problem/1
};

struct OperationReport {
  Status status = 0;
  std::string json;  // backstay.operation/1: "end", "exit_code", findings, steps, risks, problem
};

struct OperationStatus {
  std::int32_t state = 0;  // position in the table of states (plugin.md 3.1)
  std::uint32_t step = 0, steps = 0;
  bool cancel_asked = false;
  Status result = 0;
  std::string op_id;
};

class Operation {
 public:
  virtual ~Operation() = default;
  // Blocks; callbacks into the host happen on this thread only.
  virtual OperationReport run() = 0;
  // From any thread, at any time.
  virtual void cancel() = 0;
  virtual OperationStatus status() const = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  // `config` is backstay.config/1: {"state_dir"?, "store": {"dir"}, "database", "environment_id"?,
  // "allow_network_state"?, "file_roots": {NAME: DIR}, "policy": {...}}. Opens no database yet.
  // Returns null and fills `problem` on an error.
  static std::unique_ptr<Engine> open(std::string_view config, Services services, ProblemDocument& problem);

  // `params` by kind: apply/rehearse {"inputs": [PATH...], "acknowledge": [], "force": false, ...};
  // restore {"backup_id", "scope", "data", "on_conflict", "dry_run", "acknowledge"}; recover {"decision"?}.
  // Null and a problem on an error. The engine has to outlive its operations.
  virtual std::unique_ptr<Operation> operation(OperationKind kind, std::string_view params, ProblemDocument& problem) = 0;

  // "backups", "backup", "journal", "changelog", "features", "store", "unfinished": JSON, or a status.
  virtual Status query(std::string_view what, std::string_view params, std::string& json) = 0;
};

}  // namespace backstay::plugin
