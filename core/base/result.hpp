// Errors as values with a place: Result<T> is either what was asked for or the reason it could not
// be read. A deadlock, an unsafe script or a wrong order are results, never an Error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace backstay {

// Where something was read. A default value means "no place".
struct SourcePos {
  std::string file;          // path inside the upload with '/', never a path of the host
  std::uint32_t line = 0;    // from 1; 0 when the input has no lines (an archive)
  std::uint32_t column = 0;  // from 1, counting Unicode code points; 0 when line is 0
  std::uint64_t offset = 0;  // bytes from the start of that file as stored (for a record inside a
                             // gzip container: from the start of the inflated data)
};

enum class ErrorCode : std::uint8_t {
  missing,         // an input or a part of it does not exist
  not_recognised,  // the bytes are none of the formats we read
  malformed,       // a known format that breaks its own rules
  unsafe,          // names that leave their folder, duplicate names, nested bombs
  limit_exceeded,  // over one of core/base/limits.hpp
  unreadable,      // the host could not deliver the bytes
  cancelled,       // the host asked to stop
};

// Rule ids under which an Error becomes a finding of the report ("archive/malformed", ...).
std::string_view error_rule(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::malformed;
  SourcePos at;
  std::string message;  // one lower-case sentence, no final stop, quoting the offending text
};

// Either a value or an Error. `if (!r.ok()) return r.error();` is the one way to pass an error on.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  // value() needs ok(), error() needs !ok(); both stay valid as long as this Result.
  T& value() { return *std::get_if<0>(&state_); }
  const T& value() const { return *std::get_if<0>(&state_); }
  const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

struct Nothing {};  // Result<Nothing>: success without a value

}  // namespace backstay
