#include "native-plugin/db/sqlite_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string_view>

#include "core/base/utf8.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::db {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

void append_hex(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += hex_digits[byte >> 4u];
    out += hex_digits[byte & 15u];
  }
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool from_hex(std::string_view hex, std::string& bytes) {
  if (hex.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = nibble(hex[i]), low = nibble(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes += static_cast<char>(high * 16 + low);
  }
  return true;
}

std::string_view bytes_of(sqlite3_value* value, bool text) {
  const void* data = text ? static_cast<const void*>(sqlite3_value_text(value)) : sqlite3_value_blob(value);
  const int size = sqlite3_value_bytes(value);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size)) : std::string_view();
}

std::string digits_of(double number) {
  std::array<char, 40> digits{};
  std::snprintf(digits.data(), digits.size(), "%.17g", number);
  for (char& c : digits) {
    if (c == ',') c = '.';
  }
  return digits.data();
}

// Text that comes back from JSON as it went in: valid UTF-8 without NUL, which SQL functions cut off at.
bool survives_json(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text[i] == '\0' ? 0 : utf8_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

// The string of a value that is not NULL.
std::string encoded(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return "i" + std::to_string(sqlite3_value_int64(value));
    case SQLITE_FLOAT: return "r" + digits_of(sqlite3_value_double(value));
    case SQLITE_BLOB: {
      std::string out = "x";
      append_hex(out, bytes_of(value, false));
      return out;
    }
    default: break;
  }
  const std::string_view text = bytes_of(value, true);
  if (survives_json(text)) return "t" + std::string(text);
  std::string out = "h";
  append_hex(out, text);
  return out;
}

void encode_function(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  const std::string text = encoded(values[0]);
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

double real_of(std::string_view digits) {
  double number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);  // knows "inf", and no locale
  return number;
}

void give_value(sqlite3_context* context, std::string_view text) {
  const std::string_view rest = text.empty() ? text : text.substr(1);
  std::string bytes;
  switch (text.empty() ? '\0' : text.front()) {
    case 'i': return sqlite3_result_int64(context, std::strtoll(std::string(rest).c_str(), nullptr, 10));
    case 'r': return sqlite3_result_double(context, real_of(rest));
    case 't': return sqlite3_result_text64(context, rest.data(), rest.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    case 'h':
      if (!from_hex(rest, bytes)) break;
      return sqlite3_result_text64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    case 'x':
      if (!from_hex(rest, bytes)) break;
      return sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    default: break;
  }
  sqlite3_result_error(context, "not a captured value", -1);
}

// Reads the string that begins with the quote at `at`, and moves behind it. Captured rows are written by
// append_json_string; what else may come from a backup was verified, but never runs over the end.
bool read_string(std::string_view json, std::size_t& at, std::string& out) {
  out.clear();
  if (at >= json.size() || json[at] != '"') return false;
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] != '\\') {
      out += json[at];
      continue;
    }
    if (++at >= json.size()) return false;
    switch (json[at]) {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'u': {
        unsigned code = 0;
        const std::string_view digits = json.substr(at + 1, 4);
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        append_utf8(out, static_cast<char32_t>(code));
        at += 4;
        break;
      }
      default: out += json[at];
    }
  }
  if (at >= json.size()) return false;
  ++at;
  return true;
}

// The string of member `name`; false when it is null or not there.
bool find_captured(std::string_view json, std::string_view name, std::string& value) {
  std::string key;
  std::size_t at = 1;
  while (read_string(json, at, key)) {
    ++at;  // the colon
    const bool wanted = key == name;
    if (json.substr(at).starts_with("null")) {
      if (wanted) return false;
      at += 4;
    } else {
      if (!read_string(json, at, value)) return false;
      if (wanted) return true;
    }
    ++at;  // the comma
  }
  return false;
}

