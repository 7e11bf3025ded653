// The report as a page: every sample, every part, links, repairs, what can be taken away, languages, settings.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { backstay, data } from "../wasm/support.mjs";
import { withoutTimes } from "../wasm/support.mjs";
import { pictures } from "./browser.mjs";
import { openPart, runSample, sampleOf, samples, site, takeAway, takenReport, until, verdict, violations } from "./pages.mjs";

const made = site();
const withPage = (body, options) => made.page(body, options);
after(() => backstay.close());

const itemOf = (sample) => ({ ...backstay.fromPath(sample.source), path: sample.name });
const partsOf = (page) => page.$$eval("[data-part]", (tabs) => tabs.map((tab) => tab.dataset.part));

for (const sample of samples) {
  test(`sample ${sample.id}: every part opens, without a violation, and the report is the module's`, async () => {
    await withPage(async ({ page }) => {
      await runSample(page, sample.id);
      assert.ok((await page.textContent("#verdict")).trim().length > 5);
      assert.equal(await page.locator(".answer").count(), 3);
      assert.ok((await page.locator(".next li").count()) >= 1);
      const { text } = await takeAway(page, "json");
      assert.equal(withoutTimes(text), withoutTimes(await backstay.render(itemOf(sample), "json")));
      const report = JSON.parse(text);
      assert.ok(report.inputs.every((input) => input.kind !== null), "the sample was read");
      const groups = new Set(report.findings.map((finding) => `${finding.severity} ${finding.rule}`));
      assert.equal(await page.locator(".groups > .group").count(), groups.size);
      for (const part of await partsOf(page)) {
        await openPart(page, part);
        if (part === "findings" && report.findings.some((finding) => finding.line !== null)) await page.waitForSelector(".editor:not([hidden])");
        assert.deepEqual(await violations(page), [], part);
        await page.screenshot({ path: join(pictures, `${sample.id}-${part}.png`) });
      }
    }, { bypassCSP: true });
  });
}

test("dark, with a finding and a script open, has no violation either", async () => {
  await withPage(async ({ page }) => {
    await runSample(page, "risky");
    await page.waitForSelector(".editor:not([hidden])");
    assert.deepEqual(await violations(page), []);
    await openPart(page, "scripts");
    await page.click("text=How to take it back");
    await until(page, () => /No reverse script|can(not)? be taken back/.test(document.querySelector(".reverse-body").textContent));
    await page.click(".row:has-text('UsrR07DataPostgreSql')");
    await page.click("text=How to take it back");
    await page.waitForSelector(".pieces li");
    const file = "UsrBsRiskyPatch/SqlScripts/UsrR07DataPostgreSql/UsrR07DataPostgreSql.sql";
    const { pieces, reverse_script: script } = await backstay.reverse(itemOf(sampleOf("risky")), { file });
    assert.equal(await page.locator(".pieces li").count(), pieces.length);
    await page.click('.reverse-body input[value="reverse_script"]');
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(".reverse-body >> text=Download")]);
    assert.equal(readFileSync(await download.path(), "utf8"), script);
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: join(pictures, "dark-reverse.png") });
  }, { bypassCSP: true, colorScheme: "dark" });
});

test("the editor is styled under the policy, marks the place, and shows the whole script", async () => {
  await withPage(async ({ page }) => {
    await runSample(page, "risky");
    await page.waitForSelector(".finding-detail .editor:not([hidden])");
    const seen = await page.evaluate(() => {
      const root = document.querySelector(".finding-detail .editor").shadowRoot;
      const keyword = [...root.querySelectorAll(".cm-line span")].find((one) => /^ALTER/.test(one.textContent));
      return {
        lines: root.querySelectorAll(".cm-line").length, current: root.querySelector(".mark-current")?.textContent,
        keyword: getComputedStyle(keyword).color, plain: getComputedStyle(root.querySelector(".cm-content")).color,
      };
    });
    assert.ok(seen.lines >= 2 && seen.current.length > 0);
    assert.notEqual(seen.keyword, seen.plain, "no highlighting");
  });
});

