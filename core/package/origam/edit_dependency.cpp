#include "core/package/origam/edit_dependency.hpp"

#include <utility>
#include <vector>

#include "core/base/ascii.hpp"
#include "core/deploy/version_number.hpp"
#include "core/package/origam/dependencies_csv.hpp"
#include "core/package/origam/deployment_version.hpp"
#include "core/package/origam/xml_file.hpp"

namespace backstay::origam {
namespace {

struct Range {
  std::size_t begin = 0, end = 0;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string canonical(std::string_view id) { return normalise_guid(id).value_or(std::string(id)); }

// The markup of the raw text, start tag by start tag. Comments, CDATA, processing instructions, document
// types and end tags are passed over, so nothing in them can be taken for an element.
class StartTags {
 public:
  explicit StartTags(std::string_view text) : text_(text) {}

  // Moves to the next start tag; false at the end.
  bool next() {
    while ((at_ = text_.find('<', at_)) != std::string_view::npos) {
      if (starts("<!--")) skip_to("-->");
      else if (starts("<![CDATA[")) skip_to("]]>");
      else if (starts("<?")) skip_to("?>");
      else if (starts("<!")) skip_document_type();
      else if (starts("</")) skip_to(">");
      else return read_tag();
    }
    return false;
  }

  std::string_view name() const { return name_; }
  // Raw value of the first attribute with this local name.
  std::optional<Range> value(std::string_view wanted) const {
    for (const auto& [name, range] : attributes_) {
      if (local_name(name) == wanted && !name.starts_with("xmlns")) return range;
    }
    return std::nullopt;
  }

 private:
  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  void skip_to(std::string_view what) {
    const std::size_t found = text_.find(what, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + what.size();
  }
  void skip_document_type() {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        at_ = text_.find(c, at_ + 1);
        if (at_ == std::string_view::npos) at_ = text_.size() - 1;
      } else if (c == '<' || c == '[') {
        ++depth;
      } else if (c == ']' || c == '>') {
        if (--depth == 0) break;
      }
    }
    at_ = at_ < text_.size() ? at_ + 1 : at_;
  }
  bool read_tag() {
    attributes_.clear();
    const auto ends_name = [](char c) { return is_blank(c) || c == '/' || c == '>' || c == '='; };
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && !ends_name(text_[at_])) ++at_;
    name_ = text_.substr(begin, at_ - begin);
    while (at_ < text_.size() && text_[at_] != '>') {
      if (is_blank(text_[at_]) || text_[at_] == '/') {
        ++at_;
        continue;
      }
      const std::size_t start = at_;
      while (at_ < text_.size() && !ends_name(text_[at_])) ++at_;
      const std::string_view attribute = text_.substr(start, at_ - start);
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (at_ == text_.size() || text_[at_] != '=') return true;  // no XML; the parser has said so
      ++at_;
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return true;
      const std::size_t close = text_.find(text_[at_], at_ + 1);
      if (close == std::string_view::npos) return true;
      attributes_.push_back({attribute, {at_ + 1, close}});
      at_ = close + 1;
    }
    return true;
  }

  std::string_view text_, name_;
  std::size_t at_ = 0;
  std::vector<std::pair<std::string_view, Range>> attributes_;
};

Result<Range> find_list(const XmlFile& file, const std::string& version_id) {
  const std::string_view text = file.document().text();
  std::optional<Range> found;
  std::size_t times = 0;
  for (StartTags tags(text); tags.next();) {
    if (local_name(tags.name()) != "DeploymentVersion") continue;
    const std::optional<Range> id = tags.value("id");
    if (!id || canonical(decode_value(text, id->begin, id->end).text) != version_id) continue;
    ++times;
    found = tags.value("deploymentDependenciesCsv");
  }
  if (times > 1) return Error{ErrorCode::malformed, file.place(std::size_t{0}), "there are " + std::to_string(times) + " deployment versions with id " + version_id};
  if (times == 0) return Error{ErrorCode::missing, file.place(std::size_t{0}), "there is no deployment version with id " + version_id};
  if (!found) return Error{ErrorCode::missing, file.place(std::size_t{0}), "deployment version " + version_id + " has no dependency list"};
  return *found;
}

// The line of the decoded text that holds `at`, with the break before it; the first line with the break
// behind it.
Range line_with_break(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t behind = text.find('\n', at);
  if (before == std::string_view::npos) return {0, behind == std::string_view::npos ? text.size() : behind + 1};
  Range range{before, behind == std::string_view::npos ? text.size() : behind};
  if (range.begin > 0 && text[range.begin - 1] == '\r') --range.begin;
  if (behind != std::string_view::npos && text[range.end - 1] == '\r') --range.end;  // belongs to the break behind
  return range;
}

std::string_view line_at(std::string_view text, std::size_t at) {
  return trimmed(text.substr(at, text.find('\n', at) - at));
}

bool same_attributes(pugi::xml_node a, pugi::xml_node b, std::size_t& differences) {
  pugi::xml_attribute left = a.first_attribute(), right = b.first_attribute();
  for (; left && right; left = left.next_attribute(), right = right.next_attribute()) {
    if (std::string_view(left.name()) != right.name()) return false;
    if (std::string_view(left.value()) == right.value()) continue;
    ++differences;
    if (local_name(std::string_view(left.name())) != "deploymentDependenciesCsv") return false;
  }
  return !left && !right;
}

// The same elements, texts and attributes, apart from one dependency list.
bool same_but_one_list(const XmlFile& a, const XmlFile& b) {
  std::size_t differences = 0;
  pugi::xml_node left = a.root(), right = b.root();
  for (; left && right; left = next_in_document(left, a.root()), right = next_in_document(right, b.root())) {
    if (left.type() != right.type() || std::string_view(left.name()) != right.name() || std::string_view(left.value()) != right.value()) return false;
    if (!same_attributes(left, right, differences)) return false;
  }
  return !left && !right && differences <= 1;
}

bool same_lines(const DependencyList& old_list, const DependencyList& new_list, const DependencyEdit& edit) {
  std::vector<DependencyLine> expected = old_list.lines;
  if (!edit.to) expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(edit.entry));
  if (expected.size() != new_list.lines.size() || old_list.faults.size() != new_list.faults.size()) return false;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const DependencyLine& is = new_list.lines[i];
    if (is.id != expected[i].id) return false;
    if (edit.to && i == edit.entry ? trimmed(is.number) != *edit.to : is.number != expected[i].number) return false;
  }
  return true;
}

