// Uploads that mean harm: nothing in them executes, the page stays usable, and a worker that died comes back.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { data } from "../wasm/support.mjs";
import { dropFiles, openPart, runSample, site, until, verdict } from "./pages.mjs";

const made = site();
const withPage = (body, options) => made.page(body, options);
const HOSTILE = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script><a href="javascript:document.title='owned'">x</a>`;

test("markup in names, versions, scripts, maintainers and descriptions stays text, in every part", async () => {
  const name = HOSTILE.replaceAll("/", "");
  const descriptor = { Descriptor: { UId: "6b4c1f5e-9a37-4b0d-8a54-0c2f5a1d3e77", PackageVersion: name, Name: name, ModifiedOnUtc: "/Date(1700000000000)/", Maintainer: HOSTILE, Description: HOSTILE,
    DependsOn: [{ UId: "012e2e14-082b-ac2b-da5a-2fc87bad41d4", PackageVersion: HOSTILE, Name: HOSTILE }] } };
  const script = { Descriptor: { UId: "0c0b9a0e-52f1-4a5d-9a40-6ad8c83f5b11", Name: HOSTILE, ModifiedOnUtc: "/Date(1700000000000)/", DBEngineType: 2, InstallType: 1, DependsOn: [] } };
  const sql = `UPDATE "${HOSTILE}" SET "a" = '${HOSTILE}';\nDROP TABLE "${HOSTILE}";\nEXECUTE '${HOSTILE}';\n-- backstay: allow update-data ${HOSTILE}\nUPDATE "b" SET c = 1;\n`;
  await withPage(async ({ page }) => {
    await page.evaluate(([files]) => {
      const folder = (path, text) => Object.defineProperty(new File([text], path.split("/").at(-1)), "webkitRelativePath", { value: `Folder/${path}` });
      const list = files.map(([path, text]) => folder(path, text));
      const input = document.querySelector(".choose-folder");
      Object.defineProperty(input, "files", { value: list });
      input.dispatchEvent(new Event("change"));
    }, [[["descriptor.json", JSON.stringify(descriptor)], ["SqlScripts/One/descriptor.json", JSON.stringify(script)], ["SqlScripts/One/One.sql", sql]]]);
    await verdict(page);
    for (const part of await page.$$eval("[data-part]", (tabs) => tabs.map((tab) => tab.dataset.part))) {
      await openPart(page, part);
      await page.evaluate(() => document.querySelectorAll("details:not(.menu)").forEach((details) => (details.open = true)));
    }
    await openPart(page, "findings");
    await page.waitForSelector(".editor:not([hidden])");
    assert.equal(await page.locator("main img, main script, main a[href^='javascript']").count(), 0);
    assert.ok((await page.textContent(".findings-part")).includes("<img src=x"));
    assert.ok(!(await page.title()).startsWith("owned"));
  });
});

test("markup in a file's name and in an address stays text", async () => {
  await withPage(async ({ page }) => {
    await dropFiles(page, [{ name: `${HOSTILE.replaceAll("/", "")}.sql`, bytes: Buffer.from("UPDATE t SET a = 1;") }]);
    await verdict(page);
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.ok((await page.textContent(".inputs")).includes("<img src=x"));
  });
  await withPage(async ({ page }) => {
    assert.ok((await page.textContent(".notice")).includes("<img"));
    assert.equal(await page.locator("main img, main script").count(), 0);
  }, { address: `#upload=${encodeURIComponent(HOSTILE)}` });
});

test("every damaged archive gets a report, and the next upload works", async () => {
  const damaged = readdirSync(join(data, "damaged")).filter((name) => /\.(gz|zip)$/.test(name));
  assert.ok(damaged.length > 40);
  await withPage(async ({ page }) => {
    for (const name of damaged.filter((_, index) => index % 6 === 0)) {
      await dropFiles(page, [{ name, bytes: readFileSync(join(data, "damaged", name)) }]);
      await until(page, (wanted) => document.querySelector(".inputs")?.textContent.includes(wanted), name);
    }
    await dropFiles(page, damaged.map((name) => ({ name, bytes: readFileSync(join(data, "damaged", name)) })));
    await until(page, (many) => document.querySelectorAll(".inputs p strong").length === many, damaged.length);
    await page.click("#home");
    await page.waitForSelector("[data-sample]");
    await runSample(page, "safe");
  });
});

test("a worker that fails is started anew by itself", async () => {
  await withPage(async ({ page }) => {
    await until(page, () => performance.getEntriesByName("backstay-ready").length > 0);
    // The next request makes the worker fail in the middle of its work, as a trap of the module does.
    await page.evaluate(() => {
      const real = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message, ...rest) {
        Worker.prototype.postMessage = real;
        return real.call(this, { ...message, call: "explode" }, ...rest);
      };
    });
    await page.click(`[data-sample="risky"]`);
    await page.waitForSelector("#problem");
    assert.match(await page.textContent(".problem"), /started anew/);
    await page.click("text=Check something else");
    await page.waitForSelector("[data-sample]");
    await runSample(page, "risky");
    assert.equal(await page.locator(".answer").count(), 3);
  });
});
