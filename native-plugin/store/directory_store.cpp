#include "native-plugin/store/directory_store.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "core/package/member_name.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin {
namespace {

using nlohmann::json;

constexpr std::uint64_t max_element_bytes = 1ull << 30, max_plan_bytes = 256ull << 20;
// From so many elements on, one sync of the file system instead of one for each of them and of their folders. For
// few the whole file system would be too much to wait for.
constexpr std::size_t many_elements = 64;
constexpr std::string_view own_folder = ".backstay";

Answered answer(const Result<Nothing>& result) {
  if (result.ok()) return {};
  return {status_of(result.error()), result.error().message};
}

std::string parent_of(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(key.substr(0, slash));
}

// All folders of a tree, a folder before what is in it.
std::set<std::string> folders_of(const std::string& root, const std::vector<std::string>& files) {
  std::set<std::string> folders = {root};
  for (const std::string& file : files) {
    for (std::string part = parent_of(file); part.size() > root.size() && folders.insert(part).second; part = parent_of(part)) {}
  }
  return folders;
}

Error damaged_plan(std::string_view op_id) {
  return {ErrorCode::malformed, {}, "the list of moves of operation " + std::string(op_id) + " is damaged"};
}

}  // namespace

std::string_view key_problem(std::string_view key) {
  if (const auto problem = member_name_problem(key); !problem.empty()) return problem;
  if (normalise_member_name(key) != key) return "it is not in its simplest form";
  if (const auto problem = file_name_problem(key); !problem.empty()) return problem;
  if (same_name(key.substr(0, key.find('/')), own_folder)) return "names below .backstay belong to Backstay";
  return {};
}

backstay_status status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::limit_exceeded: return BACKSTAY_E_NOSPACE;
    case ErrorCode::unsafe: return BACKSTAY_E_ARG;
    default: return BACKSTAY_E_IO;
  }
}

std::string DirectoryStore::folder(std::string_view op_id) const {
  return std::string(own_folder) + "/ops/" + std::string(op_id);
}

Answered DirectoryStore::list(std::string_view prefix, std::vector<StoredElement>& elements) {
  auto entries = root_.list("");
  if (!entries.ok()) return {status_of(entries.error()), entries.error().message};
  for (const auto& entry : entries.value()) {
    if (is_below(entry.name, own_folder) || !std::string_view(entry.name).starts_with(prefix)) continue;
    auto bytes = root_.read(entry.name, max_element_bytes);
    if (!bytes.ok()) return {status_of(bytes.error()), bytes.error().message};
    StoredElement element;
    element.key = entry.name;
    element.sha256 = sha256(bytes.value());
    element.size_bytes = bytes.value().size();
    elements.push_back(std::move(element));
  }
  return {};
}

Answered DirectoryStore::read(std::string_view key, std::string& content, bool& found) {
  found = false;
  if (const auto problem = key_problem(key); !problem.empty()) {
    return {BACKSTAY_E_ARG, "\"" + std::string(key) + "\" is no key: " + std::string(problem)};
  }
  auto bytes = root_.read(key, max_element_bytes);
  if (!bytes.ok() && bytes.error().code == ErrorCode::missing) return {};
  if (!bytes.ok()) return {status_of(bytes.error()), bytes.error().message};
  content = std::move(bytes.value());
  found = true;
  return {};
}

Answered DirectoryStore::begin(std::string_view op_id) {
  op_id_ = op_id;
  plan_ = {};
  new_folders_.clear();
  if (key_problem(op_id) != std::string_view()) return {BACKSTAY_E_ARG, "the operation's id is no file name"};
  // Leftovers of an earlier attempt under the same id that never got as far as its plan.
  return answer(root_.remove_folder(folder(op_id)));
}

// The tree that `key` comes with; nullptr when its folder is in the store already.
Result<DirectoryStore::Tree*> DirectoryStore::tree_of(std::string_view key) {
  for (std::size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/', slash + 1)) {
    const std::string_view part = key.substr(0, slash);
    auto known = new_folders_.find(part);
    if (known == new_folders_.end()) {
      auto exists = root_.exists(part);
      if (!exists.ok()) return exists.error();
      known = new_folders_.emplace(part, std::nullopt).first;
      if (!exists.value()) {
        known->second = plan_.trees.size();
        plan_.trees.push_back({std::string(part), "t" + std::to_string(plan_.trees.size()), {}});
      }
    }
    if (known->second) return &plan_.trees[*known->second];
  }
  return nullptr;
}

