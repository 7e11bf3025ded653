// Getting something checked, in a real Chromium: dropped files, slots, samples, broken uploads, cancel, the keyboard.
// Needs web-demo/dist (npm run build --prefix web-demo).
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { dist, pictures } from "./browser.mjs";
import { dropFiles, runSample, sampleOf, samples, site, takenReport, until, verdict, violations } from "./pages.mjs";

const made = site();
const withPage = (body, options) => made.page(body, options);

test("the policy is the strict one", () => {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html)?.[1];
  assert.equal(policy, "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    + "style-src 'self'; img-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'none'");
  assert.doesNotMatch(html, /https?:\/\//, "the page names another host");
});

test("the start page is accessible in light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await withPage(async ({ page }) => {
      assert.deepEqual(await violations(page), []);
      await page.screenshot({ path: join(pictures, `start-${colorScheme}.png`), fullPage: true });
    }, { bypassCSP: true, colorScheme });
  }
});

test("dropped files are checked together, without a network request", async () => {
  await withPage(async ({ page, requested }) => {
    await until(page, () => performance.getEntriesByName("backstay-idle").length > 0);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true)); // it has fetched all files of the page
    const before = requested.length;
    const archives = samples.filter((sample) => !sample.folder).slice(0, 2);
    await dropFiles(page, archives.map((sample) => ({ name: sample.name, bytes: readFileSync(sample.source) })));
    await verdict(page);
    assert.equal(await page.locator(".inputs p strong").count(), archives.length);
    // The browser itself looks for the page's icon again when the address changes.
    assert.deepEqual(requested.slice(before).filter((url) => !url.endsWith("/icon.svg")), [], "a preflight asked the network");
  });
});

test("a chosen folder keeps the paths of its files", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "backstay-folder-")), "UsrPage");
  mkdirSync(join(folder, "SqlScripts", "UsrOne"), { recursive: true });
  writeFileSync(join(folder, "descriptor.json"), JSON.stringify({
    Descriptor: { UId: "6b4c1f5e-9a37-4b0d-8a54-0c2f5a1d3e77", PackageVersion: "1.0.0", Name: "UsrPage", ModifiedOnUtc: "/Date(1700000000000)/", Maintainer: "Us", DependsOn: [] },
  }));
  writeFileSync(join(folder, "SqlScripts", "UsrOne", "descriptor.json"), JSON.stringify({
    Descriptor: { UId: "0c0b9a0e-52f1-4a5d-9a40-6ad8c83f5b11", Name: "UsrOne", ModifiedOnUtc: "/Date(1700000000000)/", DBEngineType: 2, InstallType: 1, DependsOn: [] },
  }));
  writeFileSync(join(folder, "SqlScripts", "UsrOne", "UsrOne.sql"), 'UPDATE "Lead" SET "Name" = \'x\';\n');
  await withPage(async ({ page }) => {
    await page.setInputFiles(".choose-folder", folder);
    await verdict(page);
    const report = await takenReport(page);
    assert.equal(report.inputs[0].path, "UsrPage");
    assert.equal(report.packages[0].name, "UsrPage");
    assert.ok(report.findings.some((finding) => finding.rule === "sql/update-data" && finding.file.endsWith("SqlScripts/UsrOne/UsrOne.sql")));
  });
  rmSync(folder, { recursive: true });
});

test("a broken upload says what is wrong, and the next one works", async () => {
  await withPage(async ({ page }) => {
    const whole = readFileSync(samples.find((sample) => sample.name.endsWith(".zip")).source);
    await dropFiles(page, [{ name: "cut-off.zip", bytes: whole.subarray(0, whole.length >> 1) }]);
    await verdict(page);
    assert.match(await page.textContent("#verdict"), /could not be read/);
    assert.ok((await page.locator("button.finding").count()) >= 1);
    await page.screenshot({ path: join(pictures, "broken.png"), fullPage: true });
    await dropFiles(page, [{ name: "nothing.gz", bytes: Buffer.alloc(0) }]);
    await until(page, () => document.querySelector(".inputs")?.textContent.includes("nothing.gz"));
    await page.click("text=Check something else");
    await page.waitForSelector("[data-sample]");
    await runSample(page, samples[0].id);
  });
});

