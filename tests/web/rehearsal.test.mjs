// The rehearsal on PGlite: scripts are applied and taken back in the page, and what is different is shown.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { pictures } from "./browser.mjs";
import { openPart, runSample, site, until, verdict, violations } from "./pages.mjs";

const made = site();
const withPage = (body, options) => made.page(body, options);
const PATIENCE = { timeout: 120_000 }; // a fresh PostgreSQL takes seconds, on a busy machine many

async function offer(page, sql) {
  await page.click("text=Or paste a SQL script");
  await page.fill("#script", sql);
  await page.selectOption("#dialect", "postgresql");
  await page.click("text=Check the script");
  await verdict(page);
  await openPart(page, "rehearsal");
}

async function rehearse(page) {
  await page.click(".rehearsal-offer button");
  await page.waitForSelector(".rehearsal-part .timeline, .rehearsal-offer .notice", PATIENCE);
}

test("rows that a script changes come back, in tables made from what it says; nothing is fetched from elsewhere", async () => {
  await withPage(async ({ page, requested }) => {
    assert.ok(!requested.some((url) => url.includes("/pglite/")), "the database is not loaded before it is asked for");
    await offer(page, `UPDATE "Lead" SET "Name" = 'x' WHERE "IsActive" = true;\nDELETE FROM "UsrLog" WHERE "Text" <> '';\nINSERT INTO "UsrLog" ("Id", "Text") VALUES ('6f9619ff-8b86-d011-b42d-00cf4fc964ff', 'a');\n`);
    assert.deepEqual(await violations(page), []);
    await rehearse(page);
    assert.ok(requested.some((url) => url.includes("/pglite/")));
    assert.match(await page.textContent(".compare-verdict"), /Everything came back/);
    assert.match(await page.textContent(".rehearsal-part"), /PostgreSQL \d+.*Lead, UsrLog|PostgreSQL \d+.*Lead and UsrLog/s);
    assert.equal(await page.locator(".timeline li.good").count(), 1);
    const lists = await page.$$eval(".compare-lists section", (sections) => sections.map((section) => section.textContent));
    assert.match(lists[0], /Nothing is different/);
    assert.match(lists[1], /Lead/);
    assert.match(lists[1], /UsrLog/);
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: join(pictures, "rehearsal.png"), fullPage: true });
  }, { bypassCSP: true });
});

test("a delivery with bound data, under the policy: all of it is applied, taken back and applied again", async () => {
  await withPage(async ({ page }) => {
    await runSample(page, "safe");
    await openPart(page, "rehearsal");
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /Everything came back.*second run/);
    assert.equal(await page.locator(".timeline li.good").count(), 4);
    assert.match(await page.textContent(".timeline"), /UsrBsLoyaltyTier_Tiers.*bound data/s);
  });
});

test("in Russian, differences included", async () => {
  await withPage(async ({ page }) => {
    await page.click('.languages [lang="ru"]');
    await runSample(page, "safe");
    await openPart(page, "rehearsal");
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /Всё вернулось/);
    const changes = await page.$$eval(".compare-list li", (items) => items.map((item) => item.textContent));
    assert.ok(changes.length >= 3 && changes.every((words) => /^(Таблица|Представление|Подпрограмма) .*(появилось|было строк \d+, стало \d+)/.test(words)), changes.join("\n"));
  });
});

test("what does not come back, and what ends otherwise the second time, is told apart", async () => {
  await withPage(async ({ page }) => {
    await offer(page, `INSERT INTO "UsrLog" ("Id", "Text") VALUES (gen_random_uuid(), 'a');\n`);
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /Everything came back, but a second run ends otherwise: 1 difference/);
    await page.click("#home");
    await runSample(page, "risky");
    await openPart(page, "rehearsal");
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /does not come back completely/);
    assert.match(await page.textContent(".timeline li.bad"), /UsrR13Transaction.*did not come back.*UsrVwBsPoints/s);
    assert.match(await page.textContent(".timeline"), /UsrR10Call\w+cannot run here.*tsp_UsrBsRecount/s);
  });
});

test("a script that is wrong stops the rehearsal with its place, and nothing stays", async () => {
  await withPage(async ({ page }) => {
    await offer(page, `UPDATE "Lead" SET "Name" = 'x';\nSELECT 1 / 0;\n`);
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /could not be applied here, and everything was taken back.*division by zero/);
    assert.equal(await page.locator(".timeline li.bad").count(), 1);
  });
});

test("the tables are those of the environment file when it has some", async () => {
  await withPage(async ({ page }) => {
    const environment = { schema: "backstay.environment/1", database: { engine: "postgresql" }, tables: [{ name: "Lead", schema: "public", primary_key: ["Id"],
      columns: [{ name: "Id", type: "uuid", nullable: false }, { name: "Name", type: "character varying(40)", nullable: false }, { name: "Weight", type: "numeric(8,2)", nullable: true }] }] };
    await page.setInputFiles(".slot-environment-file", { name: "target.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(environment)) });
    await offer(page, `UPDATE "Lead" SET "Weight" = length("Name");\n`);
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /Everything came back/);
    assert.match(await page.textContent(".rehearsal-part"), /Made from the environment file: public\.Lead/);
  });
});

test("under the policy: what the database in the page cannot do is said, and the rest is rehearsed", async () => {
  await withPage(async ({ page }) => {
    await offer(page, `CREATE EXTENSION dblink;\n`);
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /Nothing of it could be rehearsed/);
    assert.match(await page.textContent(".timeline .note"), /cannot do this.*dblink/);
  });
});

test("a rehearsal is cancelled at once, and the page goes on", async () => {
  await withPage(async ({ page }) => {
    await offer(page, `UPDATE "Lead" SET "Name" = 'x';\n`);
    await page.click(".rehearsal-offer button");
    await page.waitForSelector(".rehearsal-running");
    await page.click(".rehearsal-running button");
    await until(page, () => document.querySelector(".rehearsal-offer .notice")?.textContent.includes("cancelled"));
    await openPart(page, "scripts");
  });
});