Answered DirectoryStore::put(std::string_view key, std::string_view content) {
  if (const auto problem = key_problem(key); !problem.empty()) {
    return {BACKSTAY_E_ARG, "\"" + std::string(key) + "\" is no key: " + std::string(problem)};
  }
  auto tree = tree_of(key);
  if (!tree.ok()) return {status_of(tree.error()), tree.error().message};
  Move move;
  move.key = key;
  move.number = std::to_string(plan_.moves.size());
  const std::string place = tree.value() ? tree.value()->number + std::string(key.substr(tree.value()->key.size())) : move.number;
  // Synced with all others by write_plan.
  if (auto written = root_.write_unsynced(folder(op_id_) + "/new/" + place, content); !written.ok()) return answer(written);
  if (tree.value()) {
    tree.value()->files.emplace_back(key);
  } else {
    plan_.moves.push_back(std::move(move));
  }
  return {};
}

Answered DirectoryStore::remove(std::string_view key) {
  if (const auto problem = key_problem(key); !problem.empty()) {
    return {BACKSTAY_E_ARG, "\"" + std::string(key) + "\" is no key: " + std::string(problem)};
  }
  Move move;
  move.key = key;
  move.number = std::to_string(plan_.moves.size());
  move.is_removal = true;
  plan_.moves.push_back(std::move(move));
  return {};
}

Answered DirectoryStore::stage() { return answer(write_plan()); }

std::size_t DirectoryStore::Plan::files() const {
  std::size_t count = moves.size();
  for (const Tree& tree : trees) count += tree.files.size();
  return count;
}

Result<Nothing> DirectoryStore::look_at_old() {
  std::set<std::string> folded;
  const auto is_twice = [&](const std::string& key) { return !folded.insert(fold_case(key)).second; };
  const auto twice = [](const std::string& key) { return Error{ErrorCode::unsafe, {}, "two elements have the key \"" + key + "\", apart from case"}; };
  for (Move& move : plan_.moves) {
    auto there = root_.exists(move.key);
    if (!there.ok()) return there.error();
    move.had_old = there.value();
    if (is_twice(move.key)) return twice(move.key);
  }
  for (const Tree& tree : plan_.trees) {
    for (const std::string& key : tree.files) {
      if (is_twice(key)) return twice(key);
    }
  }
  return Nothing{};
}

Result<Nothing> DirectoryStore::write_plan() {
  const auto held = root_.remember();
  if (auto looked = look_at_old(); !looked.ok()) return looked;
  json moves = json::array(), trees = json::array();
  for (const Move& move : plan_.moves) {
    moves.push_back({{"key", move.key}, {"n", move.number}, {"remove", move.is_removal}, {"old", move.had_old}});
  }
  for (const Tree& tree : plan_.trees) trees.push_back({{"key", tree.key}, {"n", tree.number}, {"files", tree.files}});
  const std::string base = folder(op_id_);
  if (auto made = root_.make_folder(base + "/old"); !made.ok()) return made;
  if (auto made = root_.make_folder(base + "/new"); !made.ok()) return made;
  if (auto synced = sync_staged(base); !synced.ok()) return synced;
  const std::string text = json({{"moves", std::move(moves)}, {"trees", std::move(trees)}}).dump();
  if (auto written = root_.write(base + "/moves.tmp", text, true); !written.ok()) return written;
  if (auto renamed = root_.rename(base + "/moves.tmp", base + "/moves"); !renamed.ok()) return renamed;
  return root_.sync_parent(base + "/moves");
}

// The contents and their names, before the plan that refers to them.
Result<Nothing> DirectoryStore::sync_staged(const std::string& base) {
  if (plan_.files() >= many_elements) return root_.sync_everything();
  for (const Move& move : plan_.moves) {
    if (move.is_removal) continue;
    if (auto synced = root_.sync_file(base + "/new/" + move.number); !synced.ok()) return synced;
  }
  for (const Tree& tree : plan_.trees) {
    const auto staged = [&](const std::string& key) { return base + "/new/" + tree.number + key.substr(tree.key.size()); };
    for (const std::string& key : tree.files) {
      if (auto synced = root_.sync_file(staged(key)); !synced.ok()) return synced;
    }
    for (const std::string& key : folders_of(tree.key, tree.files)) {
      if (auto synced = root_.sync_parent(staged(key) + "/0"); !synced.ok()) return synced;
    }
  }
  for (const std::string& name : {base + "/new/0", base + "/new", base}) {
    if (auto synced = root_.sync_parent(name); !synced.ok()) return synced;
  }
  return root_.sync_parent(std::string(own_folder) + "/ops");
}