test("cancel ends the check at once and the page goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backstay-large-"));
  const large = join(folder, "large.zip");
  writeFileSync(large, "PK");
  truncateSync(large, 4_000_000_000); // hashing its zeros takes longer than this test
  await withPage(async ({ page }) => {
    let took = Infinity;
    for (let tries = 0; tries < 4 && took >= 100; tries += 1) { // a busy machine may hold one up
      await page.setInputFiles(".choose-files", large);
      await until(page, () => /of \d/.test(document.querySelector(".checking .amount")?.textContent ?? ""));
      assert.match(await page.textContent(".checking"), /large\.zip/);
      await page.screenshot({ path: join(pictures, "checking.png") });
      took = await page.evaluate(async () => {
        const start = performance.now();
        document.querySelector(".checking button").click();
        while (document.querySelector(".checking")) await new Promise((resolve) => setTimeout(resolve, 1));
        return performance.now() - start;
      });
    }
    assert.ok(took < 100, `cancel took ${took} ms`);
    assert.match(await page.textContent(".notice"), /cancelled/);
    await runSample(page, samples[0].id);
  });
  rmSync(folder, { recursive: true });
});

test("a file that cannot be read any more is said to be just that", async () => {
  await withPage(async ({ page }) => {
    await page.evaluate(() => {
      Object.defineProperty(Blob.prototype, "size", { get: () => 1000 }); // longer than there are bytes
      const data = new DataTransfer();
      data.items.add(new File(["PK"], "gone.zip"));
      const input = document.querySelector(".choose-files");
      input.files = data.files;
      input.dispatchEvent(new Event("change"));
    });
    await verdict(page);
    assert.match(await page.textContent("#panel-findings"), /could not be read|cut off|no central directory/i);
  });
});

test("a pasted script is checked in the chosen dialect", async () => {
  await withPage(async ({ page }) => {
    await page.click("text=Or paste a SQL script");
    await page.fill("#script", "DELETE FROM [dbo].[Lead];\nGO\n");
    await page.selectOption("#dialect", "mssql");
    await page.click("text=Check the script");
    await verdict(page);
    assert.match(await page.textContent("#panel-findings"), /delete-data/);
    assert.match(await page.textContent(".finding-detail .place"), /line 1, column 1/);
  });
});

test("the module is ready and a small report appears within their budgets", async () => {
  await withPage(async ({ page }) => {
    const ready = await until(page, () => performance.getEntriesByName("backstay-ready")[0]?.startTime);
    const start = await page.evaluate(async (id) => {
      const from = performance.now();
      document.querySelector(`[data-sample="${id}"]`).click();
      while (!document.querySelector("#verdict")) await new Promise((resolve) => setTimeout(resolve, 1));
      return performance.now() - from;
    }, samples[0].id);
    console.log(`# module ready ${Math.round(ready)} ms after navigation, report after ${Math.round(start)} ms`);
    assert.ok(start < 5000);
  });
});

