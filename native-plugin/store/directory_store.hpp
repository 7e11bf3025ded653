// The built-in element store: one file per element below a folder, changed all at once or not at all.
// Protocol and recovery: README.md.
#pragma once

#include <map>
#include <optional>
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

  // For a run over many elements: see fs::Folder::remember.
  [[nodiscard]] fs::Folder::Remembering remember() const { return root_.remember(); }

 private:
  struct Move {
    std::string key, number;  // number: name of the file in new/ and old/
    bool is_removal = false, had_old = false;
  };
  // A folder that was not there before, with all that comes into it: it takes its place in one step.
  struct Tree {
    std::string key, number;         // number: name of the folder in new/
    std::vector<std::string> files;  // keys
  };
  struct Plan {
    std::vector<Move> moves;
    std::vector<Tree> trees;
    std::size_t files() const;
  };
  std::string folder(std::string_view op_id) const;
  Result<Tree*> tree_of(std::string_view key);
  Result<Plan> read_plan(std::string_view op_id) const;
  Result<Nothing> look_at_old();
  Result<Nothing> write_plan();
  Result<Nothing> do_commit(std::string_view op_id);
  Result<Nothing> forget(const std::string& base);
  Result<Nothing> do_abort(std::string_view op_id);
  Result<Nothing> move_out(const std::string& base, const Move& move);
  Result<Nothing> move_in(const std::string& base, const Move& move, bool is_synced);
  Result<Nothing> move_in(const std::string& base, const Tree& tree);
  Result<Nothing> move_back(const std::string& base, const Move& move);
  Result<Nothing> remove_emptied(const std::string& key);
  Result<Nothing> take_away(const Tree& tree);
  Result<Nothing> sync_staged(const std::string& base);
  Result<Nothing> sync_parents(const Plan& plan);

  fs::Folder root_;
  std::string op_id_;
  Plan plan_;
  std::map<std::string, std::optional<std::size_t>, std::less<>> new_folders_;  // folders looked for since begin(): their tree
};

// Why an element may not have this key; empty when it may.
std::string_view key_problem(std::string_view key);

// The status of a failed file call.
backstay_status status_of(const Error& error);

}  // namespace backstay::plugin
