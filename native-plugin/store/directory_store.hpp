// The built-in element store: one file per element below a folder, changed all at once or not at all.
// Protocol and recovery: README.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "native-plugin/fs/folder.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

// Keys are relative paths with '/'. Refused: what the core refuses as a file name, and everything below .backstay.
class DirectoryStore final : public ElementStore {
 public:
  explicit DirectoryStore(fs::Folder root) : root_(std::move(root)) {}

  std::string_view name() const override { return "directory"; }
  bool is_atomic() const override { return true; }
  bool is_in_database() const override { return false; }

  Answered list(std::string_view prefix, std::vector<StoredElement>& elements) override;
  Answered read(std::string_view key, std::string& content, bool& found) override;
  Answered begin(std::string_view op_id) override;
  Answered put(std::string_view key, std::string_view content) override;
  Answered remove(std::string_view key) override;
  // Everything that put and remove brought is durable beside the store; nothing of it can be seen yet.
  Answered stage();
  Answered commit(std::string_view op_id) override;
  // Before the commit, in the middle of it, or after it until settle(): everything is as it was before begin().
  Answered abort(std::string_view op_id) override;
  Answered committed(std::string_view op_id, bool& yes) override;
  // The operation is decided: what abort() would need goes. Repeating it is a success.
  Answered settle(std::string_view op_id);

 private:
  struct Move {
    std::string key, number;  // number: name of the file in new/ and old/
    bool is_removal = false, had_old = false;
  };
  struct Plan {
    std::vector<Move> moves;
    std::vector<std::string> folders;  // that did not exist before, deepest last
  };
  std::string folder(std::string_view op_id) const;
  Result<Plan> read_plan(std::string_view op_id) const;
  Result<Nothing> write_plan();
  Result<Nothing> do_commit(std::string_view op_id);
  Result<Nothing> do_abort(std::string_view op_id);
  Result<Nothing> move_in(const std::string& base, const Move& move, bool is_synced);
  Result<Nothing> sync_staged(const std::string& base);
  Result<Nothing> move_back(const std::string& base, const Move& move);
  Result<Nothing> sync_parents(const Plan& plan);

  fs::Folder root_;
  std::string op_id_;
  Plan plan_;
};

// Why an element may not have this key; empty when it may.
std::string_view key_problem(std::string_view key);

// The status of a failed file call.
backstay_status status_of(const Error& error);

}  // namespace backstay::plugin
