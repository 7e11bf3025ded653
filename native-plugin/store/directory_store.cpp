#include "native-plugin/store/directory_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "core/package/member_name.hpp"
#include "native-plugin/fs/digest.hpp"

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
  if (key_problem(op_id) != std::string_view()) return {BACKSTAY_E_ARG, "the operation's id is no file name"};
  // Leftovers of an earlier attempt under the same id that never got as far as its plan.
  return answer(root_.remove_folder(folder(op_id)));
}

Answered DirectoryStore::put(std::string_view key, std::string_view content) {
  if (const auto problem = key_problem(key); !problem.empty()) {
    return {BACKSTAY_E_ARG, "\"" + std::string(key) + "\" is no key: " + std::string(problem)};
  }
  Move move;
  move.key = key;
  move.number = std::to_string(plan_.moves.size());
  // Synced with all others by write_plan.
  if (auto written = root_.write_unsynced(folder(op_id_) + "/new/" + move.number, content); !written.ok()) return answer(written);
  plan_.moves.push_back(std::move(move));
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

Result<Nothing> DirectoryStore::write_plan() {
  std::set<std::string> folders;
  std::set<std::string> folded;
  json moves = json::array();
  for (Move& move : plan_.moves) {
    auto there = root_.exists(move.key);
    if (!there.ok()) return there.error();
    move.had_old = there.value();
    if (!folded.insert(fold_case(move.key)).second) {
      return Error{ErrorCode::unsafe, {}, "two elements have the key \"" + move.key + "\", apart from case"};
    }
    for (std::string part = parent_of(move.key); !move.is_removal && !part.empty(); part = parent_of(part)) {
      auto known = root_.exists(part);
      if (!known.ok()) return known.error();
      if (known.value()) break;
      folders.insert(part);
    }
    moves.push_back({{"key", move.key}, {"n", move.number}, {"remove", move.is_removal}, {"old", move.had_old}});
  }
  plan_.folders.assign(folders.begin(), folders.end());  // a parent sorts before what is in it
  const std::string base = folder(op_id_);
  if (auto made = root_.make_folder(base + "/old"); !made.ok()) return made;
  if (auto made = root_.make_folder(base + "/new"); !made.ok()) return made;
  if (auto synced = sync_staged(base); !synced.ok()) return synced;
  const std::string text = json({{"moves", moves}, {"folders", plan_.folders}}).dump();
  if (auto written = root_.write(base + "/moves.tmp", text, true); !written.ok()) return written;
  if (auto renamed = root_.rename(base + "/moves.tmp", base + "/moves"); !renamed.ok()) return renamed;
  return root_.sync_parent(base + "/moves");
}

// The contents and their names, before the plan that refers to them.
Result<Nothing> DirectoryStore::sync_staged(const std::string& base) {
  if (plan_.moves.size() >= many_elements) return root_.sync_everything();
  for (const Move& move : plan_.moves) {
    if (move.is_removal) continue;
    if (auto synced = root_.sync_file(base + "/new/" + move.number); !synced.ok()) return synced;
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
  if (!document.is_object() || !document.contains("moves")) {
    return Error{ErrorCode::malformed, {}, "the list of moves of operation " + std::string(op_id) + " is damaged"};
  }
  Plan plan;
  for (const json& item : document["moves"]) {
    Move move;
    move.key = item.value("key", "");
    move.number = item.value("n", "");
    move.is_removal = item.value("remove", false);
    move.had_old = item.value("old", false);
    plan.moves.push_back(std::move(move));
  }
  for (const json& item : document["folders"]) plan.folders.push_back(item.get<std::string>());
  return plan;
}

// What is done already is left alone, so that this can go on where a crash stopped it.
Result<Nothing> DirectoryStore::move_in(const std::string& base, const Move& move, bool is_synced) {
  const std::string fresh = base + "/new/" + move.number, old = base + "/old/" + move.number;
  if (move.had_old) {
    auto kept = root_.exists(old);
    if (!kept.ok()) return kept.error();
    if (!kept.value()) {
      if (auto moved = root_.rename(move.key, old); !moved.ok()) return moved;
    }
  }
  if (move.is_removal) return Nothing{};
  auto waiting = root_.exists(fresh);
  if (!waiting.ok()) return waiting.error();
  if (!waiting.value()) return Nothing{};
  return is_synced ? root_.rename(fresh, move.key) : root_.rename_unsynced(fresh, move.key);
}

Result<Nothing> DirectoryStore::move_back(const std::string& base, const Move& move) {
  const std::string fresh = base + "/new/" + move.number, old = base + "/old/" + move.number;
  if (move.had_old) {
    auto kept = root_.exists(old);
    if (!kept.ok()) return kept.error();
    return kept.value() ? root_.rename(old, move.key) : Nothing{};
  }
  if (move.is_removal) return Nothing{};
  auto waiting = root_.exists(fresh);
  if (!waiting.ok()) return waiting.error();
  return waiting.value() ? Result<Nothing>(Nothing{}) : root_.remove(move.key);
}

Result<Nothing> DirectoryStore::sync_parents(const Plan& plan) {
  std::set<std::string> done;
  for (const Move& move : plan.moves) {
    if (!done.insert(parent_of(move.key)).second) continue;
    auto synced = root_.sync_parent(move.key);
    if (!synced.ok() && synced.error().code != ErrorCode::missing) return synced;
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
  const bool are_many = plan.value().moves.size() >= many_elements;
  for (const Move& move : plan.value().moves) {
    if (auto moved = move_in(base, move, !are_many); !moved.ok()) return moved;
  }
  if (are_many) {
    if (auto synced = root_.sync_everything(); !synced.ok()) return synced;
  } else {
    if (auto synced = sync_parents(plan.value()); !synced.ok()) return synced;
    for (const char* side : {"/old/0", "/new/0"}) {
      if (auto synced = root_.sync_parent(base + side); !synced.ok()) return synced;
    }
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
    if (auto removed = root_.remove(base + "/done"); !removed.ok()) return removed;
    if (auto synced = root_.sync_parent(base + "/done"); !synced.ok()) return synced;
    auto& moves = plan.value().moves;
    for (auto move = moves.rbegin(); move != moves.rend(); ++move) {
      if (auto moved = move_back(base, *move); !moved.ok()) return moved;
    }
    const bool are_many = moves.size() >= many_elements;
    if (auto synced = are_many ? root_.sync_everything() : sync_parents(plan.value()); !synced.ok()) return synced;
    auto& folders = plan.value().folders;
    for (auto made = folders.rbegin(); made != folders.rend(); ++made) {
      // One that somebody has put something into meanwhile stays.
      if (unlinkat(root_.descriptor(), made->c_str(), AT_REMOVEDIR) == 0) (void)root_.sync_parent(*made).ok();
    }
  }
  return root_.remove_folder(base);
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
  return answer(root_.remove_folder(base));
}

}  // namespace backstay::plugin
