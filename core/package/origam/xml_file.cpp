#include "core/package/origam/xml_file.hpp"

#include <algorithm>

#include "core/base/utf8.hpp"

namespace backstay::origam {
namespace {

// pugixml keeps about 100 bytes for every element and attribute, so both are counted before parsing.
constexpr std::size_t max_markup = 4'000'000;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Resolves the reference at text[at] ('&') into `out`; its length, or 0 when it is none we know.
std::size_t resolve_reference(std::string_view text, std::string& out) {
  const std::size_t end = text.substr(0, 12).find(';');
  if (end == std::string_view::npos) return 0;
  const std::string_view name = text.substr(1, end - 1);
  if (name == "lt") return out += '<', end + 1;
  if (name == "gt") return out += '>', end + 1;
  if (name == "amp") return out += '&', end + 1;
  if (name == "quot") return out += '"', end + 1;
  if (name == "apos") return out += '\'', end + 1;
  if (name.size() < 2 || name[0] != '#') return 0;
  const bool hex = name[1] == 'x';
  std::uint32_t value = 0;
  const std::string_view digits = name.substr(hex ? 2 : 1);
  if (digits.empty()) return 0;
  for (const char c : digits) {
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    else if (hex && c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a' + 10);
    else if (hex && c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A' + 10);
    else return 0;
    value = value * (hex ? 16 : 10) + digit;
    if (value > 0x10FFFF) return 0;
  }
  append_utf8(out, value);
  return end + 1;
}

// Depth of the tree by a walk without recursion; stops once it is over `limit`.
bool deeper_than(pugi::xml_node root, std::size_t limit) {
  std::size_t depth = 1;
  pugi::xml_node node = root;
  while (node) {
    if (depth > limit) return true;
    if (node.first_child()) {
      node = node.first_child();
      ++depth;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
      if (node == root || !node) return false;
    }
    node = node.next_sibling();
  }
  return false;
}

std::size_t offset_of(pugi::xml_node element) {
  const std::ptrdiff_t name = element.offset_debug();
  return name > 0 ? static_cast<std::size_t>(name) - 1 : 0;  // one back: the '<'
}

// Where the value of an attribute stands in the start tag whose name begins at `name_offset`. The tree
// was parsed from the same text, so the tag is well-formed.
std::optional<std::pair<std::size_t, std::size_t>> value_range(std::string_view text,
                                                                std::size_t name_offset,
                                                                std::string_view wanted) {
  std::size_t at = name_offset;
  const auto ends_name = [](char c) { return is_blank(c) || c == '/' || c == '>' || c == '='; };
  while (at < text.size() && !ends_name(text[at])) ++at;
  while (at < text.size()) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size() || text[at] == '>' || text[at] == '/') return std::nullopt;
    const std::size_t name = at;
    while (at < text.size() && !ends_name(text[at])) ++at;
    const std::string_view found = text.substr(name, at - name);
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size() || text[at] != '=') return std::nullopt;
    ++at;
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size() || (text[at] != '"' && text[at] != '\'')) return std::nullopt;
    const std::size_t close = text.find(text[at], at + 1);
    if (close == std::string_view::npos) return std::nullopt;
    if (local_name(found) == wanted && !found.starts_with("xmlns")) return std::pair{at + 1, close};
    at = close + 1;
  }
  return std::nullopt;
}

}  // namespace

