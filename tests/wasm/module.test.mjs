// What the module exports and imports: exports.txt is the whole of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { packageFolder, root } from "./support.mjs";

// The aim is 250 kB with every feature; README.md says what weighs what. This only notices when it grows by a jump.
const BROTLI_LIMIT = 450_000;
const bytes = readFileSync(join(packageFolder, "backstay.wasm"));
const compiled = await WebAssembly.compile(bytes);

test("the exported calls are those of exports.txt", () => {
  const listed = readFileSync(join(root, "wasm/exports.txt"), "utf8").trim().split("\n").map((name) => name.replace(/^_/, ""));
  const exported = WebAssembly.Module.exports(compiled).filter(({ name }) => name.startsWith("backstay_")).map(({ name }) => name);
  assert.deepEqual(exported.sort(), listed.sort());
});

test("the module imports nothing but what the loader names", () => {
  const imported = WebAssembly.Module.imports(compiled).map(({ module, name }) => `${module}.${name}`).sort();
  assert.deepEqual(imported, [
    "backstay.host_now", "backstay.host_progress", "backstay.host_read", "backstay.host_text", "env.emscripten_notify_memory_growth",
    // libzip would stamp what it writes; it only reads here, so this answers "not supported".
    "wasi_snapshot_preview1.clock_time_get",
    "wasi_snapshot_preview1.proc_exit",
  ]);
});

test("the module does not grow by a jump", () => {
  const packed = brotliCompressSync(bytes).length;
  console.log(`# backstay.wasm: ${bytes.length} bytes, ${packed} with brotli`);
  assert.ok(packed <= BROTLI_LIMIT);
});
