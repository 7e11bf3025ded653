// Evens out the text of a CREATE statement that a server keeps as it was written.
#pragma once

#include <string>
#include <string_view>

namespace backstay::schema {

// Without comments, with one blank where any were, keywords and names outside quotes in lower case, and without quotes
// around names that need none: what ALTER TABLE ... RENAME there and back leaves behind is no difference.
std::string even_sql(std::string_view sql);

}  // namespace backstay::schema
