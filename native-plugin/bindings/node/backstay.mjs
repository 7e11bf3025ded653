// The Backstay plugin from Node, through koffi (npm). Calls block: run them in a worker thread where that matters.
//
//   const plugin = loadPlugin(koffi);
//   const engine = plugin.open({ database: "sqlite:crm.db", store: { dir: "store" } }, { jobsRunning: () => [] });
//   const report = engine.apply(["MyDelivery.zip"]);
//   engine.close();
//
// Callbacks are ordinary functions and may throw: koffi would give the plugin 0 and go on, so each is wrapped; the
// plugin hears that the host failed, and the call that led there throws the callback's error as its cause.
import path from "node:path";

export const status = { ok: 1, more: 2, absent: 3, noAnswer: 0, host: -11 };
export const operation = { inspect: 1, preflight: 2, rehearse: 3, apply: 4, restore: 5, recover: 6, backup: 7, verifyBackup: 8, prune: 9, uninstall: 10 };
const abi = { major: 0, minor: 1 };

export class BackstayError extends Error {
  constructor(number, code, document, cause) {
    super(`${code}: ${(document?.problem ?? document)?.message ?? ""}`, cause ? { cause } : undefined);
    Object.assign(this, { name: "BackstayError", status: number, code, document });
  }
}

// The header as koffi types. Names are global in koffi, so this happens once per koffi.
let known = null;
function types(koffi) {
  if (known) return known;
  const text = ["const void *", "size_t"];
  const proto = (name, result, parameters) => koffi.pointer(koffi.proto(name, result, parameters));
  const write = koffi.proto("backstay_write", "int32_t", ["void *", ...text]);
  const sink = koffi.struct("backstay_sink", { struct_size: "uint32_t", reserved: "uint32_t", impl: "void *", write: koffi.pointer(write) });
  const sinkPointer = koffi.pointer(sink);
  const signatures = {
    log: { log: ["void", ["int32_t", "const char *", ...text]], progress: ["void", ["const char *", "uint64_t", "uint64_t", ...text]] },
    store: {
      list: ["int32_t", [...text, sinkPointer]], read: ["int32_t", [...text, sinkPointer]], begin: ["int32_t", ["const char *"]],
      put: ["int32_t", [...text, ...text]], remove: ["int32_t", text], commit: ["int32_t", ["const char *"]],
      abort: ["int32_t", ["const char *"]], committed: ["int32_t", ["const char *", "int32_t *"]],
    },
    jobs: { running: ["int32_t", [sinkPointer]], hold_new: ["int32_t", ["int32_t"]] },
    maint: { enter: ["int32_t", ["const char *", ...text]], leave: ["int32_t", ["const char *", ...text]], holder: ["int32_t", [sinkPointer]] },
    notify: { notify: ["int32_t", ["const char *", ...text]] },
    verify: { verify: ["int32_t", ["const char *", ...text, sinkPointer]] },
    clock: { now_ms: ["int64_t", []], random: ["int32_t", ["void *", "size_t"]] },
    changes: { apply: ["int32_t", ["const char *", "const char *", ...text, sinkPointer]], undo: ["int32_t", ["const char *", "const char *", ...text]] },
  };
  const prototypes = {}, groups = {};
  for (const [group, members] of Object.entries(signatures)) {
    const fields = { struct_size: "uint32_t", flags: "uint32_t", ctx: "void *" };
    prototypes[group] = {};
    for (const [member, [result, parameters]] of Object.entries(members)) {
      prototypes[group][member] = proto(`backstay_${group}_${member}`, result, ["void *", ...parameters]);
      fields[member] = prototypes[group][member];
    }
    groups[group] = koffi.struct(`backstay_host_${group}`, fields);
  }
  const pointerTo = (group) => koffi.pointer(groups[group]);
  const host = koffi.struct("backstay_host", {
    struct_size: "uint32_t", abi_major: "uint32_t", abi_minor: "uint32_t", reserved: "uint32_t", name: "const char *", version: "const char *",
    log: pointerTo("log"), store: pointerTo("store"), jobs: pointerTo("jobs"), maint: pointerTo("maint"), notify: pointerTo("notify"),
    verify: pointerTo("verify"), clock: pointerTo("clock"), db: "void *", changes: pointerTo("changes"),
  });
  const out = koffi.out(koffi.pointer("void *"));
  const calls = {
    engine_open: ["int32_t", [koffi.pointer(host), ...text, out, out]], engine_close: ["int32_t", ["void *"]],
    op_new: ["int32_t", ["void *", "int32_t", ...text, out, out]], op_run: ["int32_t", ["void *", out]], op_cancel: ["int32_t", ["void *"]],
    op_status: ["int32_t", ["void *", "void *"]], op_free: ["int32_t", ["void *"]], query: ["int32_t", ["void *", "const char *", ...text, out]],
    buf_data: ["void *", ["void *"]], buf_size: ["size_t", ["void *"]], buf_release: ["void", ["void *"]], status_name: ["const char *", ["int32_t"]],
  };
  const fields = { struct_size: "uint32_t", abi_major: "uint32_t", abi_minor: "uint32_t", reserved: "uint32_t" }, functions = {};
  for (const [name, [result, parameters]] of Object.entries(calls)) {
    functions[name] = koffi.proto(`backstay_api_${name}`, result, parameters);
    fields[name] = koffi.pointer(functions[name]);
  }
  const api = koffi.struct("backstay_api", fields);
  const negotiation = koffi.struct("backstay_negotiation", {
    struct_size: "uint32_t", host_major: "uint32_t", host_minor: "uint32_t", plugin_major: "uint32_t", plugin_minor: "uint32_t", reject: "uint32_t",
    capabilities: "uint64_t", build: koffi.array("char", 64),
  });
  known = { koffi, sink, write, groups, prototypes, host, api, functions, negotiation };
  return known;
}

