// One class per group of callbacks: the host's functions as a service, with the fence around each call.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "native-plugin/abi/fence.hpp"
#include "native-plugin/services/redact.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin::abi {

class HostLog final : public Log {
 public:
  HostLog(const backstay_host_log& table, std::shared_ptr<Fence> fence, std::shared_ptr<const Redactor> secrets)
      : table_(table), fence_(std::move(fence)), secrets_(std::move(secrets)) {}
  void log(LogLevel level, std::string_view event, std::string_view json) override;
  void progress(std::string_view phase, std::uint64_t done, std::uint64_t total, std::string_view text) override;

 private:
  bool is_due(std::string_view phase, std::uint64_t done, std::uint64_t total);

  backstay_host_log table_;
  std::shared_ptr<Fence> fence_;
  std::shared_ptr<const Redactor> secrets_;
  std::string phase_;
  std::chrono::steady_clock::time_point last_;
};

class HostStore final : public ElementStore {
 public:
  HostStore(const backstay_host_store& table, std::shared_ptr<Fence> fence) : table_(table), fence_(std::move(fence)) {}
  std::string_view name() const override { return "host"; }
  bool is_atomic() const override { return (table_.flags & BACKSTAY_STORE_ATOMIC) != 0; }
  bool is_in_database() const override { return (table_.flags & BACKSTAY_STORE_IN_DB) != 0; }
  Answered list(std::string_view prefix, std::vector<StoredElement>& elements) override;
  Answered read(std::string_view key, std::string& content, bool& found) override;
  Answered begin(std::string_view op_id) override;
  Answered put(std::string_view key, std::string_view content) override;
  Answered remove(std::string_view key) override;
  Answered commit(std::string_view op_id) override;
  Answered abort(std::string_view op_id) override;
  Answered committed(std::string_view op_id, bool& yes) override;

 private:
  backstay_host_store table_;
  std::shared_ptr<Fence> fence_;
};

class HostJobs final : public Jobs {
 public:
  HostJobs(const backstay_host_jobs& table, std::shared_ptr<Fence> fence) : table_(table), fence_(std::move(fence)) {}
  std::string_view name() const override { return "host"; }
  Answered running(std::vector<Job>& jobs, bool& checked) override;
  Answered hold_new(bool hold) override;

 private:
  backstay_host_jobs table_;
  std::shared_ptr<Fence> fence_;
};

class HostMaintenance final : public Maintenance {
 public:
  HostMaintenance(const backstay_host_maint& table, std::shared_ptr<Fence> fence) : table_(table), fence_(std::move(fence)) {}
  std::string_view name() const override { return "host"; }
  Answered enter(std::string_view op_id, std::string_view json) override;
  Answered leave(std::string_view op_id, std::string_view json) override;
  Answered holder(std::string& op_id) override;

 private:
  backstay_host_maint table_;
  std::shared_ptr<Fence> fence_;
};

class HostNotifier final : public Notifier {
 public:
  HostNotifier(const backstay_host_notify& table, std::shared_ptr<Fence> fence) : table_(table), fence_(std::move(fence)) {}
  Answered notify(std::string_view event_id, std::string_view json) override;

 private:
  backstay_host_notify table_;
  std::shared_ptr<Fence> fence_;
};

class HostVerifier final : public Verifier {
 public:
  HostVerifier(const backstay_host_verify& table, std::shared_ptr<Fence> fence) : table_(table), fence_(std::move(fence)) {}
  Answered verify(std::string_view op_id, std::string_view json, std::string& report) override;

 private:
  backstay_host_verify table_;
  std::shared_ptr<Fence> fence_;
};

class HostClock final : public Clock {
 public:
  HostClock(const backstay_host_clock& table, std::shared_ptr<Fence> fence);
  std::int64_t now_ms() override;
  std::int64_t monotonic_ms() override { return system_->monotonic_ms(); }
  Answered random(void* out, std::size_t size) override;

 private:
  backstay_host_clock table_;
  std::shared_ptr<Fence> fence_;
  std::unique_ptr<Clock> system_;
};

class HostDatabase final : public LentDatabase {
 public:
  HostDatabase(const backstay_host_db& table, std::shared_ptr<Fence> fence) : table_(table), fence_(std::move(fence)) {}
  std::uint32_t dialect() const override { return table_.dialect; }
  bool can_exec() const override { return table_.exec != nullptr; }
  bool can_restore_all() const override { return table_.restore_all != nullptr; }
  Answered exec(std::string_view sql, std::uint32_t timeout_ms, std::string& result_json_lines) override;
  Answered begin() override { return transaction(1); }
  Answered commit() override { return transaction(2); }
  Answered roll_back() override { return transaction(3); }
  Answered in_transaction(bool& yes) override;
  Answered cancel() override;
  Answered restore_all(std::string_view json) override;

 private:
  Answered transaction(std::int32_t what);

  backstay_host_db table_;
  std::shared_ptr<Fence> fence_;
};

class HostChanges final : public Changes {
 public:
  HostChanges(const backstay_host_changes& table, std::shared_ptr<Fence> fence) : table_(table), fence_(std::move(fence)) {}
  Answered apply(std::string_view op_id, std::string_view step_id, std::string_view json, std::string& previous) override;
  Answered undo(std::string_view op_id, std::string_view step_id, std::string_view json) override;

 private:
  backstay_host_changes table_;
  std::shared_ptr<Fence> fence_;
};

}  // namespace backstay::plugin::abi
