// Finds what a check of a Creatio delivery needs of the module: runs such checks through the module as wasm-split instrumented it, and writes
// the profile that wasm-split divides by (../../core/decisions/0069).
//
//   node profile.mjs INSTRUMENTED.wasm TEXTS-FOLDER TEST-DATA PROFILE
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { BackstayModule } from "../module.mjs";

const LARGEST_PROFILE = 1 << 20;
const [wasm, texts, data, output] = process.argv.slice(2);
const module = await BackstayModule.create(await WebAssembly.compile(readFileSync(wasm)), (name) => readFileSync(join(texts, name)));

const sourceOf = (bytes) => ({ size: bytes.length, read: (at, length) => bytes.subarray(at, at + length) });

function filesBelow(folder, prefix = "") {
  const entries = readdirSync(join(folder, prefix), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => (entry.isDirectory() ? filesBelow(folder, `${prefix}${entry.name}/`) : [prefix + entry.name]));
}

function check(path, folder, files, more = {}) {
  const request = { inputs: [{ path, folder, files: files.map(({ path, bytes }) => ({ path, size: bytes.length })) }], format: "json", lang: "en", quiet: false, ...more };
  const sources = files.map(({ bytes }) => sourceOf(bytes));
  const { status, text } = module.preflight(request, sources);
  if (status !== 0) throw new Error(`${path}: the check ended with status ${status}`);
  // A page shows a finding in its file.
  const places = new Set(JSON.parse(text).findings.map(({ file }) => file).filter((file) => file));
  for (const file of places) module.source({ ...request, input: 0, file }, sources);
}

const archive = (name) => check(name, false, [{ path: name, bytes: readFileSync(join(data, name)) }]);
const folder = (name) => check(name, true, filesBelow(join(data, name)).map((path) => ({ path, bytes: readFileSync(join(data, name, path)) })));

for (const name of readdirSync(join(data, "creatio/packed")).sort()) if (/\.(gz|zip)$/.test(name)) archive(`creatio/packed/${name}`);
folder("creatio/tangled-delivery");
// Scripts of every dialect, with what the labels say is in them.
const scripts = readFileSync(join(data, "sql/labelled.jsonl"), "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
for (const { sql, dialect } of scripts) check("script.sql", false, [{ path: "script.sql", bytes: new TextEncoder().encode(sql) }], { options: JSON.stringify({ dialect }) });

module.rules(); // a page names the rules of its findings

const { backstay_allocate, __write_profile, memory } = module.exports;
const at = backstay_allocate(LARGEST_PROFILE);
const size = __write_profile(at, LARGEST_PROFILE);
if (size > LARGEST_PROFILE) throw new Error(`a profile of ${size} bytes does not fit`);
writeFileSync(output, new Uint8Array(memory.buffer, at, size));