// `koffi` is handed in, so that this file depends on nothing by itself.
export function loadPlugin(koffi, file = process.env.BACKSTAY_PLUGIN ?? "libbackstay_plugin.so") {
  const t = types(koffi);
  const negotiate = koffi.load(file).func("backstay_negotiate", "void *", [koffi.inout(koffi.pointer(t.negotiation))]);
  const terms = { struct_size: koffi.sizeof(t.negotiation), host_major: abi.major, host_minor: abi.minor, plugin_major: 0, plugin_minor: 0, reject: 0, capabilities: 0, build: "" };
  const table = negotiate(terms);
  if (!table) throw new Error(`${file} speaks ${terms.plugin_major}.${terms.plugin_minor} of the interface, not ${abi.major}.${abi.minor}`);
  return new Plugin(t, koffi.decode(table, t.api), terms);
}

export class Plugin {
  constructor(types, api, terms) {
    Object.assign(this, { types, build: terms.build, capabilities: BigInt(terms.capabilities) });
    this.api = {};
    for (const [name, prototype] of Object.entries(types.functions)) {
      this.api[name] = (...parameters) => types.koffi.call(api[name], prototype, ...parameters);
    }
  }
  open(config, host = {}) { return new Engine(this, config, host); }
  name(number) { return this.api.status_name(number); }
  // The document behind an out parameter; releases it.
  take(buffer) {
    if (!buffer) return null;
    const size = Number(this.api.buf_size(buffer));
    const text = size > 0 ? Buffer.from(this.types.koffi.decode(this.api.buf_data(buffer), this.types.koffi.array("uint8_t", size))).toString("utf8") : "";
    this.api.buf_release(buffer);
    return text ? JSON.parse(text) : null;
  }
}

