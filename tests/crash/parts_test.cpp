// Backup files, the directory store and the journal, each damaged or cut short in every way that fits here.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "native-plugin/backup/backup_file.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"
#include "native-plugin/fs/folder.hpp"
#include "native-plugin/journal/journal.hpp"
#include "native-plugin/store/directory_store.hpp"

using namespace backstay;
using namespace backstay::plugin;
namespace files = std::filesystem;

namespace {

// A folder of its own for each case, gone with it.
struct Trial {
  std::string path;
  Trial() {
    std::string pattern = (files::temp_directory_path() / "backstay-parts-XXXXXX").string();
    path = mkdtemp(pattern.data());
    faults::arm({});
  }
  ~Trial() { files::remove_all(path); }
  fs::Folder folder() const { return std::move(fs::Folder::open(path, true).value()); }
  std::string bytes(const std::string& name) const {
    std::ifstream file(path + "/" + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(const std::string& name, std::string_view text) const {
    files::create_directories(files::path(path + "/" + name).parent_path());
    std::ofstream(path + "/" + name, std::ios::binary | std::ios::trunc) << text;
  }
};

SealedBackup make_backup(const fs::Folder& folder) {
  std::vector<NewEntry> entries;
  for (int i = 0; i < 40; ++i) {
    NewEntry entry;
    entry.content = std::string(700 + 37 * static_cast<std::size_t>(i), static_cast<char>('a' + i % 26)) + std::to_string(i * 7919);
    entry.name = "elements/" + sha256(entry.content);
    entries.push_back(std::move(entry));
  }
  auto sealed = write_backup(folder, "backups/one.backup.zip", "{\"schema\": \"backstay.backup/1\"}", std::move(entries));
  REQUIRE(sealed.ok());
  return sealed.value();
}

}  // namespace

TEST_CASE("backups: what was written comes back, to the byte") {
  const Trial trial;
  const fs::Folder folder = trial.folder();
  const SealedBackup sealed = make_backup(folder);
  const auto file = BackupFile::open(folder, sealed.name, sealed.digest);
  REQUIRE(file.ok());
  CHECK(file.value().names().size() == 40);
  for (const std::string& name : file.value().names()) CHECK("elements/" + sha256(file.value().entry(name).value()) == name);
  CHECK(file.value().entry("elements/none").error().code == ErrorCode::missing);
  CHECK((files::status(trial.path + "/" + sealed.name).permissions() & files::perms::others_read) == files::perms::none);
}

TEST_CASE("backups: no flipped byte, cut or addition is restored silently") {
  const Trial trial;
  const fs::Folder folder = trial.folder();
  const SealedBackup sealed = make_backup(folder);
  const std::string whole = trial.bytes(sealed.name);
  std::size_t damages = 0;
  for (std::size_t at = 0; at < whole.size(); at += 11) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    trial.write(sealed.name, damaged);
    const auto file = BackupFile::open(folder, sealed.name, sealed.digest);
    CAPTURE(at);
    REQUIRE_FALSE(file.ok());
    CHECK(file.error().code == ErrorCode::malformed);
    ++damages;
  }
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    trial.write(sealed.name, whole.substr(0, size));
    CHECK_FALSE(BackupFile::open(folder, sealed.name, sealed.digest).ok());
    ++damages;
  }
  trial.write(sealed.name, whole + "x");
  CHECK_FALSE(BackupFile::open(folder, sealed.name, sealed.digest).ok());
  MESSAGE(damages, " damages, none restored");
  CHECK(damages >= 1000);
}

TEST_CASE("backups: without the sealed digest the manifest still holds every entry") {
  const Trial trial;
  const fs::Folder folder = trial.folder();
  const SealedBackup sealed = make_backup(folder);
  CHECK(BackupFile::open(folder, sealed.name, "").ok());
  const std::string whole = trial.bytes(sealed.name);
  std::size_t different = 0;
  for (std::size_t at = 0; at < whole.size(); at += 53) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    trial.write(sealed.name, damaged);
    const auto file = BackupFile::open(folder, sealed.name, "");
    if (!file.ok()) continue;
    // A byte that says nothing about a content, such as a time: then every content has to be right.
    for (const std::string& name : file.value().names()) {
      const auto entry = file.value().entry(name);
      if (!entry.ok() || "elements/" + sha256(entry.value()) != name) ++different;
    }
  }
  CHECK(different == 0);
}

