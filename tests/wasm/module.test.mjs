// What the module exports and imports: exports.txt is the whole of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { BackstayModule, REST_FILE } from "../../wasm/module.mjs";
import { packageFolder, root } from "./support.mjs";

// What a page loads at the start has to stay below 250 kB. This notices when a part grows by a jump.
const BROTLI_LIMITS = { "backstay.wasm": 240_000, [REST_FILE]: 215_000 };
const bytes = readFileSync(join(packageFolder, "backstay.wasm"));
const compiled = await WebAssembly.compile(bytes);

test("the exported calls are those of exports.txt", () => {
  const listed = readFileSync(join(root, "wasm/exports.txt"), "utf8").trim().split("\n").map((name) => name.replace(/^_/, ""));
  const exported = WebAssembly.Module.exports(compiled).filter(({ name }) => name.startsWith("backstay_")).map(({ name }) => name);
  assert.deepEqual(exported.sort(), listed.sort());
});

test("the module imports nothing but what the loader names", () => {
  const imported = WebAssembly.Module.imports(compiled).filter(({ module }) => module !== "placeholder").map(({ module, name }) => `${module}.${name}`).sort();
  assert.deepEqual(imported, [
    "backstay.host_now", "backstay.host_progress", "backstay.host_read", "backstay.host_text", "env.emscripten_notify_memory_growth",
    // libzip would stamp what it writes; it only reads here, so this answers "not supported".
    "wasi_snapshot_preview1.clock_time_get",
    "wasi_snapshot_preview1.proc_exit",
  ]);
});

for (const [name, limit] of Object.entries(BROTLI_LIMITS)) {
  test(`${name} does not grow by a jump`, () => {
    const whole = readFileSync(join(packageFolder, name));
    const packed = brotliCompressSync(whole).length;
    console.log(`# ${name}: ${whole.length} bytes, ${packed} with brotli`);
    assert.ok(packed <= limit);
  });
}

test("the second module is loaded when one of its functions is first called, and compiled once", async () => {
  const asked = [];
  const file = (name) => asked.push(name) && readFileSync(join(packageFolder, name));
  const script = new TextEncoder().encode("UPDATE t SET a = 1;");
  const source = { size: script.length, read: (at, length) => script.subarray(at, at + length) };
  const request = { inputs: [{ path: "s.sql", folder: false, files: [{ path: "s.sql", size: script.length }] }], options: '{"dialect": "postgresql"}' };
  const instances = [await BackstayModule.create(compiled, file), await BackstayModule.create(compiled, file)];
  for (const module of instances) assert.match(module.preflight({ ...request, format: "json" }, [source]).text, /update-data/);
  assert.deepEqual(asked, [], "a check needs the first module alone");
  for (const module of instances) assert.match(module.preflight({ ...request, format: "junit" }, [source]).text, /update-data/);
  assert.deepEqual(asked, [REST_FILE]);
});
