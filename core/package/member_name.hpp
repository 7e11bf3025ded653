// Names inside archives and containers: never trusted, always brought into one form before use.
#pragma once

#include <string>
#include <string_view>

namespace backstay {

// Brings a name into the form used everywhere: '\' becomes '/', "." and empty parts vanish.
std::string normalise_member_name(std::string_view name);

// Why `name` (raw, either separator) may not be used: it is empty, leaves its folder, starts at a
// root or a drive, or holds a NUL or an unfinished part. Empty when it is fine.
std::string_view member_name_problem(std::string_view name);

// Why a file of this normalised name should not be written to a disk of any kind: device names,
// characters and endings that Windows gives a meaning to. Empty when it is fine.
std::string_view file_name_problem(std::string_view name);

// For comparing without case, as Windows and the vendor's tools do: ASCII, Latin-1, Greek, Cyrillic.
// Appends to `out`; never longer than the input.
void fold_case(std::string_view name, std::string& out);
std::string fold_case(std::string_view name);
bool same_name(std::string_view a, std::string_view b);
// `name` begins with `folder` and a '/', whatever the case of ASCII letters.
bool is_below(std::string_view name, std::string_view folder);

}  // namespace backstay
