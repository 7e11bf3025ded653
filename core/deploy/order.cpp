#include "core/deploy/order.hpp"

namespace backstay::deploy {

std::string_view to_string(OrderStatus status) {
  switch (status) {
    case OrderStatus::ok: return "ok";
    case OrderStatus::deadlock: return "deadlock";
    case OrderStatus::cycle: return "cycle";
    case OrderStatus::missing: return "missing";
    case OrderStatus::not_applicable: return "not-applicable";
  }
  return "";
}

}  // namespace backstay::deploy
