#include "native-plugin/db/url.hpp"

#include "native-plugin/db/driver.hpp"

namespace backstay::db {

namespace {

// Replaces what follows `name=` in a query or a key=value list, up to a blank or &.
void hide_value(std::string& text, std::string_view name) {
  std::size_t at = 0;
  const std::string wanted = std::string(name) + "=";
  while ((at = text.find(wanted, at)) != std::string::npos) {
    const bool starts_word = at == 0 || text[at - 1] == ' ' || text[at - 1] == '&' || text[at - 1] == '?' || text[at - 1] == ':';
    at += wanted.size();
    if (!starts_word) continue;
    std::size_t end = at;
    if (end < text.size() && text[end] == '\'') {  // 'a \' quoted value'
      for (++end; end < text.size() && text[end] != '\''; ++end) {
        if (text[end] == '\\') ++end;
      }
      end = end < text.size() ? end + 1 : text.size();
    } else {
      while (end < text.size() && text[end] != ' ' && text[end] != '&') ++end;
    }
    text.replace(at, end - at, "...");
  }
}

}  // namespace

std::optional<DatabaseUrl> read_url(std::string_view url) {
  constexpr std::string_view sqlite = "sqlite:", postgresql = "postgresql:", postgres = "postgres:";
  if (url.starts_with(sqlite)) return DatabaseUrl{Engine::sqlite, std::string(url.substr(sqlite.size()))};
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return DatabaseUrl{Engine::postgresql, std::string(url)};
  }
  if (url.starts_with(postgresql)) return DatabaseUrl{Engine::postgresql, std::string(url.substr(postgresql.size()))};
  if (url.starts_with(postgres)) return DatabaseUrl{Engine::postgresql, std::string(url.substr(postgres.size()))};
  return std::nullopt;
}

std::optional<Engine> engine_of_url(std::string_view url) {
  const auto read = read_url(url);
  if (!read) return std::nullopt;
#ifndef BACKSTAY_WITH_PG
  if (read->engine == Engine::postgresql) return std::nullopt;
#endif
  return read->engine;
}

std::string redacted_url(std::string_view url) {
  std::string text(url);
  if (const auto scheme = text.find("://"); scheme != std::string::npos) {
    const std::size_t start = scheme + 3;
    const std::size_t end = std::min(text.find_first_of("/?", start), text.size());
    // The last @ ends the user info: a password may hold others.
    if (const auto at = text.rfind('@', end); at != std::string::npos && at >= start && at < end) {
      const auto colon = text.find(':', start);
      if (colon < at) text.replace(colon + 1, at - colon - 1, "...");
    }
  }
  for (const auto* name : {"password", "sslpassword", "passfile", "PWD", "Pwd", "pwd", "Password", "PASSWORD"}) hide_value(text, name);
  return text;
}

}  // namespace backstay::db
