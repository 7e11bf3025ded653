// One XML file of an ORIGAM model: parsed by pugixml, with the place of every element and attribute.
#pragma once

#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "core/base/text_document.hpp"

namespace backstay::origam {

// An attribute's value after character references are resolved, and where each byte of it was written.
struct DecodedValue {
  std::string text;
  std::vector<std::size_t> offsets;  // per byte of text, plus one for the end; into the document's text
};

// Decodes text[begin, end), the raw value of an attribute. References we do not know stay as they are.
DecodedValue decode_value(std::string_view text, std::size_t begin, std::size_t end);

// Owns the text and the tree. Line breaks inside attributes stay what they are: ORIGAM reads them so.
// Custom entities are not expanded; element names are compared by their local part.
class XmlFile {
 public:
  // Errors: malformed with the place, limit_exceeded for elements or depth.
  static Result<XmlFile> parse(std::string_view bytes, std::string path, const Limits& limits);

  pugi::xml_node root() const { return tree_->document_element(); }
  const TextDocument& document() const { return *document_; }
  SourcePos place(pugi::xml_node element) const;     // of its '<'
  SourcePos place(std::size_t offset) const { return document_->position(offset); }
  // A finding at that offset of the document's text, with the line it stands on.
  Finding finding(std::string rule, Severity severity, std::size_t offset, std::string message) const;
  Finding finding(std::string rule, Severity severity, pugi::xml_node element, std::string message) const;
  // The value of the attribute with this local name, decoded byte by byte; nullopt when absent.
  std::optional<DecodedValue> decode(pugi::xml_node element, std::string_view local_name) const;

 private:
  std::unique_ptr<TextDocument> document_;  // behind pointers: the tree refers to neither
  std::unique_ptr<pugi::xml_document> tree_;
};

// The part of a qualified name behind its prefix.
std::string_view local_name(std::string_view name);
inline std::string_view local_name(pugi::xml_node node) { return local_name(node.name()); }

// Value of the attribute with this local name, whatever its prefix; nullopt when absent.
std::optional<std::string> attribute(pugi::xml_node element, std::string_view name);

// The class an element stands for: `x:type` in the older file form, else the class in its namespace
// ("Origam.Schema.DeploymentModel.DeploymentVersion", any version). Empty when there is neither.
std::string class_of(pugi::xml_node element);

// The element behind `node` in document order inside `root`; an empty node at the end. No recursion.
pugi::xml_node next_in_document(pugi::xml_node node, pugi::xml_node root);

}  // namespace backstay::origam
