// What is to be said about a promotion before anyone is logged out. Rules: promotion.md.
#pragma once

#include <string>
#include <vector>

#include "core/base/finding.hpp"
#include "core/package/promotion/document.hpp"

namespace backstay::promotion {

// Collects findings with the place of an entry of the document.
class Report {
 public:
  explicit Report(const Document& document) : document_(document) {}
  Finding& add(const char* rule, Severity severity, std::size_t at, std::string message);
  // A part of the file is missing, so what would be looked at there was not.
  void not_checked(const char* missing, const char* what);
  void not_checked(std::string message, std::size_t at = 0);
  Findings take() { return std::move(findings_); }

 private:
  const Document& document_;
  Findings findings_;
};

// Running jobs, the sandbox, review and authors, time, backups, people and programs that notice.
void check_process(const Document& document, Report& report);

// The changelog and what it does to production.
void check_structure(const Document& document, Report& report);

// "1,174": with separators, for people.
std::string grouped(std::int64_t number);
// "301, 302, 303 and 4 more".
std::string listed(const std::vector<std::string>& items);

}  // namespace backstay::promotion
