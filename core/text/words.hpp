// What Backstay says in another language than English.
//
// The code composes its sentences in English; messages.en.txt lists their forms, messages.<language>.txt the same
// forms in that language (decisions/0027). Names of rules, members of JSON, code and what inputs hold are never touched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstay {

enum class Language : std::uint8_t { en, ru };
// "en" and "ru"; nullopt for everything else, which callers refuse.
std::optional<Language> language_from(std::string_view name);
std::string_view to_string(Language language);

// One form in both languages; placeholders are written {name}, or {~name} for words that are looked up in turn.
struct MessageForm {
  std::string_view id, english, other;
};
// The forms of a language in the order of messages.en.txt; `other` is empty where the language has none.
std::vector<MessageForm> message_forms(Language language);

class Words {
 public:
  explicit Words(Language language);
  ~Words();
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  Language language() const { return language_; }
  // The sentence in this language; itself when it has no form there. Blanks at its ends are kept. English: itself.
  std::string operator()(std::string_view english) const;
  // Whether the sentence has a form.
  bool knows(std::string_view english) const;

 private:
  struct Form;
  struct Found;
  bool find(std::string_view text, bool whole, Found& found) const;
  std::string say(std::string_view text, unsigned depth) const;

  Language language_;
  std::vector<Form> forms_;
};

}  // namespace backstay