// Wraps the functions of a host into tables, and keeps everything alive that the plugin may call.
class HostTables {
  constructor({ koffi, ...types }, host) {
    Object.assign(this, { koffi, types, registered: [], raised: null });
    const json = (pointer, size) => JSON.parse(this.text(pointer, size) || "{}");
    const answer = (sink, value) => this.write(sink, Buffer.from(JSON.stringify(value ?? {})));
    const groups = {
      log: { log: host.log && ((level, event, p, n) => host.log(level, event, json(p, n))),
             progress: host.progress && ((phase, done, total, p, n) => host.progress(phase, Number(done), Number(total), this.text(p, n))) },
      jobs: { running: host.jobsRunning && ((sink) => answer(sink, host.jobsRunning())), hold_new: host.jobsHold && ((hold) => host.jobsHold(hold !== 0)) },
      maint: { enter: host.enter && ((op, p, n) => host.enter(op, json(p, n))), leave: host.leave && ((op, p, n) => host.leave(op, json(p, n))),
               holder: host.holder && ((sink) => this.write(sink, Buffer.from(host.holder() ?? ""))) },
      notify: { notify: host.notify && ((event, p, n) => host.notify(event, json(p, n))) },
      verify: { verify: host.verify && ((op, p, n, sink) => answer(sink, host.verify(op, json(p, n)))) },
      changes: { apply: host.change && ((op, step, p, n, sink) => answer(sink, host.change(op, step, json(p, n)))),
                 undo: host.undoChange && ((op, step, p, n) => host.undoChange(op, step, json(p, n))) },
      store: host.store && this.storeMembers(host.store),
    };
    this.table = { struct_size: koffi.sizeof(types.host), abi_major: abi.major, abi_minor: abi.minor, reserved: 0, name: "node host", version: "1", clock: null, db: null };
    for (const group of Object.keys(groups)) this.table[group] = this.group(group, groups[group]);
  }
  storeMembers(store) {
    return {
      list: (p, n, sink) => this.write(sink, Buffer.from(store.list(this.text(p, n)).map((element) => JSON.stringify(element) + "\n").join(""))),
      read: (p, n, sink) => { const content = store.read(this.text(p, n)); return content == null ? status.absent : this.write(sink, content); },
      begin: (op) => store.begin(op), commit: (op) => store.commit(op), abort: (op) => store.abort(op),
      put: (p, n, data, size) => store.put(this.text(p, n), this.bytes(data, size)), remove: (p, n) => store.remove(this.text(p, n)),
      committed: (op, yes) => { this.koffi.encode(yes, "int32_t", store.committed(op) ? 1 : 0); },
    };
  }
  group(name, members) {
    if (!members || !Object.values(members).some(Boolean)) return null;
    const table = { struct_size: this.koffi.sizeof(this.types.groups[name]), flags: 0, ctx: null };
    for (const [member, prototype] of Object.entries(this.types.prototypes[name])) {
      table[member] = members[member] ? this.register(this.caught(members[member], name === "log"), prototype) : null;
    }
    const memory = this.koffi.alloc(this.types.groups[name], 1);
    this.koffi.encode(memory, this.types.groups[name], table);
    return memory;
  }
  register(callback, prototype) {
    this.registered.push(this.koffi.register(callback, prototype));
    return this.registered.at(-1);
  }
  // The catch-all.
  caught(callback, isVoid) {
    return (_ctx, ...parameters) => {
      try {
        const answer = callback(...parameters);
        if (!isVoid) return typeof answer === "number" ? answer : status.ok;
      } catch (error) {
        this.raised ??= error;
        if (!isVoid) return status.host;
      }
    };
  }
  bytes(pointer, size) {
    const length = Number(size);
    return length > 0 ? Buffer.from(this.koffi.decode(pointer, this.koffi.array("uint8_t", length))) : Buffer.alloc(0);
  }
  text(pointer, size) { return this.bytes(pointer, size).toString("utf8"); }
  write(sink, data) {
    const table = this.koffi.decode(sink, this.types.sink);
    return this.koffi.call(table.write, this.types.write, table.impl, data, data.length);
  }
  release() { for (const callback of this.registered.splice(0)) this.koffi.unregister(callback); }
}

export class Engine {
  constructor(plugin, config, host) {
    this.plugin = plugin;
    this.host = new HostTables(plugin.types, host);
    const text = Buffer.from(JSON.stringify(config)), out = [null], problem = [null];
    try {
      this.result(plugin.api.engine_open(this.host.table, text, text.length, out, problem), problem[0]);
    } catch (error) {
      this.host.release();
      throw error;
    }
    this.handle = out[0];
  }
  result(number, buffer) {
    const document = this.plugin.take(buffer), raised = this.host.raised;
    this.host.raised = null;
    if (number > 0) return document;
    throw new BackstayError(number, this.plugin.name(number), document, raised);
  }
  run(kind, params = {}) {
    const { api } = this.plugin, text = Buffer.from(JSON.stringify(params)), op = [null], problem = [null];
    const created = api.op_new(this.handle, kind, text, text.length, op, problem);
    if (created <= 0) return this.result(created, problem[0]);
    const report = [null], ended = api.op_run(op[0], report);
    api.op_free(op[0]);
    return this.result(ended, report[0]);
  }
  apply(inputs, params = {}) { return this.run(operation.apply, { inputs: inputs.map((file) => path.resolve(file)), ...params }); }
  restore(params = {}) { return this.run(operation.restore, params); }
  recover(params = {}) { return this.run(operation.recover, params); }
  query(what, params = {}) {
    const text = Buffer.from(JSON.stringify(params)), document = [null];
    return this.result(this.plugin.api.query(this.handle, what, text, text.length, document), document[0]);
  }
  close() {
    if (!this.handle) return;
    this.plugin.api.engine_close(this.handle);
    this.handle = null;
    this.host.release();
  }
}