Result<DirectoryStore::Plan> DirectoryStore::read_plan(std::string_view op_id) const {
  auto text = root_.read(folder(op_id) + "/moves", max_plan_bytes);
  if (!text.ok()) return text.error();
  const json document = json::parse(text.value(), nullptr, false);
  if (!document.is_object() || !document.contains("moves") || !document.contains("trees")) return damaged_plan(op_id);
  Plan plan;
  for (const json& item : document["moves"]) {
    Move move;
    move.key = item.value("key", "");
    move.number = item.value("n", "");
    move.is_removal = item.value("remove", false);
    move.had_old = item.value("old", false);
    plan.moves.push_back(std::move(move));
  }
  for (const json& item : document["trees"]) {
    Tree tree;
    tree.key = item.value("key", "");
    tree.number = item.value("n", "");
    for (const json& file : item["files"]) tree.files.push_back(file.get<std::string>());
    plan.trees.push_back(std::move(tree));
  }
  return plan;
}

// What is done already is left alone, so that this can go on where a crash stopped it.
Result<Nothing> DirectoryStore::move_out(const std::string& base, const Move& move) {
  if (!move.had_old) return Nothing{};
  const std::string old = base + "/old/" + move.number;
  auto kept = root_.exists(old);
  if (!kept.ok()) return kept.error();
  return kept.value() ? Nothing{} : root_.rename(move.key, old);
}

Result<Nothing> DirectoryStore::move_in(const std::string& base, const Move& move, bool is_synced) {
  if (move.is_removal) return Nothing{};
  const std::string fresh = base + "/new/" + move.number;
  auto waiting = root_.exists(fresh);
  if (!waiting.ok()) return waiting.error();
  if (!waiting.value()) return Nothing{};
  return is_synced ? root_.rename(fresh, move.key) : root_.rename_unsynced(fresh, move.key);
}

Result<Nothing> DirectoryStore::move_back(const std::string& base, const Move& move) {
  // What was not there before goes, whether it waits in new/ as well or not: after a power cut it can be in both.
  if (!move.had_old) return move.is_removal ? Nothing{} : root_.remove(move.key);
  const std::string old = base + "/old/" + move.number;
  auto kept = root_.exists(old);
  if (!kept.ok()) return kept.error();
  return kept.value() ? root_.rename(old, move.key) : Nothing{};
}

Result<Nothing> DirectoryStore::move_in(const std::string& base, const Tree& tree) {
  const std::string fresh = base + "/new/" + tree.number;
  auto waiting = root_.exists(fresh);
  if (!waiting.ok()) return waiting.error();
  return waiting.value() ? root_.rename_unsynced(fresh, tree.key) : Nothing{};
}

// Folders that lost their last element. A way back makes them again.
Result<Nothing> DirectoryStore::remove_emptied(const std::string& key) {
  for (std::string part = parent_of(key); !part.empty(); part = parent_of(part)) {
    if (auto removed = root_.remove_empty(part); !removed.ok()) return removed;
    auto stays = root_.exists(part);
    if (!stays.ok()) return stays.error();
    if (stays.value()) break;
  }
  return Nothing{};
}

// File by file: what somebody else has put there meanwhile stays, and its folders with it.
Result<Nothing> DirectoryStore::take_away(const Tree& tree) {
  for (auto key = tree.files.rbegin(); key != tree.files.rend(); ++key) {
    if (auto removed = root_.remove(*key); !removed.ok()) return removed;
  }
  const std::set<std::string> folders = folders_of(tree.key, tree.files);
  for (auto key = folders.rbegin(); key != folders.rend(); ++key) {
    if (auto removed = root_.remove_empty(*key); !removed.ok()) return removed;
  }
  return Nothing{};
}

Result<Nothing> DirectoryStore::sync_parents(const Plan& plan) {
  std::set<std::string> done;
  // Of a folder that went with its last element, the one that it was in.
  const auto sync_once = [&](std::string key) -> Result<Nothing> {
    while (done.insert(parent_of(key)).second) {
      auto synced = root_.sync_parent(key);
      if (synced.ok() || synced.error().code != ErrorCode::missing || key.find('/') == std::string::npos) return synced;
      key = parent_of(key);
    }
    return Nothing{};
  };
  for (const Move& move : plan.moves) {
    if (auto synced = sync_once(move.key); !synced.ok()) return synced;
  }
  for (const Tree& tree : plan.trees) {
    if (auto synced = sync_once(tree.key); !synced.ok()) return synced;
    for (const std::string& key : tree.files) {
      if (auto synced = sync_once(key); !synced.ok()) return synced;
    }
  }
  return Nothing{};
}