// User data: something for backstay_get, which gives the value, nothing for backstay_raw.
void member_function(sqlite3_context* context, int, sqlite3_value** values) {
  std::string found;
  if (sqlite3_value_type(values[0]) == SQLITE_NULL || !find_captured(bytes_of(values[0], true), bytes_of(values[1], true), found)) {
    return sqlite3_result_null(context);
  }
  if (sqlite3_user_data(context)) return give_value(context, found);
  sqlite3_result_text64(context, found.data(), found.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void key_function(sqlite3_context* context, int count, sqlite3_value** values) {
  std::string json = "{";
  for (int i = 0; i + 1 < count; i += 2) {
    if (i != 0) json += ',';
    report::append_json_string(json, bytes_of(values[i], true));
    json += ':';
    append_captured(json, values[i + 1]);
  }
  json += '}';
  sqlite3_result_text64(context, json.data(), json.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// The raw member behind `at` (a string with its quotes, or null), and moves behind it.
std::string_view skip_value(std::string_view json, std::size_t& at) {
  const std::size_t start = at;
  if (json.substr(at).starts_with("null")) {
    at += 4;
  } else {
    for (++at; at < json.size() && json[at] != '"'; ++at) {
      if (json[at] == '\\') ++at;
    }
    ++at;
  }
  at = std::min(at, json.size());
  return json.substr(start, at - start);
}

// Rows of one table have the same columns in the same order, unless its structure changed in between.
void add_changed_columns(sqlite3_context* context, int, sqlite3_value** values) {
  auto** names = static_cast<std::set<std::string>**>(sqlite3_aggregate_context(context, sizeof(std::set<std::string>*)));
  if (!names) return sqlite3_result_error_nomem(context);
  if (!*names) *names = new std::set<std::string>();
  const std::string_view before = bytes_of(values[0], true), after = bytes_of(values[1], true);
  std::size_t i = 1, j = 1;
  std::string name, other;
  while (read_string(before, i, name)) {
    ++i;
    const std::string_view old_value = skip_value(before, i);
    ++i;
    const std::size_t back = j;
    if (read_string(after, j, other) && other == name) {
      ++j;
      const std::string_view new_value = skip_value(after, j);
      ++j;
      if (old_value != new_value) (*names)->insert(name);
    } else {
      j = back;
      (*names)->insert(name);  // not in the same place: looked at cell by cell
    }
  }
}

void give_changed_columns(sqlite3_context* context) {
  auto** names = static_cast<std::set<std::string>**>(sqlite3_aggregate_context(context, 0));
  std::string text;
  if (names && *names) {
    for (const std::string& name : **names) text += (text.empty() ? "" : "\x1f") + name;
    delete *names;
  }
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// FNV-1a and a mixer over it: fast, and spread well enough that sums of them tell tables apart. Not a digest.
std::uint64_t hash_bytes(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ull;
  }
  return hash;
}

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 30u;
  x *= 0xBF58476D1CE4E5B9ull;
  x ^= x >> 27u;
  x *= 0x94D049BB133111EBull;
  return x ^ (x >> 31u);
}

struct RowsHash {
  std::uint64_t first, second;
};

void add_row_hash(sqlite3_context* context, int count, sqlite3_value** values) {
  auto* sums = static_cast<RowsHash*>(sqlite3_aggregate_context(context, sizeof(RowsHash)));
  if (!sums) return sqlite3_result_error_nomem(context);
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (int i = 0; i < count; ++i) {
    const int type = sqlite3_value_type(values[i]);
    const char kind = static_cast<char>('0' + type);
    hash = hash_bytes(hash, std::string_view(&kind, 1));
    if (type == SQLITE_INTEGER) {
      const std::int64_t number = sqlite3_value_int64(values[i]);
      hash = hash_bytes(hash, std::string_view(reinterpret_cast<const char*>(&number), sizeof number));
    } else if (type == SQLITE_FLOAT) {
      const double number = sqlite3_value_double(values[i]);
      hash = hash_bytes(hash, std::string_view(reinterpret_cast<const char*>(&number), sizeof number));
    } else if (type != SQLITE_NULL) {
      const std::string_view bytes = bytes_of(values[i], type == SQLITE_TEXT);
      const std::uint64_t size = bytes.size();
      hash = hash_bytes(hash, std::string_view(reinterpret_cast<const char*>(&size), sizeof size));
      hash = hash_bytes(hash, bytes);
    }
  }
  sums->first += mixed(hash);
  sums->second += mixed(hash ^ 0x9E3779B97F4A7C15ull);
}

void give_rows_hash(sqlite3_context* context) {
  const auto* sums = static_cast<RowsHash*>(sqlite3_aggregate_context(context, 0));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(sums ? sums->first : 0),
                static_cast<unsigned long long>(sums ? sums->second : 0));
  sqlite3_result_text(context, text.data(), -1, SQLITE_TRANSIENT);
}

}  // namespace

Value value_of(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return Value::of(static_cast<std::int64_t>(sqlite3_value_int64(value)));
    case SQLITE_FLOAT: return Value::of_real(sqlite3_value_double(value));
    case SQLITE_TEXT: return Value::of(bytes_of(value, true));
    case SQLITE_BLOB: return Value::blob(std::string(bytes_of(value, false)));
    default: return Value::null();
  }
}

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return sqlite3_bind_null(statement, index);
    case Value::Kind::integer: return sqlite3_bind_int64(statement, index, value.integer);
    case Value::Kind::real: return sqlite3_bind_double(statement, index, value.real);
    case Value::Kind::text:
      return sqlite3_bind_text64(statement, index, value.bytes.data(), value.bytes.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    case Value::Kind::blob:
      return sqlite3_bind_blob64(statement, index, value.bytes.data(), value.bytes.size(), SQLITE_TRANSIENT);
  }
  return SQLITE_MISUSE;
}

void append_captured(std::string& json, sqlite3_value* value) {
  if (sqlite3_value_type(value) == SQLITE_NULL) {
    json += "null";
    return;
  }
  report::append_json_string(json, encoded(value));
}

int add_functions(sqlite3* db) {
  constexpr int kind = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const int code = sqlite3_create_function_v2(db, "backstay_encode", 1, kind, nullptr, encode_function, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return code;
  for (void* user : {static_cast<void*>(db), static_cast<void*>(nullptr)}) {
    const int made = sqlite3_create_function_v2(db, user ? "backstay_get" : "backstay_raw", 2, kind, user, member_function, nullptr, nullptr, nullptr);
    if (made != SQLITE_OK) return made;
  }
  int made = sqlite3_create_function_v2(db, "backstay_key", -1, kind, nullptr, key_function, nullptr, nullptr, nullptr);
  if (made != SQLITE_OK) return made;
  made = sqlite3_create_function_v2(db, "backstay_changed_columns", 2, kind, nullptr, nullptr, add_changed_columns, give_changed_columns, nullptr);
  if (made != SQLITE_OK) return made;
  return sqlite3_create_function_v2(db, "backstay_rows_hash", -1, kind, nullptr, nullptr, add_row_hash, give_rows_hash, nullptr);
}

}  // namespace backstay::db
