// Keeps passwords out of everything that is logged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backstay::plugin {

class Redactor {
 public:
  // A value that must not appear anywhere; shorter than four bytes is ignored, because it would blot out
  // half of every text.
  void add_secret(std::string_view secret);
  // The password of a database URL or connection string, if there is one.
  void add_secrets_of_url(std::string_view url);

  // `text` (plain or JSON) with every registered secret, and every value behind password=, pwd=, passwd=,
  // "password": and the user part of URLs, replaced by ***. Stays valid JSON when it was.
  std::string operator()(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace backstay::plugin
