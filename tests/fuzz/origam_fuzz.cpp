// Any bytes as a version file and as a package file of a small model: a set or an error, places inside the
// file, and an order or a reason for none.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/deploy/order.hpp"
#include "core/package/origam/model.hpp"

using namespace backstay;

namespace {

constexpr const char* package =
    "<x:file xmlns:x='m'><package x:id='147fa70d-6519-4393-b5d0-87931f9fd609' name='Root' version='1.0'/></x:file>";

void try_model(const std::string& package_text, const std::string& version_text) {
  Input input;
  input.is_folder = true;
  input.files.push_back({"A/.origamPackage", std::make_shared<MemorySource>(package_text)});
  input.files.push_back({"A/DeploymentVersion/A/1.origam", std::make_shared<MemorySource>(version_text)});
  const auto set = origam::read_origam_model(input, Limits{}, nullptr);
  if (!set.ok()) {
    if (set.error().message.empty()) std::abort();
    return;
  }
  const std::size_t longest = std::max(package_text.size(), version_text.size());
  const deploy::OrderResult result = deploy::order_origam(set.value(), {});
  for (const Findings* findings : {&set.value().findings, &result.findings}) {
    for (const Finding& finding : *findings) {
      if (finding.at.offset > longest || finding.message.empty() || finding.rule.empty()) std::abort();
    }
  }
  if (result.order.status == deploy::OrderStatus::deadlock && result.order.error.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try_model(package, text);
  try_model(text, "<f><DeploymentVersion version='1.0' name='1.0'/></f>");
  return 0;
}
