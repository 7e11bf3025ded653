// Files that ORIGAM's activities unpack on the server. They go below the configured roots and nowhere else; what they
// replace is kept below files/ of the state directory, by operation and step, so that taking them back needs no more
// than those two names.
#include <nlohmann/json.hpp>

#include "core/base/byte_source.hpp"
#include "core/package/zip.hpp"
#include "native-plugin/apply/apply_loop.hpp"

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;
using nlohmann::json;

namespace {

constexpr std::uint64_t max_replaced_bytes = 1ull << 30;

std::string kept_name(const Request& request, const char* ending) {
  // A restore's step H-S0007 takes back what S0007 of another operation wrote; the names are in the call.
  return "files/" + request.name + "-" + request.step + ending;
}

std::string kept_by(const json& call) {
  return call.contains("previous") && call["previous"].is_object() ? call["previous"].value("kept", "") : std::string();
}

// The first entry of the zip, which is what the activity is about.
Result<std::string> first_entry(const std::string& zip, const std::string& name) {
  const Limits limits;
  auto archive = ZipArchive::open(std::make_shared<MemorySource>(std::string_view(zip)), name, limits);
  if (!archive.ok()) return archive.error();
  for (const ZipMember& member : archive.value().members()) {
    if (member.path.ends_with('/')) continue;
    InflateBudget budget(limits);
    InflateBuffer raw, into;
    auto bytes = archive.value().read(member, budget, raw, into);
    if (!bytes.ok()) return bytes.error();
    return std::string(reinterpret_cast<const char*>(bytes.value().data()), bytes.value().size());
  }
  return Error{ErrorCode::malformed, {}, "the archive \"" + name + "\" of a file activity holds no file"};
}

}  // namespace

// The folder that the target lies below, and its name there. Nothing: no root is configured for it.
Result<std::optional<fs::Folder>> ApplyLoop::root_of(const Request& request, std::string& name) {
  const json call = json::parse(request.text, nullptr, false);
  const std::string location = call.value("location", ""), target = call.value("target", "");
  std::string root;
  if (target.starts_with('/')) {
    for (const auto& [known, path] : at_.config.file_roots) {
      if (!path.empty() && target.starts_with(path + "/")) root = path, name = target.substr(path.size() + 1);
    }
    if (root.empty() && !at_.config.file_roots.empty()) {
      return Error{ErrorCode::unsafe, {}, "\"" + target + "\" lies below no folder of \"file_roots\""};
    }
  } else if (const auto found = at_.config.file_roots.find(location); found != at_.config.file_roots.end()) {
    root = found->second;
    name = target;
  }
  for (char& c : name) c = c == '\\' ? '/' : c;
  if (root.empty()) return std::optional<fs::Folder>();
  auto folder = fs::Folder::open(root, false);
  if (!folder.ok()) return folder.error();
  return std::optional<fs::Folder>(std::move(folder.value()));
}

// What is there is durable elsewhere before anything is written. A second time it would be our own file.
Answer ApplyLoop::keep_present(const fs::Folder& root, const std::string& name, const Request& request) {
  const std::string kept = kept_name(request, ".previous"), none = kept_name(request, ".absent");
  auto has_kept = at_.state->exists(kept), has_none = at_.state->exists(none);
  if (!has_kept.ok()) return failed(has_kept.error());
  if (!has_none.ok()) return failed(has_none.error());
  if (has_kept.value() || has_none.value()) return {};
  auto previous = root.read(name, max_replaced_bytes);
  if (!previous.ok() && previous.error().code != ErrorCode::missing) return failed(Outcome::failed, "file", previous.error().message);
  auto noted = previous.ok() ? at_.state->write(kept, previous.value()) : at_.state->write(none, "");
  if (!noted.ok()) return failed(noted.error());
  if (auto synced = at_.state->sync_parent(kept); !synced.ok()) return failed(synced.error());
  return {};
}

// Of the delivery; or, when a restore is taken back, what that restore found there.
Result<std::string> ApplyLoop::bytes_to_write(const std::string& content, const std::string& kept) {
  const auto zip = contents_.find(content);
  if (zip != contents_.end()) return first_entry(zip->second, content);
  if (kept.empty()) return Error{ErrorCode::missing, {}, "the delivery has no \"" + content + "\""};
  return at_.state->read(kept + ".previous", max_replaced_bytes);
}

Answer ApplyLoop::write_file(const Request& request) {
  const json call = json::parse(request.text, nullptr, false);
  std::string name;
  auto root = root_of(request, name);
  if (!root.ok()) return failed(Outcome::failed, "file", root.error().message);
  if (!root.value()) {
    warn("left to the host: write-file (" + call.value("location", "") + ":" + call.value("target", "") + "), \"file_roots\" has no folder for it");
    return {};
  }
  auto bytes = bytes_to_write(call.value("content", ""), kept_by(call));
  if (!bytes.ok()) return failed(Outcome::failed, "file", bytes.error().message);
  if (Answer noted = keep_present(*root.value(), name, request); noted.outcome != Outcome::ok) return noted;
  const std::string temporary = name + ".backstay-" + settings_.op_id;
  if (auto written = root.value()->write(temporary, bytes.value(), true); !written.ok()) return failed(Outcome::failed, "file", written.error().message);
  if (auto renamed = root.value()->rename(temporary, name); !renamed.ok()) return failed(Outcome::failed, "file", renamed.error().message);
  if (auto synced = root.value()->sync_parent(name); !synced.ok()) return failed(synced.error());
  Answer answer;
  answer.document = json({{"kept", kept_name(request, "")}}).dump();
  return answer;
}

// Of a file that was never written: nothing was kept, nothing is done.
Answer ApplyLoop::undo_file(const Request& request) {
  const json call = json::parse(request.text, nullptr, false);
  std::string name;
  auto root = root_of(request, name);
  if (!root.ok()) return failed(Outcome::failed, "file", root.error().message);
  if (!root.value()) return {};
  std::string stem = kept_by(call);
  if (stem.empty()) stem = kept_name(request, "");
  if (stem != kept_name(request, "")) {
    if (Answer noted = keep_present(*root.value(), name, request); noted.outcome != Outcome::ok) return noted;
  }
  const std::string kept = stem + ".previous", none = stem + ".absent";
  auto previous = at_.state->read(kept, max_replaced_bytes);
  if (!previous.ok() && previous.error().code != ErrorCode::missing) return failed(previous.error());
  auto was_absent = at_.state->exists(none);
  if (!was_absent.ok()) return failed(was_absent.error());
  if (previous.ok()) {
    const std::string temporary = name + ".backstay-" + settings_.op_id;
    if (auto written = root.value()->write(temporary, previous.value(), true); !written.ok()) return failed(Outcome::failed, "file", written.error().message);
    if (auto renamed = root.value()->rename(temporary, name); !renamed.ok()) return failed(Outcome::failed, "file", renamed.error().message);
  } else if (was_absent.value()) {
    if (auto removed = root.value()->remove(name); !removed.ok()) return failed(Outcome::failed, "file", removed.error().message);
  } else {
    return {};
  }
  if (auto synced = root.value()->sync_parent(name); !synced.ok()) return failed(synced.error());
  Answer answer;
  answer.document = json({{"kept", kept_name(request, "")}}).dump();
  return answer;
}

}  // namespace backstay::plugin
