// The host's tables of callbacks as the services that an engine takes.
#pragma once

#include <memory>
#include <string>

#include "native-plugin/abi/fence.hpp"
#include "native-plugin/services/redact.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin::abi {

// Copies the tables as far as their struct_size reaches; groups that are not there stay null.
//
// host    may be NULL; ctx pointers and functions have to stay valid until the services are gone
// secrets what must never reach the host's log
//
// BACKSTAY_E_ABI for a struct smaller than any version of it or for another version of the interface,
// BACKSTAY_E_ARG for a name that is no UTF-8, BACKSTAY_E_UNSUPPORTED for a group this version cannot use.
Answered services_from(const backstay_host* host, const std::shared_ptr<Fence>& fence,
                       const std::shared_ptr<const Redactor>& secrets, Services& services);

}  // namespace backstay::plugin::abi
