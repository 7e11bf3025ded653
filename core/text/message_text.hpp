// The message files as compiled in. Written for the eyes of core/text/words.cpp.
#pragma once

#include <string_view>

namespace backstay {

// messages.<language>.txt, byte for byte; empty for a language that has no file.
std::string_view message_text(std::string_view language);

}  // namespace backstay
