#include "core/apply/risk.hpp"

namespace backstay::apply {

void write_risks(report::JsonWriter& json, const std::vector<Risk>& risks) {
  json.list("risks", risks, [&](const Risk& risk) {
    json.member("id", risk.id);
    json.member("message", risk.message);
    json.member_flag("required", risk.is_required);
    json.member_flag("acknowledged", risk.is_acknowledged);
  });
}

}  // namespace backstay::apply
