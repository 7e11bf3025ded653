// Installable and offline: after one visit everything works without a server, and a new build replaces the old one.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { dist } from "./browser.mjs";
import { openPart, runSample, samples, site, takeAway, verdict } from "./pages.mjs";

const made = site();

test("the manifest is one that a browser installs, and the service worker names files that are there", () => {
  const manifest = JSON.parse(readFileSync(join(dist, "manifest.webmanifest"), "utf8"));
  for (const member of ["name", "start_url", "display"]) assert.ok(manifest[member], member);
  for (const icon of manifest.icons) assert.ok(existsSync(join(dist, icon.src)), icon.src);
  const files = JSON.parse(/const FILES = (\[.*?\]);/.exec(readFileSync(join(dist, "sw.js"), "utf8"))[1]);
  assert.ok(files.includes("./") && files.some((file) => file.endsWith(".wasm")));
  for (const file of files) assert.ok(existsSync(join(dist, decodeURIComponent(file === "./" ? "index.html" : file))), file);
});

test("without a network: the page opens again, checks every sample, shows scripts, writes formats", async () => {
  await made.page(async ({ page, context }) => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await context.setOffline(true);
    await page.reload();
    await page.waitForSelector("[data-sample]");
    for (const sample of samples) {
      await runSample(page, sample.id);
      await page.click("#home");
      await page.waitForSelector("[data-sample]");
    }
    await runSample(page, "risky");
    await page.waitForSelector(".editor:not([hidden])");
    await openPart(page, "rollback");
    assert.equal(JSON.parse((await takeAway(page, "sarif")).text).version, "2.1.0");
    await page.reload();
    await verdict(page);
  });
});
