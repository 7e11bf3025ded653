// Handles that a host holds: numbers that look like pointers and are never used twice, so that a stale or
// foreign one is recognised instead of followed.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace backstay::plugin::abi {

template <class Opaque, class Object>
class Handles {
 public:
  Opaque* add(std::shared_ptr<Object> object) {
    const std::lock_guard lock(mutex_);
    next_ += 16;
    objects_.emplace(next_, std::move(object));
    return reinterpret_cast<Opaque*>(next_);
  }
  // Null for what is no handle, or not any more.
  std::shared_ptr<Object> find(const Opaque* handle) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uintptr_t>(handle));
    return found == objects_.end() ? nullptr : found->second;
  }
  void remove(const Opaque* handle) {
    const std::lock_guard lock(mutex_);
    objects_.erase(reinterpret_cast<std::uintptr_t>(handle));
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::uintptr_t, std::shared_ptr<Object>> objects_;
  std::uintptr_t next_ = 0x10000;
};

}  // namespace backstay::plugin::abi
