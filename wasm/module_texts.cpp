// The long texts of the core - rule pages, messages in other languages, the SQL that reverse scripts carry - for the
// module: files beside it, which the host hands in when one is first asked for (decisions/0057). These three functions
// stand in for the generated sources of the same names, which other builds link.
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/page_text.hpp"
#include "core/rollback/sql_text.hpp"
#include "core/text/message_text.hpp"

extern "C" {
// The size of a text file; copies it to `into` unless that is null.
__attribute__((import_module("backstay"), import_name("host_text"))) std::size_t backstay_host_text(int which, void* into);
}

namespace backstay {
namespace {

enum class Pack : std::uint8_t { pages, messages, sql };

struct Entry {
  std::string_view name, text;
};

struct LoadedPack {
  std::string bytes;
  std::vector<Entry> entries;  // into bytes
};

// Entries are "<name> <bytes>\n<text>\n" (core/cmake/pack_texts.cmake).
std::vector<Entry> entries_of(std::string_view bytes) {
  std::vector<Entry> entries;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n'), blank = bytes.find(' ');
    if (end == std::string_view::npos || blank > end) break;
    std::size_t size = 0;
    std::from_chars(bytes.data() + blank + 1, bytes.data() + end, size);
    if (size + end + 2 > bytes.size()) break;
    entries.push_back({bytes.substr(0, blank), bytes.substr(end + 1, size)});
    bytes.remove_prefix(end + size + 2);
  }
  return entries;
}

const std::vector<Entry>& load(Pack which) {
  static LoadedPack loaded[3];
  LoadedPack& pack = loaded[static_cast<std::size_t>(which)];
  if (pack.bytes.empty()) {
    pack.bytes.resize(backstay_host_text(static_cast<int>(which), nullptr));
    backstay_host_text(static_cast<int>(which), pack.bytes.data());
    pack.entries = entries_of(pack.bytes);
  }
  return pack.entries;
}

std::string_view find(Pack which, std::string_view name) {
  for (const Entry& entry : load(which)) {
    if (entry.name == name) return entry.text;
  }
  return {};
}

// The heading of a page is the name of its rule; pages of SQL rules leave "sql/" out.
std::string id_of(const Entry& page) {
  const std::string_view heading = page.text.substr(2, page.text.find('\n') - 2);
  return (page.name.starts_with("sql/rules/") ? "sql/" : "") + std::string(heading);
}

}  // namespace

std::span<const PageText> page_texts() {
  static std::vector<std::string> ids;
  static std::vector<PageText> pages;
  if (pages.empty()) {
    const std::vector<Entry>& entries = load(Pack::pages);
    ids.reserve(entries.size());
    for (const Entry& page : entries) {
      ids.push_back(id_of(page));
      pages.push_back({ids.back(), page.name, page.text});
    }
  }
  return pages;
}

std::string_view message_text(std::string_view language) {
  return find(Pack::messages, "messages." + std::string(language));
}

namespace rollback {

std::string_view sql_text(std::string_view name) { return find(Pack::sql, name); }

}  // namespace rollback
}  // namespace backstay
