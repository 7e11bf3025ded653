// Bound data as rows to install: the columns that tell a row, those that are forced, and typed values. Format: data_binding.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay::creatio {

struct BindingColumn {
  std::string id;          // normal form
  std::string name;        // empty when the descriptor is of the old kind that names none
  std::string type_id;     // DataTypeValueUId in normal form; may be empty or all zeros
  bool is_key = false;
  bool is_forced = false;  // existing rows are changed in this column too
};

struct BindingValue {
  enum class Kind : std::uint8_t { absent, null, boolean, number, text };
  Kind kind = Kind::absent;  // absent: the row says nothing about the column
  bool boolean = false;
  std::string text;          // also of a number, as it was written
};

struct BindingRows {
  std::string table;         // name of the object
  std::string name;          // of the binding
  int install_type = 0;      // 0 when absent: rows are added, existing ones change in forced columns
  std::vector<BindingColumn> columns;
  std::vector<std::vector<BindingValue>> rows;  // one value a column, in their order
  // Texts of one culture, rows as above; the key columns are filled, of the others those that are translated.
  struct Localization {
    std::string culture;     // "en-US"
    std::vector<std::vector<BindingValue>> rows;
  };
  std::vector<Localization> localizations;
};

// descriptor     descriptor.json of the binding
// data           data.json; an empty file means no rows, which real packages have
// localizations  culture and text of each data.<culture>.json
//
// A value `"null"` is the text the vendor writes for a missing look-up, and is read as null. A row's value for a column
// that the descriptor does not list is left out. Errors: malformed with the place, limit_exceeded.
Result<BindingRows> read_binding_rows(std::string_view descriptor, std::string_view data,
                                      const std::vector<std::pair<std::string, std::string_view>>& localizations, const Limits& limits = {});

}  // namespace backstay::creatio
