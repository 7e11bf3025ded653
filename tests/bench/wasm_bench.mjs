// Prints what the module and the page cost, beside their budgets: sizes, time until ready, and the time of a
// check against the native command line on the same made-up deliveries.
//
//   node tests/bench/wasm_bench.mjs [RUNS]      default 3 runs; the fastest counts
//
// Needs presets wasm and release; for the page's size also web-demo/dist. Measures, never fails because of a figure.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { backstay, packageFolder, root } from "../wasm/support.mjs";

const runs = Number(process.argv[2] ?? 3);
const release = join(root, "build/release");
const native = join(release, "native-plugin/backstay");
const tool = join(release, "tests/delivery_tool");
const folder = join(root, "build/bench");
const deliveries = [["1 MB, 2 packages", "1", "2"], ["20 MB, 2 packages", "20", "2"], ["190 MB, 8 packages", "190", "8"]];

const packed = (files) => files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(file)).length, 0);
const line = (what, value, budget) => console.log(`${what.padEnd(44)} ${String(value).padStart(12)}   ${budget}`);
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

function sizes() {
  const scripts = ["module.mjs", "requests.mjs", "worker.mjs", "client.mjs", "backstay.mjs"].map((name) => join(packageFolder, name));
  line("backstay.wasm, brotli", kB(packed([join(packageFolder, "backstay.wasm")])), "at most 250 kB");
  line("loader, client and worker, brotli", kB(packed(scripts)), "at most 10 kB");
  const dist = join(root, "web-demo/dist");
  if (!existsSync(dist)) return;
  const assets = readdirSync(join(dist, "assets")).filter((name) => !/\.wasm$|^editor-/.test(name)).map((name) => join(dist, "assets", name));
  line("page without module, editor, PGlite, brotli", kB(packed([join(dist, "index.html"), ...assets])), "at most 150 kB");
}

// The fastest of `runs` in milliseconds.
async function fastest(action) {
  let best = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await action();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

async function ready() {
  const time = await fastest(async () => {
    await backstay.rules();
    backstay.close();
  });
  line("worker started, module ready", `${time.toFixed(0)} ms`, "at most 150 ms");
}

function makeDelivery(megabytes, packages) {
  const file = join(folder, `delivery-${megabytes}-${packages}.zip`);
  if (!existsSync(file)) execFileSync(tool, ["make", file, megabytes, packages]);
  return file;
}

async function compare(name, file) {
  const cold = await fastest(async () => {
    backstay.close();
    await backstay.render(backstay.fromPath(file), "json");
  });
  const warm = await fastest(() => backstay.render(backstay.fromPath(file), "json"));
  const own = await fastest(() => {
    const run = spawnSync(native, ["check", "--jobs", "1", "--format", "json", "--progress", "never", file], { maxBuffer: 1 << 28 });
    if (run.status > 1) throw new Error(run.stderr.toString());
  });
  line(`check of ${name}: cold, warm`, `${cold.toFixed(0)}, ${warm.toFixed(0)} ms`, name.startsWith("1 MB") ? "at most 250, 50 ms" : "");
  line(`  native ${own.toFixed(0)} ms, so the module takes`, `${(warm / own).toFixed(2)} times`, "at most 1.6 times");
}

sizes();
await ready();
if (existsSync(native) && existsSync(tool)) {
  mkdirSync(folder, { recursive: true });
  for (const [name, megabytes, packages] of deliveries) await compare(name, makeDelivery(megabytes, packages));
} else {
  console.log("no release build: cmake --preset release && cmake --build --preset release");
}
backstay.close();
