// The order in which everything is deployed, or why there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/finding.hpp"
#include "core/package/package.hpp"

namespace backstay::deploy {

enum class OrderStatus : std::uint8_t { ok, deadlock, cycle, missing, not_applicable };
std::string_view to_string(OrderStatus status);

struct OrderStep {
  std::string package, id;
  std::optional<std::string> version;
};

struct CandidateDependency {
  std::string package;   // name, or the id when unknown
  std::string version;   // as written: a blank kept from the list is kept here
  bool satisfied = false;
  bool is_step = false;  // the package's own last ordered version rather than an entry of the list
};

struct Candidate {
  std::string package, version;
  std::vector<CandidateDependency> dependencies;
};

// A version that keeps another from leaving its step (origam.md section 8, part 4).
struct Conflict {
  std::string package, version;         // the blocker
  std::string depends_on;               // "Security 5.3.1": the step it insists on
  std::string holds_package, holds_version;
};

struct Missing {
  std::string package, needs, needs_id;
  std::optional<std::string> version;
  bool optional = false;  // InstallBehavior 1: installed but left inactive
};

// One entry of a dependency list that names another number, or goes.
struct RepairEdit {
  std::string file, package, version, dependency, from, to;  // `to` is empty when the entry goes
  std::string version_id, dependency_id;
  // The lines it stands on, as indices into DeploymentVersion::dependencies, with the number each one has.
  struct Line {
    std::size_t entry = 0;
    std::string from;
  };
  std::vector<Line> lines;
};
struct Repair {
  std::string title;
  std::vector<RepairEdit> edits;       // all of them together
  std::vector<std::string> order;      // "Package Version" in the order that results; empty when left out for its length
};

// Why one waits for another.
enum class WaitKind : std::uint8_t {
  names,    // ORIGAM: an entry of its list
  holds,    // ORIGAM: the other names the step before, which the package may not leave until that has run
  follows,  // ORIGAM: the next number of the same package
  depends,  // Creatio: a dependency of the package
};
std::string_view to_string(WaitKind kind);

// One wait of a circle, for people.
struct Wait {
  std::string package, version;
  std::string waits_for, waits_for_version;
  std::string step;      // holds: what the other names, "Root 5.1.8"
  WaitKind kind = WaitKind::names;
  bool stated = false;   // written down at `at`; else implied, and `at` is where the reason is written, if anywhere
  SourcePos at;
};

// The order as a picture (lanes.hpp): what the page draws.
enum class NodeState : std::uint8_t { ordered, candidate, waiting };
std::string_view to_string(NodeState state);
struct Layout {
  struct Lane {
    std::string package, id;
  };
  struct Node {
    std::uint32_t lane = 0, column = 0;
    std::optional<std::string> version;
    NodeState state = NodeState::ordered;
  };
  struct Edge {
    std::uint32_t from = 0, to = 0;  // nodes; `from` waits for `to`
    WaitKind kind = WaitKind::names;
    bool on_circle = false;
  };
  std::vector<Lane> lanes;
  std::vector<Node> nodes;  // by column
  std::vector<Edge> edges;
  std::size_t columns = 0;  // of the whole order
  std::size_t nodes_left_out = 0, edges_left_out = 0;
};

struct Order {
  OrderStatus status = OrderStatus::not_applicable;
  std::string error;  // "", or the exact failure: "deadlock", "no-free-version", "self-dependency", "cycle"
  std::vector<OrderStep> steps;  // on failure those placed before it stopped
  std::vector<Candidate> candidates;
  std::vector<Conflict> conflicts;
  std::vector<std::vector<std::string>> cycles;  // each a closed walk of names, first one not repeated
  std::vector<std::vector<Wait>> explanation;    // of each cycle: one wait a step
  std::vector<Missing> missing;
  std::vector<Repair> repairs;
  Layout layout;
  std::string message;  // ORIGAM: the vendor's message, rebuilt; empty when ok
};

// True when versions or packages wait for each other, so that nothing can be deployed as it is. A missing
// package does not: the others still have their order.
inline bool has_no_order(const Order& order) {
  return order.status == OrderStatus::deadlock || order.status == OrderStatus::cycle;
}

// A script or another element that the target has, as far as it is known.
struct InstalledScript {
  std::string name, id;
  std::optional<Dialect> engine;
  std::optional<InstallType> install_type;
  std::optional<bool> backward_compatible;
  std::optional<std::int64_t> modified_ms;
  std::string sha256;                // lower-case hex; may be empty
  std::optional<std::string> text;   // known when the environment is a folder or archive of packages
  std::string file;                  // where the text stands, inside that; may be empty
};
struct InstalledElement {
  std::string name, id;
  std::optional<std::int64_t> modified_ms;
};

struct InstalledPackage {
  std::string id, name;
  std::optional<std::string> version;
  std::optional<std::string> maintainer = {};
  std::optional<std::int64_t> modified_ms = {};
  std::optional<bool> locked = {};   // preinstalled or imported: nobody changes it in the target
  // nullopt: nobody asked; an empty list: it has none.
  std::optional<std::vector<InstalledScript>> scripts = {};
  std::optional<std::vector<InstalledElement>> schemas = {}, data_bindings = {};
};

struct OrderResult {
  Order order;
  Findings findings;  // order/... and package/... about dependencies
};

// Creatio packages by their dependencies; `installed` counts as present. Ties go by name, which is
// our own choice where the vendor leaves it open (creatio.md section 5).
OrderResult order_creatio(const std::vector<const Package*>& packages, const std::vector<InstalledPackage>& installed);
// The same with everything that is known about the target: its engine, tables and running jobs are held against the
// delivery too.
struct Environment;
OrderResult order_delivery(const std::vector<const Package*>& packages, const Environment& environment);

// ORIGAM's order exactly (origam.md sections 6 to 8). `stored` holds the versions a database stands at:
// packages whose stored version is not below their current one are left out. Empty = empty database.
OrderResult order_origam(const PackageSet& model, const std::vector<InstalledPackage>& stored);

}  // namespace backstay::deploy
