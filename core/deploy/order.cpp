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

std::string_view to_string(WaitKind kind) {
  switch (kind) {
    case WaitKind::names: return "names";
    case WaitKind::holds: return "holds";
    case WaitKind::follows: return "follows";
    case WaitKind::depends: return "depends";
  }
  return "";
}

std::string_view to_string(NodeState state) {
  switch (state) {
    case NodeState::ordered: return "ordered";
    case NodeState::candidate: return "candidate";
    case NodeState::waiting: return "waiting";
  }
  return "";
}

}  // namespace backstay::deploy