Answered DirectoryStore::commit(std::string_view op_id) {
  if (op_id == op_id_) {
    auto known = root_.exists(folder(op_id) + "/moves");
    if (!known.ok()) return {status_of(known.error()), known.error().message};
    if (!known.value()) {
      if (auto staged = write_plan(); !staged.ok()) return answer(staged);
    }
  }
  return answer(do_commit(op_id));
}

Result<Nothing> DirectoryStore::do_commit(std::string_view op_id) {
  const std::string base = folder(op_id);
  if (auto ended = root_.exists(base + "/done"); ended.ok() && ended.value()) return Nothing{};
  auto plan = read_plan(op_id);
  if (!plan.ok()) return plan.error();
  const auto held = root_.remember();
  const bool are_many = plan.value().files() >= many_elements;
  for (const Tree& tree : plan.value().trees) {
    if (auto moved = move_in(base, tree); !moved.ok()) return moved;
  }
  for (const Move& move : plan.value().moves) {
    if (auto moved = move_out(base, move); !moved.ok()) return moved;
  }
  // The old files are safe before others take their places: only a folder's own sync says so.
  if (auto synced = are_many ? Nothing{} : root_.sync_parent(base + "/old/0"); !synced.ok()) return synced;
  for (const Move& move : plan.value().moves) {
    if (auto moved = move_in(base, move, !are_many); !moved.ok()) return moved;
  }
  for (const Move& move : plan.value().moves) {
    if (auto tidied = move.is_removal ? remove_emptied(move.key) : Nothing{}; !tidied.ok()) return tidied;
  }
  if (are_many) {
    if (auto synced = root_.sync_everything(); !synced.ok()) return synced;
  } else {
    if (auto synced = sync_parents(plan.value()); !synced.ok()) return synced;
    if (auto synced = root_.sync_parent(base + "/new/0"); !synced.ok()) return synced;
  }
  if (auto written = root_.write(base + "/done", "", true); !written.ok()) return written;
  return root_.sync_parent(base + "/done");
}

Answered DirectoryStore::abort(std::string_view op_id) { return answer(do_abort(op_id)); }

Result<Nothing> DirectoryStore::do_abort(std::string_view op_id) {
  const std::string base = folder(op_id);
  auto plan = read_plan(op_id);
  if (!plan.ok() && plan.error().code != ErrorCode::missing) return plan.error();
  if (plan.ok()) {
    const auto held = root_.remember();
    if (auto removed = root_.remove(base + "/done"); !removed.ok()) return removed;
    if (auto synced = root_.sync_parent(base + "/done"); !synced.ok()) return synced;
    const auto& moves = plan.value().moves;
    for (auto move = moves.rbegin(); move != moves.rend(); ++move) {
      if (auto moved = move_back(base, *move); !moved.ok()) return moved;
    }
    for (const Tree& tree : plan.value().trees) {
      if (auto taken = take_away(tree); !taken.ok()) return taken;
    }
    const bool are_many = plan.value().files() >= many_elements;
    if (auto synced = are_many ? root_.sync_everything() : sync_parents(plan.value()); !synced.ok()) return synced;
  }
  return forget(base);
}

// What is gone has to stay gone before the journal says so.
Result<Nothing> DirectoryStore::forget(const std::string& base) {
  if (faults::is_broken("no-tidy")) return Nothing{};
  if (auto removed = root_.remove_folder(base); !removed.ok()) return removed;
  auto synced = root_.sync_parent(base);
  return !synced.ok() && synced.error().code == ErrorCode::missing ? Nothing{} : synced;  // there never was anything
}

Answered DirectoryStore::committed(std::string_view op_id, bool& yes) {
  auto there = root_.exists(folder(op_id) + "/done");
  if (!there.ok()) return {status_of(there.error()), there.error().message};
  yes = there.value();
  return {};
}

Answered DirectoryStore::settle(std::string_view op_id) {
  const std::string base = folder(op_id);
  // Without its plan nothing can be moved back by mistake when the rest is removed only in part.
  if (auto removed = root_.remove(base + "/moves"); !removed.ok()) return answer(removed);
  return answer(forget(base));
}

}  // namespace backstay::plugin
