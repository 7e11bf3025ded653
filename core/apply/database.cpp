#include "core/apply/database.hpp"

#include <array>
#include <cstdio>

namespace backstay::db {

namespace {

constexpr std::array<std::string_view, 4> engine_names = {"sqlite", "postgresql", "mssql", "oracle"};
constexpr std::array<std::string_view, 12> fault_names = {
    "statement", "timeout", "cancelled", "lost",        "busy",  "denied",
    "full",      "damaged", "ended_transaction", "connect", "unsupported", "limit"};
constexpr std::array<std::string_view, 5> state_names = {"idle", "open", "failed", "foreign", "lost"};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::optional<std::string> doubled(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == '\0') return std::nullopt;
    if (c == quote) out += c;
    out += c;
  }
  out += quote;
  return out;
}

// Bytes that a name may have before the server cuts it off or refuses it.
std::size_t longest_name(Engine engine) {
  switch (engine) {
    case Engine::postgresql: return 63;
    case Engine::mssql: return 128;
    case Engine::oracle: return 128;
    case Engine::sqlite: break;
  }
  return 4096;
}

}  // namespace

std::string_view to_string(Engine engine) { return engine_names[static_cast<std::size_t>(engine)]; }
std::optional<Engine> engine_from(std::string_view name) { return named<Engine>(engine_names, name); }
std::string_view to_string(Fault fault) { return fault_names[static_cast<std::size_t>(fault)]; }
std::optional<Fault> fault_from(std::string_view name) { return named<Fault>(fault_names, name); }
std::string_view to_string(TxState state) { return state_names[static_cast<std::size_t>(state)]; }

std::string Value::text() const {
  switch (kind) {
    case Kind::null: return {};
    case Kind::integer: return std::to_string(integer);
    case Kind::real: {
      std::array<char, 40> digits{};
      std::snprintf(digits.data(), digits.size(), "%.17g", real);
      for (char& c : digits) {
        if (c == ',') c = '.';  // a host may have set its locale
      }
      return digits.data();
    }
    case Kind::text:
    case Kind::blob: break;
  }
  return bytes;
}

std::optional<std::string> quoted_identifier(Engine engine, std::string_view name) {
  if (name.empty() || name.size() > longest_name(engine)) return std::nullopt;
  return doubled(name, '"');
}

std::optional<std::string> quoted_text(Engine, std::string_view text) { return doubled(text, '\''); }

}  // namespace backstay::db
