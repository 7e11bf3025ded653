// What the tests of the page share: the built page in a browser, samples, dropping, waiting, axe.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before } from "node:test";

import { readSamples } from "../../web-demo/samples.mjs";
import { dist, launch, open, serve } from "./browser.mjs";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const samples = readSamples();
export const sampleOf = (id) => samples.find((sample) => sample.id === id);

// Starts a server and a browser for the tests of a file; the answer is filled before they run.
export function site() {
  const made = {};
  before(async () => {
    assert.ok(existsSync(join(dist, "index.html")), "web-demo/dist is missing: npm run build --prefix web-demo");
    made.server = await serve();
    const { browser, close } = await launch();
    Object.assign(made, { browser, close });
  });
  after(async () => {
    await made.close?.();
    made.server?.close();
  });

  // Opens the page, runs `body`, and then demands that nothing went wrong on the way.
  made.page = async (body, { address = "", allowed = [], ...options } = {}) => {
    const opened = await open(made.browser, `${made.server.url}${address}`, options);
    try {
      await opened.page.waitForSelector("[data-sample], #verdict, .notice");
      await body(opened);
      const foreign = opened.requested.filter((url) => !url.startsWith(made.server.url) && !url.startsWith("blob:"));
      assert.deepEqual(foreign, [], "requests that leave the page's own folder");
      assert.deepEqual(opened.trouble.filter((words) => !allowed.some((pattern) => pattern.test(words))), []);
    } finally {
      await opened.context.close();
    }
  };
  return made;
}

export async function dropFiles(page, files, target = "main") {
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return data;
  }, files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") })));
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent(target, type, { dataTransfer: transfer });
}

export const verdict = (page) => page.waitForSelector("#verdict");

export async function runSample(page, id) {
  await page.click(`[data-sample="${id}"]`);
  await verdict(page);
}

export async function openPart(page, part) {
  await page.click(`[data-part="${part}"]`);
  await page.waitForSelector(`#panel-${part}:not([hidden])`);
}

// Playwright's own waitForFunction evaluates text in the page, which the policy forbids.
export async function until(page, condition, argument) {
  for (let tries = 0; tries < 1500; tries += 1) {
    const value = await page.evaluate(condition, argument);
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`waited in vain for ${condition}`);
}

// Needs a page with bypassCSP.
export async function violations(page) {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ").slice(0, 400)}`);
}

export async function takeAway(page, format) {
  if (!(await page.locator(".take-away").evaluate((menu) => menu.open))) await page.click(".take-away > summary");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`[data-format="${format}"]`)]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

export const takenReport = async (page) => JSON.parse((await takeAway(page, "json")).text);
