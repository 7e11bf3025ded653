#include "tests/abi/hosts/good_host.hpp"

#include <cstring>

namespace {

GoodHost& of(void* ctx) { return *static_cast<GoodHost*>(ctx); }
std::string text(const char* data, size_t size) { return std::string(data, size); }
backstay_status answer(backstay_sink* sink, const std::string& data) { return sink->write(sink->impl, data.data(), data.size()); }

void on_log(void* ctx, int32_t, const char*, const char*, size_t) { ++of(ctx).logged; }
void on_progress(void* ctx, const char*, uint64_t, uint64_t, const char*, size_t) { ++of(ctx).progressed; }

backstay_status list(void* ctx, const char* prefix, size_t n, backstay_sink* lines) {
  for (const auto& [key, content] : of(ctx).memory.elements) {
    if (!key.starts_with(text(prefix, n))) continue;
    const backstay_status status = answer(lines, "{\"key\":\"" + key + "\",\"size\":" + std::to_string(content.size()) + "}\n");
    if (status <= 0) return status;
  }
  return BACKSTAY_OK;
}

backstay_status read(void* ctx, const char* key, size_t n, backstay_sink* content) {
  const auto found = of(ctx).memory.elements.find(text(key, n));
  return found == of(ctx).memory.elements.end() ? backstay_status{BACKSTAY_ABSENT} : answer(content, found->second);
}

backstay_status begin(void* ctx, const char*) {
  of(ctx).memory.staged.clear();
  of(ctx).memory.removed.clear();
  return BACKSTAY_OK;
}

backstay_status put(void* ctx, const char* key, size_t n, const void* data, size_t size) {
  of(ctx).memory.staged[text(key, n)] = text(static_cast<const char*>(data), size);
  return BACKSTAY_OK;
}

backstay_status remove(void* ctx, const char* key, size_t n) {
  of(ctx).memory.staged.erase(text(key, n));
  of(ctx).memory.removed.insert(text(key, n));
  return BACKSTAY_OK;
}

backstay_status commit(void* ctx, const char* op_id) {
  MemoryStore& store = of(ctx).memory;
  for (const auto& [key, content] : store.staged) store.elements[key] = content;
  for (const std::string& key : store.removed) store.elements.erase(key);
  store.committed.insert(op_id);
  return begin(ctx, op_id);
}

backstay_status abort_staged(void* ctx, const char* op_id) { return begin(ctx, op_id); }

backstay_status committed(void* ctx, const char* op_id, int32_t* yes) {
  *yes = of(ctx).memory.committed.count(op_id) > 0 ? 1 : 0;
  return BACKSTAY_OK;
}

backstay_status running(void*, backstay_sink* json) { return answer(json, "[]"); }
backstay_status hold_new(void*, int32_t) { return BACKSTAY_OK; }

backstay_status enter(void* ctx, const char* op_id, const char*, size_t) {
  if (!of(ctx).maintenance.empty() && of(ctx).maintenance != op_id) return BACKSTAY_E_LOCKED;
  of(ctx).maintenance = op_id;
  return BACKSTAY_OK;
}

backstay_status leave(void* ctx, const char* op_id, const char*, size_t) {
  if (of(ctx).maintenance == op_id) of(ctx).maintenance.clear();
  return BACKSTAY_OK;
}

backstay_status holder(void* ctx, backstay_sink* op_id) { return answer(op_id, of(ctx).maintenance); }

backstay_status on_notify(void* ctx, const char* event_id, const char*, size_t) {
  of(ctx).events.push_back(event_id);
  return BACKSTAY_OK;
}

backstay_status on_verify(void* ctx, const char*, const char*, size_t, backstay_sink* report) {
  ++of(ctx).verified;
  return answer(report, "{}");
}

backstay_status apply_change(void*, const char*, const char*, const char*, size_t, backstay_sink* previous) { return answer(previous, "{}"); }
backstay_status undo_change(void*, const char*, const char*, const char*, size_t) { return BACKSTAY_OK; }

int64_t now_ms(void*) { return 1'782'943'531'204; }

backstay_status random_bytes(void* ctx, void* out, size_t size) {
  static unsigned next = 1;  // never the same twice within a process
  auto* bytes = static_cast<unsigned char*>(out);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>((next = next * 1103515245u + 12345u) >> 16);
  return ctx ? BACKSTAY_OK : BACKSTAY_E_IO;
}

template <class Table>
void head(Table& table, void* ctx) {
  table.struct_size = sizeof table;
  table.ctx = ctx;
}

}  // namespace

GoodHost::GoodHost() {
  head(log, this), head(store, this), head(jobs, this), head(maint, this), head(notify, this), head(verify, this), head(clock, this), head(changes, this);
  log.log = on_log, log.progress = on_progress;
  store.flags = BACKSTAY_STORE_ATOMIC;
  store.list = list, store.read = read, store.begin = begin, store.put = put, store.remove = remove;
  store.commit = commit, store.abort = abort_staged, store.committed = committed;
  jobs.running = running, jobs.hold_new = hold_new;
  maint.enter = enter, maint.leave = leave, maint.holder = holder;
  notify.notify = on_notify;
  verify.verify = on_verify;
  clock.now_ms = now_ms, clock.random = random_bytes;
  changes.apply = apply_change, changes.undo = undo_change;
  host.struct_size = sizeof host;
  host.abi_major = BACKSTAY_ABI_MAJOR, host.abi_minor = BACKSTAY_ABI_MINOR;
  host.name = "good host", host.version = "1";
  host.log = &log, host.store = &store, host.jobs = &jobs, host.maint = &maint;
  host.notify = &notify, host.verify = &verify, host.clock = &clock, host.changes = &changes;
}
