#include "native-plugin/abi/problem.hpp"

#include "core/report/json_writer.hpp"
#include "native-plugin/abi/status.hpp"

namespace backstay::plugin::abi {

std::string problem_json(backstay_status status, std::string_view message) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("schema", "backstay.problem/1");
  json.member("code", status_name(status));
  json.member("message", message);
  json.end_object();
  return out;
}

}  // namespace backstay::plugin::abi
