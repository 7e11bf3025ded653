// Escaping for the formats that something else interprets. Each function takes any bytes and gives
// valid UTF-8 in which nothing of the input can act as markup.
#pragma once

#include <string>
#include <string_view>

namespace backstay::report {

// Text and attribute values of XML 1.0 and HTML. `keep_lines` keeps line breaks and tabs as they are.
std::string xml_text(std::string_view text, bool keep_lines = false);

// Running text of GitHub's Markdown, also inside a table: no emphasis, links, mentions or HTML.
std::string markdown_text(std::string_view text);
// The same as a code span.
std::string markdown_code(std::string_view text);

// A workflow command's message, and a value of one of its properties.
std::string workflow_message(std::string_view text);
std::string workflow_property(std::string_view text);

// A relative path or an absolute one as a URI reference (RFC 3986).
std::string uri_of(std::string_view path);

}  // namespace backstay::report