TEST_CASE("directory store: killed at every point of a commit, an abort puts all back and a commit finishes") {
  for (const bool forwards : {false, true}) {
    unsigned long last = 0;
    for (unsigned long n = 1;; ++n) {
      const Trial trial;
      trial.write("store/a/old.txt", "old");
      trial.write("store/gone.txt", "going");
      const pid_t child = fork();
      if (child == 0) {
        DirectoryStore store(std::move(fs::Folder::open(trial.path + "/store", false).value()));
        (void)store.begin("op");
        (void)store.put("a/old.txt", "new");
        (void)store.put("b/c/added.txt", "added");
        (void)store.remove("gone.txt");
        (void)store.stage();
        faults::arm({n, 0, 0});
        (void)store.commit("op");
        _exit(0);
      }
      int status = 0;
      waitpid(child, &status, 0);
      DirectoryStore store(std::move(fs::Folder::open(trial.path + "/store", false).value()));
      REQUIRE((forwards ? store.commit("op") : store.abort("op")).ok());
      if (forwards) REQUIRE(store.settle("op").ok());
      CAPTURE(n);
      CHECK(trial.bytes("store/a/old.txt") == (forwards ? "new" : "old"));
      CHECK(files::exists(trial.path + "/store/gone.txt") == !forwards);
      CHECK(files::exists(trial.path + "/store/b/c/added.txt") == forwards);
      CHECK(files::exists(trial.path + "/store/b") == forwards);
      CHECK_FALSE(files::exists(trial.path + "/store/.backstay/ops/op"));
      last = n;
      if (WIFEXITED(status)) break;
    }
    CHECK(last > 10);
  }
}

TEST_CASE("directory store: keys that leave it, hide in it or differ by case only are refused") {
  const Trial trial;
  trial.write("store/x", "x");
  files::create_directory_symlink("/", trial.path + "/store/link");
  DirectoryStore store(std::move(fs::Folder::open(trial.path + "/store", false).value()));
  REQUIRE(store.begin("op").ok());
  for (const char* key : {"", "/etc/passwd", "../x", "a/../b", "a//b", ".backstay/journal.db", ".BACKSTAY/x", "CON", "a/aux.txt", "dot.", "a\\b"}) {
    CAPTURE(key);
    CHECK_FALSE(store.put(key, "x").ok());
  }
  std::string content;
  bool found = false;
  CHECK_FALSE(store.read("link/etc/passwd", content, found).ok());
  CHECK(store.put("Page.js", "1").ok());
  CHECK(store.put("page.js", "2").ok());
  CHECK_FALSE(store.stage().ok());
}

TEST_CASE("journal: a changed record is seen at the next open, and nothing is written then") {
  const Trial trial;
  const fs::Folder folder = trial.folder();
  {
    auto journal = Journal::open(folder, false);
    REQUIRE(journal.ok());
    OperationRow row;
    row.op_id = "op";
    row.kind = "apply";
    row.created_at = "2026-01-01T00:00:00Z";
    REQUIRE(journal.value().begin(row).ok());
    REQUIRE(journal.value().append("op", journal::State::cleared, "", "{}", "2026-01-01T00:00:01Z").ok());
    CHECK(journal.value().unfinished().value().size() == 1);
    REQUIRE(journal.value().append("op", journal::State::abandoned, "", "{}", "2026-01-01T00:00:02Z").ok());
    CHECK(journal.value().unfinished().value().empty());
  }
  CHECK(Journal::open(folder, false).ok());
  {
    auto file = SqliteFile::open(trial.path + "/journal.db", false);
    REQUIRE(file.ok());
    REQUIRE(file.value().execute("UPDATE rec SET payload = '{\"x\":1}' WHERE seq = 2").ok());
  }
  const auto damaged = Journal::open(folder, false);
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().code == ErrorCode::malformed);
  CHECK(damaged.error().message.find("record 2") != std::string::npos);
}
