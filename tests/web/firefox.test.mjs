// The page in Firefox ESR, driven through WebDriver BiDi: every sample and every part, the worker and PGlite included.
// Skipped where no Firefox is installed (README.md); nothing else of the tests is.
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import playwright from "playwright-core";

import { open, pictures, serve } from "./browser.mjs";
import { openPart, runSample, samples } from "./pages.mjs";

function firefoxPath() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    try {
      accessSync(join(folder, "firefox-esr"), constants.X_OK);
      return join(folder, "firefox-esr");
    } catch {
      // the next one
    }
  }
  return null;
}

const executablePath = firefoxPath();

test("in Firefox: samples, parts and a rehearsal", { skip: executablePath ? false : "firefox-esr is not installed" }, async (t) => {
  const server = await serve();
  const browser = await playwright._bidiFirefox.launch({ executablePath, headless: true });
  t.after(async () => {
    await browser.close();
    server.close();
  });
  const { page, requested, trouble } = await open(browser, server.url, { viewport: null });
  await page.waitForSelector("[data-sample]");
  for (const { id } of samples) {
    await runSample(page, id);
    assert.notEqual((await page.textContent("#verdict")).trim(), "");
    for (const part of await page.$$eval("[data-part]", (tabs) => tabs.map((tab) => tab.dataset.part))) {
      await openPart(page, part);
      assert.notEqual((await page.textContent(`#panel-${part}`)).trim(), "", `${id}: ${part}`);
    }
    await page.click("#home");
    await page.waitForSelector("[data-sample]");
  }
  await runSample(page, "safe");
  await openPart(page, "rehearsal");
  await page.click(".rehearsal-offer button");
  await page.waitForSelector(".compare-verdict", { timeout: 180_000 });
  assert.match(await page.textContent("#panel-rehearsal .compare-verdict"), /Everything came back/);
  assert.deepEqual(requested.filter((url) => !url.startsWith(server.url) && !url.startsWith("blob:")), []);
  assert.deepEqual(trouble.filter((words) => words.startsWith("error") || words.includes("CSP")), []);
  await page.screenshot({ path: join(pictures, "firefox.png") }); // last: it puts a style into the page, against its policy
});
