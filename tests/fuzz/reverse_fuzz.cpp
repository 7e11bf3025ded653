// Any bytes, for each server: no crash; the same scripts twice; pieces in order and inside the text; whatever a person has
// to judge has its reason; and what is written around an understood statement is understood itself, whatever the names.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/rollback/reverse.hpp"

using backstay::Dialect;
using backstay::TextDocument;
using namespace backstay::rollback;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

bool understood(std::string_view text, Dialect dialect, const backstay::sql::Config& config) {
  const TextDocument document(text, "made.sql");
  for (const backstay::sql::StatementInfo& statement : backstay::sql::list_statements(document, dialect, config)) {
    if (statement.kind == "NOT-UNDERSTOOD") return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20000) return 0;  // the routines that each script carries are long already
  const TextDocument document({reinterpret_cast<const char*>(data), size}, "fuzz.sql");
  backstay::sql::Config config;
  config.limits.max_sql_nesting = 50;
  for (const Server server : {Server::postgresql, Server::mssql, Server::oracle, Server::sqlite}) {
    ReverseOptions options;
    options.server = server;
    options.known = {{"", "t", {"id"}, {"id", "a"}}, {"", "u", {}, {"a"}}};
    const Dialect dialect = dialect_of(server);
    const ReverseScripts scripts = reverse_scripts(document, options, config);
    const ReverseScripts again = reverse_scripts(document, options, config);
    check(scripts.capture_script == again.capture_script && scripts.reverse_script == again.reverse_script);
    std::uint32_t end = 0;
    ReverseClass worst = ReverseClass::unchanged;
    for (const ReversePiece& piece : scripts.pieces) {
      check(piece.begin >= end && piece.begin <= piece.end && piece.end <= document.text().size());
      end = piece.end;
      worst = std::max(worst, piece.reverse_class);
      if (piece.reverse_class >= ReverseClass::needs_review) check(!piece.reasons.empty());
      const std::string_view written = document.text().substr(piece.begin, piece.end - piece.begin);
      if (piece.before.empty() && piece.after.empty() && piece.reverse.empty()) continue;
      if (!understood(written, dialect, config)) continue;
      // PL/SQL calls stand in a block of ours.
      const bool block = server == Server::oracle;
      for (const std::string& text : {piece.before, piece.after, piece.reverse}) {
        if (!text.empty()) check(understood(block ? "BEGIN\n" + text + "END;\n/\n" : text, dialect, config));
      }
    }
    check(scripts.reverse_class == worst);
  }
  return 0;
}