test("findings are filtered by severity, rule and words, and grouped as asked", async () => {
  await withPage(async ({ page }) => {
    await runSample(page, "risky");
    const report = await takenReport(page);
    const listed = () => page.evaluate(() => {
      document.querySelectorAll(".groups > details").forEach((group) => (group.open = true));
      return new Promise((resolve) => setTimeout(() => resolve(document.querySelectorAll(".groups button.finding").length), 50));
    });
    assert.equal(await listed(), report.findings.length);
    await page.click('[data-severity="error"]');
    assert.equal(await listed(), report.findings.filter((finding) => finding.severity !== "error").length);
    await page.click('[data-severity="error"]');
    await page.selectOption(".filter-rule select", "sql/update-data");
    assert.equal(await listed(), report.findings.filter((finding) => finding.rule === "sql/update-data").length);
    await page.selectOption(".filter-rule select", "");
    await page.fill(".filter-bar .search", "no such words");
    assert.match(await page.textContent(".groups"), /Nothing matches/);
    await page.click("text=Clear the filters");
    assert.equal(await listed(), report.findings.length);
    await page.selectOption(".filter-bar > .chooser select", "file");
    const files = new Set(report.findings.map((finding) => finding.file));
    assert.equal(await page.locator(".groups > .group").count(), files.size);
  });
});

test("a link leads to the same finding, also in a page that was just opened", async () => {
  let address;
  await withPage(async ({ page }) => {
    await runSample(page, "risky");
    await page.click("text=Next");
    await page.click("text=Next");
    const message = await page.textContent(".detail-message");
    const link = await page.getAttribute(".copy-link", "href");
    assert.equal(new URL(link).hash, new URL(page.url()).hash);
    address = { hash: new URL(link).hash, message };
    await openPart(page, "order");
    await page.goBack();
    await until(page, (words) => document.querySelector(".detail-message")?.textContent === words, message);
  });
  await withPage(async ({ page }) => {
    await verdict(page);
    assert.equal(await page.textContent(".detail-message"), address.message);
  }, { address: address.hash });
  await withPage(async ({ page }) => {
    assert.match(await page.textContent(".notice"), /mine\.zip/);
  }, { address: "#upload=mine.zip&part=findings&item=x" });
});

test("a deadlock: a repair is drawn, made, checked, and comes down byte-exact", async () => {
  const sample = sampleOf("deadlock");
  const changes = await backstay.repair(itemOf(sample));
  await withPage(async ({ page }) => {
    await runSample(page, "deadlock");
    await openPart(page, "order");
    await page.waitForSelector(".ring .wait.cut .edit");
    assert.equal(await page.locator(".ring .ring-step").count(), 3);
    assert.match(await page.textContent(".ring .edit"), /5\.3\.1 → 5\.3\.2/);
    await page.screenshot({ path: join(pictures, "deadlock.png"), fullPage: true });
    await page.click(".repair[open] button");
    await page.waitForSelector(".corrected");
    assert.match(await page.textContent("#verdict"), /Can be installed/);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(".download-corrected")]);
    assert.deepEqual(readFileSync(await download.path()), Buffer.from(changes[0].text));
    await openPart(page, "compare");
    assert.match(await page.textContent(".compare-verdict"), /^Better/);
    const report = await takenReport(page);
    assert.equal(report.order.status, "ok");
  });
});

test("the order is a picture to walk through and a table that says the same", async () => {
  await withPage(async ({ page }) => {
    await runSample(page, "deadlock");
    await openPart(page, "order");
    await page.focus("canvas.lanes");
    for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press("ArrowRight");
    assert.match(await page.textContent(".step-about"), /Root 5\.1\.8.*step 4 of 4/s);
    await page.fill(".picture-tools .search", "security");
    assert.match(await page.textContent(".hits"), /3 hits/);
    await page.keyboard.press("Enter");
    assert.match(await page.textContent(".step-about"), /Security 5\.3\.0.*Root 5\.1\.7/s);
    assert.ok(await page.evaluate(() => document.querySelector("#announcer").textContent.includes("Security 5.3.0")));
    await page.click('input[value="table"]');
    const rows = await page.$$eval(".order-table tbody tr", (list) => list.map((row) => row.innerText.replace(/\s+/g, " ").trim()));
    assert.equal(rows.length, 7);
    assert.ok(rows.some((row) => /^stuck A 1\.0 .*Security 5\.3\.1/.test(row)), rows.join("\n"));
  });
});

