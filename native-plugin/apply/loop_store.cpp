// The configuration store, and the bytes of the delivery.
#include <nlohmann/json.hpp>

#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;
using apply::StoreChange;
using nlohmann::json;

Answer ApplyLoop::read_content(const Request& request) {
  const auto found = contents_.find(request.name);
  if (found == contents_.end()) return failed(Outcome::failed, "missing", "the delivery has no \"" + request.name + "\"");
  Answer answer;
  answer.document = found->second;
  return answer;
}

Result<std::string> ApplyLoop::content_of(const StoreChange& change, const std::string& backup_id) {
  if (change.backup_entry.empty()) {
    const auto found = contents_.find(change.content);
    if (found == contents_.end()) return Error{ErrorCode::missing, {}, "the delivery has no \"" + change.content + "\""};
    return found->second;
  }
  auto file = opened_backup(backup_id, false);
  if (!file.ok()) return file.error();
  return file.value()->entry(change.backup_entry);
}

Answer ApplyLoop::stage(const Request& request) {
  const auto held = at_.remember_store();
  ElementStore& store = at_.store();
  if (auto begun = store.begin(request.name); !begun.ok()) return answered(begun);
  for (const StoreChange& change : request.changes) {
    if (change.is_removal) {
      if (auto removed = store.remove(change.key); !removed.ok()) return answered(removed);
      continue;
    }
    auto content = content_of(change, request.text);
    if (!content.ok()) return failed(content.error());
    if (auto put = store.put(change.key, content.value()); !put.ok()) return answered(put);
  }
  return at_.directory ? answered(at_.directory->stage()) : Answer();
}

Answer ApplyLoop::switch_store(const Request& request) { return answered(at_.store().commit(request.name)); }

Answer ApplyLoop::revert_store(const Request& request) {
  // Forgetting what was replaced before it is put back: the crash tests have to see that.
  if (faults::is_broken("wrong-order") && at_.directory) (void)at_.directory->settle(request.name);
  if (at_.directory) return answered(at_.directory->abort(request.name));
  // A host's store forgets what it replaced: what the backup kept is put there again, as a change of its own.
  ElementStore& store = at_.store();
  bool is_committed = false;
  if (auto asked = store.committed(request.name, is_committed); !asked.ok()) return answered(asked);
  if (!is_committed) return answered(store.abort(request.name));
  auto file = opened_backup(request.name, false);
  if (!file.ok()) return failed(file.error());
  const json manifest = json::parse(file.value()->manifest(), nullptr, false);
  const std::string undo = request.name + ".undo";
  if (auto begun = store.begin(undo); !begun.ok()) return answered(begun);
  for (const json& item : manifest.value("elements", json::array())) {
    auto content = file.value()->entry(item.value("entry", ""));
    if (!content.ok()) return failed(content.error());
    if (auto put = store.put(item.value("key", ""), content.value()); !put.ok()) return answered(put);
  }
  for (const json& item : manifest.value("absent", json::array())) {
    const std::string name = item.get<std::string>();
    if (auto removed = store.remove(name.substr(name.find(':') + 1)); !removed.ok()) return answered(removed);
  }
  return answered(store.commit(undo));
}

Answer ApplyLoop::settle_store(const Request& request) {
  return at_.directory ? answered(at_.directory->settle(request.name)) : Answer();
}

Answer ApplyLoop::element_digests(const Request& request) {
  json digests = json::object();
  for (const StoreChange& change : request.changes) {
    std::string present;
    bool found = false;
    if (auto read = at_.store().read(change.key, present, found); !read.ok()) return answered(read);
    digests[change.key] = found ? json(sha256(present)) : json();
  }
  Answer answer;
  answer.document = digests.dump();
  return answer;
}

// Every element reads back as it was meant to be.
Answer ApplyLoop::read_store(const Request& request) {
  const auto held = at_.remember_store();
  if (request.text == "digests") return element_digests(request);
  for (const StoreChange& change : request.changes) {
    std::string present;
    bool found = false;
    if (auto read = at_.store().read(change.key, present, found); !read.ok()) return answered(read);
    if (found == change.is_removal) {
      return failed(Outcome::failed, "verify", "element \"" + change.key + "\" is " + (found ? "still there" : "not there"));
    }
    if (!found) continue;
    if (const auto delivered = contents_.find(change.content); change.backup_entry.empty() && delivered != contents_.end()) {
      if (delivered->second == present) continue;
      return failed(Outcome::failed, "verify", "element \"" + change.key + "\" is not what was written");
    }
    auto content = content_of(change, request.text);
    if (!content.ok()) return failed(content.error());
    if (content.value() != present) return failed(Outcome::failed, "verify", "element \"" + change.key + "\" is not what was written");
  }
  return {};
}

}  // namespace backstay::plugin
