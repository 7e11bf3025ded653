#include "core/text/words.hpp"

#include <map>

#include "core/base/ascii.hpp"
#include "core/text/message_text.hpp"

namespace backstay {
namespace {

// Chains of "A depends on B depends on C" are looked up one inside the other.
constexpr unsigned max_depth = 60;
// A form with less text of its own than this fits too much to stand for a whole sentence.
constexpr std::size_t least_own_text = 5;

struct Line {
  std::string_view id, text;
};

std::vector<Line> read_lines(std::string_view file) {
  std::vector<Line> lines;
  while (!file.empty()) {
    const std::size_t end = file.find('\n');
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    const std::size_t equals = line.find(" = ");
    if (line.starts_with("#") || equals == std::string_view::npos) continue;
    lines.push_back({line.substr(0, equals), line.substr(equals + 3)});
  }
  return lines;
}

// Text of one's own, and placeholders with their names.
struct Part {
  std::string_view text;      // own text, or the placeholder's name
  bool placeholder = false;
  bool looked_up = false;
};

// A brace that does not enclose a name is text.
std::vector<Part> parts_of(std::string_view form) {
  std::vector<Part> parts;
  std::size_t from = 0;
  for (std::size_t at = form.find('{'); at != std::string_view::npos; at = form.find('{', at + 1)) {
    const std::size_t close = form.find('}', at);
    if (close == std::string_view::npos) break;
    std::string_view name = form.substr(at + 1, close - at - 1);
    const bool looked_up = name.starts_with("~");
    if (looked_up) name.remove_prefix(1);
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string_view::npos) continue;
    if (at > from) parts.push_back({form.substr(from, at - from)});
    parts.push_back({name, true, looked_up});
    from = close + 1;
    at = close;
  }
  if (from < form.size()) parts.push_back({form.substr(from)});
  return parts;
}

}  // namespace

struct Words::Form {
  std::vector<Part> english, other;
  std::size_t own_text = 0;  // bytes
};

// The form that fits best, with what stands at its placeholders.
struct Words::Found {
  const Form* form = nullptr;
  std::vector<std::string_view> values;  // in the order of the English form
};

std::optional<Language> language_from(std::string_view name) {
  if (name == "en") return Language::en;
  if (name == "ru") return Language::ru;
  return std::nullopt;
}

std::string_view to_string(Language language) { return language == Language::ru ? "ru" : "en"; }

std::vector<MessageForm> message_forms(Language language) {
  std::map<std::string_view, std::string_view> other;
  for (const Line& line : read_lines(message_text(to_string(language)))) other.emplace(line.id, line.text);
  std::vector<MessageForm> forms;
  for (const Line& line : read_lines(message_text("en"))) {
    const auto found = other.find(line.id);
    forms.push_back({line.id, line.text, found == other.end() ? std::string_view() : found->second});
  }
  return forms;
}

Words::Words(Language language) : language_(language) {
  if (language == Language::en) return;
  for (const MessageForm& message : message_forms(language)) {
    Form form;
    form.english = parts_of(message.english);
    form.other = parts_of(message.other);
    for (const Part& part : form.english) form.own_text += part.placeholder ? 0 : part.text.size();
    forms_.push_back(std::move(form));
  }
}

Words::~Words() = default;

bool Words::find(std::string_view text, bool whole, Found& best) const {
  std::vector<std::string_view> values;
  for (const Form& form : forms_) {
    if (best.form && best.form->own_text >= form.own_text) continue;
    const bool fixed = form.english.size() == 1 && !form.english.front().placeholder;
    if (whole && !fixed && form.own_text < least_own_text) continue;
    values.clear();
    std::size_t at = 0;      // behind what fits so far
    bool open = false, fits = true;  // open: a placeholder waits for its end
    for (std::size_t i = 0; i < form.english.size() && fits; ++i) {
      const Part& part = form.english[i];
      if (part.placeholder) {
        open = true;
        continue;
      }
      std::size_t place = at;
      if (i + 1 == form.english.size()) {
        fits = text.size() >= at + part.text.size() && text.ends_with(part.text);
        place = fits ? text.size() - part.text.size() : at;
      } else if (open) {
        place = text.find(part.text, at + 1);
        fits = place != std::string_view::npos;
      } else {
        fits = text.substr(at).starts_with(part.text);
      }
      fits = fits && (open ? place > at : place == at);
      if (fits && open) values.push_back(text.substr(at, place - at));
      at = place + part.text.size();
      open = false;
    }
    if (fits && open) {
      fits = at < text.size();
      values.push_back(text.substr(at));
      at = text.size();
    }
    if (!fits || at != text.size()) continue;
    best = {&form, values};
  }
  return best.form != nullptr;
}

std::string Words::say(std::string_view text, unsigned depth) const {
  Found found;
  if (depth > max_depth || !find(text, depth == 0, found)) return std::string(text);
  std::map<std::string_view, std::string> values;
  std::size_t next = 0;
  for (const Part& part : found.form->english) {
    if (!part.placeholder) continue;
    const std::string_view value = found.values[next++];
    values.emplace(part.text, part.looked_up ? say(value, depth + 1) : std::string(value));
  }
  std::string said;
  for (const Part& part : found.form->other) {
    if (part.placeholder) said += values[part.text];
    else said += part.text;
  }
  return said;
}

std::string Words::operator()(std::string_view english) const {
  if (language_ == Language::en) return std::string(english);
  std::string_view text = trimmed(english);
  // ", 3 errors" continues a line and "error:" leads one.
  while (!text.empty() && (text.front() == ',' || text.front() == ':' || text.front() == '-')) text = trimmed(text.substr(1));
  if (text.ends_with(":") && !knows(text)) text.remove_suffix(1);
  if (text.empty()) return std::string(english);
  const std::size_t begin = static_cast<std::size_t>(text.data() - english.data());
  std::string said(english.substr(0, begin));
  said += say(text, 0);
  said += english.substr(begin + text.size());
  return said;
}

bool Words::knows(std::string_view english) const {
  Found found;
  return language_ == Language::en || find(trimmed(english), true, found);
}

}  // namespace backstay
