// The module's loader: instantiates backstay.wasm and speaks its plain C interface (bindings.cpp).
// Nothing generated: what the module imports is written out here. Runs synchronously, so a page uses it
// through worker.mjs; only a worker of your own needs this file directly.

// Statuses of the calls; they equal the exit codes of the command line.
export const STATUS = { done: 0, badRequest: 2, unreadableInput: 3, interrupted: 7 };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOT_SUPPORTED = 52; // WASI's ENOSYS: the core opens no file, so nothing ever needs these

// The text files beside the module, in the order of Pack in module_texts.cpp.
export const TEXT_FILES = ["rule-pages.txt", "messages.txt", "reverse-sql.txt"];

// What a check of the usual package does not reach is a module of its own (decisions/0069).
export const REST_FILE = "backstay-rest.wasm";
const compiledRests = new WeakMap(); // by the module that they belong to

// For a worker that has fetched the second module ahead: a call that needs it then waits for no request.
export function keepRest(compiled, rest) {
  if (!compiledRests.has(compiled)) compiledRests.set(compiled, rest);
}

// A source is one file of a request: { size, read(offset, length) -> Uint8Array of that length }.
// `onProgress(what, done, total)` returns false to stop.
export class BackstayModule {
  #exports;
  #memory;
  #sources = [];
  #onProgress = () => true;
  #compiled;
  #file;
  #hasRest = false;

  // `compiled` is a WebAssembly.Module of backstay.wasm; `file(name)` gives the bytes of REST_FILE or of one of TEXT_FILES, at
  // once: the module asks in the middle of a call, and only for what the call needs.
  static async create(compiled, file) {
    const self = new BackstayModule();
    self.#compiled = compiled;
    self.#file = file;
    const instance = await WebAssembly.instantiate(compiled, self.#imports(compiled));
    self.#exports = instance.exports;
    self.#memory = instance.exports.memory;
    self.#exports._initialize();
    return self;
  }

  get version() {
    return this.#text(this.#exports.backstay_version());
  }

  // What the instance exports, for tools that look into it.
  get exports() {
    return this.#exports;
  }

  // Bytes of linear memory; it grows and never shrinks, which is why a worker makes a new instance per request.
  get memoryBytes() {
    return this.#memory.buffer.byteLength;
  }

  // Returns { status, text }: a report in the asked format, or the refusal as JSON.
  preflight(request, sources, onProgress = () => true) {
    return this.#with("backstay_preflight", request, sources, onProgress);
  }

  // The text of `request.file` of input number `request.input`.
  source(request, sources) {
    return this.#with("backstay_source", request, sources);
  }

  // The capture and the reverse script of `request.file` for `request.server`.
  reverse(request, sources) {
    return this.#with("backstay_reverse", request, sources);
  }

  // The files that repair number `request.repair` of input number `request.input` changes.
  repair(request, sources) {
    return this.#with("backstay_repair", request, sources);
  }

  // A rehearsal is a conversation with one instance: rehearsal_calls.hpp.
  rehearse(request, sources) {
    return this.#with("backstay_rehearse", request, sources);
  }

  rehearseNext(answer) {
    return this.#call("backstay_rehearse_next", answer);
  }

  #with(name, request, sources, onProgress = () => true) {
    this.#sources = sources;
    this.#onProgress = onProgress;
    try {
      return this.#call(name, request);
    } finally {
      this.#sources = [];
    }
  }

  rules() {
    return this.#answer(this.#exports.backstay_rules());
  }

  // Snapshots of a scratch database and what changed between two: schema_calls.hpp.
  snapshot(request) {
    return this.#call("backstay_snapshot", request);
  }

  difference(request) {
    return this.#call("backstay_difference", request);
  }

  statements(sql, dialect = "auto") {
    return this.#call("backstay_statements", { sql, dialect });
  }

  #call(name, request) {
    const bytes = encoder.encode(JSON.stringify(request));
    const at = this.#exports.backstay_allocate(bytes.length);
    if (at === 0) throw new Error("out of memory");
    new Uint8Array(this.#memory.buffer, at, bytes.length).set(bytes);
    try {
      return this.#answer(this.#exports[name](at, bytes.length));
    } finally {
      this.#exports.backstay_release(at);
    }
  }

  #answer(status) {
    const at = this.#exports.backstay_result();
    const size = this.#exports.backstay_result_size();
    return { status, text: decoder.decode(new Uint8Array(this.#memory.buffer, at >>> 0, size >>> 0)) };
  }

  #text(at) {
    const bytes = new Uint8Array(this.#memory.buffer, at);
    return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  // Puts the functions of the second module into the table, through which the first one calls them.
  #loadRest() {
    if (this.#hasRest) throw new Error(`${REST_FILE} belongs to another build`);
    this.#hasRest = true;
    let rest = compiledRests.get(this.#compiled);
    if (!rest) compiledRests.set(this.#compiled, (rest = new WebAssembly.Module(this.#file(REST_FILE))));
    new WebAssembly.Instance(rest, { primary: this.#exports });
  }

  // Stands in the table at `place` until the function itself does.
  #placeholder(place) {
    return (...values) => {
      this.#loadRest();
      return this.#exports.__indirect_function_table.get(place)(...values);
    };
  }

  #imports(compiled) {
    const backstay = {
      host_now: () => performance.now(),
      host_progress: (at, size, done, total) => {
        const what = () => decoder.decode(new Uint8Array(this.#memory.buffer, at, size));
        return this.#onProgress(what, done, total) === false ? 0 : 1;
      },
      host_read: (file, offset, at, size) => {
        const bytes = this.#sources[file]?.read(offset, size);
        if (!bytes || bytes.length !== size) return 0;
        new Uint8Array(this.#memory.buffer, at >>> 0, size).set(bytes);
        return 1;
      },
      host_text: (which, at) => {
        const bytes = this.#file(TEXT_FILES[which]);
        if (at !== 0) new Uint8Array(this.#memory.buffer, at >>> 0, bytes.length).set(bytes);
        return bytes.length;
      },
    };
    const fixed = {
      proc_exit: (code) => {
        throw new Error(`the module stopped with code ${code}`);
      },
      emscripten_notify_memory_growth: () => {},
    };
    const imports = { backstay };
    for (const { module, name } of WebAssembly.Module.imports(compiled)) {
      if (module === "backstay") continue;
      (imports[module] ??= {})[name] = module === "placeholder" ? this.#placeholder(Number(name)) : (fixed[name] ?? (() => NOT_SUPPORTED));
    }
    return imports;
  }
}
