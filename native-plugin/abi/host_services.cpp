#include "native-plugin/abi/host_services.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "native-plugin/abi/host_wrappers.hpp"
#include "native-plugin/abi/text.hpp"

namespace backstay::plugin::abi {
namespace {

// Copies the members that struct_size covers whole; the rest is NULL. Behind ctx all members are pointers.
// False when not even ctx is covered.
template <class Table>
bool copy_table(const Table& from, Table& to) {
  constexpr std::size_t head = offsetof(Table, ctx) + sizeof(void*);
  std::size_t size = std::min<std::size_t>(from.struct_size, sizeof(Table));
  if (size < head) return false;
  size -= (size - head) % sizeof(void*);
  to = Table{};
  std::memcpy(&to, &from, size);
  return true;
}

bool copy_host(const backstay_host& from, backstay_host& to) {
  constexpr std::size_t head = offsetof(backstay_host, name);
  std::size_t size = std::min<std::size_t>(from.struct_size, sizeof(backstay_host));
  if (size < head) return false;
  size -= (size - head) % sizeof(void*);
  to = backstay_host{};
  std::memcpy(&to, &from, size);
  return true;
}

bool is_our_version(const backstay_host& host) {
  return host.abi_major == BACKSTAY_ABI_MAJOR && (BACKSTAY_ABI_MAJOR != 0 || host.abi_minor == BACKSTAY_ABI_MINOR);
}

// One group: absent, too small, or wrapped.
template <class Wrapper, class Table, class Service, class... More>
bool take(const Table* table, std::unique_ptr<Service>& service, const std::shared_ptr<Fence>& fence, More... more) {
  if (!table) return true;
  Table copy;
  if (!copy_table(*table, copy)) return false;
  service = std::make_unique<Wrapper>(copy, fence, more...);
  return true;
}

}  // namespace

Answered services_from(const backstay_host* host, const std::shared_ptr<Fence>& fence,
                       const std::shared_ptr<const Redactor>& secrets, Services& services) {
  if (!host) return {};
  backstay_host known;
  if (!copy_host(*host, known)) return {BACKSTAY_E_ABI, "backstay_host is smaller than any version of it"};
  if (!is_our_version(known)) return {BACKSTAY_E_ABI, "the host was built for another version of the interface"};
  if (!text_argument(known.name, known.name ? SIZE_MAX : 0) || !text_argument(known.version, known.version ? SIZE_MAX : 0)) {
    return {BACKSTAY_E_ARG, "the host's name or version is no UTF-8"};
  }
  const bool fit = take<HostLog>(known.log, services.log, fence, secrets) && take<HostStore>(known.store, services.store, fence) &&
                   take<HostJobs>(known.jobs, services.jobs, fence) && take<HostMaintenance>(known.maint, services.maintenance, fence) &&
                   take<HostNotifier>(known.notify, services.notifier, fence) && take<HostVerifier>(known.verify, services.verifier, fence) &&
                   take<HostClock>(known.clock, services.clock, fence) && take<HostDatabase>(known.db, services.database, fence) &&
                   take<HostChanges>(known.changes, services.changes, fence);
  if (!fit) return {BACKSTAY_E_ABI, "a table of callbacks is smaller than any version of it"};
  if (services.database && services.database->can_exec()) return {BACKSTAY_E_UNSUPPORTED, "this version uses a lent connection only for restore_all"};
  return {};
}

}  // namespace backstay::plugin::abi
