// Lines for a terminal: colours that can be off, words wrapped at a width, nothing hostile let through.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/text/words.hpp"

namespace backstay::report {

enum class Style { plain, bold, dim, red, yellow, cyan, green };

class TextPage {
 public:
  TextPage(std::size_t width, bool colour, Language language = Language::en) : width_(width < 40 ? 40 : width), colour_(colour), words_(language) {}

  // Text as it is: numbers, marks, code.
  TextPage& put(std::string_view own, Style style = Style::plain);
  // Words of this program, in the language of the page.
  TextPage& say(std::string_view own, Style style = Style::plain) { return put(words_(own), style); }
  // Text from an input: control characters are made visible.
  TextPage& put_foreign(std::string_view foreign, Style style = Style::plain);
  TextPage& end_line();
  // An empty line, unless one stands there already or nothing was written yet.
  void gap();

  // A paragraph: the lead on the first line, the rest below its end; both in the language of the page as far as
  // they are this program's. Words longer than the width stay whole, so that names and paths can be copied.
  void wrapped(std::string_view english_lead, std::string_view foreign, Style lead_style = Style::plain);

  std::size_t width() const { return width_; }
  std::string take() { return std::move(out_); }

 private:
  void start(Style style);
  void stop(Style style);

  std::size_t width_;
  bool colour_;
  Words words_;
  std::string out_;
};

// "1 error", "2 errors".
std::string counted(std::size_t count, std::string_view one, std::string_view many);

// "612 bytes", "4.2 KB", "60.0 MB": for people, with 1024 to the step.
std::string size_text(std::uint64_t bytes);

}  // namespace backstay::report
