// SQL files of this folder, compiled in.
#pragma once

#include <string_view>

namespace backstay::rollback {

// The text of core/rollback/<name>.sql ("postgresql/common"); empty when there is none.
std::string_view sql_text(std::string_view name);

}  // namespace backstay::rollback
