#include "native-plugin/apply/installation.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/report/time_text.hpp"
#include "native-plugin/backup/backup_file.hpp"
#include "native-plugin/db/driver.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/services/built_in.hpp"

namespace backstay::plugin {
namespace {

using nlohmann::json;

Error refused(std::string message) { return {ErrorCode::unsafe, {}, std::move(message)}; }

// File systems on which flock or a folder's sync does not mean what is needed here.
bool is_network(int descriptor) {
  struct statfs info;
  if (fstatfs(descriptor, &info) != 0) return false;
  constexpr unsigned long kinds[] = {0x6969 /* NFS */, 0x517B /* SMB */, 0xFE534D42 /* SMB2 */, 0xFF534D42 /* CIFS */, 0x01021997 /* 9P */};
  for (const unsigned long kind : kinds) {
    if ((static_cast<unsigned long>(info.f_type) & 0xFFFFFFFFul) == kind) return true;
  }
  return false;
}

Result<Nothing> check_state_dir(const fs::Folder& state, bool allow_network) {
  struct stat info;
  if (fstat(state.descriptor(), &info) != 0) return fs::io_error("looking at the state directory", errno);
  if (info.st_uid != geteuid() && geteuid() != 0) return refused("the state directory belongs to another user");
  if (info.st_mode & (S_IWGRP | S_IWOTH)) return refused("others may write to the state directory");
  struct stat link;
  if (lstat(state.path().c_str(), &link) == 0 && S_ISLNK(link.st_mode)) return refused("the state directory is a symbolic link");
  if (!allow_network && is_network(state.descriptor())) {
    return refused("the state directory lies on a network file system (allow_network_state)");
  }
  return Nothing{};
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const json& object, const char* key, std::uint64_t otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : otherwise;
}

}  // namespace

Result<Configuration> read_configuration(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return Error{ErrorCode::malformed, {}, "the configuration is no JSON object"};
  Configuration config;
  config.state_dir = text_of(document, "state_dir");
  if (document.contains("store") && document["store"].is_object()) config.store_dir = text_of(document["store"], "dir");
  config.database = text_of(document, "database");
  config.environment_id = text_of(document, "environment_id");
  config.user = text_of(document, "user");
  config.host = text_of(document, "host");
  config.dialect = text_of(document, "dialect");
  if (document.contains("allow_network_state")) config.allow_network_state = document["allow_network_state"] == true;
  if (document.contains("file_roots")) {
    if (!document["file_roots"].is_object()) return Error{ErrorCode::malformed, {}, "\"file_roots\" is no object of names and folders"};
    for (const auto& root : document["file_roots"].items()) {
      if (!root.value().is_string()) return Error{ErrorCode::malformed, {}, "\"file_roots\" is no object of names and folders"};
      config.file_roots[root.key()] = root.value().get<std::string>();
    }
  }
  const json policy = document.contains("policy") && document["policy"].is_object() ? document["policy"] : json::object();
  config.max_full_copy_bytes = number_of(policy, "max_full_copy_bytes", config.max_full_copy_bytes);
  config.retention_days = static_cast<std::uint32_t>(number_of(policy, "retention_days", config.retention_days));
  config.keep_backups = static_cast<std::uint32_t>(number_of(policy, "keep_backups", config.keep_backups));
  config.lock_wait_ms = static_cast<std::uint32_t>(number_of(policy, "lock_wait_ms", config.lock_wait_ms));
  config.vendor_suspension = text_of(policy, "suspend") == "vendor";
  config.min_free_bytes = number_of(policy, "min_free_bytes", config.min_free_bytes);
  config.acknowledge_everything = text_of(policy, "acknowledge") == "all";
  const std::string signatures = text_of(policy, "require_signature");
  config.require_signature = signatures == "backups" || signatures == "all";
  if (config.state_dir.empty() && config.store_dir.empty()) {
    return Error{ErrorCode::malformed, {}, "neither \"state_dir\" nor \"store\" says where to keep anything"};
  }
  if (config.state_dir.empty()) config.state_dir = config.store_dir + "/.backstay";
  if (config.user.empty()) config.user = std::to_string(geteuid());
  if (config.host.empty()) {
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) == 0) config.host = name;
  }
  // An empty one is for what needs no database: lists of backups, the journal.
  if (!config.database.empty() && !db::engine_of_url(config.database)) {
    return Error{ErrorCode::malformed, {}, "\"database\" has no scheme that this build has a driver for: sqlite: or postgresql:"};
  }
  // Two names of one database have to lock each other out: without a name of its own it is called by its address.
  // It goes into backups and into the target, so there must be no password in it.
  if (config.environment_id.empty()) {
    const std::string shown = db::redacted_url(config.database);
    config.environment_id = shown.substr(0, shown.find('?'));
  }
  return config;
}