test("every format can be taken away, and is what the core writes", async () => {
  await withPage(async ({ page }) => {
    await runSample(page, "risky");
    for (const format of ["sarif", "html", "markdown", "junit", "text"]) {
      const { name, text } = await takeAway(page, format);
      assert.ok(name.startsWith("UsrBsRiskyPatch.zip.backstay."), name);
      const times = (words) => withoutTimes(words).replace(/\d+(\.\d+)? ?(ms|milliseconds?)|time="[^"]*"/g, "");
      assert.equal(times(text), times(await backstay.render(itemOf(sampleOf("risky")), format)), format);
    }
  });
});

test("the rollback plan has a class for each step, a point of no return, and prints alone", async () => {
  await withPage(async ({ page }) => {
    await runSample(page, "risky");
    await openPart(page, "rollback");
    const report = await takenReport(page);
    assert.equal(await page.locator(".timeline > li").count(), report.rollback.steps.length);
    assert.equal(await page.locator(".timeline .timeline-head .verdict").count(), report.rollback.steps.length);
    assert.equal(await page.locator(".timeline .border-line").count(), 1);
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.isVisible(".timeline"));
    for (const hidden of [".top", ".tabs", ".verdict-head .actions"]) assert.ok(!(await page.isVisible(hidden)), hidden);
    await page.screenshot({ path: join(pictures, "print.png") });
  });
});

test("Russian: every text, kept for the next visit", async () => {
  await withPage(async ({ page }) => {
    await page.click('.languages [lang="ru"]');
    assert.equal(await page.getAttribute("html", "lang"), "ru");
    await runSample(page, "deadlock");
    for (const part of await partsOf(page)) {
      await openPart(page, part);
      // What the report says is the core's; headings, buttons and labels are the page's.
      const words = await page.evaluate(() => [...document.querySelectorAll("h2, .tab, .answer .short, .answer .long, .next li > span, .verdict, .filter-bar label, .hint, .card-head h3")]
        .filter((one) => one.checkVisibility()).map((one) => one.textContent));
      for (const text of words) assert.ok(/[а-яё]/i.test(text) || !/[a-z]{3}/i.test(text), `${part}: ${text}`);
    }
    assert.deepEqual(await violations(page), []);
    await page.reload();
    await verdict(page);
    assert.match(await page.textContent('[data-part="order"]'), /Порядок/);
    await page.click('.languages [lang="en"]');
    await until(page, () => document.querySelector('[data-part="order"]')?.textContent.startsWith("Order"));
  }, { bypassCSP: true });
});

test("settings change the check, are kept, and refused when the core refuses them", async () => {
  await withPage(async ({ page }) => {
    await until(page, () => performance.getEntriesByName("backstay-ready").length > 0);
    await page.click('[aria-label="Settings"]');
    assert.deepEqual(await violations(page), []);
    await page.fill(".settings .search", "update-data");
    await page.selectOption(".rule-settings li:has-text('sql/update-data') select", "off");
    await page.setInputFiles(".settings-file", { name: "backstay.json", mimeType: "application/json", buffer: Buffer.from('{"no_such_member": 1}') });
    await page.click(".dialog-actions >> text=Save");
    await until(page, () => /no_such_member/.test(document.querySelector(".settings-status").textContent));
    await page.click("text=Reset");
    await page.fill(".settings .search", "update-data");
    await page.selectOption(".rule-settings li:has-text('sql/update-data') select", "off");
    await page.click(".dialog-actions >> text=Save");
    await page.waitForSelector("dialog.settings", { state: "detached" });
    await runSample(page, "risky");
    assert.ok(!(await takenReport(page)).findings.some((finding) => finding.rule === "sql/update-data"));
    await page.reload();
    await verdict(page);
    assert.ok(!(await takenReport(page)).findings.some((finding) => finding.rule === "sql/update-data"));
  }, { bypassCSP: true });
});

test("light and dark can be chosen", async () => {
  await withPage(async ({ page }) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const first = await ground();
    await page.click('[aria-label^="Colours"]');
    await page.click('[aria-label^="Colours"]');
    assert.notEqual(await ground(), first);
    await page.reload();
    await page.waitForSelector("[data-sample]");
    assert.notEqual(await ground(), first, "the choice is kept");
  });
});
