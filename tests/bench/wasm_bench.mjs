// Prints what the module and the page cost, beside their budgets: sizes, time until ready, and the time of a
// check against the native command line on the same made-up deliveries.
//
//   node tests/bench/wasm_bench.mjs [RUNS]      default 3 runs; the fastest counts
//
// Needs presets wasm and release (or BACKSTAY_CLI, and deliveries in build/bench from an earlier run); for the page's size also
// web-demo/dist. Processor time (user and system, all threads) is beside the time that went by: that is what a busy machine
// does not change. Measures, never fails because of a figure.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { REST_FILE, TEXT_FILES } from "../../wasm/module.mjs";
import { backstay, packageFolder, root } from "../wasm/support.mjs";

const runs = Number(process.argv[2] ?? 3);
const release = join(root, "build/release");
const native = process.env.BACKSTAY_CLI ?? join(release, "native-plugin/backstay");
const tool = join(release, "tests/delivery_tool");
const folder = join(root, "build/bench");
const deliveries = [["1 MB, 2 packages", "1", "2"], ["50 MB, 4 packages", "50", "4"], ["190 MB, 8 packages", "190", "8"]];

const packed = (files) => files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(file)).length, 0);
const line = (what, value, budget) => console.log(`${what.padEnd(44)} ${String(value).padStart(12)}   ${budget}`);
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

function sizes() {
  const scripts = ["module.mjs", "requests.mjs", "worker.mjs", "client.mjs", "backstay.mjs"].map((name) => join(packageFolder, name));
  line("backstay.wasm, brotli", kB(packed([join(packageFolder, "backstay.wasm")])), "at most 250 kB");
  line(`${REST_FILE}, when it is asked for, brotli`, kB(packed([join(packageFolder, REST_FILE)])), "");
  line("long texts, when they are asked for, brotli", kB(packed(TEXT_FILES.map((name) => join(packageFolder, name)))), "");
  line("loader, client and worker, brotli", kB(packed(scripts)), "at most 10 kB");
  const dist = join(root, "web-demo/dist");
  if (!existsSync(dist)) return;
  const assets = readdirSync(join(dist, "assets")).filter((name) => !/\.(wasm|txt)$|^editor-/.test(name)).map((name) => join(dist, "assets", name));
  line("page without module, editor, PGlite, brotli", kB(packed([join(dist, "index.html"), ...assets])), "at most 150 kB");
}

// The fastest of `runs`, and the least processor time: { time, cpu } in milliseconds.
async function fastest(action) {
  const best = { time: Infinity, cpu: Infinity };
  for (let run = 0; run < runs; run += 1) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const own = await action();
    const used = process.cpuUsage(before);
    best.time = Math.min(best.time, performance.now() - start);
    best.cpu = Math.min(best.cpu, own ?? (used.user + used.system) / 1000);
  }
  return best;
}

const ms = ({ time, cpu }) => `${time.toFixed(0)} (${cpu.toFixed(0)})`;

async function ready() {
  const best = await fastest(async () => {
    await backstay.statements("SELECT 1", "postgresql");
    backstay.close();
  });
  line("worker started, module ready: time (cpu)", `${ms(best)} ms`, "at most 150 ms");
}

// Milliseconds of processor time of one run of the command line.
function runNative(file) {
  const run = spawnSync("bash", ["-c", 'TIMEFORMAT="%U %S"; time "$0" "$@" > /dev/null', native, "check", "--jobs", "1", "--format", "json", "--progress", "never", file], { encoding: "utf8" });
  if (run.status > 1) throw new Error(run.stderr);
  return run.stderr.trim().split("\n").at(-1).split(" ").reduce((sum, seconds) => sum + Number(seconds.replace(",", ".")) * 1000, 0);
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
  const warm = await fastest(async () => void (await backstay.render(backstay.fromPath(file), "json")));
  const own = await fastest(() => runNative(file));
  line(`check of ${name}: cold, warm`, `${ms(cold)}, ${ms(warm)} ms`, name.startsWith("1 MB") ? "at most 250, 50 ms" : "");
  line(`  native ${ms(own)} ms; cpu of the module`, `${(warm.cpu / own.cpu).toFixed(2)} times`, "at most 1.6 times");
}

sizes();
await ready();
const made = deliveries.every(([, megabytes, packages]) => existsSync(join(folder, `delivery-${megabytes}-${packages}.zip`)));
if (existsSync(native) && (made || existsSync(tool))) {
  mkdirSync(folder, { recursive: true });
  for (const [name, megabytes, packages] of deliveries) await compare(name, makeDelivery(megabytes, packages));
} else {
  console.log("no release build: cmake --preset release && cmake --build --preset release");
}
backstay.close();