DecodedValue decode_value(std::string_view text, std::size_t begin, std::size_t end) {
  DecodedValue value;
  std::size_t at = begin;
  while (at < end) {
    const std::size_t before = value.text.size();
    std::size_t length = text[at] == '&' ? resolve_reference(text.substr(at, end - at), value.text) : 0;
    if (length == 0) {
      value.text += text[at];
      length = 1;
    }
    value.offsets.resize(value.offsets.size() + (value.text.size() - before), at);
    at += length;
  }
  value.offsets.push_back(end);
  return value;
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::optional<std::string> attribute(pugi::xml_node element, std::string_view name) {
  for (const pugi::xml_attribute& found : element.attributes()) {
    const std::string_view full = found.name();
    if (local_name(full) == name && !full.starts_with("xmlns")) return std::string(found.value());
  }
  return std::nullopt;
}

std::string class_of(pugi::xml_node element) {
  for (const pugi::xml_attribute& found : element.attributes()) {
    const std::string_view full = found.name();
    if (full != "type" && local_name(full) == "type") return found.value();  // "type" alone is the class's own
  }
  const std::string_view name = element.name();
  const std::size_t colon = name.find(':');
  const std::string declaration =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  for (pugi::xml_node at = element; at; at = at.parent()) {
    const pugi::xml_attribute found = at.attribute(declaration.c_str());
    if (!found) continue;
    std::string_view uri = found.value();
    const std::size_t version = uri.rfind('/');
    if (version == std::string_view::npos) return std::string(uri);
    uri = uri.substr(0, version);
    return std::string(uri.substr(uri.rfind('/') + 1));
  }
  return {};
}

pugi::xml_node next_in_document(pugi::xml_node node, pugi::xml_node root) {
  if (node.first_child()) return node.first_child();
  while (node && node != root) {
    if (node.next_sibling()) return node.next_sibling();
    node = node.parent();
  }
  return {};
}

Result<XmlFile> XmlFile::parse(std::string_view bytes, std::string path, const Limits& limits) {
  XmlFile file;
  file.document_ = std::make_unique<TextDocument>(bytes, std::move(path));
  const std::string_view text = file.document_->text();
  const auto markup = std::count_if(text.begin(), text.end(), [](char c) { return c == '<' || c == '='; });
  if (static_cast<std::size_t>(markup) > max_markup) {
    return Error{ErrorCode::limit_exceeded, file.place(std::size_t{0}),
                 "XML with more than " + std::to_string(max_markup) + " elements and attributes"};
  }
  file.tree_ = std::make_unique<pugi::xml_document>();
  const pugi::xml_parse_result parsed =
      file.tree_->load_buffer(text.data(), text.size(), pugi::parse_escapes, pugi::encoding_utf8);
  if (!parsed) {
    return Error{ErrorCode::malformed, file.place(static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0))),
                 std::string("not valid XML: ") + parsed.description()};
  }
  if (deeper_than(file.root(), limits.max_xml_depth)) {
    return Error{ErrorCode::limit_exceeded, file.place(file.root()),
                 "XML nested deeper than " + std::to_string(limits.max_xml_depth)};
  }
  return file;
}

SourcePos XmlFile::place(pugi::xml_node element) const {
  return document_->position(offset_of(element));
}

Finding XmlFile::finding(std::string rule, Severity severity, std::size_t offset, std::string message) const {
  Finding made;
  made.rule = std::move(rule);
  made.severity = severity;
  made.message = std::move(message);
  made.at = place(offset);
  // Long lines are cut so that they start near the place; the cut falls between code points.
  const std::string_view line = document_->line_at(offset);
  const auto starts_code_point = [&](std::size_t i) { return (static_cast<unsigned char>(line[i]) & 0xC0) != 0x80; };
  std::size_t begin = 0;
  std::uint32_t skipped = 0;
  while (made.at.column - 1 - skipped > 120 && begin < line.size()) {
    if (starts_code_point(begin)) ++skipped;
    ++begin;
  }
  while (begin < line.size() && !starts_code_point(begin)) ++begin;
  std::size_t end = begin, points = 0;
  while (end < line.size() && (points < 200 || !starts_code_point(end))) {
    if (starts_code_point(end)) ++points;
    ++end;
  }
  made.excerpt = line.substr(begin, end - begin);
  made.excerpt_column = skipped + 1;
  return made;
}

Finding XmlFile::finding(std::string rule, Severity severity, pugi::xml_node element, std::string message) const {
  return finding(std::move(rule), severity, offset_of(element), std::move(message));
}

std::optional<DecodedValue> XmlFile::decode(pugi::xml_node element, std::string_view name) const {
  const std::ptrdiff_t start = element.offset_debug();
  if (start < 0) return std::nullopt;
  const std::string_view text = document_->text();
  const auto range = value_range(text, static_cast<std::size_t>(start), name);
  if (!range) return std::nullopt;
  return decode_value(text, range->first, range->second);
}

}  // namespace backstay::origam
