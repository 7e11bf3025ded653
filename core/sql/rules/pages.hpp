// The pages of the SQL rules: each is what a reader gets to see about a rule and, at the same time,
// the rule's test (tests/core/sql/rule_pages_test.cpp).
#pragma once

#include <string_view>

namespace backstay::sql::rules {

// The page of a rule, Markdown; empty when there is none of that name.
// id  "update-data" or "sql/update-data"
std::string_view rule_page(std::string_view id);

}  // namespace backstay::sql::rules
