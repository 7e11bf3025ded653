#include "core/package/promotion/promotion.hpp"

#include "core/base/sorting.hpp"
#include "core/package/promotion/checks.hpp"
#include "core/package/promotion/document.hpp"

namespace backstay::promotion {

Result<PackageSet> read_promotion(std::string_view text, const std::string& file, const Limits& limits) {
  const auto document = read_document(text, file, limits);
  if (!document.ok()) return document.error();
  Report report(document.value());
  check_process(document.value(), report);
  check_structure(document.value(), report);
  PackageSet set;
  set.kind = InputKind::promotion;
  set.bytes = text.size();
  set.findings = report.take();
  sort_stably(set.findings.begin(), set.findings.end(),
              [](const Finding& a, const Finding& b) { return a.at.offset < b.at.offset; });
  return set;
}

}  // namespace backstay::promotion
