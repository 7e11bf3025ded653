// Prints what the page costs in a real Chromium, beside its budgets: first paint, readiness, checks, tasks that
// block, memory after a report was closed, a large delivery with its progress and a cancel.
//
//   node tests/bench/page_bench.mjs
//
// Needs web-demo/dist, tests/web/node_modules and the preset release (for made-up deliveries). Measures, never fails because of a figure.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

import { BackstayModule } from "../../wasm/module.mjs";
import { packageFolder, root } from "../wasm/support.mjs";
import { launch, open, serve } from "../web/browser.mjs";

const tool = join(root, "build/release/tests/delivery_tool");
const folder = join(root, "build/bench");
const line = (what, value, budget) => console.log(`${what.padEnd(52)} ${String(value).padStart(14)}   ${budget}`);
const ms = (value) => `${value.toFixed(0)} ms`;
const MB = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function makeDelivery(megabytes, packages) {
  const file = join(folder, `delivery-${megabytes}-${packages}.zip`);
  if (!existsSync(file)) execFileSync(tool, ["make", file, String(megabytes), String(packages)]);
  return file;
}

// Puts a file into the chooser. Playwright's own way keeps a handle of the element, and so the view it was in.
async function choose(page, file) {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send("Runtime.evaluate", { expression: 'document.querySelector(".choose-files")' });
  await session.send("DOM.setFileInputFiles", { files: [file], objectId: result.objectId });
  await session.send("Runtime.releaseObject", { objectId: result.objectId });
  await session.detach();
}

// Clicks nothing: chooses a file and waits for the verdict. Milliseconds.
async function check(page, file) {
  const shown = page.locator("#verdict").waitFor({ timeout: 120_000 });
  const start = performance.now();
  await choose(page, file);
  await shown;
  return performance.now() - start;
}

async function home(page) {
  await page.click("#home");
  await page.locator("[data-sample]").first().waitFor();
}

async function freshPage(browser, server) {
  const opened = await open(browser, server.url, { serviceWorkers: "block" });
  await opened.page.locator("[data-sample]").first().waitFor();
  while (!(await opened.page.evaluate(() => performance.getEntriesByName("backstay-idle").length))) await new Promise((resolve) => setTimeout(resolve, 20));
  return opened;
}

async function heapOf(session) {
  for (let turn = 0; turn < 3; turn += 1) await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const valueOf = (name) => metrics.find((metric) => metric.name === name).value;
  return { bytes: valueOf("JSHeapUsedSize"), nodes: valueOf("Nodes") };
}

async function starting(browser, server) {
  const { page, context } = await freshPage(browser, server);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const ready = await page.evaluate(() => performance.getEntriesByName("backstay-ready")[0].startTime);
  line("first contentful paint", ms(paint), "at most 1000 ms");
  line("module ready after navigation (page and worker)", ms(ready), "");
  await context.close();
}

async function small(browser, server) {
  const file = makeDelivery(1, 2);
  const { page, context } = await freshPage(browser, server);
  const cold = await check(page, file);
  let warm = Infinity;
  for (let turn = 0; turn < 4; turn += 1) {
    await home(page);
    warm = Math.min(warm, await check(page, file));
  }
  line("1 MB delivery, report on the screen: first, later", `${cold.toFixed(0)}, ${warm.toFixed(0)} ms`, "at most 250, 50 ms (the check alone)");
  await context.close();
}

async function blocking(browser, server) {
  const file = makeDelivery(50, 4);
  const { page, context } = await freshPage(browser, server);
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  for (let turn = 0; turn < 3; turn += 1) { // what is loaded and compiled once is
    await check(page, makeDelivery(1, 2));
    await home(page);
  }
  const before = await heapOf(session);
  await page.evaluate(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
  });
  const took = await check(page, file);
  const tasks = await page.evaluate(() => globalThis.longTasks);
  line("50 MB delivery, report on the screen", ms(took), "");
  line("tasks over 50 ms meanwhile; the longest", `${tasks.length}; ${ms(Math.max(0, ...tasks))}`, "none");
  const open = await heapOf(session);
  await home(page);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await heapOf(session);
  line("page memory: before, with the report, after closing", [before, open, after].map(({ bytes }) => MB(bytes)).join(", "), "back to the start");
  line("elements: before, with the report, after closing", [before, open, after].map(({ nodes }) => nodes).join(", "), "back to the start");
  await context.close();
}

async function large(browser, server) {
  const file = makeDelivery(190, 8);
  const { page, context } = await freshPage(browser, server);
  await page.evaluate(() => {
    globalThis.progressed = 0;
    new MutationObserver((records) => records.some((record) => record.target.matches?.(".amount")) && (globalThis.progressed += 1)).observe(document.body, { subtree: true, childList: true });
  });
  const took = await check(page, file);
  const progressed = await page.evaluate(() => globalThis.progressed);
  line("190 MB delivery", `${(took / 1000).toFixed(1)} s`, "finishes");
  line("progress shown", `${(progressed / (took / 1000)).toFixed(1)} a second`, "at least 5");
  await home(page);
  await choose(page, file);
  await page.locator(".checking .amount:not(:empty)").waitFor();
  const cancel = await page.evaluate(async () => {
    const start = performance.now();
    document.querySelector(".checking button").click();
    while (document.querySelector(".checking")) await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() - start;
  });
  line("cancel", ms(cancel), "at most 100 ms");
  await context.close();
}

async function moduleMemory() {
  const file = makeDelivery(190, 8);
  const module = await BackstayModule.create(await WebAssembly.compile(readFileSync(join(packageFolder, "backstay.wasm"))), (name) => readFileSync(join(packageFolder, name)));
  const descriptor = openSync(file, "r");
  const size = statSync(file).size;
  const source = { size, read: (at, length) => { const bytes = new Uint8Array(length); readSync(descriptor, bytes, 0, length, at); return bytes; } };
  module.preflight({ inputs: [{ path: "large.zip", folder: false, sha256: "0", files: [{ path: "large.zip", size }] }] }, [source]);
  line("memory of the module for 190 MB", MB(module.memoryBytes), "below 100 MB");
}

const made = ["1-2", "50-4", "190-8"].every((size) => existsSync(join(folder, `delivery-${size}.zip`)));
if (!made && !existsSync(tool)) {
  console.log("no release build: cmake --preset release && cmake --build --preset release");
  process.exit(0);
}
mkdirSync(folder, { recursive: true });
const server = await serve();
const { browser, close } = await launch();
await starting(browser, server);
await small(browser, server);
await blocking(browser, server);
await large(browser, server);
await close();
server.close();
await moduleMemory();