Result<XmlFile> parse(std::string_view bytes, const std::string& path, const Limits& limits) {
  auto file = XmlFile::parse(bytes, path, limits);
  if (!file.ok()) return file;
  const TextEncoding encoding = file.value().document().encoding();
  if ((encoding != TextEncoding::utf8 && encoding != TextEncoding::utf8_mark) || file.value().document().had_damage()) {
    return Error{ErrorCode::not_recognised, {.file = path}, "is no valid UTF-8; only UTF-8 files are edited"};
  }
  return file;
}

bool is_plain_number(const std::string& text) {
  deploy::VersionParts parts;
  return text.find_first_not_of("0123456789.+-") == std::string::npos && deploy::parse_version_number(text, parts);
}

}  // namespace

Result<EditedFile> edit_dependency(std::string_view bytes, const std::string& path, const DependencyEdit& edit, const Limits& limits) {
  if (edit.to && !is_plain_number(*edit.to)) return Error{ErrorCode::malformed, {.file = path}, "\"" + *edit.to + "\" is no version number to write"};
  const auto old_file = parse(bytes, path, limits);
  if (!old_file.ok()) return old_file.error();
  const std::string_view text = old_file.value().document().text();
  const auto list = find_list(old_file.value(), canonical(edit.version_id));
  if (!list.ok()) return list.error();
  const DecodedValue value = decode_value(text, list.value().begin, list.value().end);
  const DependencyList lines = read_dependencies_csv(value.text, limits.max_dependencies);
  const auto failure = [&](ErrorCode code, std::size_t at, std::string message) { return Error{code, old_file.value().place(value.offsets[at]), std::move(message)}; };
  if (edit.entry >= lines.lines.size()) {
    return failure(ErrorCode::missing, 0, "the list has " + std::to_string(lines.lines.size()) + " entries; there is no entry " + std::to_string(edit.entry + 1));
  }
  const DependencyLine& line = lines.lines[edit.entry];
  const std::string before(line_at(value.text, line.at));
  if (line.id != canonical(edit.package_id) || trimmed(line.number) != trimmed(edit.from)) {
    return failure(ErrorCode::malformed, line.at, "expected an entry for " + canonical(edit.package_id) + " " + edit.from + ", found \"" + before + "\"");
  }

  // A mark is not part of the text.
  const std::size_t mark = bytes.size() - text.size();
  const Range decoded = edit.to ? Range{line.number_at, line.number_at + line.number_size} : line_with_break(value.text, line.at);
  const Range raw{value.offsets[decoded.begin] + mark, value.offsets[decoded.end] + mark};
  EditedFile made;
  made.before = before;
  made.bytes.assign(bytes.substr(0, raw.begin));
  made.bytes += edit.to.value_or("");
  made.bytes += bytes.substr(raw.end);

  const auto new_file = parse(made.bytes, path, limits);
  if (!new_file.ok()) return new_file.error();
  const auto new_range = find_list(new_file.value(), canonical(edit.version_id));
  if (!new_range.ok()) return new_range.error();
  const DecodedValue new_value = decode_value(new_file.value().document().text(), new_range.value().begin, new_range.value().end);
  const DependencyList new_lines = read_dependencies_csv(new_value.text, limits.max_dependencies);
  if (!same_but_one_list(old_file.value(), new_file.value()) || !same_lines(lines, new_lines, edit)) {
    return failure(ErrorCode::malformed, line.at, "the entry \"" + before + "\" cannot be changed without changing something else");
  }
  if (edit.to) made.after = line_at(new_value.text, new_lines.lines[edit.entry].at);
  return made;
}

}  // namespace backstay::origam