Installation::~Installation() {
  if (lock >= 0) close(lock);
}

std::string Installation::now() const { return report::iso_time(services.clock->now_ms()); }

apply::Settings Installation::settings(std::string op_id) const {
  apply::Settings settings;
  settings.op_id = std::move(op_id);
  settings.environment_id = config.environment_id;
  settings.state_dir_id = state_dir_id;
  settings.user = config.user;
  settings.host = config.host;
  settings.tool = "backstay " BACKSTAY_VERSION;
  settings.started_at = now();
  settings.digest = [](std::string_view bytes) { return sha256(bytes); };
  settings.engine = db::engine_of_url(config.database).value_or(db::Engine::sqlite);
  return settings;
}

std::string Installation::new_id() const {
  unsigned char bytes[16] = {};
  if (!services.clock->random(bytes, sizeof bytes).ok()) {
    // Not a secret, only unique: the state directory allows one writer at a time.
    const std::string mixed = sha256(std::to_string(services.clock->now_ms()) + "/" + std::to_string(services.clock->monotonic_ms()) +
                                     "/" + std::to_string(getpid()));
    for (std::size_t i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<unsigned char>(mixed[i] ^ (mixed[i + 16] << 4));
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < sizeof bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

Result<Nothing> open_installation(Installation& installation) {
  const Configuration& config = installation.config;
  installation.redact.add_secrets_of_url(config.database);
  auto state = fs::Folder::open(config.state_dir, true);
  if (!state.ok()) return state.error();
  if (auto checked = check_state_dir(state.value(), config.allow_network_state); !checked.ok()) return checked;
  installation.state.emplace(std::move(state.value()));
  if (auto added = add_built_ins(installation.services, *installation.state); !added.ok()) return added;
  if (!installation.services.store) {
    if (config.store_dir.empty()) return Error{ErrorCode::malformed, {}, "\"store\" names no folder, and the host has no store"};
    auto root = fs::Folder::open(config.store_dir, true);
    if (!root.ok()) return root.error();
    installation.directory = std::make_unique<DirectoryStore>(std::move(root.value()));
  }
  return Nothing{};
}

Result<Nothing> lock_installation(Installation& installation) {
  if (installation.lock >= 0) return Nothing{};
  const int file = openat(installation.state->descriptor(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return fs::io_error("opening the lock of the state directory", errno);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(file);
    if (error == EWOULDBLOCK) return Error{ErrorCode::cancelled, {}, "another operation holds the state directory"};
    return fs::io_error("locking the state directory", error);
  }
  installation.lock = file;
  auto journal = Journal::open(*installation.state, false);
  if (!journal.ok()) return journal.error();
  auto id = journal.value().meta("state_dir_id");
  if (!id.ok()) return id.error();
  if (id.value().empty()) {
    id = installation.new_id();
    if (auto set = journal.value().set_meta("state_dir_id", id.value()); !set.ok()) return set;
  }
  installation.state_dir_id = id.value();
  installation.journal.emplace(std::move(journal.value()));
  // Copies of an operation that died; nobody else is here.
  if (auto swept = installation.state->remove_folder("scratch"); !swept.ok()) return swept;
  return sweep_temporary_backups(*installation.state);
}

}  // namespace backstay::plugin