test("the named slots: a previous version is compared with, an environment file is used", async () => {
  await withPage(async ({ page }) => {
    const old = readFileSync(sampleOf("safe").source);
    await page.setInputFiles(".slot-previous-file", { name: "old.zip", mimeType: "application/zip", buffer: old });
    const environment = { schema: "backstay.environment/1", packages: [{ name: "CrtCore", id: "012e2e14-082b-ac2b-da5a-2fc87bad41d4", version: "8.0.0" }] };
    await page.setInputFiles(".slot-environment-file", { name: "env.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(environment)) });
    assert.match(await page.textContent('[data-slot="previous"]'), /old\.zip/);
    assert.match(await page.textContent('[data-slot="environment"]'), /env\.json/);
    await dropFiles(page, [{ name: "new.zip", bytes: readFileSync(sampleOf("risky").source) }]);
    await verdict(page);
    const report = await takenReport(page);
    assert.deepEqual(report.inputs.map((input) => input.path), ["new.zip"]);
    assert.ok(!report.order.missing.some((one) => one.needs === "CrtCore"), "the environment has it");
    await page.click('[data-part="compare"]');
    assert.match(await page.textContent(".compare-verdict"), /^Worse: \d+ new/);
    assert.match(await page.textContent(".compare-part thead"), /old\.zip.*new\.zip/);
    await page.screenshot({ path: join(pictures, "compare.png") });
  });
});

test("a wrong environment file is said to be wrong", async () => {
  await withPage(async ({ page }) => {
    await page.setInputFiles(".slot-environment-file", { name: "env.json", mimeType: "application/json", buffer: Buffer.from("{nonsense") });
    await page.click(`[data-sample="risky"]`);
    await page.waitForSelector("#problem");
    assert.match(await page.textContent(".problem"), /environment/);
    await page.click("text=Check something else");
    await page.waitForSelector("[data-sample]");
    await runSample(page, "risky");
  });
});

test("the keyboard alone goes from the start to a finding, its rule, the order and back", async () => {
  await withPage(async ({ page }) => {
    const tabTo = async (selector) => {
      for (let presses = 0; presses < 90; presses += 1) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      }
      assert.fail(`${selector} was not reached with Tab`);
    };
    await tabTo(".drop button");
    await tabTo(".slot button");
    await tabTo(`[data-sample="risky"]`);
    await page.keyboard.press("Enter");
    await verdict(page);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "verdict", "the focus is on the verdict");
    await tabTo(".take-away summary");
    await page.keyboard.press("Enter");
    await tabTo(".menu-item");
    await page.keyboard.press("Escape");
    assert.ok(await page.evaluate(() => !document.querySelector(".take-away").open && document.activeElement.matches(".take-away summary")));
    await tabTo('[role="tab"][aria-selected="true"]');
    for (const part of ["order", "rollback", "scripts", "packages", "rehearsal", "compare", "findings"]) {
      await page.keyboard.press("ArrowRight");
      assert.equal(await page.evaluate(() => document.activeElement.dataset.part), part);
      assert.ok(await page.evaluate((id) => !document.querySelector(`#panel-${id}`).hidden, part));
    }
    await tabTo(".chip input");
    await tabTo(".group summary");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await until(page, () => document.querySelector(".detail-position")?.textContent.startsWith("2 "));
    assert.ok(await page.evaluate(() => document.activeElement.matches('button.finding[aria-current="true"]')), "the focus stays in the list");
    await tabTo(".copy-link");
  });
});

test("320 pixels are wide enough for every sample and every part", async () => {
  await withPage(async ({ page }) => {
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok((await overflow()) <= 320);
    for (const sample of samples) {
      await runSample(page, sample.id);
      for (const part of await page.$$eval("[data-part]", (tabs) => tabs.map((tab) => tab.dataset.part))) {
        await page.click(`[data-part="${part}"]`);
        await page.evaluate(() => document.querySelectorAll("details:not(.menu)").forEach((details) => (details.open = true)));
        assert.ok((await overflow()) <= 320, `${sample.id}, ${part}: scrolls sideways`);
      }
      if (sample.id === "risky") {
        await page.click('[data-part="findings"]');
        await page.click("button.finding");
        await page.waitForSelector(".finding-detail");
        assert.ok((await overflow()) <= 320, "a finding scrolls sideways");
        assert.ok(!(await page.isVisible(".groups")), "the finding takes the place of the list");
        await page.click(".back");
        assert.ok(await page.isVisible(".groups"));
        await page.screenshot({ path: join(pictures, "narrow.png"), fullPage: true });
      }
      await page.click("#home");
      await page.waitForSelector("[data-sample]");
    }
  }, { viewport: { width: 320, height: 640 } });
});
